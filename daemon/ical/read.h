/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads an iCalendar stream (RFC 5545) of a stranger. What would harm the parser is refused
 * before it sees it (bytes that are not UTF-8, NUL, endless lines, deep nesting, a stream that
 * breaks off); one bad event never costs the others: it lands in skipped[] with its reason.
 *
 * It expands no recurrence and judges no conflict. For one thread.
 */
#ifndef HUBD_ICAL_READ_H
#define HUBD_ICAL_READ_H

#include <stddef.h>

struct arena;
struct ical_calendar;
struct zone;

enum {
	ICAL_READ_BYTES = 64 * 1024 * 1024, /* a whole file */
	ICAL_READ_LINE = 64 * 1024,         /* a line, folded or not */
	ICAL_READ_DEPTH = 4,                /* components inside each other */
	ICAL_READ_EVENTS = 200000,
};

/*
 * default_zone is used for whole days, and for floating times unless the file names a zone itself
 * (X-WR-TIMEZONE).
 * NULL: the stream as a whole was refused, and *ret_error is one sentence in the arena.
 * A UID with several sequences is returned once, with the highest, and noted.
 */
struct ical_calendar *ical_read(struct arena *arena, const char *bytes, size_t length,
    const struct zone *default_zone, const char **ret_error);

#endif
