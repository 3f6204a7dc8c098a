/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See recur.h. */
#include "ical/recur.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/lines.h"
#include "ical/repeat.h"
#include "ical/write.h"

enum { DAY = 86400 };

static const struct zone *
clocks(const struct recur_series *series)
{
	return series->zone != NULL ? series->zone : zone_utc();
}

int64_t
recur_end(const struct recur_series *series, int64_t local_start, int64_t start)
{
	int64_t end = series->days == 0 ? start : zone_to_utc(clocks(series), local_start + series->days * DAY, NULL);
	return end + series->seconds;
}

int64_t
recur_horizon(const struct recur_series *series, int64_t present)
{
	int64_t start = zone_to_utc(clocks(series), series->local_start, NULL);
	return (start > present ? start : present) + (int64_t)RECUR_DAYS * DAY;
}

static bool
refuse(struct recur_dates *ret_dates, const char *code, const char *problem)
{
	ret_dates->code = code;
	ret_dates->problem = problem;
	return false;
}

static struct recur_date
date_of(const struct recur_series *series, const struct repeat_instance *instance)
{
	struct recur_date date = {.recurrence = instance->local_start, .start = instance->utc_start, .fit = instance->fit};

	date.end = instance->has_end ? instance->utc_end : recur_end(series, instance->local_start, instance->utc_start);
	date.local_start = series->is_all_day ? instance->local_start : zone_to_local(clocks(series), date.start, NULL);
	date.local_end = series->is_all_day ? instance->local_start + series->days * DAY : zone_to_local(clocks(series), date.end, NULL);
	return date;
}

/* To the end of the series, or until the horizon where it has none or is too long; what was listed until then stays right. */
static bool
list(struct arena *arena, const struct recur_series *series, struct repeat *repeat, bool is_whole, int64_t until, size_t most,
    struct recur_dates *ret_dates)
{
	struct recur_date *dates = NULL;
	struct repeat_instance instance;
	size_t before = 0;
	bool is_short = repeat_ends(repeat);
	enum repeat_step step;

	ret_dates->count = 0;
	while ((step = repeat_next(repeat, &instance)) == REPEAT_MORE) {
		before += instance.utc_start < until;
		if (instance.utc_start >= until && (!is_short || ret_dates->count == most))
			break;
		if (ret_dates->count == most)
			return refuse(ret_dates, "too-many", arena_print(arena, "It has more than %zu dates.", most));
		dates = ical_list_room(arena, dates, ret_dates->count, sizeof *dates);
		dates[ret_dates->count++] = date_of(series, &instance);
	}
	if (step == REPEAT_TOO_EXPENSIVE)
		return refuse(ret_dates, "too-expensive", arena_print(arena, "Finding its dates is too expensive (%.200s).", series->rrule));
	/* A rule that ended before it began still has its start (RFC 5545 3.8.2.4). */
	if (ret_dates->count == 0 && step == REPEAT_ENDED && is_whole && series->exdate_count == 0) {
		instance = (struct repeat_instance){.local_start = series->local_start};
		instance.utc_start = zone_to_utc(clocks(series), series->local_start, &instance.fit);
		dates = ical_list_room(arena, dates, 0, sizeof *dates);
		dates[ret_dates->count++] = date_of(series, &instance);
	}
	ret_dates->goes_on = step == REPEAT_MORE;
	if (ret_dates->goes_on)
		ret_dates->count = before;
	ret_dates->list = dates;
	return true;
}

bool
recur_expand(struct arena *arena, const struct recur_series *series, int64_t from, int64_t until, size_t most, struct recur_dates *ret_dates)
{
	struct repeat_words words = {.zone = series->zone, .local_start = series->local_start, .is_all_day = series->is_all_day, .rrule = series->rrule,
	    .keeps_start = true, .rdates = series->rdates, .rdate_count = series->rdate_count, .exdates = series->exdates,
	    .exdate_count = series->exdate_count};
	struct repeat_fault fault;

	*ret_dates = (struct recur_dates){0};
	struct repeat *repeat = repeat_new(arena, &words, &fault);
	if (repeat == NULL)
		return refuse(ret_dates, "bad-rule", arena_print(arena, "Its rule \"%.200s\" cannot be followed: %s", series->rrule, fault.text));
	if (from != INT64_MIN)
		repeat_from(repeat, from);
	return list(arena, series, repeat, from == INT64_MIN, until, most, ret_dates);
}

const char *
recur_rule_until(struct arena *arena, const char *rrule, bool is_all_day, int64_t until)
{
	char text[ICAL_TIME_SIZE];
	const char *rule = "";

	for (const char *at = rrule; *at != '\0'; at += strcspn(at, ";"), at += *at == ';')
		if (!str_starts(at, "COUNT=") && !str_starts(at, "UNTIL=") && strcspn(at, ";") > 0)
			rule = arena_print(arena, "%s%.*s;", rule, (int)strcspn(at, ";"), at);
	if (is_all_day)
		ical_print_date(until, text);
	else
		ical_print_utc(until, text);
	return arena_print(arena, "%sUNTIL=%s", rule, text);
}

const struct recur_date *
recur_find(const struct recur_dates *dates, int64_t start)
{
	size_t low = 0, high = dates->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (dates->list[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < dates->count && dates->list[low].start == start ? &dates->list[low] : NULL;
}
