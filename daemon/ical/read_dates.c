/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RDATE and EXDATE (RFC 5545 3.8.5): lists of dates, times and periods. From the lines themselves: libical drops periods.
 */
#include "ical/read_inside.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/lines.h"
#include "ical/repeat.h"
#include "ical/timezone_read.h"
#include "ical/zone.h"

enum { DAY = 86400 };

/* A line's values and how they are to be understood. */
struct dates_reading {
	const struct zone *zone;   /* the series' */
	const struct zone *own;    /* that of the line's TZID; the series' where it has none */
	bool is_all_day;
};

/* The time on the series' clocks where it was written by them, else as an instant. */
static bool
read_date(const struct dates_reading *r, const char *text, struct repeat_date *ret)
{
	struct repeat_date date = {0};
	if (!repeat_read_time(text, &date.at, &date.is_day, &date.is_utc))
		return false;
	if (!date.is_day && !date.is_utc && r->own != r->zone) {
		date.at = zone_to_utc(r->own, date.at, NULL);
		date.is_utc = true;
	}
	if (r->is_all_day) {
		/* A time beside whole days means its day; midnight in UTC was meant as a date. */
		if (date.is_utc && date.at % DAY != 0)
			date.at = zone_to_local(r->zone, date.at, NULL);
		date.at -= (date.at % DAY + DAY) % DAY;
		date.is_day = true;
		date.is_utc = false;
	}
	*ret = date;
	return true;
}

static int64_t
to_utc(const struct dates_reading *r, const struct repeat_date *date)
{
	return date->is_utc ? date->at : zone_to_utc(r->zone, date->at, NULL);
}

/* The part of a PERIOD behind its slash: an end, or a duration. */
static bool
read_period_end(const struct dates_reading *r, const char *text, struct repeat_date *date)
{
	struct repeat_date end;
	int64_t seconds;
	date->has_end = true;
	if (*text == 'P' || *text == '+') {
		if (!when_parse_duration(text + (*text == '+'), &seconds))
			return false;
		date->end_utc = to_utc(r, date) + seconds;
		return true;
	}
	if (!read_date(r, text, &end))
		return false;
	date->end_utc = to_utc(r, &end);
	return date->end_utc >= to_utc(r, date);
}

static bool
read_value(const struct dates_reading *r, char *text, struct repeat_date *ret)
{
	char *slash = strchr(text, '/');
	if (slash != NULL)
		*slash = '\0';
	return read_date(r, text, ret) && (slash == NULL || read_period_end(r, slash + 1, ret));
}

void
ical_read_dates(struct ical_reading *reading, const struct ical_line *line, const struct zone *zone, bool is_all_day,
    struct ical_dates *dates)
{
	struct dates_reading r = {.zone = zone, .own = zone, .is_all_day = is_all_day};
	const char *tzid = ical_line_param(reading->arena, line, "TZID");
	if (line->value == NULL || *line->value == '\0')
		return;
	if (tzid != NULL && *tzid != '\0') {
		const struct zone *own = ical_timezones_find(reading->timezones, tzid)->zone;
		r.own = own == NULL ? zone : own;
	}
	char *rest = arena_text(reading->arena, line->value);
	for (char *item; (item = strsep(&rest, ",")) != NULL;) {
		struct repeat_date date;
		if (!read_value(&r, item, &date)) {
			dates->bad_count++;
			continue;
		}
		dates->list = ical_list_room(reading->arena, dates->list, dates->count, sizeof *dates->list);
		dates->list[dates->count++] = date;
	}
}
