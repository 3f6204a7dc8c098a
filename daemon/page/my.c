/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One's own bookings: the list, each of them, and what may be done with it: confirm, move, cancel, book again. */
#include "page/my.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/zone.h"
#include "page/booking_form.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"
#include "page/place.h"

enum { WEEK_SECONDS = 7 * 86400, TITLE_MAX = 500, NOTE_MAX = 20000 };

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

/* ---- a booking in words ---- */

const char *
my_what(struct http_request *request, const struct json *items)
{
	struct str text = {0};
	for (size_t i = 0; i < json_size(items); i++) {
		const struct json *item = json_at(items, i);
		const char *name = json_as_text(json_get(item, "name"));
		int64_t count = json_as_integer(json_get(item, "count"));
		str_put(&text, i > 0 ? ", " : "");
		if (count > 1)
			str_print(&text, "%lld × ", (long long)count);
		str_put(&text, name != NULL ? name : page_text(request, "my.wish"));
	}
	const char *what = arena_copy(http_arena(request), str_text(&text), text.length);
	str_free(&text);
	return what;
}

/* "PLA-1, PLA-2": which units of a pool, once they are settled; the one unit of a room has its name and is not said twice. */
static const char *
units_of(struct http_request *request, const struct json *items)
{
	struct str text = {0};
	for (size_t i = 0; i < json_size(items); i++) {
		const struct json *item = json_at(items, i), *units = json_get(item, "units");
		bool is_same = json_size(units) == 1 && str_equal(text_of(json_at(units, 0), "name"), text_of(item, "name"));
		for (size_t j = 0; j < json_size(units) && !is_same; j++)
			str_print(&text, "%s%s", text.length > 0 ? ", " : "", text_of(json_at(units, j), "name"));
	}
	const char *names = text.length > 0 ? arena_copy(http_arena(request), text.bytes, text.length) : NULL;
	str_free(&text);
	return names;
}

static const char *
address_again(struct http_request *request, const struct json *booking, int64_t start, int64_t end)
{
	struct arena *arena = http_arena(request);
	const char *resource = json_as_text(json_get(json_at(json_get(booking, "items"), 0), "resource"));
	int64_t now = dates_local(text_of(booking, "zone"), when_now());
	if (resource == NULL)
		return arena_print(arena, "/hubs/%s/book", text_of(booking, "hub"));
	int64_t later = start;
	while (later <= now)
		later += WEEK_SECONDS;
	if (later == start)
		later += WEEK_SECONDS;
	return arena_print(arena, "/hubs/%s/book?resource=%s&start=%s&end=%s", text_of(booking, "hub"), resource, parts_moment(arena, later),
	    parts_moment(arena, later + (end - start)));
}

static void
put_state(struct http_request *request, struct json_writer *writer, const struct json *booking)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	const char *state = text_of(booking, "state"), *expires = json_as_text(json_get(booking, "expires"));
	bool is_expired = json_as_bool(json_get(booking, "is_expired")), is_over = json_as_bool(json_get(booking, "is_over"));
	bool is_held = str_equal(state, "held") && !is_expired, is_live = str_equal(state, "confirmed") && !is_over;
	json_put_bool(writer, "is_held", is_held);
	json_put_bool(writer, "is_live", is_live);
	json_put_bool(writer, "is_expired", is_expired);
	json_put_bool(writer, "is_cancelled", str_equal(state, "cancelled"));
	json_put_bool(writer, "is_over", str_equal(state, "confirmed") && is_over);
	if (is_held && expires != NULL) {
		json_put_text(writer, "until", dates_time(&dates, dates_local(text_of(booking, "zone"), dates_read(expires))));
		json_put_text(writer, "expires", expires);
	}
}

static void
put_site(struct json_writer *writer, const struct json *site, struct arena *arena)
{
	json_put_text(writer, "site_name", text_of(site, "name"));
	json_put_text(writer, "site_address", arena_print(arena, "%s, %s %s", text_of(site, "street"), text_of(site, "postcode"), text_of(site, "city")));
}

void
my_put_booking(struct http_request *request, struct json_writer *writer, const char *name, const struct json *booking)
{
	struct arena *arena = http_arena(request);
	struct dates dates = {.arena = arena, .is_english = page_is_english(request)};
	const struct json *items = json_get(booking, "items");
	int64_t start = dates_read(text_of(booking, "local_start")), end = dates_read(text_of(booking, "local_end"));
	const char *what = my_what(request, items), *title = text_of(booking, "title");
	json_open_map(writer, name);
	json_put_text(writer, "id", arena_print(arena, "%lld", (long long)json_as_integer(json_get(booking, "id"))));
	json_put_text(writer, "what", what);
	json_put_text(writer, "heading", *title != '\0' ? title : what);
	json_put_text(writer, "title_text", title);
	json_put_text(writer, "note", text_of(booking, "note"));
	json_put_text(writer, "units", units_of(request, items));
	json_put_value(writer, "hub_name", json_get(booking, "hub_name"));
	json_put_value(writer, "hub", json_get(booking, "hub"));
	json_put_value(writer, "color", json_get(booking, "color"));
	json_put_text(writer, "starts", text_of(booking, "start"));
	json_put_text(writer, "day", dates_date(&dates, start));
	json_put_text(writer, "times", dates_times(&dates, start, end));
	form_put_fields(request, writer, start, end);
	if (json_kind(json_get(booking, "series")) == JSON_IS_INTEGER)
		json_put_text(writer, "of_series", arena_print(arena, "/me/series/%lld?at=%s", (long long)json_as_integer(json_get(booking, "series")), text_of(booking, "date")));
	put_state(request, writer, booking);
	put_site(writer, json_get(booking, "site"), arena);
	json_put_text(writer, "again", address_again(request, booking, start, end));
	json_close_map(writer);
}

/* ---- GET /me ---- */

static void
put_list(struct http_request *request, struct json_writer *writer, const char *name, const struct json *bookings)
{
	json_open_list(writer, name);
	for (size_t i = 0; i < json_size(bookings); i++)
		my_put_booking(request, writer, NULL, json_at(bookings, i));
	json_close_list(writer);
}

/* What was cancelled within the last minute, to be taken back; the page asks anew when the minute is over. */
static void
put_restorable(struct http_request *request, struct json_writer *writer, const struct json *bookings)
{
	json_put_bool(writer, "has_restorable", json_size(bookings) > 0);
	json_open_list(writer, "scripts");
	if (json_size(bookings) > 0)
		json_put_text(writer, NULL, "until.js");
	json_close_list(writer);
	json_open_list(writer, "restorable");
	for (size_t i = 0; i < json_size(bookings); i++) {
		const struct json *booking = json_at(bookings, i);
		const char *title = text_of(booking, "title");
		json_open_map(writer, NULL);
		json_put_text(writer, "id", arena_print(http_arena(request), "%lld", (long long)json_as_integer(json_get(booking, "id"))));
		json_put_text(writer, "heading", *title != '\0' ? title : my_what(request, json_get(booking, "items")));
		json_put_text(writer, "until", text_of(booking, "restorable_until"));
		json_close_map(writer);
	}
	json_close_list(writer);
}

void
page_answer_my(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, page_text(request, "my.title"));
	put_list(request, &view.writer, "coming", json_get(document, "coming"));
	put_list(request, &view.writer, "past", json_get(document, "past"));
	json_put_bool(&view.writer, "has_coming", json_size(json_get(document, "coming")) > 0);
	json_put_bool(&view.writer, "has_past", json_size(json_get(document, "past")) > 0);
	json_put_value(&view.writer, "hubs", json_get(document, "hubs"));
	json_put_bool(&view.writer, "has_hubs", json_size(json_get(document, "hubs")) > 0);
	json_put_bool(&view.writer, "is_cancelled_now", str_equal(parts_parameter(request, "done"), "cancelled"));
	put_restorable(request, &view.writer, json_get(document, "restorable"));
	my_put_series(request, &view.writer, json_get(document, "series"));
	page_end(request, &view, 200, "my");
}

/* ---- GET /me/bookings/{id} ---- */

bool
page_ask_my_booking(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = form_put_id(request, ret_ask, &writer);
	json_close_map(&writer);
	return is_right;
}

/* "20260303T130000Z": ISO 8601's basic format. */
static const char *
basic(struct arena *arena, const char *instant)
{
	char *text = arena_text(arena, instant), *to = text;
	for (const char *from = instant; *from != '\0'; from++)
		if (*from != '-' && *from != ':')
			*to++ = *from;
	*to = '\0';
	return text;
}

/* Addresses with which the two web calendars add one entry; the others take the file. */
static void
put_calendars(struct http_request *request, struct json_writer *writer, const struct json *booking)
{
	struct arena *arena = http_arena(request);
	const char *title = *text_of(booking, "title") != '\0' ? text_of(booking, "title") : my_what(request, json_get(booking, "items"));
	const struct json *site = json_get(booking, "site");
	const char *where = arena_print(arena, "%s, %s, %s %s", my_what(request, json_get(booking, "items")), text_of(site, "street"),
	    text_of(site, "postcode"), text_of(site, "city"));
	const char *start = text_of(booking, "start"), *end = text_of(booking, "end");
	json_put_text(writer, "google", arena_print(arena, "https://calendar.google.com/calendar/render?action=TEMPLATE&text=%s&dates=%s&location=%s",
	    place_escape(arena, title), place_escape(arena, arena_print(arena, "%s/%s", basic(arena, start), basic(arena, end))), place_escape(arena, where)));
	json_put_text(writer, "outlook", arena_print(arena, "https://outlook.live.com/calendar/0/action/compose?rru=addevent&subject=%s&startdt=%s&enddt=%s&location=%s",
	    place_escape(arena, title), place_escape(arena, start), place_escape(arena, end), place_escape(arena, where)));
}

static void
put_crumbs(struct http_request *request, struct json_writer *writer, const char *last)
{
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, page_text(request, "my.title"), "/me");
	parts_put_crumb(writer, last, NULL);
	json_close_list(writer);
}

static void
put_done(struct http_request *request, struct json_writer *writer)
{
	static const struct {
		const char *done, *heading, *text;
	} notices[] = {{"booked", "my.booked", "my.booked_help"}, {"moved", "my.moved", "my.moved_help"},
	  {"restored", "my.restored", "my.restored_help"}};
	json_open_list(writer, "notices");
	for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++) {
		if (!str_equal(parts_parameter(request, "done"), notices[i].done))
			continue;
		json_open_map(writer, NULL);
		json_put_text(writer, "kind", "good");
		json_put_text(writer, "heading", page_text(request, notices[i].heading));
		json_put_text(writer, "text", page_text(request, notices[i].text));
		json_put_bool(writer, "is_bad", false);
		json_close_map(writer);
	}
	json_close_list(writer);
}

void
page_answer_my_booking(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const struct json *booking = json_get(document, "booking");
	const char *what = my_what(request, json_get(booking, "items"));
	page_begin(document, &view, what);
	put_crumbs(request, &view.writer, what);
	put_done(request, &view.writer);
	my_put_booking(request, &view.writer, "booking", booking);
	put_calendars(request, &view.writer, booking);
	json_open_list(&view.writer, "scripts");
	json_put_text(&view.writer, NULL, "until.js");
	json_close_list(&view.writer);
	page_end(request, &view, 200, "my-booking");
}

/* ---- what is done with it ---- */

bool
page_ask_confirm(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = form_put_id(request, ret_ask, &writer) && form_put_text(request, ret_ask, &writer, "title", TITLE_MAX) &&
	    form_put_text(request, ret_ask, &writer, "note", NOTE_MAX);
	json_close_map(&writer);
	return is_right;
}

bool
page_ask_move(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	ret_ask->wants_look = looked == NULL;
	const struct zone *zone = form_zone(looked);
	struct json_writer writer = {.out = looked == NULL ? &ret_ask->look_input : &ret_ask->input};
	request_keep(request, arena_text(http_arena(request), zone_id(zone)));
	json_open_map(&writer, NULL);
	bool is_right = form_put_id(request, ret_ask, &writer);
	if (is_right && looked != NULL) {
		form_put_items(request, &writer);
		is_right = form_put_span(request, ret_ask, zone, &writer);
	}
	json_close_map(&writer);
	return is_right;
}

/* Why it was refused, and what would go instead, on a page of its own; the booking is as it was. */
static void
answer_refusal(struct http_request *request, const struct json *problem, int status)
{
	struct page_view view;
	const char *id = route_parameter(request, "id"), *zone_name = request_kept(request);
	const struct zone *zone = zone_name == NULL ? NULL : zone_find(zone_name);
	page_begin(NULL, &view, page_text(request, "my.refused"));
	put_crumbs(request, &view.writer, page_text(request, "my.refused"));
	form_put_problem(request, &view.writer, problem, zone != NULL ? zone : zone_utc(), arena_print(http_arena(request), "/me/bookings/%s/move", id));
	json_put_text(&view.writer, "id", id);
	page_end(request, &view, status, "my-refused");
}

static void
answer_act(struct http_request *request, const struct db_rows *rows, const char *done)
{
	int status;
	const struct json *document = page_read(request, rows, &status);
	if (document != NULL && (status == 409 || status == 422)) {
		answer_refusal(request, document, status);
		return;
	}
	if (page_document(request, rows) != NULL)
		page_redirect(request, done);
}

static const char *
own_address(struct http_request *request, const char *done)
{
	return arena_print(http_arena(request), "/me/bookings/%s?done=%s", route_parameter(request, "id"), done); /* a number: ask saw to it */
}

void
page_answer_confirm(struct http_request *request, const struct db_rows *rows)
{
	answer_act(request, rows, own_address(request, "booked"));
}

void
page_answer_move(struct http_request *request, const struct db_rows *rows)
{
	answer_act(request, rows, own_address(request, "moved"));
}

void
page_answer_cancel(struct http_request *request, const struct db_rows *rows)
{
	answer_act(request, rows, "/me?done=cancelled");
}

void
page_answer_restore(struct http_request *request, const struct db_rows *rows)
{
	answer_act(request, rows, own_address(request, "restored"));
}
