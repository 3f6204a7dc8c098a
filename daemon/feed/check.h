/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain of revision checks: one in flight at a time serves all who wait. It asks api.feed_same whether anything was
 * committed since the one before it, and only if so api.feed_changes what.
 *
 * Whoever joins is told when a check that *started after* it joined has ended, so whatever was committed before is
 * known then. Each check asks what changed since the one before it: between them no change is lost, in whatever order transactions
 * commit. It does not know feeds: it hands the news to one function before it tells anybody.
 */
#ifndef HUBD_FEED_CHECK_H
#define HUBD_FEED_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct db_pool;
struct event_base;
struct feed_check;

/* Before a scope: what its feeds said must be gone. */
#define FEED_FORGET "forget:"
struct feed_news {
	bool is_all;        /* everything may have changed, and versions may be others' */
	const char *scopes; /* separated by spaces; "" for none */
};

/* deadline_ms: how long the database has for an answer. heard is called once a check that succeeded, before those who joined. */
struct feed_check *feed_check_new(struct event_base *base, struct db_pool *pool, int deadline_ms, void (*heard)(void *context, const struct feed_news *news), void *context);
void feed_check_free(struct feed_check *check); /* NULL is fine; whoever waits is told nothing */

/* done is called once, from the loop; is_known false: the database did not answer. A check that passed its deadline tells those who joined
 * meanwhile, too. */
void feed_check_join(struct feed_check *check, void (*done)(void *context, bool is_known), void *context);

/* As of the last check that succeeded: the UTC date ("" before the first), the database's clock, the oldest running transaction. */
const char *feed_check_today(const struct feed_check *check);
int64_t feed_check_present(const struct feed_check *check);
int64_t feed_check_oldest(const struct feed_check *check);
const char *feed_check_snapshot(const struct feed_check *check); /* NULL before the first */
uint64_t feed_check_count(const struct feed_check *check); /* checks so far */

#endif
