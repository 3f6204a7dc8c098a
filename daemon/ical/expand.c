/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/expand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"

enum { DAY = 86400, COUNT_MAX = 100000 };

/* ---- expanding ---- */

static struct repeat_words
repeat_words_of(struct arena *arena, const struct expand_words *words)
{
	struct repeat_date *rdates = arena_take(arena, (words->rdate_count + 1) * sizeof *rdates);
	for (size_t i = 0; i < words->rdate_count; i++)
		rdates[i] = (struct repeat_date){.at = words->rdates[i]};
	return (struct repeat_words){.zone = words->zone, .local_start = words->local_start,
		.rrule = words->rrule == NULL || *words->rrule == '\0' ? NULL : words->rrule, .rdates = rdates, .rdate_count = words->rdate_count};
}

/* A date whose start no clock shows keeps its length where counting on would leave none. */
static struct expand_date
date_of(const struct expand_words *words, const struct repeat_instance *instance)
{
	struct expand_date date = {.local_start = instance->local_start, .start = instance->utc_start, .fit = instance->fit};
	if (words->is_elapsed) {
		date.end = date.start + words->length;
		date.local_end = zone_to_local(words->zone, date.end, NULL);
		return date;
	}
	date.local_end = date.local_start + words->length;
	date.end = zone_to_utc(words->zone, date.local_end, NULL);
	if (date.end <= date.start)
		date.end = date.start + words->length;
	return date;
}

static bool
is_below_a_day(const char *rrule)
{
	return strncmp(rrule, "FREQ=SECONDLY", 13) == 0 || strncmp(rrule, "FREQ=MINUTELY", 13) == 0 || strncmp(rrule, "FREQ=HOURLY", 11) == 0;
}

/* Judges the rule and writes it in hubd's form. */
static enum expand_fault
read_rule(struct arena *arena, const struct repeat_words *repeat, struct expansion *dates)
{
	dates->rrule = "";
	if (repeat->rrule == NULL)
		return EXPAND_IS_RIGHT;
	struct str text = {0};
	if (!repeat_print_rule(arena, repeat, &text, &dates->fault)) {
		str_free(&text);
		return EXPAND_BAD_RULE;
	}
	dates->rrule = arena_text(arena, text.bytes);
	str_free(&text);
	if (is_below_a_day(dates->rrule))
		return EXPAND_TOO_OFTEN;
	struct repeat_words alone = *repeat;
	struct repeat_instance first = {.local_start = INT64_MIN};
	alone.rdate_count = 0;
	if (repeat_is_in_step(arena, &alone, &first))
		return EXPAND_IS_RIGHT;
	dates->has_first = first.local_start != INT64_MIN;
	dates->first = first.local_start;
	return EXPAND_OUT_OF_STEP;
}

enum expand_fault
expand_dates(struct arena *arena, const struct expand_words *words, int64_t from, int64_t until, struct expansion *ret_dates)
{
	struct repeat_words repeat_words = repeat_words_of(arena, words);
	struct repeat_instance instance;
	enum repeat_step step;
	*ret_dates = (struct expansion){.until = until};
	enum expand_fault fault = read_rule(arena, &repeat_words, ret_dates);
	if (fault != EXPAND_IS_RIGHT)
		return fault;
	struct repeat *repeat = repeat_new(arena, &repeat_words, &ret_dates->fault);
	if (repeat == NULL)
		return EXPAND_BAD_RULE;
	if (from != INT64_MIN)
		repeat_from(repeat, from);
	ret_dates->list = arena_take(arena, EXPAND_MAX * sizeof *ret_dates->list);
	while ((step = repeat_next(repeat, &instance)) == REPEAT_MORE) {
		ret_dates->goes_on = instance.utc_start >= until;
		if (ret_dates->goes_on)
			return EXPAND_IS_RIGHT;
		if (ret_dates->count == EXPAND_MAX)
			return EXPAND_TOO_MANY;
		ret_dates->list[ret_dates->count++] = date_of(words, &instance);
	}
	return step == REPEAT_ENDED ? EXPAND_IS_RIGHT : EXPAND_TOO_EXPENSIVE;
}

int64_t
expand_count_before(struct arena *arena, const struct expand_words *words, int64_t before)
{
	struct repeat_words repeat_words = repeat_words_of(arena, words);
	struct repeat_fault fault;
	struct repeat_instance instance;
	int64_t count = 0;
	repeat_words.rdate_count = 0;
	struct repeat *repeat = repeat_new(arena, &repeat_words, &fault);
	while (repeat != NULL && count < COUNT_MAX && repeat_next(repeat, &instance) == REPEAT_MORE && instance.utc_start < before)
		count++;
	return count;
}

/* ---- written for SQL ---- */

void
expand_put_instant(struct json_writer *writer, const char *name, int64_t instant)
{
	char text[WHEN_TEXT_SIZE];
	when_print(instant, text);
	json_put_text(writer, name, text);
}

void
expand_put_local(struct json_writer *writer, const char *name, int64_t local)
{
	char text[WHEN_TEXT_SIZE];
	when_print(local, text);
	text[strlen(text) - 1] = '\0'; /* without the Z: it is a wall clock time */
	json_put_text(writer, name, text);
}

void
expand_put(const struct expansion *dates, struct json_writer *writer)
{
	json_open_list(writer, "dates");
	for (size_t i = 0; i < dates->count; i++) {
		const struct expand_date *date = &dates->list[i];
		json_open_map(writer, NULL);
		expand_put_local(writer, "date", date->local_start);
		expand_put_instant(writer, "start", date->start);
		expand_put_instant(writer, "end", date->end);
		expand_put_local(writer, "local_end", date->local_end);
		if (date->fit != ZONE_FIT_EXACT)
			json_put_text(writer, "fit", date->fit == ZONE_FIT_GAP ? "gap" : "fold");
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* ---- what an edit makes of a rule ---- */

/* The value of a part of a rule, in the arena; NULL: it has none. */
static const char *
part_of(struct arena *arena, const char *rrule, const char *name)
{
	size_t length = strlen(name);
	for (const char *part = rrule; part != NULL; part = strchr(part, ';')) {
		part += *part == ';';
		if (strncmp(part, name, length) == 0 && part[length] == '=')
			return arena_print(arena, "%.*s", (int)strcspn(part + length + 1, ";"), part + length + 1);
	}
	return NULL;
}

/* The rule with another value of a part; NULL: without it. */
static const char *
with_part(struct arena *arena, const char *rrule, const char *name, const char *value)
{
	struct str text = {0};
	for (const char *part = rrule; *part != '\0';) {
		size_t length = strcspn(part, ";"), name_length = strlen(name);
		if (strncmp(part, name, name_length) != 0 || part[name_length] != '=')
			str_print(&text, "%s%.*s", text.length > 0 ? ";" : "", (int)length, part);
		part += length + (part[length] == ';');
	}
	if (value != NULL)
		str_print(&text, ";%s=%s", name, value);
	const char *result = arena_text(arena, text.bytes);
	str_free(&text);
	return result;
}

static const char *
print_until(struct arena *arena, int64_t instant)
{
	struct civil civil;
	when_to_civil(instant, &civil);
	return arena_print(arena, "%04d%02d%02dT%02d%02d%02dZ", civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second);
}

const char *
expand_rule_until(struct arena *arena, const char *rrule, int64_t before)
{
	if (*rrule == '\0')
		return rrule;
	return with_part(arena, with_part(arena, rrule, "COUNT", NULL), "UNTIL", print_until(arena, before - 1));
}

const char *
expand_rule_less(struct arena *arena, const char *rrule, int64_t count)
{
	const char *text = part_of(arena, rrule, "COUNT");
	int64_t all;
	if (text == NULL || !str_number(text, 1, INT64_MAX, &all))
		return rrule;
	return with_part(arena, rrule, "COUNT", arena_print(arena, "%lld", (long long)(all > count ? all - count : 1)));
}

/* "MO,WE" a day later is "TU,TH"; NULL when there are ordinals. */
static const char *
moved_weekdays(struct arena *arena, const char *list, int64_t days)
{
	static const char names[] = "MOTUWETHFRSASU";
	char *moved = arena_text(arena, list);
	for (char *day = moved; *day != '\0'; day += day[2] == ',' ? 3 : 2) {
		int number = 0;
		while (number < 7 && strncmp(day, names + number * 2, 2) != 0)
			number++;
		if (number == 7 || (day[2] != ',' && day[2] != '\0'))
			return NULL;
		memcpy(day, names + (size_t)(((number + days) % 7 + 7) % 7) * 2, 2);
	}
	return moved;
}

const char *
expand_rule_moved(struct arena *arena, const char *rrule, const struct zone *zone, int64_t local_before, int64_t local_after)
{
	const char *until = part_of(arena, rrule, "UNTIL"), *days = part_of(arena, rrule, "BYDAY");
	int64_t at, shift = (local_after - (local_after % DAY + DAY) % DAY - (local_before - (local_before % DAY + DAY) % DAY)) / DAY;
	bool is_day, is_utc;
	if (until != NULL && repeat_read_time(until, &at, &is_day, &is_utc) && is_utc)
		rrule = with_part(arena, rrule, "UNTIL", print_until(arena, zone_to_utc(zone, zone_to_local(zone, at, NULL) + local_after - local_before, NULL)));
	if (days != NULL && shift != 0 && strncmp(rrule, "FREQ=WEEKLY", 11) == 0) {
		const char *moved = moved_weekdays(arena, days, shift);
		rrule = moved == NULL ? rrule : with_part(arena, rrule, "BYDAY", moved);
	}
	return rrule;
}
