/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/timezone_read.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/lines.h"
#include "ical/zone.h"

enum {
	DAY = 86400,
	LAST_YEAR = 2100,   /* observances are followed this far */
	CHANGES = 2000,     /* and no further than so many of them */
	COMPARE_FROM = 2020, COMPARE_TO = 2030,
	ZONES = 200,
};

/* Zones that a file without a usable name is compared with, the likeliest first. */
static const char *const well_known[] = {"Europe/Berlin", "Europe/London", "Europe/Helsinki", "America/New_York", "America/Chicago",
    "America/Denver", "America/Los_Angeles", "America/Halifax", "America/Sao_Paulo", "Australia/Sydney", "Australia/Adelaide",
    "Pacific/Auckland", "Asia/Jerusalem", "Africa/Cairo"};

static const char *const weekday_words[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

struct changes {
	struct zone_change list[CHANGES];
	size_t count;
};

/* One STANDARD or DAYLIGHT. */
struct observance {
	int offset_before, offset;
	bool has_offsets, has_start, is_daylight;
	struct civil start;
	int month, ordinal, weekday, first_day; /* its yearly rule; month 0: none */
	int64_t until;
};

/* 20261025T030000, with or without Z, or 20261025; anything else is not read. */
static bool
read_stamp(const char *text, struct civil *ret)
{
	struct civil civil = {0};
	int length = 0;
	int read = sscanf(text, "%4d%2d%2dT%2d%2d%2d%n", &civil.year, &civil.month, &civil.day, &civil.hour, &civil.minute, &civil.second,
	    &length);
	bool is_day = read == 3 && strlen(text) == 8;
	if (!is_day && (read != 6 || length != 15))
		return false;
	if (!when_is_valid(&civil))
		return false;
	*ret = civil;
	return true;
}

static bool
read_offset(const char *text, int *ret)
{
	unsigned hours, minutes, seconds = 0;
	if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2u%2u%2u", &hours, &minutes, &seconds) < 2)
		return false;
	if (hours > 23 || minutes > 59 || seconds > 59)
		return false;
	*ret = (int)(hours * 3600 + minutes * 60 + seconds) * (*text == '-' ? -1 : 1);
	return true;
}

/* -1SU, 2SU, SU */
static void
read_weekday(const char *text, struct observance *observance)
{
	char *end;
	long ordinal = strtol(text, &end, 10);
	for (int i = 0; i < 7; i++)
		if (str_equal_nocase(end, weekday_words[i]) && ordinal >= -5 && ordinal <= 5) {
			observance->weekday = i;
			observance->ordinal = (int)ordinal;
		}
}

static void
read_rule(struct arena *arena, const char *value, struct observance *observance)
{
	struct civil until;
	char *save = NULL, *copy = arena_text(arena, value);
	observance->weekday = -1;
	for (char *part = strtok_r(copy, ";", &save); part != NULL; part = strtok_r(NULL, ";", &save)) {
		if (str_starts(part, "BYMONTH="))
			observance->month = atoi(part + 8);
		else if (str_starts(part, "BYDAY="))
			read_weekday(part + 6, observance);
		else if (str_starts(part, "BYMONTHDAY="))
			observance->first_day = atoi(part + 11);
		else if (str_starts(part, "UNTIL=") && read_stamp(part + 6, &until))
			observance->until = when_from_civil(&until);
		else if (str_starts(part, "FREQ=") && strcmp(part, "FREQ=YEARLY") != 0)
			observance->month = -1;
	}
	bool is_whole = observance->weekday >= 0 && (observance->ordinal != 0 || (observance->first_day >= 1 && observance->first_day <= 25));
	if (observance->month < 1 || observance->month > 12 || !is_whole)
		observance->month = 0;
}

/* The day of a yearly rule, as days since 1970. */
static int64_t
rule_day(const struct observance *observance, int year)
{
	int length = when_month_length(year, observance->month);
	int64_t first = when_days(year, observance->month, 1);
	if (observance->ordinal < 0) {
		int64_t last = first + length - 1;
		return last - (when_weekday(last) - observance->weekday + 7) % 7 + 7 * (observance->ordinal + 1);
	}
	int64_t from = observance->ordinal > 0 ? first + 7 * (observance->ordinal - 1) : first + observance->first_day - 1;
	return from + (observance->weekday - when_weekday(from) + 7) % 7;
}

static void
add_change(struct changes *changes, const struct observance *observance, int64_t local)
{
	if (changes->count == CHANGES)
		return;
	changes->list[changes->count++] = (struct zone_change){.at = local - observance->offset_before,
	    .offset_before = observance->offset_before, .offset = observance->offset, .is_daylight = observance->is_daylight,
	    .name = observance->is_daylight ? "DST" : "STD"};
}

static void
add_dates(struct arena *arena, struct changes *changes, const struct observance *observance, const char *value)
{
	struct civil civil;
	char *save = NULL, *copy = arena_text(arena, value);
	for (char *part = strtok_r(copy, ",", &save); part != NULL; part = strtok_r(NULL, ",", &save))
		if (read_stamp(part, &civil))
			add_change(changes, observance, when_from_civil(&civil));
}

static void
add_observance(struct arena *arena, struct changes *changes, const struct ical_line *lines, size_t count)
{
	struct observance observance = {.is_daylight = ical_line_begins(&lines[0], "DAYLIGHT"), .until = INT64_MAX};
	int seen = 0;
	for (size_t i = 1; i < count; i++) {
		const char *value = lines[i].value;
		if (value == NULL)
			continue;
		if (ical_line_is(&lines[i], "TZOFFSETFROM"))
			seen |= read_offset(value, &observance.offset_before) ? 1 : 0;
		else if (ical_line_is(&lines[i], "TZOFFSETTO"))
			seen |= read_offset(value, &observance.offset) ? 2 : 0;
		else if (ical_line_is(&lines[i], "DTSTART"))
			seen |= read_stamp(value, &observance.start) ? 4 : 0;
		else if (ical_line_is(&lines[i], "RRULE"))
			read_rule(arena, value, &observance);
	}
	if (seen != 7)
		return;
	int64_t start = when_from_civil(&observance.start);
	add_change(changes, &observance, start);
	for (size_t i = 1; i < count; i++)
		if (lines[i].value != NULL && ical_line_is(&lines[i], "RDATE"))
			add_dates(arena, changes, &observance, lines[i].value);
	for (int year = observance.start.year; observance.month != 0 && year <= LAST_YEAR; year++) {
		int64_t local = rule_day(&observance, year) * DAY + (start % DAY + DAY) % DAY;
		if (local > start && local - observance.offset_before <= observance.until)
			add_change(changes, &observance, local);
	}
}

static int
compare_changes(const void *a, const void *b)
{
	const struct zone_change *left = a, *right = b;
	return left->at < right->at ? -1 : left->at > right->at;
}

/* Whether two zones do the same in some years around now, with changes to compare. */
static bool
is_alike(const struct zone *a, const struct zone *b)
{
	int64_t at = when_days(COMPARE_FROM, 1, 1) * DAY, end = when_days(COMPARE_TO, 1, 1) * DAY;
	int count = 0;
	for (; at < end; count++) {
		struct zone_change left, right;
		if (!zone_next_change(a, at, &left) || !zone_next_change(b, at, &right))
			return false;
		if (left.at != right.at || left.offset != right.offset || left.offset_before != right.offset_before)
			return false;
		at = left.at;
	}
	return count > 2;
}

static void
resolve_by_rules(struct ical_timezones *timezones, struct ical_timezone *timezone, struct changes *changes)
{
	struct arena *arena = timezones->arena;
	qsort(changes->list, changes->count, sizeof changes->list[0], compare_changes);
	const struct zone *own = zone_from_changes(arena, "UTC", changes->list, changes->count);
	for (size_t i = 0; i < sizeof well_known / sizeof well_known[0]; i++) {
		const struct zone *zone = zone_find(well_known[i]);
		if (zone != NULL && is_alike(own, zone)) {
			timezone->zone = zone;
			timezone->note = arena_print(arena, "The time zone \"%.80s\" has the rules of %s, which was taken for it.",
			    timezone->tzid, zone_id(zone));
			return;
		}
	}
	timezone->zone = own;
	timezone->is_own = true;
	timezone->note = arena_print(arena, "The time zone \"%.80s\" is not known; the file's own rules were used, the times are kept in UTC.",
	    timezone->tzid);
}

static struct ical_timezone *
add(struct ical_timezones *timezones, const char *tzid)
{
	timezones->list = ical_list_room(timezones->arena, timezones->list, timezones->count, sizeof *timezones->list);
	struct ical_timezone *timezone = &timezones->list[timezones->count++];
	*timezone = (struct ical_timezone){.tzid = tzid};
	return timezone;
}

void
ical_timezones_add(struct ical_timezones *timezones, const struct ical_line *lines, size_t count)
{
	const char *tzid = NULL, *lic_location = NULL;
	struct changes *changes;
	for (size_t i = 1; i < count; i++) {
		if (ical_line_is(&lines[i], "TZID") && tzid == NULL)
			tzid = lines[i].value;
		else if (ical_line_is(&lines[i], "X-LIC-LOCATION"))
			lic_location = lines[i].value;
	}
	if (tzid == NULL || timezones->count >= ZONES)
		return;
	struct ical_timezone *timezone = add(timezones, ical_line_text(timezones->arena, tzid, NULL));
	timezone->zone = zone_find_foreign(timezone->tzid, lic_location);
	if (timezone->zone != NULL)
		return;
	changes = base_alloc(sizeof *changes);
	for (size_t i = 1; i < count; i++)
		if (ical_line_begins(&lines[i], "STANDARD") || ical_line_begins(&lines[i], "DAYLIGHT"))
			add_observance(timezones->arena, changes, &lines[i], lines[i].partner - lines[0].partner + count - i);
	if (changes->count > 0)
		resolve_by_rules(timezones, timezone, changes);
	free(changes);
}

const struct ical_timezone *
ical_timezones_find(struct ical_timezones *timezones, const char *tzid)
{
	for (size_t i = 0; i < timezones->count; i++)
		if (strcmp(timezones->list[i].tzid, tzid) == 0)
			return &timezones->list[i];
	if (timezones->count >= 2 * ZONES)
		return add(&(struct ical_timezones){.arena = timezones->arena}, tzid);
	struct ical_timezone *timezone = add(timezones, arena_text(timezones->arena, tzid));
	timezone->zone = zone_find_foreign(tzid, NULL);
	if (timezone->zone == NULL)
		timezone->note = arena_print(timezones->arena, "The time zone \"%.80s\" is not known and the file does not explain it.", tzid);
	return timezone;
}
