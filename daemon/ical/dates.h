/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dates and times in words, in German and English: what people read on pages, and what screen readers say.
 *
 * "Local" is a civil time read as UTC (base/when.h): dates_local() makes it of an instant and a zone, or of what SQL wrote
 * ("2026-03-03T14:00:00"). All texts are in the arena. It knows no page.
 */
#ifndef HUBD_ICAL_DATES_H
#define HUBD_ICAL_DATES_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

struct dates {
	struct arena *arena;
	bool is_english;
};

/* An instant on the clock of a zone ("Europe/Berlin"; one that is not known is UTC). */
int64_t dates_local(const char *zone, int64_t instant);
/* An RFC 3339 text with or without Z as seconds; 0 where it is none. */
int64_t dates_read(const char *text);

const char *dates_date(const struct dates *dates, int64_t local);       /* Dienstag, 3. März 2026 | Tuesday 3 March 2026 */
const char *dates_short_date(const struct dates *dates, int64_t local); /* Di 3. März | Tue 3 March */
const char *dates_weekday(const struct dates *dates, int64_t local);    /* Dienstag | Tuesday */
const char *dates_month(const struct dates *dates, int64_t local);      /* März 2026 | March 2026 */
const char *dates_time(const struct dates *dates, int64_t local);       /* 14 Uhr, 14:30 Uhr | 2 pm, 2:30 pm */
const char *dates_clock(const struct dates *dates, int64_t local);      /* 14:00, whatever the language: for grids */
/* 14 bis 16 Uhr | 2 to 4 pm. An end at midnight of the next day is 24 Uhr | midnight; without an end the time alone. */
const char *dates_times(const struct dates *dates, int64_t start, int64_t end);
/* Dienstag, 3. März 2026, 14 bis 16 Uhr | Tuesday 3 March 2026, 2 to 4 pm; with both dates where they differ. */
const char *dates_span(const struct dates *dates, int64_t start, int64_t end);
/* Whole days, end exclusive: Dienstag, 3. März 2026 | 3. bis 5. März 2026 */
const char *dates_days(const struct dates *dates, int64_t start, int64_t end);
/* Heute, Morgen, or the weekday with its date, seen from today. */
const char *dates_day_label(const struct dates *dates, int64_t local, int64_t today);
/* 1 Stunde 30 Minuten | 1 hour 30 minutes */
const char *dates_duration(const struct dates *dates, int64_t seconds);

enum { DATES_DATE_SIZE = 16 };
/* 2026-03-03: for <time datetime> and addresses. */
void dates_print_date(int64_t local, char ret_text[static DATES_DATE_SIZE]);

#endif
