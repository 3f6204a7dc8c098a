/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts a body together from its head and its pieces, in slices: one entry a UID, the time zones that are used, bytes and
 * their hash. It does not know where the pieces come from.
 */
#ifndef HUBD_FEED_ASSEMBLY_H
#define HUBD_FEED_ASSEMBLY_H

#include <stdbool.h>

#include "feed/key.h"

struct feed_assembly;
struct feed_body;
struct feed_head;
struct feed_pieces;

/* Both outlive it. */
struct feed_assembly *feed_assembly_new(enum feed_format format, const struct feed_head *head, struct feed_pieces *pieces);
void feed_assembly_free(struct feed_assembly *assembly); /* NULL is fine */
/* A slice; true when all is done. */
bool feed_assembly_step(struct feed_assembly *assembly);
/* Once, after the last slice: sets the body's bytes, validators and parts. */
void feed_assembly_take(struct feed_assembly *assembly, struct feed_body *body);

#endif
