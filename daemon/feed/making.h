/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The making of a feed's body: its head, page after page of entries, and a revision check at the end; if something of it changed
 * meanwhile it starts again, a few times, so that a body is at one revision. Entries whose rows did not change
 * keep their bytes. No step holds the loop for long: a page, a slice of the assembly.
 *
 * Pages go by ids, which never change: even a body that was changed under its making misses nothing that was there before it began.
 */
#ifndef HUBD_FEED_MAKING_H
#define HUBD_FEED_MAKING_H

#include <stdint.h>

struct db_pool;
struct event_base;
struct feed;
struct feed_check;
struct feed_making;

enum feed_outcome {
	FEED_MADE,
	FEED_NONE, /* there is no such feed */
	FEED_AWAY, /* the database did not answer */
};

/* What every making needs; outlives them. */
struct feed_maker {
	struct event_base *base;
	struct db_pool *pool;
	struct feed_check *check;
	const char *public_url, *host;
	/* Every attempt begins with it: whatever committed before will be in the body. */
	void (*begun)(void *context, struct feed *feed);
	/* Once, at the end: feed->making is NULL again. On FEED_MADE the feed has its new body. */
	void (*ended)(void *context, struct feed *feed, enum feed_outcome outcome);
	void *context;
	uint64_t made, entries_made;
};

/* Sets feed->making. May end before it returns. */
void feed_making_start(struct feed_maker *maker, struct feed *feed);
/* At the end of the service: ended is not called, the feed is not touched again. NULL is fine. */
void feed_making_abandon(struct feed_making *making);

#endif
