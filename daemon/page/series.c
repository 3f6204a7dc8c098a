/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Booking several times: the form, what would become of each date with the ways to go on as buttons; one's own series, changed or
 * cancelled for one date, the following or all, with the difference shown before it is done.
 */
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/plan.h"
#include "ical/span.h"
#include "page/booking_form.h"
#include "page/my.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"
#include "page/series_form.h"

enum { TITLE_MAX = 500, NOTE_MAX = 20000 };

static const char *const choices[] = {"all", "skip", "substitute", "queue"};
enum { CHOICES = sizeof choices / sizeof choices[0] };

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

static const char *
number_text(struct http_request *request, const struct json *number)
{
	return arena_print(http_arena(request), "%lld", (long long)json_as_integer(number));
}

/* The choice that a button posted; NULL: only asked what would be. */
static const char *
choice_of(const struct http_request *request)
{
	const char *choice = request_form(request, "choice");
	for (size_t i = 0; i < CHOICES; i++)
		if (str_equal(choices[i], choice))
			return choices[i];
	return NULL;
}

/* "2 of 10 dates cannot be had", and of the ways to go on those that would do, the best first. */
static void
put_ways(struct http_request *request, struct json_writer *writer, const struct json *document, const char *texts)
{
	const struct json *ways = json_get(document, "choices");
	int64_t missing = json_as_integer(json_get(ways, "missing"));
	bool is_first = true;
	json_put_bool(writer, "is_whole", missing == 0);
	json_put_text(writer, "missing", missing == 0 ? NULL : page_say(request, missing == 1 ? "series.one_missing" : "series.missing", "missing", number_text(request, json_get(ways, "missing")),
	    "all", arena_print(http_arena(request), "%zu", json_size(json_get(document, "dates"))), NULL));
	json_open_list(writer, "ways");
	for (size_t i = 0; i < CHOICES; i++) {
		if (!json_as_bool(json_get(ways, choices[i])) || (missing == 0 && i > 0))
			continue;
		json_open_map(writer, NULL);
		json_put_text(writer, "choice", choices[i]);
		json_put_text(writer, "text", page_text(request, arena_print(http_arena(request), "series.%s.%s", texts, choices[i])));
		json_put_text(writer, "help", page_text(request, arena_print(http_arena(request), "series.%s_help.%s", texts, choices[i])));
		json_put_bool(writer, "is_first", is_first);
		json_close_map(writer);
		is_first = false;
	}
	json_close_list(writer);
}

/* ---- a new series ---- */

static bool
look_place(struct http_request *request, struct ask *ask, const char *resource)
{
	struct json_writer writer = {.out = &ask->look_input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "resource", resource);
	json_close_map(&writer);
	ask->wants_look = true;
	return true;
}

bool
page_ask_series_form(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	const char *resource = parts_parameter(request, "resource");
	if (looked == NULL)
		return look_place(request, ret_ask, resource);
	struct json_writer writer = {.out = &ret_ask->input};
	request_keep(request, arena_text(http_arena(request), zone_id(form_zone(looked))));
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "resource", resource);
	json_close_map(&writer);
	return true;
}

static void
put_crumbs(struct http_request *request, struct json_writer *writer, const char *name, const char *address)
{
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, name, address);
	parts_put_crumb(writer, page_text(request, "series.heading"), NULL);
	json_close_list(writer);
}

/* The span of the query, or the next full hour. */
static void
put_times(struct http_request *request, struct json_writer *writer, const char *zone_name)
{
	const struct zone *zone = zone_find(zone_name) != NULL ? zone_find(zone_name) : zone_utc();
	int64_t start = (dates_local(zone_name, when_now()) + 3600) / 3600 * 3600, end, instant;
	const char *from = parts_parameter(request, "start"), *to = parts_parameter(request, "end");
	enum zone_fit fit;
	if (from != NULL)
		span_read_moment(from, zone, &instant, &start, &fit);
	end = start + 3600;
	if (to != NULL && (!span_read_moment(to, zone, &instant, &end, &fit) || end <= start))
		end = start + 3600;
	form_put_fields(request, writer, start, end);
}

void
page_answer_series_form(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *resource = json_get(document, "resource"), *hub = json_get(document, "hub");
	struct arena *arena = http_arena(request);
	struct page_view view;
	if (document == NULL)
		return;
	if (json_kind(resource) != JSON_IS_MAP) {
		page_redirect(request, arena_print(arena, "/hubs/%s/book", text_of(hub, "slug")));
		return;
	}
	page_begin(document, &view, page_text(request, "series.heading"));
	put_crumbs(request, &view.writer, text_of(hub, "name"), arena_print(arena, "/hubs/%s", text_of(hub, "slug")));
	json_put_text(&view.writer, "action", arena_print(arena, "/hubs/%s/series", text_of(hub, "slug")));
	json_put_value(&view.writer, "resource", json_get(resource, "slug"));
	json_put_value(&view.writer, "name", json_get(resource, "name"));
	if (json_as_bool(json_get(resource, "is_pool")))
		json_put_text(&view.writer, "size", number_text(request, json_get(resource, "size")));
	json_put_text(&view.writer, "count", "1");
	put_times(request, &view.writer, request_kept(request));
	series_form_put_repeats(request, &view.writer, "weekly");
	json_put_text(&view.writer, "times", "10");
	json_put_bool(&view.writer, "may_book", json_as_bool(json_get(document, "may_book")));
	page_end(request, &view, 200, "series-new");
}

bool
page_ask_series_book(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	struct plan plan;
	struct plan_words words;
	const char *choice = choice_of(request);
	if (looked == NULL)
		return look_place(request, ret_ask, request_form(request, "resource"));
	if (!series_form_looked(request, ret_ask, looked, &plan) || !series_form_read(request, ret_ask, &words))
		return false;
	request_keep(request, arena_text(plan.arena, zone_id(plan.stored.words.zone)));
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "choice", choice);
	json_put_bool(&writer, "dry_run", choice == NULL);
	form_put_items(request, &writer);
	bool is_right = form_put_text(request, ret_ask, &writer, "title", TITLE_MAX) && form_put_text(request, ret_ask, &writer, "note", NOTE_MAX) &&
	    (plan_new(&plan, &words, &writer) || series_form_refuse(request, ret_ask, &plan));
	json_close_map(&writer);
	return is_right;
}

/* What would become of each date, the ways to go on, and the form again. */
static void
answer_preview(struct http_request *request, const struct json *document, int status)
{
	struct page_view view;
	struct arena *arena = http_arena(request);
	const char *hub = route_parameter(request, "hub");
	page_begin(document, &view, page_text(request, "series.heading"));
	put_crumbs(request, &view.writer, hub, arena_print(arena, "/hubs/%s", hub));
	json_put_text(&view.writer, "action", arena_print(arena, "/hubs/%s/series", hub));
	series_form_put_fields(request, &view.writer);
	json_put_bool(&view.writer, "may_book", true);
	if (json_get(document, "dates") != NULL) {
		json_put_bool(&view.writer, "is_preview", true);
		series_form_put_dates(request, &view.writer, json_get(document, "dates"), request_kept(request));
		put_ways(request, &view.writer, document, "book");
	} else {
		form_put_problem(request, &view.writer, document, zone_utc(), "");
	}
	page_end(request, &view, status, "series-new");
}

void
page_answer_series_book(struct http_request *request, const struct db_rows *rows)
{
	int status;
	const struct json *document = page_read(request, rows, &status);
	if (document != NULL && (status == 200 || status == 409 || status == 422)) {
		answer_preview(request, document, status);
		return;
	}
	document = page_document(request, rows);
	if (document != NULL)
		page_redirect(request, arena_print(http_arena(request), "/me/series/%s?done=booked", number_text(request, json_get(document, "id"))));
}

/* ---- one's own ---- */

static void
put_my_crumbs(struct http_request *request, struct json_writer *writer, const char *name)
{
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, page_text(request, "my.title"), "/me");
	parts_put_crumb(writer, name, NULL);
	json_close_list(writer);
}

static void
put_done(struct http_request *request, struct json_writer *writer)
{
	static const char *const known[] = {"booked", "changed", "cancelled"};
	json_open_list(writer, "notices");
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (!str_equal(parts_parameter(request, "done"), known[i]))
			continue;
		json_open_map(writer, NULL);
		json_put_text(writer, "kind", "good");
		json_put_text(writer, "heading", page_text(request, arena_print(http_arena(request), "series.done.%s", known[i])));
		json_put_text(writer, "text", page_text(request, arena_print(http_arena(request), "series.done_help.%s", known[i])));
		json_put_bool(writer, "is_bad", false);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static const char *
heading_of(struct http_request *request, const struct json *series)
{
	const char *title = text_of(series, "title");
	return *title != '\0' ? title : my_what(request, json_get(series, "items"));
}

/* The dates that a change may begin at, as options: those still to come. */
static void
put_starts(struct http_request *request, struct json_writer *writer, const struct json *dates, const char *now, const char *chosen)
{
	struct dates words = {.arena = http_arena(request), .is_english = page_is_english(request)};
	json_open_list(writer, "starts");
	for (size_t i = 0; i < json_size(dates); i++) {
		const struct json *date = json_at(dates, i);
		if (!str_equal(text_of(date, "state"), "booked") || dates_read(text_of(date, "start")) <= dates_read(now))
			continue;
		int64_t start = dates_read(text_of(date, "local_start"));
		json_open_map(writer, NULL);
		json_put_value(writer, "value", json_get(date, "date"));
		json_put_text(writer, "text", arena_print(words.arena, "%s, %s", dates_date(&words, start), dates_time(&words, start)));
		json_put_bool(writer, "is_chosen", chosen != NULL && dates_read(chosen) == dates_read(text_of(date, "date")));
		json_close_map(writer);
	}
	json_close_list(writer);
}

void
my_put_series(struct http_request *request, struct json_writer *writer, const struct json *list)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	json_put_bool(writer, "has_series", json_size(list) > 0);
	json_open_list(writer, "series");
	for (size_t i = 0; i < json_size(list); i++) {
		const struct json *series = json_at(list, i);
		const char *next = json_as_text(json_get(series, "next"));
		json_open_map(writer, NULL);
		json_put_text(writer, "id", number_text(request, json_get(series, "id")));
		json_put_text(writer, "heading", heading_of(request, series));
		json_put_text(writer, "rule", series_form_rule(request, text_of(series, "rrule"), text_of(series, "zone")));
		json_put_value(writer, "hub_name", json_get(series, "hub_name"));
		json_put_value(writer, "color", json_get(series, "color"));
		json_put_text(writer, "next", next == NULL ? NULL : dates_date(&dates, dates_read(next)));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_series(struct http_request *request, struct json_writer *writer, const struct json *series)
{
	struct arena *arena = http_arena(request);
	const struct json *dates = json_get(series, "dates");
	json_put_text(writer, "id", number_text(request, json_get(series, "id")));
	json_put_text(writer, "heading", heading_of(request, series));
	json_put_text(writer, "title_text", text_of(series, "title"));
	json_put_text(writer, "what", my_what(request, json_get(series, "items")));
	json_put_text(writer, "rule", series_form_rule(request, text_of(series, "rrule"), text_of(series, "zone")));
	json_put_value(writer, "hub", json_get(series, "hub"));
	json_put_value(writer, "hub_name", json_get(series, "hub_name"));
	json_put_bool(writer, "is_cancelled", str_equal(text_of(series, "state"), "cancelled"));
	json_put_bool(writer, "has_dates", json_size(dates) > 0);
	json_put_bool(writer, "is_own", true);
	series_form_put_dates(request, writer, dates, text_of(series, "zone"));
	json_put_text(writer, "go_on", json_kind(json_get(series, "booked_until")) != JSON_IS_TEXT ? NULL :
	    page_say(request, "series.goes_on", "day", dates_date(&(struct dates){.arena = arena, .is_english = page_is_english(request)},
	    dates_local(text_of(series, "zone"), dates_read(text_of(series, "booked_until")))), NULL));
}

/* The times of the date that is chosen, or else of the first that is still to come. False: there is none. */
static bool
put_chosen(struct http_request *request, struct json_writer *writer, const struct json *dates, const char *now, const char *chosen)
{
	for (size_t i = 0; i < json_size(dates); i++) {
		const struct json *date = json_at(dates, i);
		if (!str_equal(text_of(date, "state"), "booked") || dates_read(text_of(date, "start")) <= dates_read(now) ||
		    (chosen != NULL && dates_read(chosen) != dates_read(text_of(date, "date"))))
			continue;
		form_put_fields(request, writer, dates_read(text_of(date, "local_start")), dates_read(text_of(date, "local_end")));
		return true;
	}
	return false;
}

void
page_answer_my_series(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *series = json_get(document, "series"), *dates = json_get(series, "dates");
	const char *chosen = parts_parameter(request, "at");
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, heading_of(request, series));
	put_my_crumbs(request, &view.writer, heading_of(request, series));
	put_done(request, &view.writer);
	put_series(request, &view.writer, series);
	put_starts(request, &view.writer, dates, text_of(document, "now"), chosen);
	json_put_bool(&view.writer, "is_live", put_chosen(request, &view.writer, dates, text_of(document, "now"), chosen) ||
	    (chosen != NULL && put_chosen(request, &view.writer, dates, text_of(document, "now"), NULL)));
	json_put_bool(&view.writer, "is_open", chosen != NULL);
	series_form_put_repeats(request, &view.writer, NULL);
	page_end(request, &view, 200, "my-series");
}

/* ---- changing and cancelling ---- */

static bool
look_stored(struct http_request *request, struct ask *ask)
{
	struct json_writer writer = {.out = &ask->look_input};
	json_open_map(&writer, NULL);
	bool is_right = form_put_id(request, ask, &writer);
	json_close_map(&writer);
	ask->wants_look = true;
	return is_right;
}

static bool
read_scope(struct http_request *request, struct ask *ask, struct plan_words *words)
{
	return plan_scope_read(request_form(request, "scope"), &words->scope) ||
	    ask_refuse(request, ask, 422, "malformed-value", "scope", "Es fehlt, für welche Termine: this, following oder all.", "For which dates is missing: this, following or all.");
}

/* One date is changed at once; of more the difference is shown first, until a button says how to go on. */
static bool
put_change(struct http_request *request, struct ask *ask, struct plan *plan, const struct plan_words *words, struct json_writer *writer)
{
	const char *choice = choice_of(request);
	if (!plan_change(plan, words, writer))
		return series_form_refuse(request, ask, plan);
	if (words->scope == PLAN_THIS)
		return form_put_span(request, ask, plan->stored.words.zone, writer);
	json_put_text(writer, "choice", choice);
	json_put_bool(writer, "dry_run", choice == NULL);
	return true;
}

bool
page_ask_series_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	struct plan plan;
	struct plan_words words;
	if (looked == NULL)
		return look_stored(request, ret_ask);
	if (!series_form_looked(request, ret_ask, looked, &plan) || !series_form_read(request, ret_ask, &words) || !read_scope(request, ret_ask, &words))
		return false;
	request_keep(request, arena_text(plan.arena, zone_id(plan.stored.words.zone)));
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = form_put_id(request, ret_ask, &writer) && form_put_text(request, ret_ask, &writer, "title", TITLE_MAX) &&
	    put_change(request, ret_ask, &plan, &words, &writer);
	json_close_map(&writer);
	return is_right;
}

static void
answer_difference(struct http_request *request, const struct json *document, int status, const char *act)
{
	struct page_view view;
	const char *id = route_parameter(request, "id");
	page_begin(document, &view, page_text(request, arena_print(http_arena(request), "series.%s_title", act)));
	put_my_crumbs(request, &view.writer, page_text(request, arena_print(http_arena(request), "series.%s_title", act)));
	json_put_text(&view.writer, "id", id);
	json_put_text(&view.writer, "action", arena_print(http_arena(request), "/me/series/%s/%s", id, act));
	series_form_put_fields(request, &view.writer);
	if (json_get(document, "dates") != NULL) {
		json_put_bool(&view.writer, "is_preview", true);
		series_form_put_dates(request, &view.writer, json_get(document, "dates"), request_kept(request));
	} else {
		form_put_problem(request, &view.writer, document, zone_utc(), "");
	}
	if (json_get(document, "choices") != NULL)
		put_ways(request, &view.writer, document, "change");
	json_put_bool(&view.writer, "is_cancel", str_equal(act, "cancel"));
	page_end(request, &view, status, "series-change");
}

static void
answer_act(struct http_request *request, const struct db_rows *rows, const char *act, const char *done)
{
	int status;
	const struct json *document = page_read(request, rows, &status);
	if (document != NULL && (status == 409 || status == 422 || json_as_bool(json_get(document, "dry_run")))) {
		answer_difference(request, document, status, act);
		return;
	}
	document = page_document(request, rows);
	if (document == NULL)
		return;
	/* Of one date its booking comes back, of more the series, which may be a new one. */
	const struct json *id = json_get(document, "series") != NULL ? json_get(document, "series") : json_get(document, "id");
	page_redirect(request, arena_print(http_arena(request), "/me/series/%s?done=%s", number_text(request, id), done));
}

void
page_answer_series_change(struct http_request *request, const struct db_rows *rows)
{
	answer_act(request, rows, "change", "changed");
}

bool
page_ask_series_cancel(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	struct plan plan;
	const char *at = request_form(request, "at");
	struct plan_words words = {.date = at != NULL && *at != '\0' ? at : NULL};
	if (looked == NULL)
		return look_stored(request, ret_ask);
	if (!series_form_looked(request, ret_ask, looked, &plan) || !read_scope(request, ret_ask, &words))
		return false;
	request_keep(request, arena_text(plan.arena, zone_id(plan.stored.words.zone)));
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = form_put_id(request, ret_ask, &writer) && (plan_cancel(&plan, &words, &writer) || series_form_refuse(request, ret_ask, &plan));
	json_put_bool(&writer, "dry_run", request_form(request, "sure") == NULL);
	json_close_map(&writer);
	return is_right;
}

void
page_answer_series_cancel(struct http_request *request, const struct db_rows *rows)
{
	answer_act(request, rows, "cancel", "cancelled");
}
