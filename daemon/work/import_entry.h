/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An event of a file as the entry that api.import_chunk takes. Equal events give equal entries, byte for byte, because the
 * database tells by their hash whether anything changed: nothing of the moment of reading gets in.
 */
#ifndef HUBD_WORK_IMPORT_ENTRY_H
#define HUBD_WORK_IMPORT_ENTRY_H

struct ical_calendar;
struct ical_taken;
struct json_writer;

/* default_zone: in which whole days were resolved. */
void import_put_entry(struct json_writer *writer, const struct ical_calendar *calendar, const struct ical_taken *series, const char *default_zone);

#endif
