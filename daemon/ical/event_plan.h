/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a wish about a series of events comes to: its rule judged, its dates listed; of a change what the series shall be and what
 * stays of the old rule; written as SQL's deciding calls read it (api.event_create, _change, _cancel). Whether the wish came as JSON
 * or as a form, who asks and what they may, it does not know.
 */
#ifndef HUBD_ICAL_EVENT_PLAN_H
#define HUBD_ICAL_EVENT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ical/plan.h"
#include "ical/recur.h"
#include "ical/span.h"

struct arena;
struct json_writer;

/* When an event is. */
struct event_times {
	const struct zone *zone;
	bool is_all_day;
	struct span span;
};

struct event_words {
	const struct event_times *times; /* of the date that is named; NULL: they stay */
	const char *rrule;               /* NULL or "": it stays */
	const char *const *rdates, *const *exdates; /* moments, or days: then at the time of the start */
	size_t rdate_count, exdate_count;
	bool has_rdates, has_exdates;    /* else they stay */
	bool has_rooms;                  /* the change is about rooms too */
};

struct event_plan {
	struct arena *arena;
	bool is_english;
	int64_t present;
	/* Of a change: what is stored, and the date that is named. */
	struct recur_series stored;
	const char *revision;
	int64_t named, named_start; /* local: its name, and when it begins now */
	struct plan_refusal refusal; /* set when one of the functions below says false */
};

/* One cell of a row of look_event_plan each. */
struct event_row {
	struct recur_row series;
	const char *present, *revision, *recurrence_id, *local_starts;
};
bool event_plan_read_row(struct event_plan *plan, const struct event_row *row);

/* Writes series, occurrences, extended_to. The words have times. */
bool event_plan_new(struct event_plan *plan, const struct event_words *words, struct json_writer *writer);
/*
 * Writes scope, recurrence_id, looked, and unless it is one date or only words change: series, occurrences, extended_to, shift, zone,
 * is_all_day and old_series. The times of one date are the caller's to write. "All" of a series that has begun is what is still to
 * come: then the scope becomes "following".
 */
bool event_plan_change(struct event_plan *plan, enum plan_scope scope, const struct event_words *words, struct json_writer *writer);
/* Writes scope, recurrence_id, looked, old_series. */
bool event_plan_cancel(struct event_plan *plan, enum plan_scope scope, struct json_writer *writer);

#endif
