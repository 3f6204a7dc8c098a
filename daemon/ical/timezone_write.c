/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/timezone_write.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"
#include "base/when.h"
#include "ical/write.h"
#include "ical/zone.h"

enum {
	DAY = 86400,
	FIRST_YEAR = 1970,
	FIRST_INSTANT = 0,
	SCAN_YEAR = 2110, /* no zone's list of changes goes further */
	PRINT_SIZE = 128,
};

static const char *const weekday_words[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

/* The footer's two rules, and since which instant each has held without a break. */
struct yearly {
	struct zone_rule rules[2]; /* daylight, standard */
	int64_t since[2];
	int64_t steady; /* from here on both hold, and nothing else happens */
	char recurrence[2][PRINT_SIZE];
};

static int
year_of(int64_t instant)
{
	struct civil civil;
	when_to_civil(instant, &civil);
	return civil.year;
}

/* For a change that lies days outside its nominal day: "BYDAY=FR;BYMONTHDAY=23,24,...". */
static bool
print_shifted(const struct zone_rule *rule, int shift, char text[static PRINT_SIZE])
{
	int last_of_month = when_month_length(FIRST_YEAR, rule->month);
	int first = (rule->week == 5 ? last_of_month - 6 : 7 * rule->week - 6) + shift;
	int length = snprintf(text, PRINT_SIZE, "FREQ=YEARLY;BYMONTH=%d;BYDAY=%s;BYMONTHDAY=", rule->month,
	    weekday_words[(rule->weekday + shift + 7) % 7]);
	for (int day = first; day < first + 7; day++)
		length += snprintf(text + length, PRINT_SIZE - (size_t)length, "%s%d", day == first ? "" : ",", day);
	return first >= 1 && first + 6 <= last_of_month && rule->month != 2;
}

/* A footer's rule as an RRULE; false: iCalendar readers would not understand it. */
static bool
print_recurrence(const struct zone_rule *rule, char text[static PRINT_SIZE])
{
	int shift = rule->second >= 0 ? rule->second / DAY : -((DAY - 1 - rule->second) / DAY);
	if (rule->week == 0 || shift < -6 || shift > 6)
		return false;
	if (shift != 0)
		return print_shifted(rule, shift, text);
	snprintf(text, PRINT_SIZE, "FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", rule->month, rule->week == 5 ? -1 : rule->week,
	    weekday_words[rule->weekday]);
	return true;
}

static bool
is_of_rule(const struct zone_change *change, const struct zone_rule *rule)
{
	if (change->offset != rule->offset || change->offset_before != rule->offset_before)
		return false;
	int year = year_of(change->at);
	return change->at == zone_rule_at(rule, year) || change->at == zone_rule_at(rule, year - 1) ||
	    change->at == zone_rule_at(rule, year + 1);
}

/*
 * A change of either kind that is not its rule's own, or a year without one, breaks that rule's
 * chain; so from the later of the two beginnings on nothing but the rules happens.
 */
static void
find_since(const struct zone *zone, struct yearly *yearly)
{
	struct zone_change change;
	int last[2] = {0, 0};
	int64_t at = when_days(1800, 1, 1) * DAY, end = when_days(SCAN_YEAR, 1, 1) * DAY;

	yearly->since[0] = yearly->since[1] = INT64_MAX;
	for (; zone_next_change(zone, at, &change) && change.at < end; at = change.at) {
		int kind = change.is_daylight ? 0 : 1;
		int year = year_of(change.at + change.offset_before);
		bool is_own = is_of_rule(&change, &yearly->rules[kind]);
		if (!is_own)
			yearly->since[kind] = INT64_MAX;
		else if (last[kind] != year - 1)
			yearly->since[kind] = change.at;
		last[kind] = is_own ? year : 0;
	}
	yearly->steady = yearly->since[0] > yearly->since[1] ? yearly->since[0] : yearly->since[1];
}

/* The first onset of a rule after an instant. */
static int64_t
next_of_rule(const struct zone_rule *rule, int64_t after)
{
	int year = year_of(after) - 1;
	while (zone_rule_at(rule, year) <= after)
		year++;
	return zone_rule_at(rule, year);
}

/* Whether the rules alone, from 1970 on, tell every offset of the window. */
static bool
is_right_since_first_year(const struct zone *zone, const struct yearly *yearly, int64_t from, int64_t to)
{
	const struct zone_rule *rules = yearly->rules;
	struct zone_change state, change;
	int64_t onsets[2] = {next_of_rule(&rules[0], FIRST_INSTANT), next_of_rule(&rules[1], FIRST_INSTANT)};
	if (from < onsets[0] || from < onsets[1])
		return false;
	zone_state(zone, from, &state);
	int64_t next[2] = {next_of_rule(&rules[0], from), next_of_rule(&rules[1], from)};
	/* The rule that comes next is not the one in force. */
	if (state.offset != rules[next[0] < next[1] ? 1 : 0].offset)
		return false;
	for (int64_t at = from; at < to && at < yearly->steady; at = change.at) {
		int kind = next[0] < next[1] ? 0 : 1;
		if (!zone_next_change(zone, at, &change))
			return false;
		if (change.at > to && next[kind] > to)
			return true;
		if (change.at != next[kind] || change.offset != rules[kind].offset)
			return false;
		next[kind] = next_of_rule(&rules[kind], next[kind]);
	}
	return true;
}

static void
put_offset(struct str *out, const char *name, int offset)
{
	unsigned size = (unsigned)(offset < 0 ? -offset : offset);
	str_print(out, "%s:%c%02u%02u", name, offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
	if (size % 60 != 0)
		str_print(out, "%02u", size % 60);
	str_put(out, "\r\n");
}

static void
put_observance(struct str *out, const struct zone_change *change, const char *recurrence)
{
	const char *kind = change->is_daylight ? "DAYLIGHT" : "STANDARD";
	char start[ICAL_TIME_SIZE];
	ical_print_local(change->at + change->offset_before, start);
	ical_begin(out, kind);
	put_offset(out, "TZOFFSETFROM", change->offset_before);
	put_offset(out, "TZOFFSETTO", change->offset);
	ical_put_text(out, "TZNAME", change->name);
	ical_put_raw(out, "DTSTART", start);
	ical_put_raw(out, "RRULE", recurrence);
	ical_end(out, kind);
}

static void
put_rule(struct str *out, const struct yearly *yearly, int kind, int64_t since)
{
	const struct zone_rule *rule = &yearly->rules[kind];
	struct zone_change change = {.at = since, .offset_before = rule->offset_before, .offset = rule->offset,
	    .is_daylight = rule->is_daylight, .name = rule->name};
	put_observance(out, &change, yearly->recurrence[kind]);
}

static void
put_rules_since_first_year(struct str *out, const struct yearly *yearly)
{
	for (int kind = 0; kind < 2; kind++)
		put_rule(out, yearly, kind, next_of_rule(&yearly->rules[kind], FIRST_INSTANT));
}

/* What held at the window's begin as a single observance, then every change by itself until the rules take over. */
static void
put_changes(struct str *out, const struct zone *zone, const struct yearly *yearly, int64_t from, int64_t to)
{
	struct zone_change change;
	int64_t end = when_days(SCAN_YEAR, 1, 1) * DAY;
	zone_state(zone, from, &change);
	change.offset_before = change.offset;
	change.at = (from >= FIRST_INSTANT + DAY ? FIRST_INSTANT : when_days(1601, 1, 1) * DAY) - change.offset;
	put_observance(out, &change, NULL);
	for (int64_t at = from; zone_next_change(zone, at, &change) && change.at <= to && change.at < end; at = change.at) {
		if (yearly != NULL && change.at >= yearly->steady)
			break;
		put_observance(out, &change, NULL);
	}
	for (int kind = 0; kind < 2; kind++)
		if (yearly != NULL && to >= yearly->steady)
			put_rule(out, yearly, kind, next_of_rule(&yearly->rules[kind], yearly->steady - 1));
}

/* To what iCalendar can write. */
static int64_t
clamp(int64_t instant)
{
	int64_t low = when_days(1602, 1, 1) * DAY, high = when_days(9999, 1, 1) * DAY;
	return instant < low ? low : instant > high ? high : instant;
}

void
ical_put_vtimezone(struct str *out, const struct zone *zone, int64_t from_utc, int64_t to_utc)
{
	struct yearly yearly;
	bool has_rules = zone_rules(zone, &yearly.rules[0], &yearly.rules[1]);
	for (int kind = 0; kind < 2; kind++)
		has_rules = has_rules && print_recurrence(&yearly.rules[kind], yearly.recurrence[kind]);

	from_utc = clamp(from_utc);
	to_utc = clamp(to_utc);
	ical_begin(out, "VTIMEZONE");
	ical_put_raw(out, "TZID", zone_id(zone));
	if (has_rules)
		find_since(zone, &yearly);
	if (has_rules && from_utc >= yearly.steady) {
		put_rule(out, &yearly, 0, yearly.since[0]);
		put_rule(out, &yearly, 1, yearly.since[1]);
	} else if (has_rules && is_right_since_first_year(zone, &yearly, from_utc, to_utc)) {
		put_rules_since_first_year(out, &yearly);
	} else {
		put_changes(out, zone, has_rules ? &yearly : NULL, from_utc, to_utc);
	}
	ical_end(out, "VTIMEZONE");
}
