/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which version each secret address fetched last, told to the database in batches by a timer: never a write for a GET. A crash loses
 * at most what was not told yet. Bounded: of more addresses than fit between two batches the newest are not told this time.
 */
#ifndef HUBD_FEED_FETCHES_H
#define HUBD_FEED_FETCHES_H

#include <stddef.h>
#include <stdint.h>

struct db_pool;
struct event_base;
struct feed_fetches;

/* Texts are copied. */
struct feed_fetch {
	const char *secret;   /* SHA-256 of the address's token */
	const char *etag;     /* of the bytes, without its quotes */
	const char *snapshot; /* of the check that found them right */
	int64_t at, revised;
};

enum { FEED_FETCHES_MAX = 4096, FEED_FETCHES_BATCH = 500 };

struct feed_fetches *feed_fetches_new(struct event_base *base, struct db_pool *pool, int every_ms);
void feed_fetches_free(struct feed_fetches *fetches); /* NULL is fine; what was not told is lost */
void feed_fetches_note(struct feed_fetches *fetches, const struct feed_fetch *fetch);
/* Told so far; and left out because too many waited. */
uint64_t feed_fetches_told(const struct feed_fetches *fetches);
uint64_t feed_fetches_dropped(const struct feed_fetches *fetches);

#endif
