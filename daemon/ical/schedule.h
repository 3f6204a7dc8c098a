/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads conference schedule files into the same events as an iCalendar stream: frab/pentabarf
 * XML, frab/pretalx JSON, and EuroPython's XML of entries.
 *
 * UIDs are the file's guid, else conference and id, so that the next edition of a programme
 * meets its own events again.
 */
#ifndef HUBD_ICAL_SCHEDULE_H
#define HUBD_ICAL_SCHEDULE_H

#include <stddef.h>

struct arena;
struct ical_calendar;
struct zone;

/* As ical_read(). The zone is the file's own where it names one, else the default. */
struct ical_calendar *schedule_read_xml(struct arena *arena, const char *bytes, size_t length,
    const struct zone *default_zone, const char **ret_error);
struct ical_calendar *schedule_read_json(struct arena *arena, const char *bytes, size_t length,
    const struct zone *default_zone, const char **ret_error);

/* Tells by the first bytes whether this is iCalendar, XML or JSON, and reads it. */
struct ical_calendar *ical_read_any(struct arena *arena, const char *bytes, size_t length,
    const struct zone *default_zone, const char **ret_error);

#endif
