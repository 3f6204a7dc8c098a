/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Outlook can read of a series. Its patterns are those of MS-OXCICAL 2.1.3.2.2; what else it trips over was seen in others'
 * reports (w3c/calendar#25, OutlookGoogleCalendarSync#89).
 */
#include "ical/repeat_inside.h"

enum { MOST_INSTANCES = 999 };

static int
count_bits(uint64_t set)
{
	return __builtin_popcountll(set);
}

static int
count_ordinals(const struct repeat_rule *rule)
{
	int count = 0;
	for (int i = 0; i < 7; i++)
		count += count_bits(rule->ordinals[i]) + count_bits(rule->ordinals_back[i]);
	return count;
}

static bool
has_foreign_parts(const struct repeat_rule *rule)
{
	return rule->frequency < DAILY || (rule->has & (PART_TIMES | PART_YEAR_DAY | PART_WEEK)) != 0 ||
	    count_bits(rule->month_days) + count_bits(rule->month_days_back) > 1 || count_bits(rule->months) > 1;
}

/* Looks at the instances themselves: as many as Outlook would read, and one more. */
static enum repeat_outlook
look_at_instances(struct repeat *repeat, int64_t seconds)
{
	struct repeat_instance instance;
	int64_t last = 0;
	for (int count = 0; count <= MOST_INSTANCES; count++) {
		if (repeat_next(repeat, &instance) != REPEAT_MORE)
			return REPEAT_OUTLOOK_READS;
		if (count > 0 && last + seconds > instance.local_start)
			return REPEAT_OUTLOOK_LONG;
		last = instance.local_start;
	}
	return repeat_ends(repeat) ? REPEAT_OUTLOOK_MANY : REPEAT_OUTLOOK_READS;
}

enum repeat_outlook
repeat_outlook(struct arena *arena, const struct repeat_words *words, int64_t seconds)
{
	struct repeat_rule rule;
	struct repeat_fault fault;
	struct repeat *repeat = repeat_new(arena, words, &fault);
	if (repeat == NULL || words->rrule == NULL || !repeat_read_rule(arena, words->rrule, words->is_all_day, &rule, &fault))
		return REPEAT_OUTLOOK_READS;
	if ((rule.has & PART_COUNT) && rule.count == 1)
		return REPEAT_OUTLOOK_ONCE;
	if (count_ordinals(&rule) > 1)
		return REPEAT_OUTLOOK_ORDINALS;
	if (has_foreign_parts(&rule))
		return REPEAT_OUTLOOK_PARTS;
	return look_at_instances(repeat, seconds);
}
