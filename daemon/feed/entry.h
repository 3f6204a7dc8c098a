/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces: rendered entries one behind the other in the order of ids, each with what it was rendered from. They are made from
 * rows of api.feed_page or taken over from pieces of before. They do not know which feed they are for.
 */
#ifndef HUBD_FEED_ENTRY_H
#define HUBD_FEED_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "feed/key.h"

struct db_rows;
struct feed_part;

struct feed_pieces {
	struct str bytes;
	struct feed_part *parts;
	size_t count, room;
};

void feed_pieces_free(struct feed_pieces *pieces);
/* What all entries of a feed share; texts outlive the pieces. */
struct feed_look {
	enum feed_format format;
	const char *public_url, *host;
	bool is_english;
	int64_t from, to; /* the window, in instants */
};
/* Renders a row and adds it. */
void feed_pieces_render(struct feed_pieces *pieces, const struct db_rows *rows, size_t row, const struct feed_look *look);
/* Adds a piece of before, whose bytes are there. */
void feed_pieces_add(struct feed_pieces *pieces, const struct feed_part *part, const char *bytes);
/* The parts alone, their bytes staying where they are. */
void feed_pieces_copy_parts(struct feed_pieces *pieces, const struct feed_part *parts, size_t count);

#endif
