/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is read from a calendar or schedule file, as plain structs that the arena owns. Texts
 * are unescaped UTF-8 without control characters but line feeds. NULL: the file says nothing.
 *
 * A "note" is a sentence on something odd in an event that did come in; "skipped" is one that
 * did not. Codes are stable words for programs, the sentences are for people.
 */
#ifndef HUBD_ICAL_EVENT_H
#define HUBD_ICAL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct repeat_date;
struct zone;

struct ical_note {
	const char *code; /* "no-uid", "no-end", "floating", "gap", "fold", "zone", "errors", ... */
	const char *text;
};

struct ical_event {
	const char *uid; /* never NULL: derived from start, summary and location where there was none */
	int64_t sequence;
	size_t line; /* of the file, from 1 */

	const char *summary; /* never NULL, may be "" */
	const char *description, *location, *url, *organizer_name;
	const char *const *categories;
	size_t category_count;
	const char *status; /* "CONFIRMED", "TENTATIVE", "CANCELLED" or NULL */
	const char *class;  /* "PUBLIC", "PRIVATE", "CONFIDENTIAL" or NULL */
	const char *transp; /* "OPAQUE", "TRANSPARENT" or NULL */
	bool has_geo;
	double latitude, longitude;

	/*
	 * The end is exclusive and never before the start. Local times are civil times read as
	 * UTC; those of an all-day event are midnights.
	 */
	bool is_all_day;
	int64_t start_utc, end_utc;
	int64_t start_local, end_local; /* on the clocks of zone_id, or of the zone it was resolved in */
	const char *zone_id; /* an IANA id, "UTC"; NULL: floating (resolved in the calendar's zone) or all-day (in the default zone) */

	/* Recurrence, as the file has it. */
	bool has_recurrence; /* RRULE or RDATE */
	const char *rrule;   /* "FREQ=WEEKLY;..." */
	const char *const *rdates, *const *exdates; /* content lines: "EXDATE;TZID=Europe/Berlin:2026..." */
	size_t rdate_count, exdate_count;
	const char *recurrence_id; /* the value as written: this event replaces one of its series */
	int64_t recurrence_utc;    /* the same, resolved */
	bool is_this_and_future;

	/*
	 * The same, resolved for ical/occurrences.h and ical/repeat.h. repeat_zone may be the file's own; whole days repeat on the
	 * default zone's. An instance lasts so many days by the calendar, then so many seconds (RFC 5545 3.8.5.3: DTEND says
	 * exactly how long, DURATION in the words' sense). recurrence_local is on the clocks of the RECURRENCE-ID's own zone.
	 */
	const struct zone *repeat_zone;
	int64_t repeat_local;
	int64_t length_days, length_seconds;
	const struct repeat_date *extra_dates, *left_out_dates;
	size_t extra_date_count, left_out_date_count;
	int64_t recurrence_local;
	bool recurrence_is_day;

	/* Well-formed content lines, unfolded, that are not interpreted here (ATTACH, CONTACT, X-...). */
	const char *const *kept;
	size_t kept_count;

	const struct ical_note *notes;
	size_t note_count;
};

struct ical_skipped {
	struct ical_note reason;
	const char *uid, *summary; /* may be NULL */
	size_t line;
};

struct ical_calendar {
	const char *name; /* may be NULL */
	const char *zone_id; /* in which floating times were resolved: the file's own or the default */
	const struct ical_event *events;
	size_t count;
	const struct ical_skipped *skipped;
	size_t skipped_count;
	const struct ical_note *notes; /* about the whole file */
	size_t note_count;
	size_t error_count; /* properties that could not be read and were left out */
};

#endif
