/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A span of time as people write it: a start, and an end or a duration, each an instant (with Z or an offset) or the wall clock of
 * a zone (without). Pure: it does not know who asks, or in which format the words came.
 *
 * "2 h" is elapsed time, "until 18:00" is the wall clock. A wall clock time that does not exist or exists twice is resolved as
 * RFC 5545 3.3.5 says, and flagged.
 */
#ifndef HUBD_ICAL_SPAN_H
#define HUBD_ICAL_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "ical/zone.h"

struct span_words {
	const char *start;
	const char *end, *duration; /* exactly one of them */
};

enum span_fault {
	SPAN_IS_RIGHT,
	SPAN_BAD_START,    /* no RFC 3339 date and time */
	SPAN_BAD_END,
	SPAN_BAD_DURATION, /* no ISO 8601 duration, or none at all: PT0S */
	SPAN_NO_END,       /* neither end nor duration */
	SPAN_TWO_ENDS,     /* both */
	SPAN_IS_EMPTY,     /* the end is not after the start */
	SPAN_IS_SKIPPED,   /* nor is it because no clock shows the start: it is counted on to beyond the end */
};

struct span {
	int64_t start, end;                /* instants */
	int64_t local_start, local_end;    /* as the zone's clocks show them, or as it was written: civil times read as UTC */
	enum zone_fit start_fit, end_fit;
};

enum span_fault span_read(const struct span_words *words, const struct zone *zone, struct span *ret_span);
/* One moment: an instant, a wall clock time, or a day (its midnight on the wall clock). False: none of them. */
bool span_read_moment(const char *text, const struct zone *zone, int64_t *ret_instant, int64_t *ret_local, enum zone_fit *ret_fit);
/* The same without days. text may be NULL. */
bool span_read_time(const char *text, const struct zone *zone, int64_t *ret_instant, int64_t *ret_local, enum zone_fit *ret_fit);
/* True when it is a time but for a fraction of a second, which is refused: instants are whole seconds. text may be NULL. */
bool span_has_fraction(const char *text);
/* True when the text needs a zone to be an instant. */
bool span_is_local(const char *text);

#endif
