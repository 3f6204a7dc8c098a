/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/manage_series.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/event_plan.h"
#include "page/manage.h"
#include "page/series_form.h"

enum { DAY = 86400, SHOWN = 60 };

static const char *const scopes[] = {"this", "following", "all", NULL};

static const char *
field(const struct http_request *request, const char *name)
{
	const char *value = request_form(request, name);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* ---- on the way in ---- */

bool
manage_series_has_looked(struct http_request *request, const struct db_rows *looked, struct ask *ask, const struct zone **ret_zone)
{
	if (looked != NULL)
		return manage_form_has_zone(request, looked, ask, ret_zone);
	struct json_writer writer = {.out = &ask->look_input};
	int64_t id;
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	if (route_parameter(request, "id") != NULL && str_number(route_parameter(request, "id"), 1, INT64_MAX, &id))
		json_put_integer(&writer, "id", id);
	int64_t local;
	bool is_local;
	const char *date = field(request, "recurrence_id");
	if (date != NULL && when_parse(date, &local, &is_local) && is_local)
		json_put_text(&writer, "recurrence_id", date);
	json_close_map(&writer);
	ask->wants_look = true;
	return false;
}

bool
manage_series_repeats(const struct db_rows *looked)
{
	return looked != NULL && db_count(looked) > 0 && db_is_true(looked, 0, "repeats");
}

/* The times of the form; false: they are not right, which manage_form_span() has said or will say. */
static bool
read_times(struct http_request *request, const struct zone *zone, struct event_times *ret)
{
	const char *start = field(request, "start"), *end = field(request, "end");
	struct event_times times = {.zone = zone, .is_all_day = manage_is_ticked(request, "is_all_day")};
	int64_t first, last;
	if (start == NULL || end == NULL || strlen(start) < 10 || strlen(end) < 10)
		return false;
	if (times.is_all_day) {
		struct arena *arena = http_arena(request);
		if (!when_parse_date(arena_copy(arena, start, 10), &first) || !when_parse_date(arena_copy(arena, end, 10), &last) || last < first)
			return false;
		times.span = (struct span){.local_start = first * DAY, .local_end = (last + 1) * DAY};
		times.span.start = zone_to_utc(zone, times.span.local_start, NULL);
		times.span.end = zone_to_utc(zone, times.span.local_end, NULL);
	} else if (span_read(&(struct span_words){.start = start, .end = end}, zone, &times.span) != SPAN_IS_RIGHT) {
		return false;
	}
	*ret = times;
	return true;
}

static struct event_plan
plan_of(const struct http_request *request, const struct db_rows *looked)
{
	struct event_plan plan = {.arena = http_arena((struct http_request *)(uintptr_t)request), .is_english = page_is_english(request), .present = when_now()};
	bool is_local;
	if (db_count(looked) > 0)
		when_parse(db_text(looked, 0, "present"), &plan.present, &is_local);
	return plan;
}

static void
note_refusal(struct manage_form *form, const struct event_plan *plan)
{
	manage_form_fault(form, "repeat", plan->refusal.sentence, plan->refusal.sentence);
}

/* False: the fields of repetition are not right. rule NULL: they say nothing new. */
static bool
read_rule(struct manage_form *form, const struct event_times *times, const char **ret_rule)
{
	const char *fault = NULL;
	*ret_rule = NULL;
	if (field(form->request, "repeat") == NULL || str_equal(field(form->request, "repeat"), "keep"))
		return true;
	if (series_form_read_rule(form->request, times->span.local_start / DAY, ret_rule, &fault))
		return true;
	manage_form_fault(form, fault, "Bitte eine Zahl von 1 bis 500, oder den letzten Tag als Datum.", "Please a number from 1 to 500, or the last day as a date.");
	return false;
}

/* Dates are looked at first, and done by the button below them. */
static void
put_step(struct manage_form *form)
{
	json_put_bool(&form->writer, "dry_run", !str_equal(field(form->request, "step"), "save"));
	json_put_text(&form->writer, "on_conflict", manage_is_ticked(form->request, "leave") ? "leave" : "refuse");
}

void
manage_series_put_new(struct manage_form *form, const struct db_rows *looked, const struct zone *zone)
{
	struct event_times times;
	struct event_plan plan = plan_of(form->request, looked);
	struct event_words words = {.times = &times};
	if (!read_times(form->request, zone, &times) || !read_rule(form, &times, &words.rrule) || words.rrule == NULL)
		return;
	put_step(form);
	if (!event_plan_new(&plan, &words, &form->writer))
		note_refusal(form, &plan);
}

static bool
read_looked(struct http_request *request, const struct db_rows *looked, struct event_plan *ret_plan)
{
	*ret_plan = plan_of(request, looked);
	struct event_row row = {.series = {.zone = db_text(looked, 0, "zone"), .series_start = db_text(looked, 0, "series_start"),
	        .rrule = db_text(looked, 0, "rrule"), .rdates = db_text(looked, 0, "rdates"), .exdates = db_text(looked, 0, "exdates"),
	        .is_all_day = db_is_true(looked, 0, "series_is_all_day"), .days = db_number(looked, 0, "days"), .seconds = db_number(looked, 0, "seconds")},
	    .present = db_text(looked, 0, "present"), .revision = db_text(looked, 0, "revision"), .recurrence_id = db_text(looked, 0, "recurrence_id"),
	    .local_starts = db_text(looked, 0, "local_starts")};
	return event_plan_read_row(ret_plan, &row);
}

/* The form always posts times: they count where they are others than the date's. */
static bool
moves(const struct db_rows *looked, const struct event_times *times)
{
	return times->span.local_start != dates_read(db_text(looked, 0, "local_starts")) || times->span.local_end != dates_read(db_text(looked, 0, "local_ends")) ||
	    times->is_all_day != db_is_true(looked, 0, "is_all_day");
}

/* The ticked rooms, one after the other, as the form said them when it was opened. */
static bool
has_other_rooms(struct http_request *request)
{
	const char *before = request_form(request, "rooms_were"), *now = "";
	for (size_t i = 0; request_form_at(request, "resources", i) != NULL; i++)
		now = arena_print(http_arena(request), "%s%s ", now, request_form_at(request, "resources", i));
	return before != NULL && !str_equal(before, now);
}

void
manage_series_put_change(struct manage_form *form, const struct db_rows *looked, const struct zone *zone)
{
	struct event_times times;
	struct event_plan plan;
	enum plan_scope scope;
	if (!read_looked(form->request, looked, &plan)) {
		note_refusal(form, &plan);
		return;
	}
	if (!plan_scope_read(field(form->request, "scope"), &scope)) {
		manage_form_fault(form, "scope", "Bitte wählen: dieser Termin, dieser und alle danach, oder alle.", "Please choose: this date, this and all later ones, or all.");
		return;
	}
	if (!read_times(form->request, zone, &times)) {
		manage_form_fault(form, "start", "Bitte Beginn und Ende angeben; das Ende liegt nach dem Beginn.", "Please give start and end; the end is after the start.");
		return;
	}
	struct event_words words = {.times = moves(looked, &times) ? &times : NULL, .has_rooms = has_other_rooms(form->request)};
	if (!read_rule(form, &times, &words.rrule))
		return;
	put_step(form);
	if (!event_plan_change(&plan, scope, &words, &form->writer)) {
		note_refusal(form, &plan);
		return;
	}
	if (scope != PLAN_THIS || words.times == NULL)
		return;
	expand_put_instant(&form->writer, "start", times.span.start);
	expand_put_instant(&form->writer, "end", times.span.end);
	expand_put_local(&form->writer, "local_start", times.span.local_start);
	expand_put_local(&form->writer, "local_end", times.span.local_end);
	json_put_text(&form->writer, "zone", zone_id(zone));
	json_put_bool(&form->writer, "is_all_day", times.is_all_day);
}

bool
manage_series_put_cancel(struct http_request *request, struct ask *ask, const struct db_rows *looked, struct json_writer *writer)
{
	struct event_plan plan;
	enum plan_scope scope;
	if (!manage_series_repeats(looked))
		return true;
	if (!plan_scope_read(field(request, "scope"), &scope))
		return ask_refuse(request, ask, 422, "missing-member", "scope", "Bitte wählen: dieser Termin, dieser und alle danach, oder alle.",
		    "Please choose: this date, this and all later ones, or all.");
	if (read_looked(request, looked, &plan) && event_plan_cancel(&plan, scope, writer))
		return true;
	return ask_refuse(request, ask, plan.refusal.status, plan.refusal.problem, plan.refusal.pointer, "%s", "%s", plan.refusal.sentence);
}

/* ---- on the way out ---- */

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

static const char *
span_words(struct http_request *request, const struct json *date)
{
	struct dates dates = manage_dates(request);
	int64_t start = dates_read(text_of(date, "local_start")), end = dates_read(text_of(date, "end")) - dates_read(text_of(date, "start")) + start;
	return dates_span(&dates, start, end);
}

/* What a change does to the dates, in the order of time. */
static void
put_diff(struct http_request *request, struct json_writer *writer, const struct json *look)
{
	const struct json *changed = json_get(json_get(look, "diff"), "changed");
	struct dates dates = manage_dates(request);
	json_open_list(writer, "changes");
	for (size_t i = 0; i < json_size(changed) && i < SHOWN; i++) {
		const struct json *date = json_at(changed, i);
		int64_t was = dates_read(text_of(date, "local_was"));
		json_open_map(writer, NULL);
		json_put_text(writer, "what", page_text(request, arena_print(dates.arena, "manage.date_%s", text_of(date, "what"))));
		json_put_text(writer, "when", span_words(request, date));
		json_put_text(writer, "was", was == 0 ? NULL : arena_print(dates.arena, "%s, %s", dates_date(&dates, was), dates_time(&dates, was)));
		json_close_map(writer);
	}
	json_close_list(writer);
	json_put_bool(writer, "has_changes", json_size(changed) > 0);
	json_put_bool(writer, "has_more_changes", json_size(changed) > SHOWN);
}

/* The dates whose rooms are taken, with who has them. */
static void
put_taken(struct http_request *request, struct json_writer *writer, const struct json *dates)
{
	bool has_taken = false;
	json_open_list(writer, "taken");
	for (size_t i = 0; i < json_size(dates); i++) {
		const struct json *date = json_at(dates, i);
		if (!str_equal(text_of(date, "rooms"), "taken"))
			continue;
		has_taken = true;
		json_open_map(writer, NULL);
		json_put_text(writer, "when", span_words(request, date));
		json_put_text(writer, "who", text_of(json_at(json_get(date, "in_the_way"), 0), "title"));
		json_close_map(writer);
	}
	json_close_list(writer);
	json_put_bool(writer, "has_taken", has_taken);
}

static void
put_scopes(struct http_request *request, struct json_writer *writer)
{
	const char *chosen = field(request, "scope");
	json_open_list(writer, "scopes");
	for (size_t i = 0; scopes[i] != NULL; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "value", scopes[i]);
		json_put_text(writer, "label", page_text(request, arena_print(http_arena(request), "manage.scope_%s", scopes[i])));
		json_put_bool(writer, "is_chosen", str_equal(chosen != NULL ? chosen : "this", scopes[i]));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static const char *
rooms_of(struct http_request *request, const struct json *document, const struct json *event)
{
	const struct json *all = json_get(document, "resources");
	const char *rooms = "";
	if (request_form(request, "rooms_were") != NULL)
		return request_form(request, "rooms_were");
	for (size_t i = 0; i < json_size(all); i++)
		for (size_t k = 0; k < json_size(json_get(event, "resources")); k++)
			if (str_equal(text_of(json_at(all, i), "slug"), text_of(json_at(json_get(event, "resources"), k), "slug")))
				rooms = arena_print(http_arena(request), "%s%s ", rooms, text_of(json_at(all, i), "slug"));
	return rooms;
}

void
manage_series_put_form(struct http_request *request, struct json_writer *writer, const struct json *document, const struct json *event)
{
	const struct json *series = json_get(event, "series"), *look = json_get(document, "look");
	bool repeats = json_kind(series) == JSON_IS_MAP && route_parameter(request, "id") != NULL;
	json_put_bool(writer, "repeats_already", repeats);
	series_form_put_repeats(request, writer, field(request, "repeat"));
	json_put_text(writer, "times", field(request, "times"));
	json_put_text(writer, "until", field(request, "until"));
	json_put_bool(writer, "leaves", manage_is_ticked(request, "leave"));
	if (repeats) {
		json_put_text(writer, "rule", series_form_rule(request, text_of(series, "rrule"), text_of(event, "zone")));
		json_put_text(writer, "recurrence_id", field(request, "recurrence_id") != NULL ? field(request, "recurrence_id") : text_of(event, "recurrence_id"));
		json_put_text(writer, "rooms_were", rooms_of(request, document, event));
		put_scopes(request, writer);
	}
	json_put_bool(writer, "is_look", json_kind(look) == JSON_IS_MAP);
	put_diff(request, writer, look);
	put_taken(request, writer, json_get(json_kind(look) == JSON_IS_MAP ? look : json_get(document, "problem"), "dates"));
}
