/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SECONDS_A_DAY = 86400 };

static int64_t clock_offset; /* only tests set it */

static const char *const weekday_names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

int64_t
when_days(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_divide(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void
when_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t shifted = days + 719468;
	int64_t era = floor_divide(shifted, 146097);
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;
	*ret_day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
	*ret_month = (int)(shifted_month + (shifted_month < 10 ? 3 : -9));
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

int
when_month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : lengths[month - 1];
}

bool
when_is_valid(const struct civil *civil)
{
	return civil->year >= 1 && civil->year <= 9999 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
	    civil->day <= when_month_length(civil->year, civil->month) && civil->hour >= 0 && civil->hour <= 23 &&
	    civil->minute >= 0 && civil->minute <= 59 && civil->second >= 0 && civil->second <= 59;
}

int64_t
when_from_civil(const struct civil *civil)
{
	return when_days(civil->year, civil->month, civil->day) * SECONDS_A_DAY + civil->hour * 3600 + civil->minute * 60 +
	    civil->second;
}

void
when_to_civil(int64_t instant, struct civil *ret_civil)
{
	int64_t days = floor_divide(instant, SECONDS_A_DAY);
	int seconds = (int)(instant - days * SECONDS_A_DAY);
	when_from_days(days, &ret_civil->year, &ret_civil->month, &ret_civil->day);
	ret_civil->hour = seconds / 3600;
	ret_civil->minute = seconds / 60 % 60;
	ret_civil->second = seconds % 60;
}

int
when_weekday(int64_t days)
{
	int64_t since_monday = (days + 3) % 7; /* 1970-01-01 was a Thursday */
	return (int)(since_monday < 0 ? since_monday + 7 : since_monday);
}

int64_t
when_now(void)
{
	return (int64_t)time(NULL) + clock_offset;
}

void
when_set_offset(int64_t seconds)
{
	clock_offset = seconds;
}

int64_t
when_monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads exactly `digits` digits and moves on; false leaves *at where it was. */
static bool
take_digits(const char **at, int digits, int *ret_number)
{
	int number = 0;
	for (int i = 0; i < digits; i++) {
		char byte = (*at)[i];
		if (byte < '0' || byte > '9')
			return false;
		number = number * 10 + (byte - '0');
	}
	*at += digits;
	*ret_number = number;
	return true;
}

static bool
take_char(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

static bool
take_date(const char **at, struct civil *civil)
{
	return take_digits(at, 4, &civil->year) && take_char(at, '-') && take_digits(at, 2, &civil->month) &&
	    take_char(at, '-') && take_digits(at, 2, &civil->day);
}

static bool
take_offset(const char **at, int64_t *ret_seconds)
{
	int hours, minutes;
	bool west = **at == '-';
	if (!west && **at != '+')
		return false;
	(*at)++;
	if (!take_digits(at, 2, &hours) || !take_char(at, ':') || !take_digits(at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

bool
when_parse(const char *text, int64_t *ret_instant, bool *ret_is_local)
{
	const char *at = text;
	struct civil civil = {0};
	int64_t offset = 0;
	bool local = false;
	if (!take_date(&at, &civil) || (*at != 'T' && *at != 't' && *at != ' '))
		return false;
	at++;
	if (!take_digits(&at, 2, &civil.hour) || !take_char(&at, ':') || !take_digits(&at, 2, &civil.minute))
		return false;
	if (take_char(&at, ':')) {
		if (!take_digits(&at, 2, &civil.second))
			return false;
		if (take_char(&at, '.')) {
			if (*at < '0' || *at > '9')
				return false;
			while (*at >= '0' && *at <= '9')
				at++;
		}
	}
	if (*at == 'Z' || *at == 'z')
		at++;
	else if (*at == '\0')
		local = true;
	else if (!take_offset(&at, &offset))
		return false;
	if (*at != '\0' || !when_is_valid(&civil))
		return false;
	*ret_instant = when_from_civil(&civil) - offset;
	*ret_is_local = local;
	return true;
}

bool
when_parse_date(const char *text, int64_t *ret_days)
{
	const char *at = text;
	struct civil civil = {0};
	if (!take_date(&at, &civil) || *at != '\0' || !when_is_valid(&civil))
		return false;
	*ret_days = when_days(civil.year, civil.month, civil.day);
	return true;
}

bool
when_parse_duration(const char *text, int64_t *ret_seconds)
{
	/* The order in which the units may come; weeks stand alone (RFC 5545 3.3.6). */
	static const struct {
		char unit;
		bool timed;
		int64_t seconds;
	} units[] = {{'W', false, 604800}, {'D', false, 86400}, {'H', true, 3600}, {'M', true, 60}, {'S', true, 1}};
	const char *at = text;
	int64_t total = 0;
	size_t next = 0;
	bool timed = false, any = false, weeks = false;
	if (!take_char(&at, 'P'))
		return false;
	while (*at != '\0') {
		if (!timed && take_char(&at, 'T')) {
			timed = true;
			any = false;
			continue;
		}
		int64_t number = 0;
		if (*at < '0' || *at > '9')
			return false;
		for (; *at >= '0' && *at <= '9'; at++)
			if ((number = number * 10 + (*at - '0')) > 1000000000)
				return false;
		while (next < sizeof units / sizeof units[0] && (units[next].unit != *at || units[next].timed != timed))
			next++;
		if (next == sizeof units / sizeof units[0] || weeks)
			return false;
		weeks = units[next].unit == 'W';
		total += number * units[next++].seconds;
		any = true;
		at++;
	}
	if (!any || (weeks && timed))
		return false;
	*ret_seconds = total;
	return true;
}

void
when_print(int64_t instant, char ret_text[static WHEN_TEXT_SIZE])
{
	struct civil civil;
	when_to_civil(instant, &civil);
	snprintf(ret_text, WHEN_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", civil.year, civil.month, civil.day, civil.hour,
	    civil.minute, civil.second);
}

/* Two digits; every reply bears a date, so no format is read for it. */
static char *
put_two(char *at, int number)
{
	*at++ = (char)('0' + number / 10);
	*at++ = (char)('0' + number % 10);
	return at;
}

void
when_print_http(int64_t instant, char ret_text[static WHEN_TEXT_SIZE])
{
	struct civil civil;
	when_to_civil(instant, &civil);
	char *at = ret_text;
	at = stpcpy(at, weekday_names[when_weekday(when_days(civil.year, civil.month, civil.day))]);
	at = put_two(stpcpy(at, ", "), civil.day);
	at = stpcpy(stpcpy(stpcpy(at, " "), month_names[civil.month - 1]), " ");
	at = put_two(put_two(at, civil.year / 100), civil.year % 100);
	at = put_two(stpcpy(at, " "), civil.hour);
	at = put_two(stpcpy(at, ":"), civil.minute);
	at = put_two(stpcpy(at, ":"), civil.second);
	stpcpy(at, " GMT");
}

static bool
take_month(const char **at, int *ret_month)
{
	for (int month = 1; month <= 12; month++)
		if (strncmp(*at, month_names[month - 1], 3) == 0) {
			*at += 3;
			*ret_month = month;
			return true;
		}
	return false;
}

static bool
take_clock(const char **at, struct civil *civil)
{
	return take_digits(at, 2, &civil->hour) && take_char(at, ':') && take_digits(at, 2, &civil->minute) &&
	    take_char(at, ':') && take_digits(at, 2, &civil->second);
}

/* Two-digit years more than 50 years ahead are past ones (RFC 9110 5.6.7). */
static int
rfc850_year(int two_digits)
{
	struct civil now;
	when_to_civil(when_now(), &now);
	int year = now.year / 100 * 100 + two_digits;
	return year > now.year + 50 ? year - 100 : year;
}

static bool
begins_with_weekday(const char *text)
{
	for (size_t i = 0; i < sizeof weekday_names / sizeof weekday_names[0]; i++)
		if (strncmp(text, weekday_names[i], 3) == 0)
			return true;
	return false;
}

static bool
take_http_date(const char *text, struct civil *civil)
{
	if (!begins_with_weekday(text))
		return false;
	const char *at = strchr(text, ',');
	if (at == NULL) { /* asctime: Sun Nov  6 08:49:37 1994 */
		at = strchr(text, ' ');
		if (at == NULL)
			return false;
		at++;
		if (!take_month(&at, &civil->month) || !take_char(&at, ' '))
			return false;
		bool day = take_char(&at, ' ') ? take_digits(&at, 1, &civil->day) : take_digits(&at, 2, &civil->day);
		return day && take_char(&at, ' ') && take_clock(&at, civil) && take_char(&at, ' ') &&
		    take_digits(&at, 4, &civil->year) && *at == '\0';
	}
	at++;
	if (!take_char(&at, ' ') || !take_digits(&at, 2, &civil->day))
		return false;
	if (take_char(&at, ' ')) { /* Sun, 06 Nov 1994 08:49:37 GMT */
		if (!take_month(&at, &civil->month) || !take_char(&at, ' ') || !take_digits(&at, 4, &civil->year))
			return false;
	} else { /* Sunday, 06-Nov-94 08:49:37 GMT */
		int year;
		if (!take_char(&at, '-') || !take_month(&at, &civil->month) || !take_char(&at, '-') || !take_digits(&at, 2, &year))
			return false;
		civil->year = rfc850_year(year);
	}
	return take_char(&at, ' ') && take_clock(&at, civil) && strcmp(at, " GMT") == 0;
}

bool
when_parse_http(const char *text, int64_t *ret_instant)
{
	struct civil civil = {0};
	if (!take_http_date(text, &civil))
		return false;
	if (civil.second == 60)
		civil.second = 59;
	if (!when_is_valid(&civil))
		return false;
	*ret_instant = when_from_civil(&civil);
	return true;
}
