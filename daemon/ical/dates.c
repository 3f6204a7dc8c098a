/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/dates.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/when.h"
#include "ical/zone.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static const char *const weekdays[2][7] = {
	{"Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"},
	{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}};
static const char *const short_weekdays[2][7] = {
	{"Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"}, {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}};
static const char *const months[2][12] = {
	{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
	{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}};

static int64_t
day_of(int64_t local)
{
	return local >= 0 ? local / DAY : -((-local + DAY - 1) / DAY);
}

static int
weekday_of(int64_t local)
{
	return when_weekday(day_of(local));
}

int64_t
dates_local(const char *zone, int64_t instant)
{
	const struct zone *found = zone == NULL ? NULL : zone_find(zone);
	return zone_to_local(found != NULL ? found : zone_utc(), instant, NULL);
}

int64_t
dates_read(const char *text)
{
	int64_t instant = 0;
	bool is_local;
	return text != NULL && when_parse(text, &instant, &is_local) ? instant : 0;
}

void
dates_print_date(int64_t local, char ret_text[static DATES_DATE_SIZE])
{
	int year, month, day;
	when_from_days(day_of(local), &year, &month, &day);
	snprintf(ret_text, DATES_DATE_SIZE, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
}

/* ---- dates ---- */

const char *
dates_date(const struct dates *dates, int64_t local)
{
	struct civil civil;
	when_to_civil(local, &civil);
	return arena_print(dates->arena, dates->is_english ? "%s %d %s %d" : "%s, %d. %s %d", weekdays[dates->is_english][weekday_of(local)],
	    civil.day, months[dates->is_english][civil.month - 1], civil.year);
}

const char *
dates_short_date(const struct dates *dates, int64_t local)
{
	struct civil civil;
	when_to_civil(local, &civil);
	return arena_print(dates->arena, dates->is_english ? "%s %d %s" : "%s %d. %s", short_weekdays[dates->is_english][weekday_of(local)],
	    civil.day, months[dates->is_english][civil.month - 1]);
}

const char *
dates_weekday(const struct dates *dates, int64_t local)
{
	return weekdays[dates->is_english][weekday_of(local)];
}

const char *
dates_month(const struct dates *dates, int64_t local)
{
	struct civil civil;
	when_to_civil(local, &civil);
	return arena_print(dates->arena, "%s %d", months[dates->is_english][civil.month - 1], civil.year);
}

const char *
dates_day_label(const struct dates *dates, int64_t local, int64_t today)
{
	int64_t ahead = day_of(local) - day_of(today);
	struct civil civil;
	if (ahead == 0)
		return dates->is_english ? "Today" : "Heute";
	if (ahead == 1)
		return dates->is_english ? "Tomorrow" : "Morgen";
	when_to_civil(local, &civil);
	return arena_print(dates->arena, dates->is_english ? "%s %d %s" : "%s, %d. %s", weekdays[dates->is_english][weekday_of(local)],
	    civil.day, months[dates->is_english][civil.month - 1]);
}

/* ---- times ---- */

static const char *
print_german(struct arena *arena, const struct civil *civil)
{
	return civil->minute == 0 ? arena_print(arena, "%d", civil->hour) : arena_print(arena, "%d:%02d", civil->hour, civil->minute);
}

/* Without am and pm; 0 and 12 are 12. */
static const char *
print_english(struct arena *arena, const struct civil *civil)
{
	int hour = civil->hour % 12 == 0 ? 12 : civil->hour % 12;
	return civil->minute == 0 ? arena_print(arena, "%d", hour) : arena_print(arena, "%d:%02d", hour, civil->minute);
}

static const char *
half_of(const struct civil *civil)
{
	return civil->hour < 12 ? "am" : "pm";
}

static const char *
english_time(struct arena *arena, const struct civil *civil)
{
	if (civil->minute == 0 && civil->hour % 12 == 0)
		return civil->hour == 0 ? "midnight" : "noon";
	return arena_print(arena, "%s %s", print_english(arena, civil), half_of(civil));
}

const char *
dates_time(const struct dates *dates, int64_t local)
{
	struct civil civil;
	when_to_civil(local, &civil);
	if (dates->is_english)
		return english_time(dates->arena, &civil);
	return arena_print(dates->arena, "%s Uhr", print_german(dates->arena, &civil));
}

const char *
dates_clock(const struct dates *dates, int64_t local)
{
	struct civil civil;
	when_to_civil(local, &civil);
	return arena_print(dates->arena, "%02d:%02d", civil.hour, civil.minute);
}

static const char *
english_times(struct arena *arena, const struct civil *from, const struct civil *to)
{
	bool is_word = (from->minute == 0 && from->hour % 12 == 0) || (to->minute == 0 && to->hour % 12 == 0);
	if (is_word || from->hour / 12 != to->hour / 12)
		return arena_print(arena, "%s to %s", english_time(arena, from), english_time(arena, to));
	return arena_print(arena, "%s to %s %s", print_english(arena, from), print_english(arena, to), half_of(to));
}

const char *
dates_times(const struct dates *dates, int64_t start, int64_t end)
{
	struct civil from, to;
	if (end <= start)
		return dates_time(dates, start);
	when_to_civil(start, &from);
	when_to_civil(end, &to);
	if (dates->is_english)
		return english_times(dates->arena, &from, &to);
	bool is_midnight = to.hour == 0 && to.minute == 0 && day_of(end) > day_of(start);
	return arena_print(dates->arena, "%s bis %s Uhr", print_german(dates->arena, &from), is_midnight ? "24" : print_german(dates->arena, &to));
}

/* True where both lie on one day; midnight at its end still belongs to it. */
static bool
is_one_day(int64_t start, int64_t end)
{
	return end <= start || day_of(start) == day_of(end - 1);
}

const char *
dates_span(const struct dates *dates, int64_t start, int64_t end)
{
	const char *comma = ", ", *to = dates->is_english ? " to " : " bis ";
	if (is_one_day(start, end))
		return arena_print(dates->arena, "%s%s%s", dates_date(dates, start), comma, dates_times(dates, start, end));
	return arena_print(dates->arena, "%s%s%s%s%s%s%s", dates_date(dates, start), comma, dates_time(dates, start), to,
	    dates_date(dates, end), comma, dates_time(dates, end));
}

const char *
dates_days(const struct dates *dates, int64_t start, int64_t end)
{
	if (is_one_day(start, end))
		return dates_date(dates, start);
	return arena_print(dates->arena, "%s%s%s", dates_date(dates, start), dates->is_english ? " to " : " bis ", dates_date(dates, end - 1));
}

/* ---- durations ---- */

static const char *
count_of(struct arena *arena, int64_t count, const char *one, const char *many)
{
	return arena_print(arena, "%lld %s", (long long)count, count == 1 ? one : many);
}

const char *
dates_duration(const struct dates *dates, int64_t seconds)
{
	struct arena *arena = dates->arena;
	int64_t hours = seconds / HOUR, minutes = seconds % HOUR / MINUTE;
	const char *of_hours = dates->is_english ? count_of(arena, hours, "hour", "hours") : count_of(arena, hours, "Stunde", "Stunden");
	const char *of_minutes = dates->is_english ? count_of(arena, minutes, "minute", "minutes") : count_of(arena, minutes, "Minute", "Minuten");
	if (hours == 0)
		return of_minutes;
	return minutes == 0 ? of_hours : arena_print(arena, "%s %s", of_hours, of_minutes);
}
