/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What takes place in a window of time, from a calendar that was read: each series (a master and what replaces parts of it by
 * RECURRENCE-ID) expanded and merged. It does not know where the events go.
 *
 * An override takes the place of the instance that its RECURRENCE-ID names, and comes also where there is none. One with
 * RANGE=THISANDFUTURE gives its words, its length and its shift to all later instances, up to the next such one.
 */
#ifndef HUBD_ICAL_OCCURRENCES_H
#define HUBD_ICAL_OCCURRENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ical/zone.h"

struct arena;
struct ical_calendar;
struct ical_event;

struct ical_series {
	const struct ical_event *master;           /* NULL: the file has only overrides */
	const struct ical_event *const *overrides; /* by RECURRENCE-ID */
	size_t override_count;
};

struct ical_occurrence {
	const struct ical_event *event;  /* whose words count: the master, or an override */
	int64_t start_utc, end_utc;
	int64_t start_local, end_local;  /* on the clocks of that event's repeat_zone */
	enum zone_fit fit;
	bool is_recurring;               /* one of a series */
	int64_t original_utc;            /* where the series had it: what a RECURRENCE-ID names */
	bool is_cancelled;               /* STATUS:CANCELLED */
};

struct ical_window {
	int64_t from, before; /* instants; what overlaps them is in, and what has no length and starts in them (RFC 4791 9.9) */
	size_t limit;         /* of occurrences in all */
};

struct ical_occurrences {
	struct ical_occurrence *list; /* by start, then as the file has them */
	size_t count;
	/* Why a series is not whole: its rule was refused (then it is the start alone), costs too much, or the limit was reached. */
	struct ical_incomplete {
		const struct ical_event *master;
		const char *code, *text; /* a code of ical/repeat.h, or "too-expensive", "too-many" */
	} *incomplete;
	size_t incomplete_count;
};

/* The calendar's events by UID, in the order of the file. */
struct ical_series *ical_series_group(struct arena *arena, const struct ical_calendar *calendar, size_t *ret_count);
void ical_series_occurrences(struct arena *arena, const struct ical_series *series, const struct ical_window *window,
    struct ical_occurrences *ret_occurrences);
void ical_calendar_occurrences(struct arena *arena, const struct ical_calendar *calendar, const struct ical_window *window,
    struct ical_occurrences *ret_occurrences);

#endif
