/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Booking in three steps: what and when is looked for, what is free then, and the form that books it. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/span.h"
#include "ical/zone.h"
#include "page/booking_form.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"
#include "page/place.h"

enum { DAY = 86400, WEEK = 7, SLOTS = 12, PEOPLE_MAX = 100000, MINUTES_MAX = 31 * 24 * 60, MINUTES = 120, FEATURES_MAX = 32, TITLE_MAX = 500, NOTE_MAX = 20000 };

static const int64_t lengths[] = {30, 60, 90, 120, 180, 240, 480};
static const char *const whens[] = {"soon", "today", "tomorrow", "week", "next-week", NULL};

/* ---- what is asked ---- */

static bool
ask_zone_first(struct http_request *request, struct ask *ask, const char *resource)
{
	struct json_writer writer = {.out = &ask->look_input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "resource", resource);
	json_close_map(&writer);
	ask->wants_look = true;
	return true;
}

static void
put_instant(struct json_writer *writer, const char *name, const struct zone *zone, int64_t local)
{
	char text[WHEN_TEXT_SIZE];
	when_print(zone_to_utc(zone, local, NULL), text);
	json_put_text(writer, name, text);
}

/* The days that a word means, on the clock of the zone. */
static void
read_when(const struct http_request *request, int64_t now, int64_t *ret_from, int64_t *ret_to)
{
	const char *when = parts_parameter(request, "when"), *date = parts_parameter(request, "date");
	int64_t today = now / DAY * DAY, monday = today - when_weekday(today / DAY) * DAY, days;
	*ret_from = now;
	*ret_to = now + WEEK * DAY;
	if (date != NULL && when_parse_date(date, &days)) {
		*ret_from = days * DAY;
		*ret_to = *ret_from + DAY;
	} else if (str_equal(when, "today")) {
		*ret_to = today + DAY;
	} else if (str_equal(when, "tomorrow")) {
		*ret_from = today + DAY;
		*ret_to = today + 2 * DAY;
	} else if (str_equal(when, "week")) {
		*ret_to = monday + WEEK * DAY;
	} else if (str_equal(when, "next-week")) {
		*ret_from = monday + WEEK * DAY;
		*ret_to = *ret_from + WEEK * DAY;
	}
}

/* The values of all parameters "feature", in their order. */
static size_t
read_features(struct http_request *request, const char *ret_features[static FEATURES_MAX])
{
	static const char name[] = "feature=";
	const char *query = http_query(request);
	size_t count = 0;
	while (*query != '\0') {
		size_t length = strcspn(query, "&"), skip = sizeof name - 1;
		if (count < FEATURES_MAX && length > skip && strncmp(query, name, skip) == 0) {
			const char *value = http_decode(http_arena(request), query + skip, length - skip, true);
			if (value != NULL && str_is_utf8(value, strlen(value)))
				ret_features[count++] = value;
		}
		query += length + (query[length] == '&');
	}
	return count;
}

static int64_t
number_of(const struct http_request *request, const char *name, int64_t most)
{
	int64_t number;
	const char *text = parts_parameter(request, name);
	return text != NULL && str_number(text, 1, most, &number) ? number : 0;
}

static void
put_search(struct http_request *request, struct json_writer *writer, const struct zone *zone)
{
	const char *features[FEATURES_MAX];
	size_t count = read_features(request, features);
	int64_t from, to, people = number_of(request, "people", PEOPLE_MAX), minutes = number_of(request, "minutes", MINUTES_MAX);
	read_when(request, dates_local(zone_id(zone), when_now()), &from, &to);
	json_put_integer(writer, "minutes", minutes > 0 ? minutes : MINUTES);
	if (people > 0)
		json_put_integer(writer, "capacity", people);
	json_put_text(writer, "kind", parts_parameter(request, "kind"));
	json_put_text(writer, "site", parts_parameter(request, "site"));
	json_open_list(writer, "features");
	for (size_t i = 0; i < count; i++)
		json_put_text(writer, NULL, features[i]);
	json_close_list(writer);
	json_put_integer(writer, "limit", SLOTS);
	put_instant(writer, "from", zone, from);
	put_instant(writer, "to", zone, to);
}

bool
page_ask_book(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	const char *resource = parts_parameter(request, "resource");
	if (looked == NULL)
		return ask_zone_first(request, ret_ask, resource);
	const struct zone *zone = form_zone(looked);
	struct json_writer writer = {.out = &ret_ask->input};
	request_keep(request, arena_text(http_arena(request), zone_id(zone)));
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "resource", resource);
	if (resource == NULL && parts_parameter(request, "minutes") != NULL)
		put_search(request, &writer, zone);
	json_close_map(&writer);
	return true;
}

/* ---- steps 1 and 2 ---- */

static void
put_option(struct json_writer *writer, const char *value, const char *text, bool is_chosen)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "value", value);
	json_put_text(writer, "text", text);
	json_put_bool(writer, "is_chosen", is_chosen);
	json_close_map(writer);
}

const char *
page_feature(const struct http_request *request, const char *feature)
{
	const char *name = arena_print(http_arena(request), "features.%s", feature), *text = page_text(request, name);
	return text != name ? text : feature;
}

static void
put_features(struct http_request *request, struct json_writer *writer, const struct json *known)
{
	const char *features[FEATURES_MAX];
	size_t count = read_features(request, features);
	json_open_list(writer, "features");
	for (size_t i = 0; i < json_size(known); i++) {
		const char *feature = json_as_text(json_at(known, i));
		bool is_chosen = false;
		for (size_t j = 0; j < count; j++)
			is_chosen = is_chosen || str_equal(features[j], feature);
		put_option(writer, feature, page_feature(request, feature), is_chosen);
	}
	json_close_list(writer);
}

static void
put_choices(struct http_request *request, struct json_writer *writer, const struct json *document)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	const struct json *kinds = json_get(document, "kinds");
	int64_t people = number_of(request, "people", PEOPLE_MAX), minutes = number_of(request, "minutes", MINUTES_MAX);
	json_put_text(writer, "people", people > 0 ? arena_print(dates.arena, "%lld", (long long)people) : NULL);
	json_open_list(writer, "lengths");
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		put_option(writer, arena_print(dates.arena, "%lld", (long long)lengths[i]), dates_duration(&dates, lengths[i] * 60),
		    lengths[i] == (minutes > 0 ? minutes : MINUTES));
	json_close_list(writer);
	json_open_list(writer, "whens");
	for (size_t i = 0; whens[i] != NULL; i++)
		put_option(writer, whens[i], page_text(request, arena_print(dates.arena, "book.when.%s", whens[i])),
		    str_equal(whens[i], parts_parameter(request, "when")));
	json_close_list(writer);
	json_open_list(writer, "kinds");
	for (size_t i = 0; i < json_size(kinds); i++) {
		const char *kind = json_as_text(json_at(kinds, i));
		put_option(writer, kind, page_text(request, arena_print(dates.arena, "grid.kinds.%s", kind)), str_equal(kind, parts_parameter(request, "kind")));
	}
	json_close_list(writer);
	put_features(request, writer, json_get(document, "features"));
}

static void
put_slot(struct http_request *request, struct json_writer *writer, const struct json *slot, const char *zone)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	int64_t start = dates_local(zone, dates_read(json_as_text(json_get(slot, "start")))), end = dates_local(zone, dates_read(json_as_text(json_get(slot, "end"))));
	json_open_map(writer, NULL);
	json_put_value(writer, "resource", json_get(slot, "resource"));
	json_put_value(writer, "name", json_get(slot, "name"));
	json_put_value(writer, "start", json_get(slot, "start"));
	json_put_value(writer, "end", json_get(slot, "end"));
	json_put_text(writer, "from", parts_moment(dates.arena, start));
	json_put_text(writer, "to", parts_moment(dates.arena, end));
	json_put_text(writer, "day", dates_day_label(&dates, start, dates_local(zone, when_now())));
	json_put_text(writer, "times", dates_times(&dates, start, end));
	json_put_text(writer, "span", dates_span(&dates, start, end));
	json_put_text(writer, "kind", page_text(request, arena_print(dates.arena, "grid.kind.%s", json_as_text(json_get(slot, "kind")))));
	json_put_text(writer, "seats", page_say(request, json_as_integer(json_get(slot, "capacity")) == 1 ? "grid.seat" : "grid.seats", "count",
	    arena_print(dates.arena, "%lld", (long long)json_as_integer(json_get(slot, "capacity"))), NULL));
	json_close_map(writer);
}

static void
put_found(struct http_request *request, struct json_writer *writer, const struct json *slots, const char *zone)
{
	json_open_map(writer, "found");
	json_put_bool(writer, "is_nothing", json_size(slots) == 0);
	json_open_list(writer, "slots");
	for (size_t i = 0; i < json_size(slots); i++)
		put_slot(request, writer, json_at(slots, i), zone);
	json_close_list(writer);
	json_close_map(writer);
}

/* ---- the head of all three ---- */

static void
put_head(struct http_request *request, struct json_writer *writer, const char *hub, const char *hub_name, int step)
{
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, hub_name != NULL ? hub_name : hub, arena_print(http_arena(request), "/hubs/%s", hub));
	parts_put_crumb(writer, page_text(request, "grid.heading"), arena_print(http_arena(request), "/hubs/%s/resources", hub));
	parts_put_crumb(writer, page_text(request, "book.heading"), NULL);
	json_close_list(writer);
	json_put_text(writer, "hub_slug", hub);
	json_put_text(writer, "action", arena_print(http_arena(request), "/hubs/%s/book", hub));
	json_open_list(writer, "steps");
	static const char *const names[] = {"book.step_find", "book.step_choose", "book.step_confirm"};
	for (int i = 0; i < 3; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "text", page_text(request, names[i]));
		json_put_bool(writer, "is_now", i + 1 == step);
		json_put_bool(writer, "is_done", i + 1 < step);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
answer_find(struct http_request *request, const struct json *document, const char *zone)
{
	struct page_view view;
	const struct json *hub = json_get(document, "hub"), *slots = json_get(document, "slots");
	bool is_found = parts_parameter(request, "minutes") != NULL;
	page_begin(document, &view, page_say(request, "book.title", "hub", json_as_text(json_get(hub, "name")), NULL));
	put_head(request, &view.writer, json_as_text(json_get(hub, "slug")), json_as_text(json_get(hub, "name")), is_found ? 2 : 1);
	put_choices(request, &view.writer, document);
	json_put_bool(&view.writer, "may_book", json_as_bool(json_get(document, "may_book")));
	if (is_found)
		put_found(request, &view.writer, slots, zone);
	json_open_list(&view.writer, "scripts");
	json_put_text(&view.writer, NULL, "find.js");
	json_close_list(&view.writer);
	page_end(request, &view, 200, "book");
}

/* ---- step 3 ---- */

static void
put_wish(struct json_writer *writer, const struct json *resource)
{
	bool is_pool = json_as_bool(json_get(resource, "is_pool"));
	json_put_value(writer, "resource", json_get(resource, "slug"));
	json_put_value(writer, "name", json_get(resource, "name"));
	json_put_value(writer, "site_name", json_get(resource, "site_name"));
	json_put_bool(writer, "is_pool", is_pool);
	json_put_integer(writer, "size", json_as_integer(json_get(resource, "size")));
	json_put_text(writer, "count", "1");
}

static void
answer_wish(struct http_request *request, const struct json *document, const char *zone_name)
{
	struct page_view view;
	const struct json *hub = json_get(document, "hub");
	const struct zone *zone = zone_find(zone_name);
	const char *wanted_start = parts_parameter(request, "start"), *wanted_end = parts_parameter(request, "end");
	int64_t now = dates_local(zone_name, when_now()), instant, start, end;
	enum zone_fit fit;
	if (wanted_start == NULL || !span_read_moment(wanted_start, zone != NULL ? zone : zone_utc(), &instant, &start, &fit))
		start = (now + 3600) / 3600 * 3600;
	if (wanted_end == NULL || !span_read_moment(wanted_end, zone != NULL ? zone : zone_utc(), &instant, &end, &fit) || end <= start)
		end = start + 3600;
	page_begin(document, &view, page_say(request, "book.title", "hub", json_as_text(json_get(hub, "name")), NULL));
	put_head(request, &view.writer, json_as_text(json_get(hub, "slug")), json_as_text(json_get(hub, "name")), 3);
	put_wish(&view.writer, json_get(document, "resource"));
	form_put_fields(request, &view.writer, start, end);
	json_put_bool(&view.writer, "may_book", json_as_bool(json_get(document, "may_book")));
	json_put_bool(&view.writer, "may_hold", json_as_bool(json_get(document, "may_book_self")));
	json_put_bool(&view.writer, "has_parties", json_size(json_get(document, "parties")) > 0);
	json_put_bool(&view.writer, "may_book_self", json_as_bool(json_get(document, "may_book_self")));
	json_put_value(&view.writer, "parties", json_get(document, "parties"));
	json_put_text(&view.writer, "next", place_escape(http_arena(request), arena_print(http_arena(request), "%s?%s", http_path(request), http_query(request))));
	json_open_list(&view.writer, "scripts");
	json_put_text(&view.writer, NULL, "hold.js");
	json_close_list(&view.writer);
	page_end(request, &view, 200, "book-confirm");
}

void
page_answer_book(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	const char *zone = request_kept(request);
	if (document == NULL)
		return;
	if (json_kind(json_get(document, "resource")) == JSON_IS_MAP)
		answer_wish(request, document, zone);
	else
		answer_find(request, document, zone);
}

/* ---- the posted form ---- */

bool
page_ask_booking(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	if (looked == NULL)
		return ask_zone_first(request, ret_ask, request_form(request, "resource"));
	const struct zone *zone = form_zone(looked);
	struct json_writer writer = {.out = &ret_ask->input};
	request_keep(request, arena_text(http_arena(request), zone_id(zone)));
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "kind", "booking");
	form_put_items(request, &writer);
	form_put_party(request, &writer);
	if (request_form(request, "hold") != NULL)
		json_put_bool(&writer, "hold", str_equal(request_form(request, "hold"), "yes"));
	bool is_right = form_put_span(request, ret_ask, zone, &writer) && form_put_text(request, ret_ask, &writer, "title", TITLE_MAX) &&
	    form_put_text(request, ret_ask, &writer, "note", NOTE_MAX);
	json_close_map(&writer);
	return is_right;
}

/* The form again, with why it was refused and what would go. */
static void
answer_refusal(struct http_request *request, const struct json *problem, int status)
{
	struct page_view view;
	const char *zone_name = request_kept(request), *hub = route_parameter(request, "hub"), *name = request_form(request, "name"),
	    *size = request_form(request, "size");
	const struct zone *zone = zone_find(zone_name);
	const char *date = request_form(request, "date"), *from = request_form(request, "from"), *to = request_form(request, "to");
	page_begin(NULL, &view, page_text(request, "book.refused"));
	put_head(request, &view.writer, hub, NULL, 3);
	json_put_text(&view.writer, "resource", request_form(request, "resource"));
	json_put_text(&view.writer, "name", name != NULL && *name != '\0' ? name : request_form(request, "resource"));
	json_put_text(&view.writer, "title_text", request_form(request, "title"));
	json_put_text(&view.writer, "note", request_form(request, "note"));
	json_put_text(&view.writer, "count", request_form(request, "count"));
	json_put_text(&view.writer, "party", request_form(request, "party"));
	json_put_bool(&view.writer, "is_pool", size != NULL);
	json_put_text(&view.writer, "size", size);
	if (date != NULL && from != NULL && to != NULL) {
		json_put_text(&view.writer, "date", date);
		json_put_text(&view.writer, "from", from);
		json_put_text(&view.writer, "to", to);
	} else {
		form_put_fields(request, &view.writer, dates_local(zone_name, dates_read(request_form(request, "start"))),
		    dates_local(zone_name, dates_read(request_form(request, "end"))));
	}
	json_put_bool(&view.writer, "may_book", true);
	form_put_problem(request, &view.writer, problem, zone != NULL ? zone : zone_utc(), arena_print(http_arena(request), "/hubs/%s/book", hub));
	page_end(request, &view, status, "book-confirm");
}

void
page_answer_booking(struct http_request *request, const struct db_rows *rows)
{
	int status;
	const struct json *document = page_read(request, rows, &status);
	if (document != NULL && (status == 409 || status == 422)) {
		answer_refusal(request, document, status);
		return;
	}
	document = page_document(request, rows);
	if (document == NULL)
		return;
	bool is_held = str_equal(json_as_text(json_get(document, "state")), "held");
	page_redirect(request, arena_print(http_arena(request), "/me/bookings/%lld%s", (long long)json_as_integer(json_get(document, "id")),
	    is_held ? "" : "?done=booked"));
}
