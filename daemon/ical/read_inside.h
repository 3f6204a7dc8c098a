/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between read.c, which walks a stream, and read_event.c, which reads one VEVENT of it.
 */
#ifndef HUBD_ICAL_READ_INSIDE_H
#define HUBD_ICAL_READ_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "ical/event.h"

struct arena;
struct ical_line;
struct ical_timezones;
struct zone;

struct ical_reading {
	struct arena *arena;
	const struct zone *zone;     /* for floating times: the file's own, or the default */
	const struct zone *day_zone; /* for whole days: the default */
	struct ical_timezones *timezones;
	size_t error_count;
};

/*
 * The VEVENT in these lines, from its BEGIN to its END. False: it cannot come in, ret_skipped
 * says why. ret_stamp is when the file says that it was last revised ("" where it does not).
 */
bool ical_read_event(struct ical_reading *reading, const struct ical_line *lines, size_t count, struct ical_event *ret_event,
    const char **ret_stamp, struct ical_skipped *ret_skipped);

/* Adds the values of an RDATE or EXDATE line to a list, for a series on the clocks of a zone; those that are no dates are counted. */
struct ical_dates {
	struct repeat_date *list;
	size_t count, bad_count;
};
void ical_read_dates(struct ical_reading *reading, const struct ical_line *line, const struct zone *zone, bool is_all_day,
    struct ical_dates *dates);

void ical_note(struct arena *arena, const struct ical_note **notes, size_t *count, const char *code, const char *text);
/* For events without a UID: the same for the same start, summary and location. */
const char *ical_derive_uid(struct arena *arena, int64_t start_utc, const char *summary, const char *location);
/* A calendar of what was read: of several events with one UID and RECURRENCE-ID the highest SEQUENCE, then stamp, then the last. */
struct ical_calendar *ical_gather(struct arena *arena, const struct ical_event *events, const char *const *stamps, size_t count,
    const struct ical_skipped *skipped, size_t skipped_count);
/* A copy without control characters but \n and \t, and without blanks around it; NULL when nothing is left. */
const char *ical_clean(struct arena *arena, const char *text);

#endif
