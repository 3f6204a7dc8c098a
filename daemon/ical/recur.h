/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A series' dates: what repeat.h names, with the end of each, up to a horizon and a number. What is stored of a series goes in,
 * what is stored of its dates comes out. It knows no override, no room and no clock.
 */
#ifndef HUBD_ICAL_RECUR_H
#define HUBD_ICAL_RECUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ical/zone.h"

struct arena;
struct json_writer;
struct repeat_date;

/* Of a series at most this many dates are stored: one a day for 27 years. */
enum { RECUR_DATES = 10000, RECUR_DAYS = 400 };

struct recur_series {
	const struct zone *zone; /* on whose clocks local times are; NULL: UTC */
	bool is_all_day;
	int64_t local_start;     /* DTSTART: always the first date (RFC 5545 3.8.5.3 leaves it open where the rule does not name it) */
	int64_t days, seconds;   /* how long each date is: the calendar's days, then elapsed time (RFC 5545 3.3.6) */
	const char *rrule;       /* NULL: dates without a rule */
	const struct repeat_date *rdates, *exdates;
	size_t rdate_count, exdate_count;
};

struct recur_date {
	int64_t recurrence; /* where the rule has it, local: its name for life */
	int64_t start, end; /* instants */
	int64_t local_start, local_end;
	enum zone_fit fit;
};

/* Until when the dates of a series that goes on are stored: 400 days from now, or from its start. */
int64_t recur_horizon(const struct recur_series *series, int64_t present);

struct recur_dates {
	const struct recur_date *list; /* in time order */
	size_t count;
	bool goes_on;                  /* further ones may start at or after the horizon */
	const char *problem;           /* why there is no list: an English sentence */
	const char *code;              /* "bad-rule", "too-expensive", "too-many" */
};

/*
 * The dates that start in [from, until), instants (INT64_MIN: from the first on); at most "most" of them. False: ret_dates says why. A series that ends is listed
 * to its end whatever the horizon, where that is within "most".
 */
bool recur_expand(struct arena *arena, const struct recur_series *series, int64_t from, int64_t until, size_t most, struct recur_dates *ret_dates);
/* The rule with another end: without COUNT, and with UNTIL at this instant (of whole days: local midnight). */
const char *recur_rule_until(struct arena *arena, const char *rrule, bool is_all_day, int64_t until);
/* The date that starts at this instant; NULL: there is none. */
const struct recur_date *recur_find(const struct recur_dates *dates, int64_t start);
/* When what begins at this local time ends, by the series' length. */
int64_t recur_end(const struct recur_series *series, int64_t local_start, int64_t start);

/*
 * How SQL keeps it. The rule: {"rrule", "rdates", "exdates", "local_start", "local_end", "days", "seconds"}; a date:
 * [name, start, end, local start, local end], for there are thousands of them.
 */
void recur_put_rule(struct json_writer *writer, const char *name, const struct recur_series *series);
void recur_put_dates(struct json_writer *writer, const char *name, const struct recur_dates *dates);

/* The same as the columns of a row; rdates and exdates are lists in JSON. False: the zone is unknown, or a text is none of ours. */
struct recur_row {
	const char *zone, *series_start, *rrule, *rdates, *exdates;
	bool is_all_day;
	int64_t days, seconds;
};
bool recur_read_row(struct arena *arena, const struct recur_row *row, struct recur_series *ret_series);

#endif
