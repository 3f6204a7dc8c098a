/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The display beside a door: free or taken, until when, what comes next, and booking it at once. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/card.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/place.h"

static const int lengths[] = {15, 30, 60};
enum { LENGTHS = sizeof lengths / sizeof lengths[0], MINUTE = 60, HOUR = 3600 };

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

/* ---- what is there ---- */

struct moment {
	struct dates dates;
	const char *zone;
	int64_t present;
};

static int64_t
instant_of(const struct json *booking, const char *name)
{
	return dates_read(text_of(booking, name));
}

static const char *
time_of(const struct moment *moment, int64_t instant)
{
	return dates_time(&moment->dates, dates_local(moment->zone, instant));
}

static void
put_booking(struct http_request *request, struct json_writer *writer, const char *name, const struct json *booking, const struct moment *moment)
{
	const char *title = json_as_text(json_get(booking, "title"));
	int64_t start = instant_of(booking, "start"), end = instant_of(booking, "end");
	json_open_map(writer, name);
	json_put_text(writer, "what", title != NULL && *title != '\0' ? title : page_text(request, "door.taken_by_others"));
	json_put_text(writer, "times", dates_times(&moment->dates, dates_local(moment->zone, start), dates_local(moment->zone, end)));
	json_put_text(writer, "start", text_of(booking, "start"));
	json_put_text(writer, "end", text_of(booking, "end"));
	json_close_map(writer);
}

/* The end of what is there now and of what follows without a gap. */
static int64_t
taken_until(const struct json *bookings)
{
	int64_t until = instant_of(json_at(bookings, 0), "end");
	for (size_t i = 1; i < json_size(bookings) && instant_of(json_at(bookings, i), "start") <= until; i++)
		if (instant_of(json_at(bookings, i), "end") > until)
			until = instant_of(json_at(bookings, i), "end");
	return until;
}

static void
put_state(struct http_request *request, struct json_writer *writer, const struct json *bookings, const struct moment *moment)
{
	const struct json *first = json_at(bookings, 0);
	/* What begins within the minute is there: who just booked at the door does not read "free". */
	bool is_taken = first != NULL && instant_of(first, "start") <= moment->present + MINUTE;
	json_put_bool(writer, "is_taken", is_taken);
	json_put_bool(writer, "is_free", !is_taken);
	json_put_text(writer, "state", page_text(request, is_taken ? "door.taken" : "door.free"));
	if (is_taken)
		json_put_text(writer, "until", page_say(request, "door.free_from", "time", time_of(moment, taken_until(bookings)), NULL));
	else if (first != NULL)
		json_put_text(writer, "until", page_say(request, "door.free_until", "time", time_of(moment, instant_of(first, "start")), NULL));
	else
		json_put_text(writer, "until", page_text(request, "door.free_today"));
	if (is_taken)
		put_booking(request, writer, "now", first, moment);
	json_open_list(writer, "next");
	for (size_t i = is_taken ? 1 : 0; i < json_size(bookings); i++)
		put_booking(request, writer, NULL, json_at(bookings, i), moment);
	json_close_list(writer);
	json_put_bool(writer, "has_next", json_size(bookings) > (is_taken ? 1U : 0U));
}

/* Of a pool: how many are left. */
static void
put_pool(struct http_request *request, struct json_writer *writer, const struct json *pool)
{
	char free_units[24], units[24];
	bool is_taken = json_as_integer(json_get(pool, "free")) <= 0;
	snprintf(free_units, sizeof free_units, "%lld", (long long)json_as_integer(json_get(pool, "free")));
	snprintf(units, sizeof units, "%lld", (long long)json_as_integer(json_get(pool, "units")));
	json_put_bool(writer, "is_taken", is_taken);
	json_put_bool(writer, "is_free", !is_taken);
	json_put_bool(writer, "is_pool", true);
	json_put_text(writer, "state", is_taken ? page_text(request, "door.taken") : page_text(request, "door.free"));
	json_put_text(writer, "until", page_say(request, "door.pool_left", "free", free_units, "units", units, NULL));
}

/* ---- booking at once ---- */

static bool
fits(const struct json *possible, int minutes)
{
	for (size_t i = 0; i < json_size(possible); i++)
		if (json_as_integer(json_at(possible, i)) == minutes)
			return true;
	return false;
}

static void
put_lengths(struct json_writer *writer, const struct json *document, const struct moment *moment)
{
	const struct json *possible = json_get(document, "lengths");
	json_put_bool(writer, "may_book", json_as_bool(json_get(document, "may_book")));
	json_put_bool(writer, "is_nobody", !json_as_bool(json_get(document, "is_signed_in")));
	json_put_bool(writer, "has_lengths", json_size(possible) > 0);
	json_open_list(writer, "lengths");
	for (size_t i = 0; i < LENGTHS; i++) {
		json_open_map(writer, NULL);
		json_put_integer(writer, "minutes", lengths[i]);
		json_put_text(writer, "name", dates_duration(&moment->dates, (int64_t)lengths[i] * MINUTE));
		json_put_bool(writer, "fits", fits(possible, lengths[i]));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_outcome(struct http_request *request, struct json_writer *writer)
{
	const char *outcome = http_parameter(request, "outcome");
	static const struct { const char *name, *text; } outcomes[] = {
		{"booked", "door.outcome_booked"}, {"taken", "door.outcome_taken"}, {"refused", "door.outcome_refused"}};
	for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
		if (str_equal(outcome, outcomes[i].name)) {
			json_put_text(writer, "outcome", page_text(request, outcomes[i].text));
			json_put_bool(writer, "is_refused", i > 0);
		}
}

/* ---- the page ---- */

void
page_answer_door(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	const struct json *resource = json_get(document, "resource"), *hub = json_get(document, "hub");
	struct moment moment = {.dates = {.arena = http_arena(request), .is_english = page_is_english(request)}, .zone = text_of(document, "zone"),
		.present = dates_read(text_of(document, "present"))};
	int64_t local = dates_local(moment.zone, moment.present);
	struct page_view view;
	page_begin(document, &view, arena_print(http_arena(request), "%s · %s", text_of(resource, "name"), text_of(hub, "name")));
	place_put_hub(request, &view.writer, hub);
	json_put_value(&view.writer, "name", json_get(resource, "name"));
	json_put_text(&view.writer, "address", text_of(json_get(resource, "links"), "page"));
	json_put_value(&view.writer, "scopes", json_get(document, "scopes"));
	json_put_text(&view.writer, "zone", moment.zone);
	json_put_text(&view.writer, "present", text_of(document, "present"));
	json_put_text(&view.writer, "clock", dates_clock(&moment.dates, local));
	json_put_text(&view.writer, "day", dates_date(&moment.dates, local));
	if (json_kind(json_get(document, "pool")) == JSON_IS_MAP)
		put_pool(request, &view.writer, json_get(document, "pool"));
	else
		put_state(request, &view.writer, json_get(document, "bookings"), &moment);
	put_lengths(&view.writer, document, &moment);
	put_outcome(request, &view.writer);
	page_end(request, &view, 200, "door");
}

bool
page_ask_door_booking(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	int64_t minutes = 0;
	const char *text = request_form(request, "minutes");
	bool is_known = false;
	if (text != NULL && str_number(text, 1, HOUR, &minutes))
		for (size_t i = 0; i < LENGTHS; i++)
			is_known = is_known || minutes == lengths[i];
	if (!is_known)
		return ask_refuse(request, ret_ask, 422, "malformed-value", "minutes", "An der Tür bucht man 15, 30 oder 60 Minuten.",
		    "At the door one books 15, 30 or 60 minutes.");
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "resource", route_parameter(request, "resource"));
	json_put_integer(&writer, "minutes", minutes);
	json_put_text(&writer, "title", page_text(request, "door.booking_title"));
	json_close_map(&writer);
	return true;
}

/* Back to the door, which says what became of it; only who is not signed in goes elsewhere. */
void
page_answer_door_booking(struct http_request *request, const struct db_rows *rows)
{
	int status;
	page_read(request, rows, &status);
	if (status == 401 || status >= 500 || status == 404) {
		page_document(request, rows);
		return;
	}
	page_redirect(request, arena_print(http_arena(request), "%s?outcome=%s", http_path(request), status < 400 ? "booked" : status == 409 ? "taken" : "refused"));
}
