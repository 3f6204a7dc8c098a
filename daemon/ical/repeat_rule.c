/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of a rule (RFC 5545 3.3.10): read strictly, written in one form. Where the grammar forbids something, the sentence
 * says what would be right. RFC 7529's RSCALE is known, but only GREGORIAN is taken.
 */
#include "ical/repeat_inside.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/write.h"

enum { DAY = 86400, LARGEST = 1000000000 };

const char *const repeat_fault_codes[] = {"empty", "too-long", "malformed", "unknown-part", "part-twice", "no-frequency",
    "bad-frequency", "out-of-range", "bad-weekday", "bad-until", "count-and-until", "ordinal-frequency", "ordinal-and-week",
    "week-frequency", "year-day-frequency", "month-day-frequency", "position-alone", "calendar", "skip", "below-a-day", "bad-start",
    NULL};

/* By enum repeat_frequency. */
static const char *const frequencies[] = {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY", NULL};
static const char *const weekdays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU", NULL};

struct reader {
	struct arena *arena;
	struct repeat_rule *rule;
	struct repeat_fault *fault;
	bool is_all_day;
	const char *name, *value; /* of the part at hand */
};

static bool
refuse(struct reader *reader, const char *code, const char *part, const char *value, const char *text)
{
	*reader->fault = (struct repeat_fault){code, arena_text(reader->arena, part), arena_print(reader->arena, "%.60s", value), text};
	return false;
}

static int
find_word(const char *const *words, const char *text)
{
	for (int i = 0; words[i] != NULL; i++)
		if (str_equal_nocase(words[i], text))
			return i;
	return -1;
}

/* --- values --- */

static bool
read_frequency(struct reader *reader)
{
	int found = find_word(frequencies, reader->value);
	if (found < 0)
		return refuse(reader, "bad-frequency", "FREQ", reader->value, arena_print(reader->arena,
		    "FREQ=%.40s is none of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY.", reader->value));
	reader->rule->frequency = (enum repeat_frequency)found;
	return true;
}

static bool
read_number(struct reader *reader, int64_t *ret)
{
	if (strchr("+-", reader->value[0]) == NULL && str_number(reader->value, 1, LARGEST, ret))
		return true;
	return refuse(reader, "out-of-range", reader->name, reader->value, arena_print(reader->arena,
	    "%s=%.40s is not a whole number from 1 to %d.", reader->name, reader->value, LARGEST));
}

static bool
read_interval(struct reader *reader)
{
	return read_number(reader, &reader->rule->interval);
}

static bool
read_count(struct reader *reader)
{
	return read_number(reader, &reader->rule->count);
}

static bool
take_digits(const char **at, int digits, int *ret)
{
	int number = 0;
	for (int i = 0; i < digits; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		number = number * 10 + (**at - '0');
	}
	*ret = number;
	return true;
}

bool
repeat_read_time(const char *text, int64_t *ret_time, bool *ret_is_day, bool *ret_is_utc)
{
	struct civil civil = {0};
	const char *at = text;
	bool is_day = true, is_utc = false;
	if (!take_digits(&at, 4, &civil.year) || !take_digits(&at, 2, &civil.month) || !take_digits(&at, 2, &civil.day))
		return false;
	if (*at == 'T' || *at == 't') {
		at++;
		is_day = false;
		if (!take_digits(&at, 2, &civil.hour) || !take_digits(&at, 2, &civil.minute) || !take_digits(&at, 2, &civil.second))
			return false;
		civil.second -= civil.second == 60; /* RFC 5545 3.3.12: without leap seconds 60 is 59 */
		is_utc = *at == 'Z' || *at == 'z';
		at += is_utc;
	}
	if (*at != '\0' || !when_is_valid(&civil))
		return false;
	*ret_time = when_from_civil(&civil);
	*ret_is_day = is_day;
	*ret_is_utc = is_utc;
	return true;
}

static bool
read_until(struct reader *reader)
{
	struct repeat_rule *rule = reader->rule;
	if (repeat_read_time(reader->value, &rule->until, &rule->until_is_day, &rule->until_is_utc))
		return true;
	return refuse(reader, "bad-until", "UNTIL", reader->value, arena_print(reader->arena,
	    "UNTIL=%.40s is no date that exists, such as 20261231, nor an instant, such as 20261231T170000Z.", reader->value));
}

static bool
read_week_start(struct reader *reader)
{
	reader->rule->week_start = find_word(weekdays, reader->value);
	if (reader->rule->week_start >= 0)
		return true;
	return refuse(reader, "bad-weekday", "WKST", reader->value,
	    arena_print(reader->arena, "WKST=%.40s is none of MO, TU, WE, TH, FR, SA, SU.", reader->value));
}

static bool
read_calendar(struct reader *reader)
{
	if (str_equal_nocase(reader->value, "GREGORIAN"))
		return true;
	return refuse(reader, "calendar", "RSCALE", reader->value, arena_print(reader->arena,
	    "RSCALE=%.40s counts in another calendar than the Gregorian one, which alone is known here.", reader->value));
}

static bool
read_skip(struct reader *reader)
{
	if (str_equal_nocase(reader->value, "OMIT"))
		return true;
	return refuse(reader, "skip", "SKIP", reader->value, arena_print(reader->arena,
	    "SKIP=%.40s would move dates that do not exist; they are always left out here, as SKIP=OMIT says.", reader->value));
}

static bool
refuse_weekday(struct reader *reader, const char *item)
{
	return refuse(reader, "bad-weekday", "BYDAY", item, arena_print(reader->arena,
	    "\"%.20s\" in BYDAY is no weekday: MO, TU, WE, TH, FR, SA, SU, in MONTHLY and YEARLY rules with an ordinal from 1 to 53 "
	    "or -1 to -53 before it.", item));
}

/* "MO", "+1MO", "-1FR" */
static bool
read_weekday(struct reader *reader, const char *item)
{
	struct repeat_rule *rule = reader->rule;
	size_t length = strlen(item);
	int weekday = length < 2 ? -1 : find_word(weekdays, item + length - 2);
	int64_t ordinal = 0;
	if (weekday < 0)
		return refuse_weekday(reader, item);
	if (length == 2) {
		rule->weekdays |= (uint64_t)1 << weekday;
		return true;
	}
	char number[4];
	if (length > 5)
		return refuse_weekday(reader, item);
	memcpy(number, item, length - 2);
	number[length - 2] = '\0';
	if (!str_number(number, -53, 53, &ordinal) || ordinal == 0)
		return refuse_weekday(reader, item);
	if (ordinal > 0)
		rule->ordinals[weekday] |= (uint64_t)1 << ordinal;
	else
		rule->ordinals_back[weekday] |= (uint64_t)1 << -ordinal;
	return true;
}

bool
repeat_has_ordinals(const struct repeat_rule *rule)
{
	uint64_t all = 0;
	for (int i = 0; i < 7; i++)
		all |= rule->ordinals[i] | rule->ordinals_back[i];
	return all != 0;
}

/* --- lists of numbers --- */

static const struct list {
	const char *name;
	unsigned part;
	int low, high;
	size_t set, back; /* back is 0 where nothing counts from the end */
} lists[] = {
    {"BYSECOND", PART_SECOND, 0, 60, offsetof(struct repeat_rule, seconds), 0},
    {"BYMINUTE", PART_MINUTE, 0, 59, offsetof(struct repeat_rule, minutes), 0},
    {"BYHOUR", PART_HOUR, 0, 23, offsetof(struct repeat_rule, hours), 0},
    {"BYMONTHDAY", PART_MONTH_DAY, 1, 31, offsetof(struct repeat_rule, month_days), offsetof(struct repeat_rule, month_days_back)},
    {"BYYEARDAY", PART_YEAR_DAY, 1, 366, offsetof(struct repeat_rule, year_days), offsetof(struct repeat_rule, year_days_back)},
    {"BYWEEKNO", PART_WEEK, 1, 53, offsetof(struct repeat_rule, weeks), offsetof(struct repeat_rule, weeks_back)},
    {"BYMONTH", PART_MONTH, 1, 12, offsetof(struct repeat_rule, months), 0},
    {"BYSETPOS", PART_POSITION, 1, 366, offsetof(struct repeat_rule, positions), offsetof(struct repeat_rule, positions_back)},
};
enum { LISTS = sizeof lists / sizeof lists[0] };

static const struct list *
find_list(const char *name)
{
	for (size_t i = 0; i < LISTS; i++)
		if (strcmp(lists[i].name, name) == 0)
			return &lists[i];
	return NULL;
}

static uint64_t *
set_of(const struct repeat_rule *rule, size_t offset)
{
	return (uint64_t *)((uintptr_t)rule + offset);
}

static bool
read_item(struct reader *reader, const char *item)
{
	const struct list *list = find_list(reader->name);
	int64_t number;
	if (list == NULL)
		return read_weekday(reader, item);
	bool is_number = str_number(item, list->back != 0 ? -list->high : list->low, list->high, &number);
	if (!is_number || (number < list->low && number > -list->low) || (list->back == 0 && strchr("+-", *item) != NULL))
		return refuse(reader, "out-of-range", list->name, item, arena_print(reader->arena, list->back != 0 ?
		    "\"%.20s\" in %s is not a whole number from %d to %d, or from -%d to -%d." : "\"%.20s\" in %s is not a whole number from %d to %d.",
		    item, list->name, list->low, list->high, list->low, list->high));
	if (list->part == PART_SECOND && number == 60)
		number = 59;
	uint64_t *set = set_of(reader->rule, number < 0 ? list->back : list->set);
	number = number < 0 ? -number : number;
	set[number / 64] |= (uint64_t)1 << (number % 64);
	return true;
}

static bool
read_items(struct reader *reader)
{
	char *rest = arena_text(reader->arena, reader->value);
	while (rest != NULL) {
		char *item = strsep(&rest, ",");
		if (!read_item(reader, item))
			return false;
	}
	return true;
}

/* --- parts --- */

static const struct part {
	const char *name;
	unsigned part;
	bool (*read)(struct reader *reader);
} parts[] = {
    {"FREQ", PART_FREQ, read_frequency}, {"UNTIL", PART_UNTIL, read_until}, {"COUNT", PART_COUNT, read_count},
    {"INTERVAL", PART_INTERVAL, read_interval}, {"BYSECOND", PART_SECOND, read_items}, {"BYMINUTE", PART_MINUTE, read_items},
    {"BYHOUR", PART_HOUR, read_items}, {"BYDAY", PART_DAY, read_items}, {"BYWEEKDAY", PART_DAY, read_items}, /* as some write it */
    {"BYMONTHDAY", PART_MONTH_DAY, read_items}, {"BYYEARDAY", PART_YEAR_DAY, read_items}, {"BYWEEKNO", PART_WEEK, read_items},
    {"BYMONTH", PART_MONTH, read_items}, {"BYSETPOS", PART_POSITION, read_items}, {"WKST", PART_WEEK_START, read_week_start},
    {"RSCALE", PART_CALENDAR, read_calendar}, {"SKIP", PART_SKIP, read_skip},
};

static bool
read_part(struct reader *reader, char *text)
{
	char *equals = strchr(text, '=');
	if (equals == NULL || equals[1] == '\0')
		return refuse(reader, "malformed", "", text, arena_print(reader->arena,
		    "\"%.40s\" is not a part of a rule: a name, =, and a value, such as FREQ=WEEKLY; parts are separated by semicolons.", text));
	*equals = '\0';
	reader->value = equals + 1;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (!str_equal_nocase(parts[i].name, text))
			continue;
		reader->name = parts[i].name;
		if (reader->rule->has & parts[i].part)
			return refuse(reader, "part-twice", parts[i].name, reader->value, arena_print(reader->arena,
			    "%s stands twice in the rule; each part may stand once.", parts[i].name));
		reader->rule->has |= parts[i].part;
		return parts[i].read(reader);
	}
	return refuse(reader, "unknown-part", text, reader->value, arena_print(reader->arena,
	    "%.40s is no part of a rule; known are FREQ, UNTIL, COUNT, INTERVAL, BYSECOND, BYMINUTE, BYHOUR, BYDAY, BYMONTHDAY, "
	    "BYYEARDAY, BYWEEKNO, BYMONTH, BYSETPOS and WKST.", text));
}

/* --- what may stand together (the table in RFC 5545 3.3.10) --- */

static bool
is_up_to_month_without_days(const struct repeat_rule *rule)
{
	return rule->frequency == DAILY || rule->frequency == WEEKLY || rule->frequency == MONTHLY;
}

static bool
check_together(struct reader *reader)
{
	const struct repeat_rule *rule = reader->rule;
	const char *frequency = frequencies[rule->frequency];
	bool has_ordinals = repeat_has_ordinals(rule);
	if ((rule->has & PART_COUNT) && (rule->has & PART_UNTIL))
		return refuse(reader, "count-and-until", "COUNT", "", "COUNT and UNTIL exclude each other: a rule ends after a number of times or at a date.");
	if (has_ordinals && rule->frequency != MONTHLY && rule->frequency != YEARLY)
		return refuse(reader, "ordinal-frequency", "BYDAY", frequency, arena_print(reader->arena,
		    "Ordinals in BYDAY, such as 1MO, count in months and years: FREQ must be MONTHLY or YEARLY, not %s.", frequency));
	if (has_ordinals && (rule->has & PART_WEEK))
		return refuse(reader, "ordinal-and-week", "BYDAY", "", "Beside BYWEEKNO the weekdays in BYDAY have no ordinals: MO, not 1MO.");
	if ((rule->has & PART_WEEK) && rule->frequency != YEARLY)
		return refuse(reader, "week-frequency", "BYWEEKNO", frequency, arena_print(reader->arena,
		    "BYWEEKNO counts the weeks of a year: FREQ must be YEARLY, not %s.", frequency));
	if ((rule->has & PART_YEAR_DAY) && is_up_to_month_without_days(rule))
		return refuse(reader, "year-day-frequency", "BYYEARDAY", frequency, arena_print(reader->arena,
		    "BYYEARDAY does not go with FREQ=%s; FREQ=YEARLY is usual, HOURLY, MINUTELY and SECONDLY are possible.", frequency));
	if ((rule->has & PART_MONTH_DAY) && rule->frequency == WEEKLY)
		return refuse(reader, "month-day-frequency", "BYMONTHDAY", frequency,
		    "BYMONTHDAY does not go with FREQ=WEEKLY; FREQ=MONTHLY, YEARLY or DAILY would be right.");
	if ((rule->has & PART_POSITION) && !(rule->has & (PART_DAYS | PART_TIMES)))
		return refuse(reader, "position-alone", "BYSETPOS", "", "BYSETPOS chooses among what other parts name: BYDAY or another BY part has to stand beside it.");
	if (reader->is_all_day && rule->frequency < DAILY)
		return refuse(reader, "below-a-day", "FREQ", frequency, arena_print(reader->arena,
		    "Whole days cannot repeat with FREQ=%s; DAILY, WEEKLY, MONTHLY and YEARLY are possible.", frequency));
	return true;
}

/* RFC 5545 3.3.10: such parts "MUST be ignored" beside a DATE. */
static void
drop_times(struct repeat_rule *rule)
{
	rule->has &= ~(unsigned)PART_TIMES;
	rule->seconds = rule->minutes = rule->hours = 0;
}

bool
repeat_read_rule(struct arena *arena, const char *text, bool is_all_day, struct repeat_rule *ret_rule, struct repeat_fault *ret_fault)
{
	struct repeat_rule rule = {.interval = 1};
	struct reader reader = {.arena = arena, .rule = &rule, .fault = ret_fault, .is_all_day = is_all_day};
	if (*text == '\0')
		return refuse(&reader, "empty", "", "", "The rule is empty; FREQ=WEEKLY would be one.");
	if (strlen(text) > REPEAT_RULE_BYTES)
		return refuse(&reader, "too-long", "", "", arena_print(arena, "The rule is longer than %d characters.", REPEAT_RULE_BYTES));
	char *rest = arena_text(arena, text);
	while (rest != NULL) {
		char *part = strsep(&rest, ";");
		if (*part == '\0' && rest == NULL && rule.has != 0)
			break; /* some write a semicolon behind the last part too */
		if (!read_part(&reader, part))
			return false;
	}
	if (!(rule.has & PART_FREQ))
		return refuse(&reader, "no-frequency", "FREQ", "", "The rule has no FREQ: YEARLY, MONTHLY, WEEKLY or DAILY.");
	if (is_all_day)
		drop_times(&rule);
	if (!check_together(&reader))
		return false;
	*ret_rule = rule;
	return true;
}

/* --- written --- */

static void
put_name(struct str *out, const char *name)
{
	str_print(out, ";%s=", name);
}

static void
put_numbers(struct str *out, const struct repeat_rule *rule, const struct list *list)
{
	const char *between = "";
	put_name(out, list->name);
	for (int number = list->low; number <= list->high; number++)
		if (repeat_has_bit(set_of(rule, list->set), number)) {
			str_print(out, "%s%d", between, number);
			between = ",";
		}
	for (int number = list->low; list->back != 0 && number <= list->high; number++)
		if (repeat_has_bit(set_of(rule, list->back), number)) {
			str_print(out, "%s-%d", between, number);
			between = ",";
		}
}

static void
put_weekdays(struct str *out, const struct repeat_rule *rule)
{
	const char *between = "";
	put_name(out, "BYDAY");
	for (int day = 0; day < 7; day++) {
		if (repeat_has_bit(&rule->weekdays, day)) {
			str_print(out, "%s%s", between, weekdays[day]);
			between = ",";
		}
		for (int number = 1; number <= 53; number++)
			if (repeat_has_bit(&rule->ordinals[day], number)) {
				str_print(out, "%s%d%s", between, number, weekdays[day]);
				between = ",";
			}
		for (int number = 1; number <= 53; number++)
			if (repeat_has_bit(&rule->ordinals_back[day], number)) {
				str_print(out, "%s-%d%s", between, number, weekdays[day]);
				between = ",";
			}
	}
}

static void
put_until(struct str *out, const struct repeat_rule *rule, const struct repeat_words *words)
{
	const struct zone *zone = words->zone == NULL ? zone_utc() : words->zone;
	char text[ICAL_TIME_SIZE];
	put_name(out, "UNTIL");
	int64_t local = rule->until_is_utc ? zone_to_local(zone, rule->until, NULL) : rule->until;
	if (words->is_all_day)
		ical_print_date(local, text);
	else if (rule->until_is_utc)
		ical_print_utc(rule->until, text);
	else
		ical_print_utc(zone_to_utc(zone, rule->until_is_day ? local + DAY - 1 : local, NULL), text);
	str_put(out, text);
}

/*
 * Where readers of the RFC differ the rule is written out: BYWEEKNO alone means all days of the week to some and the start's weekday
 * to others; BYMONTHDAY alone, in a year, all months or the start's.
 */
static void
spell_out(struct repeat_rule *rule)
{
	if (rule->frequency != YEARLY || (rule->has & (PART_YEAR_DAY | PART_DAY)) || !(rule->has & (PART_WEEK | PART_MONTH_DAY)))
		return;
	if (!(rule->has & PART_WEEK) && !(rule->has & PART_MONTH)) {
		rule->months = 0x1ffe;
		rule->has |= PART_MONTH;
	}
	if (!(rule->has & PART_MONTH_DAY)) {
		rule->weekdays = 0x7f;
		rule->has |= PART_DAY;
	}
}

bool
repeat_print_rule(struct arena *arena, const struct repeat_words *words, struct str *out, struct repeat_fault *ret_fault)
{
	struct repeat_rule rule;
	if (!repeat_read_rule(arena, words->rrule, words->is_all_day, &rule, ret_fault))
		return false;
	spell_out(&rule);
	str_print(out, "FREQ=%s", frequencies[rule.frequency]);
	if (rule.has & PART_UNTIL)
		put_until(out, &rule, words);
	if (rule.has & PART_COUNT)
		str_print(out, ";COUNT=%lld", (long long)rule.count);
	if (rule.interval != 1)
		str_print(out, ";INTERVAL=%lld", (long long)rule.interval);
	for (size_t i = 0; i < LISTS; i++) {
		if (lists[i].part == PART_MONTH_DAY && (rule.has & PART_DAY))
			put_weekdays(out, &rule);
		if (rule.has & lists[i].part)
			put_numbers(out, &rule, &lists[i]);
	}
	if (rule.week_start != 0)
		str_print(out, ";WKST=%s", weekdays[rule.week_start]);
	return true;
}
