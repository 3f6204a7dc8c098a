/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The footer of a TZif file: a POSIX TZ string (RFC 8536 3.3.1) with the extension that the
 * time of a change may lie up to a week outside its day.
 */
#include "ical/zone_inside.h"

#include <ctype.h>
#include <string.h>

#include "base/when.h"

enum { DAY = 86400 };

int64_t
zone_rule_at(const struct zone_rule *rule, int year)
{
	int64_t days;
	if (rule->week == 0) {
		bool is_leap = when_month_length(year, 2) == 29;
		days = when_days(year, 1, 1) + rule->day;
		if (!rule->leaps && is_leap && rule->day >= 59)
			days++;
	} else {
		int64_t first = when_days(year, rule->month, 1);
		int sunday_based = (when_weekday(first) + 1) % 7;
		int day = 1 + (rule->weekday - sunday_based + 7) % 7 + 7 * (rule->week - 1);
		while (day > when_month_length(year, rule->month))
			day -= 7;
		days = first + day - 1;
	}
	return days * DAY + rule->second - rule->offset_before;
}

static bool
read_number(const char **at, int high, int *ret_number)
{
	int number = 0;
	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at) && number <= high; (*at)++)
		number = number * 10 + (**at - '0');
	if (number > high)
		return false;
	*ret_number = number;
	return true;
}

static bool
read_name(const char **at, char ret_name[static ZONE_NAME_SIZE])
{
	bool is_quoted = **at == '<';
	size_t length = 0;
	if (is_quoted)
		(*at)++;
	for (; is_quoted ? **at != '>' && **at != '\0' : isalpha((unsigned char)**at); (*at)++)
		if (length < ZONE_NAME_SIZE - 1)
			ret_name[length++] = **at;
	ret_name[length] = '\0';
	if (is_quoted && *(*at)++ != '>')
		return false;
	return length >= 3;
}

/* [+-]hh[:mm[:ss]], in seconds. */
static bool
read_time(const char **at, int *ret_seconds)
{
	int sign = 1, hours = 0, minutes = 0, seconds = 0;
	if (**at == '-' || **at == '+')
		sign = *(*at)++ == '-' ? -1 : 1;
	if (!read_number(at, 167, &hours))
		return false;
	if (**at == ':' && ((*at)++, !read_number(at, 59, &minutes)))
		return false;
	if (**at == ':' && ((*at)++, !read_number(at, 59, &seconds)))
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60 + seconds);
	return true;
}

static bool
read_month_day(const char **at, struct zone_rule *rule)
{
	(*at)++;
	return read_number(at, 12, &rule->month) && *(*at)++ == '.' && read_number(at, 5, &rule->week) && *(*at)++ == '.' &&
	    read_number(at, 6, &rule->weekday) && rule->month >= 1 && rule->week >= 1;
}

/* ,M3.5.0/2 or ,J60 or ,59 */
static bool
read_rule(const char **at, struct zone_rule *rule)
{
	if (*(*at)++ != ',')
		return false;
	if (**at == 'M') {
		if (!read_month_day(at, rule))
			return false;
	} else if (**at == 'J') {
		(*at)++;
		if (!read_number(at, 365, &rule->day) || rule->day-- == 0)
			return false;
	} else {
		rule->leaps = true;
		if (!read_number(at, 365, &rule->day))
			return false;
	}
	rule->second = 2 * 3600;
	if (**at != '/')
		return true;
	(*at)++;
	return read_time(at, &rule->second);
}

bool
zone_read_footer(const char *text, bool *ret_has_rules, struct zone_rule *ret_daylight, struct zone_rule *ret_standard,
    char ret_names[static 2 * ZONE_NAME_SIZE])
{
	struct zone_rule daylight = {0}, standard = {0};
	int west = 0;

	if (!read_name(&text, ret_names) || !read_time(&text, &west))
		return false;
	standard.offset = -west;
	standard.name = ret_names;
	*ret_has_rules = *text != '\0';
	if (*ret_has_rules) {
		west -= 3600;
		if (!read_name(&text, ret_names + ZONE_NAME_SIZE))
			return false;
		if (*text != ',' && !read_time(&text, &west))
			return false;
		daylight.offset = -west;
		if (!read_rule(&text, &daylight) || !read_rule(&text, &standard) || *text != '\0')
			return false;
	}
	daylight.name = ret_names + ZONE_NAME_SIZE;
	daylight.is_daylight = true;
	daylight.offset_before = standard.offset;
	standard.offset_before = daylight.offset;
	*ret_daylight = daylight;
	*ret_standard = standard;
	return true;
}
