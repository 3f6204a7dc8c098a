/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/occurrences.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/event.h"
#include "ical/lines.h"
#include "ical/repeat.h"

enum { DAY = 86400 };

/* --- groups --- */

struct member {
	const struct ical_event *event;
	size_t index;
};

static int
compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = strcmp(a->event->uid, b->event->uid);
	bool is_left = a->event->recurrence_id != NULL, is_right = b->event->recurrence_id != NULL;
	if (order != 0 || is_left != is_right)
		return order != 0 ? order : is_left - is_right;
	if (is_left && a->event->recurrence_utc != b->event->recurrence_utc)
		return a->event->recurrence_utc < b->event->recurrence_utc ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

struct group {
	struct ical_series series;
	size_t index;
};

static int
compare_groups(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* The series of these members, all of one UID. */
static struct group
make_group(struct arena *arena, const struct member *members, size_t count)
{
	struct group group = {.index = members[0].index};
	const struct ical_event **overrides = arena_take(arena, count * sizeof *overrides);
	for (size_t i = 0; i < count; i++) {
		if (members[i].event->recurrence_id == NULL)
			group.series.master = members[i].event;
		else
			overrides[group.series.override_count++] = members[i].event;
		if (members[i].index < group.index)
			group.index = members[i].index;
	}
	group.series.overrides = overrides;
	return group;
}

struct ical_series *
ical_series_group(struct arena *arena, const struct ical_calendar *calendar, size_t *ret_count)
{
	size_t count = 0;
	struct member *members = arena_take(arena, (calendar->count + 1) * sizeof *members);
	struct group *groups = arena_take(arena, (calendar->count + 1) * sizeof *groups);
	for (size_t i = 0; i < calendar->count; i++)
		members[i] = (struct member){&calendar->events[i], i};
	qsort(members, calendar->count, sizeof *members, compare_members);
	for (size_t first = 0, end; first < calendar->count; first = end) {
		for (end = first + 1; end < calendar->count && strcmp(members[end].event->uid, members[first].event->uid) == 0;)
			end++;
		groups[count++] = make_group(arena, members + first, end - first);
	}
	qsort(groups, count, sizeof *groups, compare_groups);
	struct ical_series *series = arena_take(arena, (count + 1) * sizeof *series);
	for (size_t i = 0; i < count; i++)
		series[i] = groups[i].series;
	*ret_count = count;
	return series;
}

/* --- one series --- */

struct expansion {
	struct arena *arena;
	const struct ical_series *series;
	const struct ical_window *window;
	struct ical_occurrences *out;
	const struct ical_event **ranges; /* the overrides with THISANDFUTURE */
	size_t range_count;
	bool has_days; /* some RECURRENCE-ID is a day */
};

static void
report(struct expansion *x, const char *code, const char *text)
{
	struct ical_occurrences *out = x->out;
	out->incomplete = ical_list_room(x->arena, out->incomplete, out->incomplete_count, sizeof *out->incomplete);
	out->incomplete[out->incomplete_count++] = (struct ical_incomplete){x->series->master, code, text};
}

static bool
is_in(const struct ical_window *window, int64_t start, int64_t end)
{
	if (start == end)
		return start >= window->from && start < window->before;
	return start < window->before && end > window->from;
}

/* False: the limit is reached. */
static bool
add(struct expansion *x, const struct ical_occurrence *occurrence)
{
	struct ical_occurrences *out = x->out;
	if (!is_in(x->window, occurrence->start_utc, occurrence->end_utc))
		return true;
	if (out->count == x->window->limit) {
		report(x, "too-many", arena_print(x->arena, "More than %zu occurrences; the later ones were left out.", x->window->limit));
		return false;
	}
	out->list = ical_list_room(x->arena, out->list, out->count, sizeof *out->list);
	out->list[out->count] = *occurrence;
	out->list[out->count++].is_cancelled = str_equal(occurrence->event->status, "CANCELLED");
	return true;
}

/* The event as it stands, at its own time. */
static bool
add_alone(struct expansion *x, const struct ical_event *event)
{
	bool is_override = event->recurrence_id != NULL;
	return add(x, &(struct ical_occurrence){.event = event, .start_utc = event->start_utc, .end_utc = event->end_utc,
	    .start_local = event->repeat_local, .end_local = zone_to_local(event->repeat_zone, event->end_utc, NULL),
	    .is_recurring = is_override, .original_utc = is_override ? event->recurrence_utc : event->start_utc});
}

/* Sets the end by the event's length, unless a PERIOD gave one. */
static void
set_end(struct ical_occurrence *occurrence, const struct repeat_instance *instance)
{
	const struct ical_event *event = occurrence->event;
	if (instance->has_end) {
		occurrence->end_utc = instance->utc_end;
	} else {
		int64_t utc = occurrence->start_utc;
		if (event->length_days > 0)
			utc = zone_to_utc(event->repeat_zone, occurrence->start_local + event->length_days * DAY, NULL);
		occurrence->end_utc = utc + event->length_seconds;
	}
	occurrence->end_local = zone_to_local(event->repeat_zone, occurrence->end_utc, NULL);
}

static int64_t
day_of(int64_t local)
{
	return local / DAY - (local % DAY < 0);
}

static bool
is_of(const struct ical_event *override, const struct ical_event *master, const struct repeat_instance *instance)
{
	if (override->recurrence_is_day || master->is_all_day)
		return day_of(override->recurrence_local) == day_of(instance->local_start);
	return override->recurrence_utc == instance->utc_start;
}

/* How many of the overrides, in their order, replace something at or before an instant. */
static size_t
count_until(const struct ical_event *const *overrides, size_t count, int64_t utc)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (overrides[middle]->recurrence_utc <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_replaced(const struct expansion *x, const struct repeat_instance *instance)
{
	const struct ical_series *series = x->series;
	int64_t around = x->has_days ? 2 * DAY : 0; /* a day's instants lie closer together */
	size_t end = count_until(series->overrides, series->override_count, instance->utc_start + around);
	for (size_t i = end; i > 0 && series->overrides[i - 1]->recurrence_utc >= instance->utc_start - around; i--)
		if (is_of(series->overrides[i - 1], series->master, instance))
			return true;
	return false;
}

/* The last THISANDFUTURE at or before an instance; NULL: none. */
static const struct ical_event *
find_range(const struct expansion *x, int64_t utc)
{
	size_t count = count_until(x->ranges, x->range_count, utc);
	return count == 0 ? NULL : x->ranges[count - 1];
}

static int64_t
shift_of(const struct ical_event *range)
{
	return range->repeat_local - range->recurrence_local;
}

static struct ical_occurrence
make_occurrence(const struct ical_event *master, const struct ical_event *range, const struct repeat_instance *instance)
{
	struct ical_occurrence occurrence = {.event = range == NULL ? master : range, .start_utc = instance->utc_start,
	    .start_local = instance->local_start, .fit = instance->fit, .is_recurring = true, .original_utc = instance->utc_start};
	if (range != NULL) {
		occurrence.start_local += shift_of(range);
		occurrence.start_utc = zone_to_utc(range->repeat_zone, occurrence.start_local, &occurrence.fit);
	}
	set_end(&occurrence, instance);
	return occurrence;
}

/* How far before the window an instance may have begun, and behind it have stood, to take place in it. */
static void
reach(const struct expansion *x, int64_t *ret_before, int64_t *ret_behind)
{
	const struct ical_event *master = x->series->master;
	int64_t before = (master->length_days + 1) * DAY + master->length_seconds, behind = 0;
	for (size_t i = 0; i < master->extra_date_count; i++) {
		const struct repeat_date *date = &master->extra_dates[i];
		if (date->has_end && date->end_utc - date->at + DAY > before)
			before = date->end_utc - date->at + DAY;
	}
	for (size_t i = 0; i < x->range_count; i++) {
		const struct ical_event *range = x->ranges[i];
		int64_t shift = shift_of(range), length = (range->length_days + 2) * DAY + range->length_seconds;
		if (shift + length > before)
			before = shift + length;
		if (DAY - shift > behind)
			behind = DAY - shift;
	}
	*ret_before = before;
	*ret_behind = behind;
}

static int64_t
bounded_sum(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

static void
expand(struct expansion *x, struct repeat *repeat)
{
	struct repeat_instance instance;
	enum repeat_step step;
	int64_t before, behind;
	reach(x, &before, &behind);
	repeat_from(repeat, bounded_sum(x->window->from, -before));
	int64_t last = bounded_sum(x->window->before, behind);
	while ((step = repeat_next(repeat, &instance)) == REPEAT_MORE && instance.utc_start < last) {
		if (is_replaced(x, &instance))
			continue;
		struct ical_occurrence occurrence = make_occurrence(x->series->master, find_range(x, instance.utc_start), &instance);
		if (!add(x, &occurrence))
			return;
	}
	if (step == REPEAT_TOO_EXPENSIVE)
		report(x, "too-expensive", "Its rule costs too much work to follow; later occurrences are missing.");
}

static void
look_at_overrides(struct expansion *x)
{
	const struct ical_series *series = x->series;
	x->ranges = arena_take(x->arena, (series->override_count + 1) * sizeof *x->ranges);
	x->has_days = series->master->is_all_day;
	for (size_t i = 0; i < series->override_count; i++) {
		x->has_days = x->has_days || series->overrides[i]->recurrence_is_day;
		if (series->overrides[i]->is_this_and_future)
			x->ranges[x->range_count++] = series->overrides[i];
	}
}

static void
expand_master(struct expansion *x)
{
	const struct ical_event *master = x->series->master;
	struct repeat_fault fault;
	struct repeat_words words = {.zone = master->repeat_zone, .local_start = master->repeat_local, .is_all_day = master->is_all_day,
	    .rrule = master->rrule, .keeps_start = true, .rdates = master->extra_dates, .rdate_count = master->extra_date_count,
	    .exdates = master->left_out_dates, .exdate_count = master->left_out_date_count};
	look_at_overrides(x);
	struct repeat *repeat = repeat_new(x->arena, &words, &fault);
	if (repeat == NULL) {
		report(x, fault.code, fault.text);
		words.rrule = NULL;
		repeat = repeat_new(x->arena, &words, &fault);
	}
	if (repeat != NULL)
		expand(x, repeat);
}

/* The overrides first: an endless master must not use up the limit before them. */
static void
expand_series(struct expansion *x)
{
	const struct ical_series *series = x->series;
	for (size_t i = 0; i < series->override_count; i++)
		if (!add_alone(x, series->overrides[i]))
			return;
	if (series->master == NULL)
		return;
	if (series->master->has_recurrence || series->override_count > 0)
		expand_master(x);
	else
		add_alone(x, series->master);
}

static int
compare_occurrences(const void *left, const void *right)
{
	const struct ical_occurrence *a = left, *b = right;
	if (a->start_utc != b->start_utc)
		return a->start_utc < b->start_utc ? -1 : 1;
	if (a->event->line != b->event->line)
		return a->event->line < b->event->line ? -1 : 1;
	return a->original_utc < b->original_utc ? -1 : a->original_utc > b->original_utc;
}

static void
sort(struct ical_occurrences *occurrences)
{
	if (occurrences->count > 0)
		qsort(occurrences->list, occurrences->count, sizeof *occurrences->list, compare_occurrences);
}

void
ical_series_occurrences(struct arena *arena, const struct ical_series *series, const struct ical_window *window,
    struct ical_occurrences *ret_occurrences)
{
	*ret_occurrences = (struct ical_occurrences){0};
	expand_series(&(struct expansion){.arena = arena, .series = series, .window = window, .out = ret_occurrences});
	sort(ret_occurrences);
}

void
ical_calendar_occurrences(struct arena *arena, const struct ical_calendar *calendar, const struct ical_window *window,
    struct ical_occurrences *ret_occurrences)
{
	size_t count;
	const struct ical_series *series = ical_series_group(arena, calendar, &count);
	*ret_occurrences = (struct ical_occurrences){0};
	for (size_t i = 0; i < count && ret_occurrences->count < window->limit; i++)
		expand_series(&(struct expansion){.arena = arena, .series = &series[i], .window = window, .out = ret_occurrences});
	sort(ret_occurrences);
}
