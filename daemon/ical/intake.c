/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See intake.h. */
#include "ical/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/event.h"
#include "ical/lines.h"
#include "ical/read_inside.h"
#include "ical/repeat.h"
#include "ical/write.h"
#include "ical/zone.h"

enum {
	DAY = 86400,
	BREAKS = 100,             /* THISANDFUTUREs of one series */
	WORK = 1000000,           /* dates of a whole file; */
	EXPENSIVE = RECUR_DATES,  /* a refused rule counts as so many */
};

struct gathering {
	struct arena *arena;
	struct ical_calendar *calendar;
	int64_t present;
	struct ical_taken *series;
	struct ical_skipped *skipped;
	size_t count, skipped_count, work;
	size_t orphan_count, dated_count;
};

/* One UID of the file: at most one master, and overrides in the order of their dates. */
struct family {
	const struct ical_event *master;
	struct ical_override *overrides;
	size_t count;
};

static int64_t
day_of(int64_t local)
{
	return local / DAY - (local % DAY < 0);
}

static void
skip(struct gathering *g, const struct ical_event *event, const char *code, const char *text)
{
	g->skipped = ical_list_room(g->arena, g->skipped, g->skipped_count, sizeof *g->skipped);
	g->skipped[g->skipped_count++] =
	    (struct ical_skipped){.reason = {code, text}, .uid = event->uid, .summary = event->summary, .line = event->line};
}

static struct ical_taken *
add(struct gathering *g, const struct ical_event *event, const char *uid)
{
	g->series = ical_list_room(g->arena, g->series, g->count, sizeof *g->series);
	g->series[g->count] = (struct ical_taken){.event = event, .uid = uid, .zone_id = event->zone_id};
	return &g->series[g->count++];
}

/* ---- lists of dates: every one local, on the clocks of the series ---- */

/* A DATE beside a time of day means that day's date of the series. */
static int64_t
local_of(const struct recur_series *recur, const struct repeat_date *date)
{
	if (date->is_utc)
		return zone_to_local(recur->zone, date->at, NULL);
	if (recur->is_all_day)
		return day_of(date->at) * DAY;
	return date->is_day ? day_of(date->at) * DAY + (recur->local_start - day_of(recur->local_start) * DAY) : date->at;
}

static const struct repeat_date *
make_local(struct arena *arena, const struct recur_series *recur, const struct repeat_date *dates, size_t count)
{
	struct repeat_date *list = arena_take(arena, (count + 1) * sizeof *list);

	for (size_t i = 0; i < count; i++)
		list[i] = (struct repeat_date){.at = local_of(recur, &dates[i]), .has_end = dates[i].has_end && !recur->is_all_day, .end_utc = dates[i].end_utc};
	return list;
}

/* A DATE takes out whatever starts on its day: of a rule with several times a day it stands for as many times. */
static void
spread_exdates(struct gathering *g, struct recur_series *recur, const struct ical_event *event)
{
	struct recur_series whole = *recur;
	struct recur_dates dates;
	struct repeat_date *list = NULL;
	size_t count = 0;

	whole.exdate_count = 0;
	for (size_t i = 0; i < event->left_out_date_count; i++) {
		list = ical_list_room(g->arena, list, count, sizeof *list);
		list[count++] = (struct repeat_date){.at = local_of(recur, &event->left_out_dates[i])};
	}
	if (!recur->is_all_day && recur->rrule != NULL && strstr(recur->rrule, "BYHOUR=") != NULL && recur_expand(g->arena, &whole, INT64_MIN, recur_horizon(&whole, g->present), RECUR_DATES, &dates))
		for (size_t i = 0; i < event->left_out_date_count; i++)
			for (size_t k = 0; event->left_out_dates[i].is_day && k < dates.count; k++)
				if (day_of(dates.list[k].recurrence) == day_of(event->left_out_dates[i].at)) {
					list = ical_list_room(g->arena, list, count, sizeof *list);
					list[count++] = (struct repeat_date){.at = dates.list[k].recurrence};
				}
	recur->exdates = list;
	recur->exdate_count = count;
}

static struct recur_series
recur_of(struct gathering *g, const struct ical_event *event)
{
	struct recur_series recur = {.zone = event->repeat_zone, .is_all_day = event->is_all_day, .local_start = event->repeat_local, .days = event->length_days,
	    .seconds = event->length_seconds, .rrule = event->rrule, .rdate_count = event->extra_date_count};

	recur.rdates = make_local(g->arena, &recur, event->extra_dates, event->extra_date_count);
	spread_exdates(g, &recur, event);
	return recur;
}

/* ---- overrides ---- */

/* The name of the date that an override replaces. */
static int64_t
recurrence_of(const struct ical_taken *series, const struct ical_event *event)
{
	const struct recur_date *date;

	if (series->recur.is_all_day)
		return day_of(event->recurrence_is_day ? event->recurrence_local : zone_to_local(series->recur.zone, event->recurrence_utc, NULL)) * DAY;
	if (event->recurrence_is_day) {
		for (size_t i = 0; i < series->dates.count; i++)
			if (day_of(series->dates.list[i].recurrence) == day_of(event->recurrence_local))
				return series->dates.list[i].recurrence;
		return event->recurrence_local + series->recur.local_start - day_of(series->recur.local_start) * DAY;
	}
	date = recur_find(&series->dates, event->recurrence_utc);
	return date != NULL ? date->recurrence : zone_to_local(series->recur.zone, event->recurrence_utc, NULL);
}

static int
compare_overrides(const void *left, const void *right)
{
	const struct ical_override *a = left, *b = right;

	if (a->recurrence != b->recurrence)
		return a->recurrence < b->recurrence ? -1 : 1;
	return a->event->line < b->event->line ? -1 : a->event->line > b->event->line;
}

/* Names the overrides' dates; of two for one date the first stays. */
static void
name_overrides(struct gathering *g, const struct ical_taken *series, struct family *family)
{
	size_t kept = 0;

	for (size_t i = 0; i < family->count; i++)
		family->overrides[i].recurrence = recurrence_of(series, family->overrides[i].event);
	qsort(family->overrides, family->count, sizeof *family->overrides, compare_overrides);
	for (size_t i = 0; i < family->count; i++) {
		if (kept > 0 && family->overrides[kept - 1].recurrence == family->overrides[i].recurrence)
			skip(g, family->overrides[i].event, "duplicate", arena_print(g->arena, "It replaces the same date as the event in line %zu, which was taken.",
			    family->overrides[kept - 1].event->line));
		else
			family->overrides[kept++] = family->overrides[i];
	}
	family->count = kept;
}

/* Dates and overrides are both in order: what has an override leaves the list. */
static void
take_out_overridden(struct gathering *g, struct ical_taken *series)
{
	struct recur_date *list = arena_take(g->arena, (series->dates.count + 1) * sizeof *list);
	size_t count = 0, at = 0;

	for (size_t i = 0; i < series->dates.count; i++) {
		while (at < series->override_count && series->overrides[at].recurrence < series->dates.list[i].recurrence)
			at++;
		if (at == series->override_count || series->overrides[at].recurrence != series->dates.list[i].recurrence)
			list[count++] = series->dates.list[i];
	}
	series->dates.list = list;
	series->dates.count = count;
}

/* ---- what has no rule that can be stored: its dates one by one ---- */

static void
list_dates(struct gathering *g, struct ical_taken *series, const struct zone *zone, int64_t shift)
{
	struct recur_series *recur = &series->recur;
	struct repeat_date *rdates = arena_take(g->arena, (series->dates.count + 1) * sizeof *rdates);
	bool changes_zone = recur->zone != zone;
	size_t count = 0;

	for (size_t i = 0; i < series->dates.count; i++) {
		const struct recur_date *date = &series->dates.list[i];
		bool has_end = !recur->is_all_day && date->end != recur_end(recur, date->recurrence, date->start);
		rdates[count++] = (struct repeat_date){.at = (changes_zone ? zone_to_local(zone, date->start, NULL) : date->recurrence) + shift,
		    .has_end = has_end, .end_utc = date->end + shift};
	}
	recur->zone = zone;
	recur->rrule = NULL;
	recur->rdates = rdates;
	recur->rdate_count = count;
	recur->exdates = NULL;
	recur->exdate_count = 0;
	g->dated_count++;
}

static bool
expand(struct gathering *g, struct ical_taken *series)
{
	if (g->work > WORK) {
		skip(g, series->event, "too-many", "The series before it in the file have too many dates already.");
		return false;
	}
	series->horizon = recur_horizon(&series->recur, g->present);
	bool is_done = recur_expand(g->arena, &series->recur, INT64_MIN, series->horizon, RECUR_DATES, &series->dates);
	g->work += is_done ? series->dates.count + 1 : EXPENSIVE;
	if (!is_done)
		skip(g, series->event, series->dates.code, series->dates.problem);
	return is_done;
}

/* A zone that only the file has: its rule would go wrong on our clocks. */
static bool
leave_own_zone(struct gathering *g, struct ical_taken *series, struct family *family)
{
	if (series->recur.is_all_day || !str_equal(series->event->zone_id, "UTC") || series->recur.zone == zone_utc())
		return true;
	int64_t start = series->event->start_utc;
	list_dates(g, series, zone_utc(), 0);
	series->recur.local_start = start;
	for (size_t i = 0; i < family->count; i++)
		family->overrides[i].recurrence = zone_to_utc(series->event->repeat_zone, family->overrides[i].recurrence, NULL);
	return expand(g, series);
}

/* ---- THISANDFUTURE ---- */

static bool
has_times(const char *rrule)
{
	static const char *const words[] = {"BYHOUR=", "BYMINUTE=", "BYSECOND=", "HOURLY", "MINUTELY", "SECONDLY"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(rrule, words[i]) != NULL)
			return true;
	return false;
}

/* When an override begins, on the clocks of its series. */
static int64_t
wall_of(const struct recur_series *recur, const struct ical_event *event)
{
	return recur->is_all_day || event->repeat_zone == recur->zone ? event->repeat_local : zone_to_local(recur->zone, event->start_utc, NULL);
}

static int64_t
instant_of(const struct recur_series *recur, int64_t local)
{
	return recur->is_all_day ? local : zone_to_utc(recur->zone, local, NULL);
}

/* The rule of what is left of a series, moved by a shift within the day: a COUNT becomes the date that it came to. */
static const char *
rest_of_rule(struct gathering *g, const struct recur_series *recur, int64_t shift)
{
	struct recur_series rule = {.zone = recur->zone, .is_all_day = recur->is_all_day, .local_start = recur->local_start, .rrule = recur->rrule};
	struct recur_dates dates;

	if (strstr(recur->rrule, "COUNT=") == NULL && strstr(recur->rrule, "UNTIL=") == NULL)
		return recur->rrule;
	if (!recur_expand(g->arena, &rule, INT64_MIN, INT64_MAX, RECUR_DATES, &dates) || dates.count == 0)
		return recur->rrule;
	return recur_rule_until(g->arena, recur->rrule, recur->is_all_day, instant_of(recur, dates.list[dates.count - 1].recurrence + shift));
}

/* The dates of a list on one side of a moment, moved. */
static const struct repeat_date *
part_of(struct arena *arena, const struct repeat_date *dates, size_t *count, int64_t moment, bool is_rest, int64_t shift)
{
	struct repeat_date *list = arena_take(arena, (*count + 1) * sizeof *list);
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		if ((dates[i].at >= moment) == is_rest) {
			list[kept] = dates[i];
			list[kept].at += is_rest ? shift : 0;
			list[kept++].end_utc += is_rest ? shift : 0;
		}
	*count = kept;
	return list;
}

/* What follows an override with RANGE=THISANDFUTURE, as a series of its own. */
static struct ical_taken
rest_of_series(struct gathering *g, const struct ical_taken *series, const struct ical_override *from)
{
	int64_t start = wall_of(&series->recur, from->event), shift = start - from->recurrence;
	struct ical_taken rest = *series;
	struct recur_series *recur = &rest.recur;
	char stamp[ICAL_TIME_SIZE];

	ical_print_local(from->recurrence, stamp);
	rest.event = from->event;
	rest.uid = arena_print(g->arena, "%s-%s", series->uid, stamp);
	rest.dates.list = series->dates.list;
	recur->rdates = part_of(g->arena, series->recur.rdates, &recur->rdate_count, from->recurrence, true, shift);
	recur->exdates = part_of(g->arena, series->recur.exdates, &recur->exdate_count, from->recurrence, true, shift);
	if (recur->rrule != NULL && day_of(start) == day_of(from->recurrence) && (shift == 0 || !has_times(recur->rrule))) {
		recur->rrule = rest_of_rule(g, &series->recur, shift);
	} else if (recur->rrule != NULL) {
		size_t first = 0;
		while (first < series->dates.count && series->dates.list[first].recurrence < from->recurrence)
			first++;
		rest.dates.list += first;
		rest.dates.count -= first;
		list_dates(g, &rest, recur->zone, shift);
	}
	recur->local_start = start;
	recur->days = from->event->length_days;
	recur->seconds = from->event->length_seconds;
	return rest;
}

static void
end_series(struct gathering *g, struct ical_taken *series, int64_t before)
{
	struct recur_series *recur = &series->recur;

	recur->rdates = part_of(g->arena, recur->rdates, &recur->rdate_count, before, false, 0);
	recur->exdates = part_of(g->arena, recur->exdates, &recur->exdate_count, before, false, 0);
	if (recur->rrule != NULL)
		recur->rrule = recur_rule_until(g->arena, recur->rrule, recur->is_all_day, instant_of(recur, before) - (recur->is_all_day ? DAY : 1));
}

/* ---- the whole ---- */

static void finish(struct gathering *g, struct ical_taken series, struct family family);

/* The first override that is meant for all that follows: before it one series, from it on another. */
static void
split(struct gathering *g, struct ical_taken series, struct family family, size_t at)
{
	const struct ical_override *from = &family.overrides[at];
	int64_t moment = from->recurrence, shift = wall_of(&series.recur, from->event) - moment;
	struct ical_taken rest = rest_of_series(g, &series, from);
	struct family earlier = {.overrides = family.overrides, .count = at};
	struct family later = {.overrides = family.overrides + at + 1, .count = family.count - at - 1};

	if (moment > series.recur.local_start) {
		end_series(g, &series, moment);
		if (expand(g, &series))
			finish(g, series, earlier);
	}
	for (size_t i = 0; i < later.count; i++)
		later.overrides[i].recurrence += shift;
	if (expand(g, &rest))
		finish(g, rest, later);
}

static void
finish(struct gathering *g, struct ical_taken series, struct family family)
{
	for (size_t i = 0; i < family.count; i++)
		if (family.overrides[i].event->is_this_and_future) {
			split(g, series, family, i);
			return;
		}
	series.overrides = family.overrides;
	series.override_count = family.count;
	take_out_overridden(g, &series);
	*add(g, series.event, series.uid) = series;
}

static void
gather_series(struct gathering *g, struct family *family)
{
	struct ical_taken series = {.event = family->master, .uid = family->master->uid, .repeats = true, .zone_id = family->master->zone_id};
	struct repeat_fault fault;
	struct str rule = {0};
	size_t breaks = 0;

	for (size_t i = 0; i < family->count; i++)
		breaks += family->overrides[i].event->is_this_and_future;
	if (breaks > BREAKS) {
		skip(g, family->master, "too-many", arena_print(g->arena, "It changes for good more than %d times.", BREAKS));
		return;
	}
	series.recur = recur_of(g, family->master);
	struct repeat_words words = {.zone = series.recur.zone, .local_start = series.recur.local_start, .is_all_day = series.recur.is_all_day,
	    .rrule = series.recur.rrule, .keeps_start = true};
	if (words.rrule != NULL && repeat_print_rule(g->arena, &words, &rule, &fault))
		series.recur.rrule = arena_copy(g->arena, str_text(&rule), rule.length);
	str_free(&rule);
	if (!expand(g, &series))
		return;
	name_overrides(g, &series, family);
	if (leave_own_zone(g, &series, family))
		finish(g, series, *family);
}

static void
gather_orphan(struct gathering *g, const struct ical_event *event)
{
	add(g, event, arena_print(g->arena, "%s-%s", event->uid, event->recurrence_id));
	g->orphan_count++;
}

static void
gather_family(struct gathering *g, struct family *family)
{
	if (family->master == NULL)
		for (size_t i = 0; i < family->count; i++)
			gather_orphan(g, family->overrides[i].event);
	else if (family->count == 0 && !family->master->has_recurrence)
		add(g, family->master, family->master->uid);
	else
		gather_series(g, family);
}

static int
compare_events(const void *left, const void *right)
{
	const struct ical_event *a = *(const struct ical_event *const *)left, *b = *(const struct ical_event *const *)right;
	int order = strcmp(a->uid, b->uid);

	if (order != 0)
		return order;
	if ((a->recurrence_id == NULL) != (b->recurrence_id == NULL))
		return a->recurrence_id == NULL ? -1 : 1;
	return a < b ? -1 : 1; /* both stand in the calendar's one list */
}

static int
compare_places(const void *left, const void *right)
{
	const struct ical_taken *a = left, *b = right;

	return a->event < b->event ? -1 : a->event > b->event;
}

static void
note(struct gathering *g, size_t count, const char *code, const char *format)
{
	if (count > 0)
		ical_note(g->arena, &g->calendar->notes, &g->calendar->note_count, code, arena_print(g->arena, "%zu %s", count, format));
}

static const struct ical_skipped *
join(struct arena *arena, const struct ical_calendar *calendar, const struct gathering *g)
{
	struct ical_skipped *list = arena_take(arena, (calendar->skipped_count + g->skipped_count + 1) * sizeof *list);

	if (calendar->skipped_count > 0)
		memcpy(list, calendar->skipped, calendar->skipped_count * sizeof *list);
	if (g->skipped_count > 0)
		memcpy(list + calendar->skipped_count, g->skipped, g->skipped_count * sizeof *list);
	return list;
}

struct ical_intake
ical_take_in(struct arena *arena, struct ical_calendar *calendar, int64_t present)
{
	struct gathering g = {.arena = arena, .calendar = calendar, .present = present};
	size_t count = calendar->count;
	const struct ical_event **events = arena_take(arena, (count + 1) * sizeof *events);

	for (size_t i = 0; i < count; i++)
		events[i] = &calendar->events[i];
	qsort(events, count, sizeof *events, compare_events);
	for (size_t i = 0, end; i < count; i = end) {
		struct family family = {.master = events[i]->recurrence_id == NULL ? events[i] : NULL};
		for (end = i + 1; end < count && str_equal(events[end]->uid, events[i]->uid);)
			end++;
		family.overrides = arena_take(arena, (end - i) * sizeof *family.overrides);
		for (size_t k = family.master != NULL ? i + 1 : i; k < end; k++)
			family.overrides[family.count++].event = events[k];
		gather_family(&g, &family);
	}
	if (g.count > 0)
		qsort(g.series, g.count, sizeof *g.series, compare_places);
	calendar->skipped = join(arena, calendar, &g);
	calendar->skipped_count += g.skipped_count;
	note(&g, g.orphan_count, "no-master", "dates of series whose master is not in the file came in as single events.");
	note(&g, g.dated_count, "dates", "series have no rule that hubd could keep (a zone of the file's own, or moved days); their dates came in one by one.");
	return (struct ical_intake){.list = g.series, .count = g.count};
}
