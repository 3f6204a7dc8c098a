/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/event_plan.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/expand.h"
#include "ical/repeat.h"

enum { DAY = 86400, DATES_MAX = 1000 };

static bool
refuse(struct event_plan *plan, const char *problem, const char *pointer, const char *de, const char *en)
{
	plan->refusal = (struct plan_refusal){422, problem, pointer, plan->is_english ? en : de};
	return false;
}

bool
event_plan_read_row(struct event_plan *plan, const struct event_row *row)
{
	bool is_local;

	plan->revision = row->revision;
	if (recur_read_row(plan->arena, &row->series, &plan->stored) && when_parse(row->present, &plan->present, &is_local) &&
	    when_parse(row->recurrence_id, &plan->named, &is_local) && when_parse(row->local_starts, &plan->named_start, &is_local))
		return true;
	return refuse(plan, "malformed-time", NULL, "Die Zeitzone der Serie ist hier nicht bekannt.", "The series' time zone is not known here.");
}

/* ---- the words ---- */

/* A list of moments on the clocks of the series; a day means that day's date. */
static bool
read_dates(struct event_plan *plan, const char *name, const char *const *texts, size_t count, const struct recur_series *series,
    const struct repeat_date **ret_list)
{
	struct repeat_date *dates = arena_take(plan->arena, (count + 1) * sizeof *dates);
	int64_t instant, time = series->is_all_day ? 0 : ((series->local_start % DAY) + DAY) % DAY, day;
	enum zone_fit fit;

	for (size_t i = 0; i < count; i++) {
		if (!span_read_moment(texts[i], series->zone, &instant, &dates[i].at, &fit))
			return refuse(plan, "malformed-time", arena_print(plan->arena, "/%s/%zu", name, i),
			    "Das ist kein Termin; richtig ist 2026-11-23 oder 2026-11-23T09:00.", "This is no date; right is 2026-11-23 or 2026-11-23T09:00.");
		if (when_parse_date(texts[i], &day))
			dates[i].at = day * DAY + time;
		else if (series->is_all_day)
			dates[i].at -= ((dates[i].at % DAY) + DAY) % DAY;
	}
	*ret_list = dates;
	return true;
}

static bool
refuse_rule(struct event_plan *plan, const char *text)
{
	return refuse(plan, "malformed-rule", "/rrule", arena_print(plan->arena, "Die Wiederholung ist so nicht möglich: %s", text),
	    arena_print(plan->arena, "The rule cannot be followed: %s", text));
}

static bool
refuse_many(struct event_plan *plan)
{
	return refuse(plan, "too-many-dates", "/rrule", arena_print(plan->arena, "Eine Serie hat höchstens %d Termine.", DATES_MAX),
	    arena_print(plan->arena, "A series has %d dates at most.", DATES_MAX));
}

/* Why there is no list of dates, as a problem. */
static bool
refuse_dates(struct event_plan *plan, const struct recur_dates *dates)
{
	if (str_equal(dates->code, "too-many"))
		return refuse_many(plan);
	if (str_equal(dates->code, "too-expensive"))
		return refuse(plan, "too-expensive", "/rrule", "Die Regel nennt so gut wie nie einen Termin.", "The rule names hardly ever a date.");
	return refuse_rule(plan, dates->problem);
}

/* The rule as hubd writes it; what the words do not say stays as it is. */
static bool
read_rule(struct event_plan *plan, const struct event_words *words, struct recur_series *series)
{
	struct repeat_words rule = {.zone = series->zone, .local_start = series->local_start, .is_all_day = series->is_all_day, .keeps_start = true,
	    .rrule = words->rrule};
	struct repeat_fault fault;
	struct str text = {0};

	if (rule.rrule != NULL && *rule.rrule != '\0') {
		bool is_right = repeat_print_rule(plan->arena, &rule, &text, &fault);
		series->rrule = is_right ? arena_copy(plan->arena, str_text(&text), text.length) : NULL;
		str_free(&text);
		if (!is_right)
			return refuse_rule(plan, fault.text);
	}
	if (words->has_rdates) {
		series->rdate_count = words->rdate_count;
		if (!read_dates(plan, "rdates", words->rdates, words->rdate_count, series, &series->rdates))
			return false;
	}
	if (words->has_exdates) {
		series->exdate_count = words->exdate_count;
		if (!read_dates(plan, "exdates", words->exdates, words->exdate_count, series, &series->exdates))
			return false;
	}
	if (series->rrule == NULL && series->rdate_count == 0)
		return refuse(plan, "missing-member", "/rrule", "Eine Serie braucht „rrule“ oder „rdates“.", "A series needs \"rrule\" or \"rdates\".");
	return true;
}

/* The calendar's days and the time beyond them, as the span shows it on the clock. */
static void
set_length(struct recur_series *series, const struct event_times *times)
{
	int64_t local = times->span.local_end - times->span.local_start;

	series->days = times->is_all_day || local >= DAY ? local / DAY : 0;
	series->seconds = times->is_all_day ? 0 : series->days > 0 ? local - series->days * DAY : times->span.end - times->span.start;
}

static bool
put_series(struct event_plan *plan, const struct recur_series *series, struct json_writer *writer)
{
	struct recur_dates dates;
	int64_t horizon = recur_horizon(series, plan->present);

	if (!recur_expand(plan->arena, series, INT64_MIN, horizon, RECUR_DATES, &dates))
		return refuse_dates(plan, &dates);
	if (dates.count == 0)
		return refuse(plan, "no-dates", "/rrule", "Die Regel nennt keinen einzigen Termin.", "The rule names not a single date.");
	if (dates.count > DATES_MAX && series->local_start > plan->present - DAY)
		return refuse_many(plan);
	recur_put_rule(writer, "series", series);
	recur_put_dates(writer, "occurrences", &dates);
	if (dates.goes_on)
		expand_put_instant(writer, "extended_to", horizon);
	return true;
}

bool
event_plan_new(struct event_plan *plan, const struct event_words *words, struct json_writer *writer)
{
	struct recur_series series = {.zone = words->times->zone, .is_all_day = words->times->is_all_day, .local_start = words->times->span.local_start};

	set_length(&series, words->times);
	return read_rule(plan, words, &series) && put_series(plan, &series, writer);
}

/* ---- changes ---- */

static int64_t
instant_of(const struct recur_series *series, int64_t local)
{
	return zone_to_utc(series->zone, local, NULL);
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
			list[kept].at += shift;
			list[kept++].end_utc += shift;
		}
	*count = kept;
	return list;
}

/* What stays of the series before a date. */
static struct recur_series
earlier_part(struct arena *arena, const struct recur_series *series, int64_t from)
{
	struct recur_series part = *series;

	part.rdates = part_of(arena, part.rdates, &part.rdate_count, from, false, 0);
	part.exdates = part_of(arena, part.exdates, &part.exdate_count, from, false, 0);
	if (part.rrule != NULL)
		part.rrule = recur_rule_until(arena, part.rrule, part.is_all_day, part.is_all_day ? from - DAY : instant_of(series, from) - 1);
	return part;
}

/* How many instances the rule alone has before a date: so many of its COUNT are used. */
static int64_t
count_before(struct arena *arena, const struct recur_series *series, int64_t from)
{
	struct recur_series rule = {.zone = series->zone, .is_all_day = series->is_all_day, .local_start = series->local_start, .rrule = series->rrule};
	struct recur_dates dates;
	int64_t count = 0;

	if (!recur_expand(arena, &rule, INT64_MIN, instant_of(series, from), RECUR_DATES, &dates))
		return 0;
	for (size_t i = 0; i < dates.count; i++)
		count += dates.list[i].recurrence < from;
	return count;
}

/* The part that is changed, from its first date on (from; INT64_MIN: the whole), moved. */
static struct recur_series
moved_part(struct event_plan *plan, int64_t from, int64_t shift, const struct event_times *times)
{
	struct recur_series wanted = plan->stored;
	int64_t first = from == INT64_MIN ? wanted.local_start : from;

	wanted.local_start = first + shift;
	if (times != NULL) {
		wanted.zone = times->zone;
		wanted.is_all_day = times->is_all_day;
		set_length(&wanted, times);
	}
	wanted.rdates = part_of(plan->arena, wanted.rdates, &wanted.rdate_count, first, true, shift);
	wanted.exdates = part_of(plan->arena, wanted.exdates, &wanted.exdate_count, first, true, shift);
	if (wanted.rrule == NULL)
		return wanted;
	if (from != INT64_MIN)
		wanted.rrule = expand_rule_less(plan->arena, wanted.rrule, count_before(plan->arena, &plan->stored, first));
	wanted.rrule = expand_rule_moved(plan->arena, wanted.rrule, wanted.zone, first, wanted.local_start);
	return wanted;
}

/* The first date that has not begun; INT64_MIN: none has, or all have. */
static int64_t
first_to_come(const struct event_plan *plan)
{
	struct recur_dates dates;

	if (!recur_expand(plan->arena, &plan->stored, INT64_MIN, recur_horizon(&plan->stored, plan->present), RECUR_DATES, &dates))
		return INT64_MIN;
	for (size_t i = 0; i < dates.count; i++)
		if (dates.list[i].start > plan->present)
			return i == 0 ? INT64_MIN : dates.list[i].recurrence;
	return INT64_MIN;
}

/* from INT64_MIN: all of it. */
static void
put_scope(const struct event_plan *plan, const char *scope, int64_t from, struct json_writer *writer)
{
	json_put_text(writer, "scope", scope);
	json_put_text(writer, "looked", plan->revision);
	if (from != INT64_MIN)
		expand_put_local(writer, "recurrence_id", from);
}

static void
put_old(const struct event_plan *plan, int64_t from, struct json_writer *writer)
{
	struct recur_series old = earlier_part(plan->arena, &plan->stored, from);

	recur_put_rule(writer, "old_series", &old);
}

bool
event_plan_change(struct event_plan *plan, enum plan_scope scope, const struct event_words *words, struct json_writer *writer)
{
	bool has_rule = words->rrule != NULL || words->has_rdates || words->has_exdates, touches_dates = words->times != NULL || has_rule;
	int64_t from = scope == PLAN_ALL ? INT64_MIN : plan->named;
	int64_t shift = words->times != NULL ? words->times->span.local_start - plan->named_start : 0;

	if (scope == PLAN_THIS && has_rule)
		return refuse(plan, "malformed-value", "/scope", "Ein einzelner Termin hat keine eigene Wiederholung: „scope“ following oder all.",
		    "One date has no rule of its own: \"scope\" following or all.");
	if (scope == PLAN_THIS) {
		put_scope(plan, "this", plan->named, writer);
		return true;
	}
	if (scope == PLAN_ALL && (touches_dates || words->has_rooms))
		from = first_to_come(plan);
	if (from == plan->stored.local_start)
		from = INT64_MIN;
	put_scope(plan, from == INT64_MIN ? "all" : "following", from, writer);
	if (from == INT64_MIN && !touches_dates)
		return true;
	struct recur_series wanted = moved_part(plan, from, shift, words->times);
	if (!read_rule(plan, words, &wanted))
		return false;
	if (from != INT64_MIN)
		put_old(plan, from, writer);
	json_put_integer(writer, "shift", shift);
	if (words->times != NULL) {
		json_put_text(writer, "zone", zone_id(wanted.zone));
		json_put_bool(writer, "is_all_day", wanted.is_all_day);
	}
	return put_series(plan, &wanted, writer);
}

bool
event_plan_cancel(struct event_plan *plan, enum plan_scope scope, struct json_writer *writer)
{
	bool is_whole = scope == PLAN_ALL || (scope == PLAN_FOLLOWING && plan->named <= plan->stored.local_start);

	put_scope(plan, is_whole ? "all" : scope == PLAN_THIS ? "this" : "following", is_whole ? INT64_MIN : plan->named, writer);
	if (!is_whole && scope == PLAN_FOLLOWING)
		put_old(plan, plan->named, writer);
	return true;
}
