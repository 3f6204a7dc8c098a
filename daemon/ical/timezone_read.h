/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The time zones of a stream: which zone a TZID of its properties means. By name where the
 * name says it; else by the VTIMEZONE's own observances, compared with well-known zones.
 */
#ifndef HUBD_ICAL_TIMEZONE_READ_H
#define HUBD_ICAL_TIMEZONE_READ_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct ical_line;
struct zone;

struct ical_timezone {
	const char *tzid;
	const struct zone *zone; /* NULL: nothing is known about it */
	const char *note;        /* a sentence when it was not plainly named; or NULL */
	bool is_own;             /* the file's own rules: no IANA zone is like it */
};

struct ical_timezones {
	struct arena *arena;
	struct ical_timezone *list;
	size_t count;
};

/* Adds the VTIMEZONE in these lines, from its BEGIN to its END. */
void ical_timezones_add(struct ical_timezones *timezones, const struct ical_line *lines, size_t count);
/* What a TZID means; never NULL. */
const struct ical_timezone *ical_timezones_find(struct ical_timezones *timezones, const char *tzid);

#endif
