/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The events of a file as they are stored: a series is its master with the overrides that name its UID, a single event stands alone.
 * What hubd cannot store as one series becomes several: from a RANGE=THISANDFUTURE on a series goes on as another one, and an
 * override without its master comes in as a single event. It judges nothing and stores nothing.
 */
#ifndef HUBD_ICAL_INTAKE_H
#define HUBD_ICAL_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ical/recur.h"

struct arena;
struct ical_calendar;
struct ical_event;

struct ical_override {
	const struct ical_event *event; /* times and words of this one date */
	int64_t recurrence;             /* which: as in struct recur_date */
};

struct ical_taken {
	const struct ical_event *event; /* a single one, or the master */
	const char *uid;                /* the event's, or one derived from it */
	bool repeats;                   /* else what follows is empty */
	const char *zone_id;            /* of recur.zone; NULL as in the event */
	struct recur_series recur;      /* ready to be stored: every date is local, the rule is written one way */
	struct recur_dates dates;       /* without those that have an override */
	int64_t horizon;                /* until when they were listed, where they go on */
	const struct ical_override *overrides;
	size_t override_count;
};

struct ical_intake {
	const struct ical_taken *list; /* in the order of the file */
	size_t count;
};

/*
 * Dates are listed until the horizon (recur.h), those of a series that ends to its end. What cannot come in is added to the calendar's
 * skipped, remarks to its notes.
 */
struct ical_intake ical_take_in(struct arena *arena, struct ical_calendar *calendar, int64_t present);

#endif
