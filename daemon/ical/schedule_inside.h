/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the readers of single formats (schedule_xml.c, schedule_json.c) and what they have
 * in common (schedule.c): an entry as texts, and the programme that turns it into an event.
 */
#ifndef HUBD_ICAL_SCHEDULE_INSIDE_H
#define HUBD_ICAL_SCHEDULE_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ical/event.h"

struct arena;
struct zone;

/* As the file has it; NULL or "" where it says nothing. */
struct schedule_entry {
	const char *uid;      /* made by the format's reader */
	const char *date;     /* RFC 3339, with an offset */
	const char *day;      /* YYYY-MM-DD, used with start where there is no date */
	const char *start;    /* HH:MM[:SS] or HHMM */
	const char *duration; /* H:MM, H:MM:SS, minutes, or ISO 8601 */
	const char *room, *title, *subtitle, *track, *abstract, *description, *url;
	size_t line;
};

struct schedule {
	struct arena *arena;
	const struct zone *zone;
	int64_t day_change; /* seconds: an earlier start belongs to the next calendar day */
	const char *name, *slug;
	struct ical_event *events;
	struct ical_skipped *skipped;
	size_t count, skipped_count;
	const char *error;
};

/* Sets name, zone and day change from what a conference says of itself; any of them may be NULL. */
void schedule_begin(struct schedule *schedule, const char *title, const char *acronym, const char *zone_name, const char *day_change);
void schedule_add(struct schedule *schedule, const struct schedule_entry *entry);
/* NULL with *ret_error when the file was refused or holds no entry at all. */
struct ical_calendar *schedule_end(struct schedule *schedule, const char **ret_error);
/* The guid, or "id@conference", or NULL. */
const char *schedule_uid(const struct schedule *schedule, const char *guid, const char *id);

#endif
