/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What repeats, in a feed: the rule as it is with its exceptions, or, where Outlook could not read that, its dates as single
 * events with UIDs of their own (CALENDARS.md, "recurrence"). Pure.
 */
#ifndef HUBD_FEED_SERIES_H
#define HUBD_FEED_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "feed/render.h"

struct arena;
struct repeat_date;

/* A date that differs from the rest: the entry is what it is on that day. */
struct feed_override {
	int64_t recurrence; /* when the rule has it, local */
	struct feed_entry entry;
};

struct feed_series {
	const char *rrule; /* NULL: dates without a rule */
	/* Local; an end counts where it is above 0. */
	const struct feed_rdate {
		int64_t start, end;
	} *rdates;
	const int64_t *exdates; /* local */
	const struct feed_override *overrides;
	size_t rdate_count, exdate_count, override_count;
	int64_t last; /* when the last date that is stored ends */
};

/* Dates that a series may become, at most; later ones are left out. */
enum { FEED_SINGLES_MAX = 2000 };

/* Reads the document that api.feed_page gives, for an entry that has its texts; NULL for what is none. All lives in the arena. */
const struct feed_series *feed_series_read(struct arena *arena, const char *document, const struct feed_entry *entry);
/* The instants of the first date, and of the last one's end. */
void feed_series_span(const struct feed_entry *entry, int64_t *ret_start, int64_t *ret_end, int64_t *ret_last);
/* VEVENTs: the master and its overrides, or single events. */
const struct zone *feed_put_series(struct str *out, const struct feed_entry *entry);

#endif
