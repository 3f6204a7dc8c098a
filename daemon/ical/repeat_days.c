/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The days of a rule. Which days of a year it names depends only on what kind of year it is, so each kind's are worked out once.
 * BYWEEKNO counts a day's own week, also where that belongs to the year before or after.
 */
#include "ical/repeat_inside.h"

#include <string.h>

#include "base/arena.h"
#include "base/when.h"

struct year {
	int length;
	int first_weekday;
	int first_week;                    /* the day (0: 1 January) on which week 1 begins: -3 to 3 */
	int weeks, weeks_before, weeks_after; /* how many weeks it, the last and the next year have */
};

static bool
is_leap(int year)
{
	return when_month_length(year, 2) == 29;
}

static int
first_week_of(int first_weekday, int week_start)
{
	int into_week = (first_weekday - week_start + 7) % 7;
	return into_week <= 3 ? -into_week : 7 - into_week;
}

static int
weeks_of(int first_weekday, int length, int week_start)
{
	int next = first_week_of((first_weekday + length) % 7, week_start) + length;
	return (next - first_week_of(first_weekday, week_start)) / 7;
}

static struct year
describe(int year, int week_start)
{
	int length = is_leap(year) ? 366 : 365, length_before = is_leap(year - 1) ? 366 : 365, length_after = is_leap(year + 1) ? 366 : 365;
	int weekday = when_weekday(when_days(year, 1, 1));
	return (struct year){
	    .length = length,
	    .first_weekday = weekday,
	    .first_week = first_week_of(weekday, week_start),
	    .weeks = weeks_of(weekday, length, week_start),
	    .weeks_before = weeks_of((weekday + 7 * 53 - length_before) % 7, length_before, week_start),
	    .weeks_after = weeks_of((weekday + length) % 7, length_after, week_start),
	};
}

static bool
is_week(const struct repeat_rule *rule, const struct year *year, int day)
{
	int week, weeks = year->weeks;
	if (day < year->first_week) {
		week = weeks = year->weeks_before;
	} else {
		week = (day - year->first_week) / 7 + 1;
		if (week > year->weeks) {
			week -= year->weeks;
			weeks = year->weeks_after;
		}
	}
	return repeat_has_bit(&rule->weeks, week) || repeat_has_bit(&rule->weeks_back, weeks - week + 1);
}

/* An ordinal counts within the month or the year: "day" of "length" days, from 0. */
static bool
is_weekday(const struct repeat_rule *rule, int weekday, int day, int length)
{
	return repeat_has_bit(&rule->weekdays, weekday) || repeat_has_bit(&rule->ordinals[weekday], day / 7 + 1) ||
	    repeat_has_bit(&rule->ordinals_back[weekday], (length - 1 - day) / 7 + 1);
}

static uint64_t *
make_bits(struct arena *arena, const struct repeat_rule *rule, int number)
{
	uint64_t *bits = arena_take(arena, REPEAT_WORDS * sizeof *bits);
	struct year year = describe(number, rule->week_start);
	bool in_month = rule->frequency == MONTHLY || (rule->has & PART_MONTH) != 0;
	for (int month = 1, first = 0; month <= 12; first += when_month_length(number, month), month++) {
		int length = when_month_length(number, month);
		if ((rule->has & PART_MONTH) && !repeat_has_bit(&rule->months, month))
			continue;
		for (int day = 0; day < length; day++) {
			int of_year = first + day;
			if ((rule->has & PART_MONTH_DAY) && !repeat_has_bit(&rule->month_days, day + 1) &&
			    !repeat_has_bit(&rule->month_days_back, length - day))
				continue;
			if ((rule->has & PART_DAY) && !is_weekday(rule, (year.first_weekday + of_year) % 7, in_month ? day : of_year,
			    in_month ? length : year.length))
				continue;
			if ((rule->has & PART_YEAR_DAY) && !repeat_has_bit(rule->year_days, of_year + 1) &&
			    !repeat_has_bit(rule->year_days_back, year.length - of_year))
				continue;
			if (!(rule->has & PART_WEEK) || is_week(rule, &year, of_year))
				bits[of_year / 64] |= (uint64_t)1 << (of_year % 64);
		}
	}
	return bits;
}

void
repeat_days_init(struct repeat_days *days, struct arena *arena, const struct repeat_rule *rule)
{
	*days = (struct repeat_days){.arena = arena, .rule = rule};
	days->is_every = (rule->has & PART_DAYS) == 0;
	days->is_weekly = (rule->has & PART_DAYS) == PART_DAY && !repeat_has_ordinals(rule);
}

static void
enter_year(struct repeat_days *days, int64_t day)
{
	int year, month, day_of_month;
	when_from_days(day, &year, &month, &day_of_month);
	days->year_begin = when_days(year, 1, 1);
	days->year_end = when_days(year + 1, 1, 1);
	int kind = when_weekday(days->year_begin) * 8 + is_leap(year) * 4;
	if (days->rule->has & PART_WEEK)
		kind += is_leap(year - 1) * 2 + is_leap(year + 1);
	if (days->kinds[kind] == NULL) {
		days->kinds[kind] = make_bits(days->arena, days->rule, year);
		days->steps += 100;
	}
	days->year_bits = days->kinds[kind];
	days->steps++;
}

/* The first bit at or after "from"; 384 when there is none. */
static int
next_bit(const uint64_t *bits, int from)
{
	int word = from / 64;
	uint64_t rest = bits[word] & ~(uint64_t)0 << (from % 64);
	while (rest == 0 && ++word < REPEAT_WORDS)
		rest = bits[word];
	return rest == 0 ? REPEAT_WORDS * 64 : word * 64 + __builtin_ctzll(rest);
}

int64_t
repeat_days_next(struct repeat_days *days, int64_t from, int64_t to)
{
	if (from >= to || days->is_every)
		return from < to ? from : to;
	if (days->is_weekly) {
		unsigned today = (unsigned)when_weekday(from), set = (unsigned)days->rule->weekdays;
		int64_t found = from + __builtin_ctz((set | set << 7) >> today);
		return found < to ? found : to;
	}
	while (from < to) {
		if (from < days->year_begin || from >= days->year_end)
			enter_year(days, from);
		int64_t found = days->year_begin + next_bit(days->year_bits, (int)(from - days->year_begin));
		if (found < days->year_end)
			return found < to ? found : to;
		from = days->year_end;
	}
	return to;
}
