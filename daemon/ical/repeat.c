/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The instances: periods of the rule (a year, a month, ... a second), in each its days by its times of day, of these BYSETPOS's
 * choice; then merged with RDATEs, less EXDATEs, in the order of instants.
 */
#include "ical/repeat_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/when.h"

enum {
	DAY = 86400,
	SPAN = 26 * 3600, /* no zone was ever further from UTC, and no gap longer */
	POSITIONS = 2 * 366,
	PERIOD_STEPS = 24, /* what a period with BYSETPOS may cost */
};

static const int64_t first_local = -62135596800, last_local = 253402300799; /* of the years 1 and 9999 */

/* Numbers of a set, ascending. */
struct choice {
	int count;
	uint8_t list[60];
};

/* BYSETPOS: counted from the beginning, ascending, and from the end, descending, so that both go forwards in time. */
struct positions {
	int forward_count, back_count;
	int16_t forward[366], back[366];
};

/* An EXDATE: what it is compared with, and that. */
enum exception_kind { EXCEPT_INSTANT, EXCEPT_LOCAL, EXCEPT_DAY };
struct exception {
	enum exception_kind kind;
	int64_t at;
};

/* A stretch of local time in which the clocks run at one offset, far from any change. */
struct stretch {
	int64_t begin, end;
	int offset;
};

struct repeat {
	struct arena *arena;
	const struct zone *zone;
	bool is_all_day, has_rule;
	int64_t local_start;
	struct repeat_rule rule; /* with what it leaves to DTSTART filled in */
	struct repeat_days days;
	struct choice hours, minutes, seconds;
	int64_t steps, steps_before; /* beside those of .days; up to the last instance */
	struct stretch stretch;

	/* The rule's stream: where it is in which period. */
	bool is_begun, is_over;
	bool keeps_start, owes_start; /* the start comes whatever the rule says; and has not come yet */
	int64_t counted;
	int64_t index;               /* of the period, in units of the frequency since 1970 or year 0 */
	int64_t day, day_end;        /* the day at hand, the end of the period */
	int time, time_count;        /* the next time of that day */
	struct positions *wanted;
	int64_t *positions;          /* the chosen ones of this period, ascending */
	int position, position_count;
	int64_t day_ordinal;         /* which of the period's days .day is */

	/* Streams to merge. */
	struct repeat_instance head; /* the rule's next */
	bool has_head;
	struct repeat_instance *held; /* those in a gap, which come after their neighbours or with them */
	size_t held_first, held_count, held_room;
	struct repeat_instance *extras;
	size_t extra, extra_count;
	struct exception *exceptions; /* sorted */
	size_t exception_count;
	int64_t from, last;
	bool has_last;
};

/* --- local time to instants --- */

static void
enter_stretch(struct repeat *repeat, int64_t utc)
{
	struct zone_change state, next;
	zone_state(repeat->zone, utc, &state);
	bool has_next = zone_next_change(repeat->zone, utc, &next);
	repeat->stretch = (struct stretch){
	    .begin = state.at == INT64_MIN ? INT64_MIN : state.at + state.offset + SPAN,
	    .end = has_next ? next.at + state.offset - SPAN : INT64_MAX,
	    .offset = state.offset,
	};
}

static int64_t
to_utc(struct repeat *repeat, int64_t local, enum zone_fit *ret_fit)
{
	*ret_fit = ZONE_FIT_EXACT;
	if (local >= repeat->stretch.begin && local < repeat->stretch.end)
		return local - repeat->stretch.offset;
	int64_t utc = zone_to_utc(repeat->zone, local, ret_fit);
	enter_stretch(repeat, utc);
	return utc;
}

/* --- periods --- */

static int64_t
unit_of(enum repeat_frequency frequency)
{
	return frequency == HOURLY ? 3600 : frequency == MINUTELY ? 60 : 1;
}

static int64_t
index_of_day(const struct repeat *repeat, int64_t day)
{
	int year, month, of_month;
	switch (repeat->rule.frequency) {
	case YEARLY:
	case MONTHLY:
		when_from_days(day, &year, &month, &of_month);
		return repeat->rule.frequency == YEARLY ? year : (int64_t)year * 12 + month - 1;
	case WEEKLY:
		return repeat_floor(day + 3 - repeat->rule.week_start, 7);
	default:
		return day;
	}
}

static int64_t
begin_of(const struct repeat *repeat, int64_t index)
{
	switch (repeat->rule.frequency) {
	case YEARLY:
		return when_days((int)index, 1, 1);
	case MONTHLY:
		return when_days((int)(index / 12), (int)(index % 12) + 1, 1);
	case WEEKLY:
		return index * 7 - 3 + repeat->rule.week_start;
	default:
		return index;
	}
}

/* The largest index that a period of this frequency may have. */
static int64_t
last_index(const struct repeat *repeat)
{
	if (repeat->rule.frequency < DAILY)
		return last_local / unit_of(repeat->rule.frequency);
	return index_of_day(repeat, REPEAT_LAST_DAY);
}

/* The first index of the rule's own, by its interval, that is not before "wanted". */
static int64_t
align(const struct repeat *repeat, int64_t wanted)
{
	int64_t interval = repeat->rule.interval, missing = wanted - repeat->index;
	return missing <= 0 ? repeat->index : repeat->index + (missing + interval - 1) / interval * interval;
}

static bool
may_go_on(const struct repeat *repeat)
{
	return repeat->steps + repeat->days.steps < REPEAT_STEPS;
}

/* Moves on to the first period, from this one on, with a day that the rule names. */
static enum repeat_step
settle_day(struct repeat *repeat)
{
	while (may_go_on(repeat)) {
		repeat->steps++;
		if (repeat->index > last_index(repeat))
			return REPEAT_ENDED;
		int64_t begin = begin_of(repeat, repeat->index);
		int64_t found = repeat_days_next(&repeat->days, begin < repeat->day ? repeat->day : begin, REPEAT_LAST_DAY + 1);
		if (found > REPEAT_LAST_DAY)
			return REPEAT_ENDED;
		int64_t index = index_of_day(repeat, found);
		if (index <= repeat->index) {
			repeat->day = found;
			repeat->day_end = begin_of(repeat, repeat->index + 1);
			if (repeat->day_end > REPEAT_LAST_DAY + 1)
				repeat->day_end = REPEAT_LAST_DAY + 1;
			return REPEAT_MORE;
		}
		repeat->index = align(repeat, index);
	}
	return REPEAT_TOO_EXPENSIVE;
}

/* The next number at or after this one that the set names; "high" when there is none. A set that is not given names all. */
static int
next_number(const struct repeat_rule *rule, unsigned part, uint64_t set, int from, int high)
{
	if (!(rule->has & part) || from >= high)
		return from;
	set &= ~(uint64_t)0 << from;
	return set == 0 ? high : __builtin_ctzll(set);
}

/* The first second of the day, from this one on, that BYHOUR, BYMINUTE and BYSECOND let a period begin at; DAY when none. */
static int
next_second(const struct repeat_rule *rule, int second)
{
	int hour = second / 3600, minute = second / 60 % 60, rest = second % 60;
	int found = next_number(rule, PART_HOUR, rule->hours, hour, 24);
	if (found != hour)
		return found * 3600;
	if (rule->frequency == HOURLY)
		return second;
	found = next_number(rule, PART_MINUTE, rule->minutes, minute, 60);
	if (found != minute)
		return hour * 3600 + found * 60;
	if (rule->frequency == MINUTELY)
		return second;
	return second - rest + next_number(rule, PART_SECOND, rule->seconds, rest, 60);
}

static void
fix(struct choice *choice, int number)
{
	choice->count = 1;
	choice->list[0] = (uint8_t)number;
}

static enum repeat_step
settle_time(struct repeat *repeat)
{
	enum repeat_frequency frequency = repeat->rule.frequency;
	int64_t unit = unit_of(frequency);
	while (may_go_on(repeat)) {
		repeat->steps++;
		if (repeat->index > last_index(repeat))
			return REPEAT_ENDED;
		int64_t local = repeat->index * unit, day = repeat_floor(local, DAY);
		int64_t found = repeat_days_next(&repeat->days, day, REPEAT_LAST_DAY + 1);
		if (found > REPEAT_LAST_DAY)
			return REPEAT_ENDED;
		int second = (int)(local - day * DAY);
		int wanted = found > day ? 0 : next_second(&repeat->rule, second);
		if (found == day && wanted == second) {
			fix(&repeat->hours, second / 3600);
			if (frequency <= MINUTELY)
				fix(&repeat->minutes, second / 60 % 60);
			if (frequency == SECONDLY)
				fix(&repeat->seconds, second % 60);
			repeat->day = day;
			repeat->day_end = day + 1;
			return REPEAT_MORE;
		}
		repeat->index = align(repeat, repeat_floor(found * DAY + wanted + unit - 1, unit));
	}
	return REPEAT_TOO_EXPENSIVE;
}

static int64_t
count_days(struct repeat *repeat)
{
	int64_t count = 0, day = repeat->day;
	while ((day = repeat_days_next(&repeat->days, day, repeat->day_end)) < repeat->day_end) {
		count++;
		day++;
	}
	return count;
}

/* The numbers from 0 of what BYSETPOS chooses of "total", ascending and once; two ascending rows are merged. */
static void
choose_positions(struct repeat *repeat, int64_t total)
{
	const struct positions *wanted = repeat->wanted;
	int forward = 0, back = 0;
	repeat->position = repeat->position_count = 0;
	while (forward < wanted->forward_count || back < wanted->back_count) {
		int64_t a = forward < wanted->forward_count ? wanted->forward[forward] - 1 : INT64_MAX;
		int64_t b = back < wanted->back_count ? total - wanted->back[back] : INT64_MAX;
		int64_t chosen = a < b ? a : b;
		if (chosen >= 0 && chosen < total)
			repeat->positions[repeat->position_count++] = chosen;
		forward += a == chosen;
		back += b == chosen;
	}
}

static enum repeat_step
enter_period(struct repeat *repeat)
{
	enum repeat_step step = repeat->rule.frequency < DAILY ? settle_time(repeat) : settle_day(repeat);
	if (step != REPEAT_MORE)
		return step;
	repeat->time = 0;
	repeat->day_ordinal = 0;
	repeat->time_count = repeat->hours.count * repeat->minutes.count * repeat->seconds.count;
	if (repeat->rule.has & PART_POSITION) {
		int64_t count = count_days(repeat);
		repeat->steps += 4 + count / 2 + (repeat->wanted->forward_count + repeat->wanted->back_count) / 4;
		choose_positions(repeat, count * repeat->time_count);
	}
	return REPEAT_MORE;
}

/* --- within a period --- */

static int64_t
time_of(const struct repeat *repeat, int64_t number)
{
	int64_t second = number % repeat->seconds.count, rest = number / repeat->seconds.count;
	int64_t minute = rest % repeat->minutes.count, hour = rest / repeat->minutes.count;
	return repeat->hours.list[hour] * 3600 + repeat->minutes.list[minute] * 60 + repeat->seconds.list[second];
}

static bool
next_chosen(struct repeat *repeat, int64_t *ret_local)
{
	if (repeat->position >= repeat->position_count)
		return false;
	int64_t number = repeat->positions[repeat->position++];
	for (; repeat->day_ordinal < number / repeat->time_count; repeat->day_ordinal++)
		repeat->day = repeat_days_next(&repeat->days, repeat->day + 1, repeat->day_end);
	*ret_local = repeat->day * DAY + time_of(repeat, number % repeat->time_count);
	return true;
}

static bool
next_in_period(struct repeat *repeat, int64_t *ret_local)
{
	if (repeat->rule.has & PART_POSITION)
		return next_chosen(repeat, ret_local);
	if (repeat->time >= repeat->time_count) {
		repeat->time = 0;
		repeat->day = repeat_days_next(&repeat->days, repeat->day + 1, repeat->day_end);
	}
	if (repeat->day >= repeat->day_end)
		return false;
	*ret_local = repeat->day * DAY + time_of(repeat, repeat->time++);
	return true;
}

/* --- the rule's stream --- */

/* The next local time that the rule names, from the start on, whatever COUNT and UNTIL say. */
static enum repeat_step
next_named(struct repeat *repeat, int64_t *ret_local)
{
	int64_t local;
	if (!repeat->is_begun) {
		repeat->is_begun = true;
		enum repeat_step step = enter_period(repeat);
		if (step != REPEAT_MORE)
			return step;
	}
	while (may_go_on(repeat)) {
		if (next_in_period(repeat, &local)) {
			if (local >= repeat->local_start) {
				*ret_local = local;
				return REPEAT_MORE;
			}
			repeat->steps++;
			continue;
		}
		repeat->index += repeat->rule.interval;
		enum repeat_step step = enter_period(repeat);
		if (step != REPEAT_MORE)
			return step;
	}
	return REPEAT_TOO_EXPENSIVE;
}

static bool
is_beyond_until(const struct repeat *repeat, int64_t local, int64_t utc)
{
	const struct repeat_rule *rule = &repeat->rule;
	if (!(rule->has & PART_UNTIL))
		return false;
	if (rule->until_is_utc)
		return utc > rule->until;
	return repeat->is_all_day || rule->until_is_day ? repeat_floor(local, DAY) > repeat_floor(rule->until, DAY) : local > rule->until;
}

static struct repeat_instance
make_instance(struct repeat *repeat, int64_t local)
{
	struct repeat_instance instance = {.local_start = local};
	instance.utc_start = to_utc(repeat, local, &instance.fit);
	return instance;
}

/* The next local time of the rule or the kept start. */
static enum repeat_step
next_local(struct repeat *repeat, int64_t *ret_local)
{
	if (repeat->owes_start) {
		repeat->owes_start = false;
		*ret_local = repeat->local_start;
		return REPEAT_MORE;
	}
	enum repeat_step step = next_named(repeat, ret_local);
	if (step == REPEAT_MORE && repeat->keeps_start && *ret_local == repeat->local_start)
		step = next_named(repeat, ret_local);
	return step;
}

/* The rule's next instance, in the order of local times. */
static enum repeat_step
next_by_rule(struct repeat *repeat, struct repeat_instance *ret)
{
	int64_t local;
	while (!repeat->is_over && (!(repeat->rule.has & PART_COUNT) || repeat->counted < repeat->rule.count)) {
		enum repeat_step step = next_local(repeat, &local);
		repeat->is_over = step == REPEAT_ENDED;
		if (step != REPEAT_MORE)
			return step;
		*ret = make_instance(repeat, local);
		if (!is_beyond_until(repeat, local, ret->utc_start)) {
			repeat->counted++;
			return REPEAT_MORE;
		}
		repeat->is_over = ret->fit != ZONE_FIT_GAP; /* else one after it may still come before */
	}
	return REPEAT_ENDED;
}

/* --- merged --- */

static void
hold(struct repeat *repeat, const struct repeat_instance *instance)
{
	if (repeat->held_count == repeat->held_room) {
		size_t room = repeat->held_room == 0 ? 4 : repeat->held_room * 2;
		struct repeat_instance *held = arena_take(repeat->arena, room * sizeof *held);
		if (repeat->held_count > 0)
			memcpy(held, repeat->held, repeat->held_count * sizeof *held);
		repeat->held = held;
		repeat->held_room = room;
	}
	repeat->held[repeat->held_count++] = *instance;
}

/*
 * What lies in a gap is counted on beyond it, where others may already be: held until those have come. The gap's length bounds
 * how many that can be.
 */
static enum repeat_step
fill_head(struct repeat *repeat)
{
	while (!repeat->has_head) {
		enum repeat_step step = next_by_rule(repeat, &repeat->head);
		if (step != REPEAT_MORE)
			return step;
		if (repeat->head.fit == ZONE_FIT_GAP)
			hold(repeat, &repeat->head);
		else
			repeat->has_head = true;
	}
	return REPEAT_MORE;
}

enum source { FROM_NONE, FROM_EXTRAS, FROM_HELD, FROM_RULE };

static enum source
earliest(const struct repeat *repeat)
{
	enum source source = FROM_NONE;
	int64_t utc = INT64_MAX;
	if (repeat->has_head) {
		source = FROM_RULE;
		utc = repeat->head.utc_start;
	}
	if (repeat->held_first < repeat->held_count && repeat->held[repeat->held_first].utc_start < utc) {
		source = FROM_HELD;
		utc = repeat->held[repeat->held_first].utc_start;
	}
	if (repeat->extra < repeat->extra_count && repeat->extras[repeat->extra].utc_start <= utc)
		source = FROM_EXTRAS;
	return source;
}

static struct repeat_instance
take(struct repeat *repeat, enum source source)
{
	if (source == FROM_EXTRAS)
		return repeat->extras[repeat->extra++];
	if (source == FROM_RULE) {
		repeat->has_head = false;
		return repeat->head;
	}
	struct repeat_instance held = repeat->held[repeat->held_first++];
	if (repeat->held_first == repeat->held_count)
		repeat->held_first = repeat->held_count = 0;
	return held;
}

static int
compare_exceptions(const void *left, const void *right)
{
	const struct exception *a = left, *b = right;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static bool
has_exception(const struct repeat *repeat, enum exception_kind kind, int64_t at)
{
	struct exception wanted = {kind, at};
	return bsearch(&wanted, repeat->exceptions, repeat->exception_count, sizeof wanted, compare_exceptions) != NULL;
}

static bool
is_taken_out(const struct repeat *repeat, const struct repeat_instance *instance)
{
	return repeat->exception_count > 0 && (has_exception(repeat, EXCEPT_INSTANT, instance->utc_start) ||
	    has_exception(repeat, EXCEPT_LOCAL, instance->local_start) ||
	    has_exception(repeat, EXCEPT_DAY, repeat_floor(instance->local_start, DAY)));
}

/* An instance came: what its own period cost was not fruitless. */
static void
take_back_steps(struct repeat *repeat)
{
	int64_t since = repeat->steps - repeat->steps_before;
	repeat->steps -= since < PERIOD_STEPS ? since : PERIOD_STEPS;
	repeat->steps_before = repeat->steps;
}

enum repeat_step
repeat_next(struct repeat *repeat, struct repeat_instance *ret_instance)
{
	while (may_go_on(repeat)) {
		enum repeat_step step = repeat->has_rule ? fill_head(repeat) : REPEAT_ENDED;
		if (step == REPEAT_TOO_EXPENSIVE)
			return step;
		enum source source = earliest(repeat);
		if (source == FROM_NONE)
			return REPEAT_ENDED;
		struct repeat_instance instance = take(repeat, source);
		bool is_double = repeat->has_last && instance.utc_start == repeat->last;
		if (!is_double && instance.utc_start >= repeat->from && !is_taken_out(repeat, &instance)) {
			repeat->last = instance.utc_start;
			repeat->has_last = true;
			take_back_steps(repeat);
			*ret_instance = instance;
			return REPEAT_MORE;
		}
		repeat->steps++;
	}
	return REPEAT_TOO_EXPENSIVE;
}

/* --- made --- */

static struct choice
choose(uint64_t set, int otherwise)
{
	struct choice choice = {0};
	if (set == 0)
		fix(&choice, otherwise);
	for (; set != 0; set &= set - 1)
		choice.list[choice.count++] = (uint8_t)__builtin_ctzll(set);
	return choice;
}

/* What the rule leaves open comes from the start (RFC 5545 3.3.10). */
static void
fill_from_start(struct repeat_rule *rule, const struct civil *start, int weekday)
{
	static const unsigned naming = PART_DAY | PART_MONTH_DAY | PART_YEAR_DAY | PART_WEEK;
	if (rule->frequency == WEEKLY && !(rule->has & PART_DAY)) {
		rule->weekdays = (uint64_t)1 << weekday;
		rule->has |= PART_DAY;
	}
	if (rule->frequency < MONTHLY || (rule->has & naming))
		return;
	rule->month_days = (uint64_t)1 << start->day;
	if (rule->frequency == YEARLY && !(rule->has & PART_MONTH)) {
		rule->months = (uint64_t)1 << start->month;
		rule->has |= PART_MONTH;
	}
	rule->has |= PART_MONTH_DAY;
}

static void
want_positions(struct repeat *repeat)
{
	struct positions *wanted = repeat->wanted = arena_take(repeat->arena, sizeof *wanted);
	for (int number = 1; number <= 366; number++)
		if (repeat_has_bit(repeat->rule.positions, number))
			wanted->forward[wanted->forward_count++] = (int16_t)number;
	for (int number = 366; number >= 1; number--)
		if (repeat_has_bit(repeat->rule.positions_back, number))
			wanted->back[wanted->back_count++] = (int16_t)number;
	repeat->positions = arena_take(repeat->arena, POSITIONS * sizeof *repeat->positions);
}

static void
start_rule(struct repeat *repeat, bool keeps_start)
{
	struct civil start;
	int64_t day = repeat_floor(repeat->local_start, DAY);
	when_to_civil(repeat->local_start, &start);
	fill_from_start(&repeat->rule, &start, when_weekday(day));
	repeat_days_init(&repeat->days, repeat->arena, &repeat->rule);
	repeat->hours = choose(repeat->rule.hours, start.hour);
	repeat->minutes = choose(repeat->rule.minutes, start.minute);
	repeat->seconds = choose(repeat->rule.seconds, start.second);
	if (repeat->rule.has & PART_POSITION)
		want_positions(repeat);
	repeat->index = repeat->rule.frequency < DAILY ? repeat_floor(repeat->local_start, unit_of(repeat->rule.frequency)) :
	    index_of_day(repeat, day);
	/* Days before the start do not come, but BYSETPOS counts them. */
	repeat->day = repeat->rule.has & PART_POSITION ? begin_of(repeat, repeat->index) : day;
	repeat->keeps_start = repeat->owes_start = keeps_start;
}

static int
compare_instances(const void *left, const void *right)
{
	const struct repeat_instance *a = left, *b = right;
	if (a->utc_start != b->utc_start)
		return a->utc_start < b->utc_start ? -1 : 1;
	return b->has_end - a->has_end;
}

/* What a date means on the series' clocks; of whole days, its day. */
static int64_t
local_of(const struct repeat *repeat, const struct repeat_date *date)
{
	int64_t local = date->is_utc ? zone_to_local(repeat->zone, date->at, NULL) : date->at;
	return repeat->is_all_day ? repeat_floor(local, DAY) * DAY : local;
}

static void
take_extras(struct repeat *repeat, const struct repeat_words *words)
{
	repeat->extras = arena_take(repeat->arena, (words->rdate_count + 1) * sizeof *repeat->extras);
	for (size_t i = 0; i < words->rdate_count; i++) {
		const struct repeat_date *date = &words->rdates[i];
		struct repeat_instance extra = make_instance(repeat, local_of(repeat, date));
		if (date->is_utc && !repeat->is_all_day) {
			extra.utc_start = date->at;
			extra.fit = ZONE_FIT_EXACT;
		}
		extra.is_extra = true;
		extra.has_end = date->has_end;
		extra.utc_end = date->end_utc;
		repeat->extras[repeat->extra_count++] = extra;
	}
	if (!repeat->has_rule)
		repeat->extras[repeat->extra_count++] = make_instance(repeat, repeat->local_start);
	qsort(repeat->extras, repeat->extra_count, sizeof *repeat->extras, compare_instances);
}

static void
take_exceptions(struct repeat *repeat, const struct repeat_words *words)
{
	repeat->exceptions = arena_take(repeat->arena, (words->exdate_count + 1) * sizeof *repeat->exceptions);
	repeat->exception_count = words->exdate_count;
	for (size_t i = 0; i < words->exdate_count; i++) {
		const struct repeat_date *date = &words->exdates[i];
		if (date->is_day || repeat->is_all_day)
			repeat->exceptions[i] = (struct exception){EXCEPT_DAY, repeat_floor(local_of(repeat, date), DAY)};
		else if (date->is_utc)
			repeat->exceptions[i] = (struct exception){EXCEPT_INSTANT, date->at};
		else
			repeat->exceptions[i] = (struct exception){EXCEPT_LOCAL, date->at};
	}
	qsort(repeat->exceptions, repeat->exception_count, sizeof *repeat->exceptions, compare_exceptions);
}

struct repeat *
repeat_new(struct arena *arena, const struct repeat_words *words, struct repeat_fault *ret_fault)
{
	struct repeat *repeat = arena_take(arena, sizeof *repeat);
	repeat->arena = arena;
	repeat->zone = words->zone == NULL ? zone_utc() : words->zone;
	repeat->is_all_day = words->is_all_day;
	repeat->local_start = words->local_start;
	repeat->from = INT64_MIN;
	repeat->stretch = (struct stretch){.begin = 1};
	if (words->local_start < first_local || words->local_start > last_local) {
		*ret_fault = (struct repeat_fault){"bad-start", "DTSTART", "", "The start lies outside the years 1 to 9999."};
		return NULL;
	}
	if (words->rrule != NULL) {
		if (!repeat_read_rule(arena, words->rrule, words->is_all_day, &repeat->rule, ret_fault))
			return NULL;
		repeat->has_rule = true;
		start_rule(repeat, words->keeps_start);
	}
	take_extras(repeat, words);
	take_exceptions(repeat, words);
	return repeat;
}

void
repeat_from(struct repeat *repeat, int64_t utc)
{
	assert(!repeat->is_begun);
	repeat->from = utc;
	if (!repeat->has_rule || (repeat->rule.has & PART_COUNT) || utc <= first_local)
		return;
	if (utc > last_local)
		utc = last_local;
	int64_t local = zone_to_local(repeat->zone, utc, NULL);
	enum zone_fit fit;
	to_utc(repeat, local, &fit);
	if (local < repeat->stretch.begin || local >= repeat->stretch.end)
		local -= SPAN;
	if (local <= repeat->local_start)
		return;
	if (local > last_local)
		local = last_local;
	int64_t day = repeat_floor(local, DAY);
	int64_t index = repeat->rule.frequency < DAILY ? repeat_floor(local, unit_of(repeat->rule.frequency)) : index_of_day(repeat, day);
	repeat->index = align(repeat, index);
	repeat->day = 0;
	int64_t begin = repeat->rule.frequency < DAILY ? day : begin_of(repeat, repeat->index);
	repeat->day = repeat->rule.has & PART_POSITION || begin > day ? begin : day;
	repeat->owes_start = false;
}

bool
repeat_ends(const struct repeat *repeat)
{
	return !repeat->has_rule || (repeat->rule.has & (PART_COUNT | PART_UNTIL)) != 0;
}

bool
repeat_is_in_step(struct arena *arena, const struct repeat_words *words, struct repeat_instance *ret_first)
{
	struct repeat_words alone = {.zone = words->zone, .local_start = words->local_start, .is_all_day = words->is_all_day,
	    .rrule = words->rrule};
	struct repeat_fault fault;
	struct repeat_instance first;
	struct repeat *repeat = repeat_new(arena, &alone, &fault);
	if (repeat == NULL || repeat_next(repeat, &first) != REPEAT_MORE)
		return false;
	*ret_first = first;
	return first.local_start == words->local_start;
}
