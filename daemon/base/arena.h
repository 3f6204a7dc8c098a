/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An arena: memory that is born with a request and dies with it.
 *
 * What is taken from an arena is freed when the arena is, never alone. Memory that comes
 * from elsewhere (a library's object) is tied to it with arena_defer(). Running out of
 * memory aborts: the service manager restarts us, and the listening socket stays open.
 * It does not know what a request is.
 */
#ifndef HUBD_BASE_ARENA_H
#define HUBD_BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is fine; runs what was deferred, newest first */

/* Zeroed memory, aligned for any object. */
void *arena_take(struct arena *arena, size_t size);
/* A copy that ends in NUL. arena_text() copies a whole string, and NULL to NULL. */
char *arena_copy(struct arena *arena, const void *bytes, size_t length);
char *arena_text(struct arena *arena, const char *text);
char *arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Calls done(thing) when the arena is freed. */
void arena_defer(struct arena *arena, void (*done)(void *thing), void *thing);
/* Bytes taken so far, for bounds and metrics. */
size_t arena_size(const struct arena *arena);

/* malloc and realloc that abort when there is no memory; freed with free(). */
void *base_alloc(size_t size); /* zeroed */
void *base_realloc(void *old, size_t size);
char *base_strdup(const char *text);

#endif
