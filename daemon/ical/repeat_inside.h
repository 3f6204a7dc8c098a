/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the repeat_*.c files: a rule as sets of bits, and the days that it names.
 */
#ifndef HUBD_ICAL_REPEAT_INSIDE_H
#define HUBD_ICAL_REPEAT_INSIDE_H

#include "ical/repeat.h"

enum repeat_frequency { SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY };

/* A part of a rule, and its bit in .has */
enum repeat_part {
	PART_FREQ = 1 << 0,
	PART_UNTIL = 1 << 1,
	PART_COUNT = 1 << 2,
	PART_INTERVAL = 1 << 3,
	PART_SECOND = 1 << 4,
	PART_MINUTE = 1 << 5,
	PART_HOUR = 1 << 6,
	PART_DAY = 1 << 7,
	PART_MONTH_DAY = 1 << 8,
	PART_YEAR_DAY = 1 << 9,
	PART_WEEK = 1 << 10,
	PART_MONTH = 1 << 11,
	PART_POSITION = 1 << 12,
	PART_WEEK_START = 1 << 13,
	PART_CALENDAR = 1 << 14,
	PART_SKIP = 1 << 15,
	PART_TIMES = PART_SECOND | PART_MINUTE | PART_HOUR,
	PART_DAYS = PART_DAY | PART_MONTH_DAY | PART_YEAR_DAY | PART_WEEK | PART_MONTH,
};

enum { REPEAT_WORDS = 6 }; /* bits for the 366 days of a year */

/* Bit n of a set stands for the number n; of a set "_back", for the n-th from the end (-n). */
struct repeat_rule {
	enum repeat_frequency frequency;
	unsigned has;
	int64_t interval, count;
	int64_t until;
	bool until_is_day, until_is_utc; /* else it is local */
	int week_start;                  /* 0 Monday */
	uint64_t seconds, minutes, hours, months;
	uint64_t weekdays; /* those without an ordinal; bit 0 is Monday */
	uint64_t ordinals[7], ordinals_back[7];
	uint64_t month_days, month_days_back;
	uint64_t weeks, weeks_back;
	uint64_t year_days[REPEAT_WORDS], year_days_back[REPEAT_WORDS];
	uint64_t positions[REPEAT_WORDS], positions_back[REPEAT_WORDS];
};

/* is_all_day as in the words. False: refused, the sentence is in the arena. */
bool repeat_read_rule(struct arena *arena, const char *text, bool is_all_day, struct repeat_rule *ret_rule,
    struct repeat_fault *ret_fault);
bool repeat_has_ordinals(const struct repeat_rule *rule);

enum { REPEAT_KINDS = 7 * 8 }; /* of years: by the weekday of 1 January, and whether it, the last and the next are leap years */
enum { REPEAT_LAST_DAY = 2932896 }; /* 9999-12-31 */

/* The days that a rule names, whatever its frequency and interval. */
struct repeat_days {
	struct arena *arena;
	const struct repeat_rule *rule;
	bool is_every, is_weekly;      /* all days; only the weekday counts */
	uint64_t *kinds[REPEAT_KINDS]; /* made when a year of that kind is met */
	int64_t year_begin, year_end;  /* the year at hand */
	const uint64_t *year_bits;
	int64_t steps; /* taken so far */
};

void repeat_days_init(struct repeat_days *days, struct arena *arena, const struct repeat_rule *rule);
/* The first such day in [from, to); "to" when there is none. */
int64_t repeat_days_next(struct repeat_days *days, int64_t from, int64_t to);

static inline bool
repeat_has_bit(const uint64_t *set, int number)
{
	return (set[number / 64] >> (number % 64) & 1) != 0;
}

static inline int64_t
repeat_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

#endif
