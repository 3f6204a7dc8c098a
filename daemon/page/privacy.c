/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The privacy notice, and what one may do about one's own data: consent, take a copy, be erased. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/when.h"
#include "base/zip.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/write.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"

static const char *
number_of(struct http_request *request, const struct json *map, const char *name)
{
	return arena_print(http_arena(request), "%lld", (long long)json_as_integer(json_get(map, name)));
}

/* "2 Jahre", "45 Tage": the periods as they are set, wherever they are said. */
static void
put_retention(struct http_request *request, struct json_writer *writer, const struct json *retention)
{
	json_open_list(writer, "retention");
	for (size_t i = 0; i < json_size(retention); i++) {
		const struct json *item = json_at(retention, i);
		bool is_one = json_as_integer(json_get(item, "count")) == 1;
		const char *unit = arena_print(http_arena(request), "privacy.%s_%s", json_as_text(json_get(item, "unit")), is_one ? "one" : "many");
		json_open_map(writer, NULL);
		json_put_text(writer, "what", page_text(request, arena_print(http_arena(request), "privacy.keep_%s", json_as_text(json_get(item, "class")))));
		json_put_text(writer, "period", page_say(request, unit, "count", number_of(request, item, "count"), NULL));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* GET /privacy */
void
page_answer_privacy(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const struct page_settings *settings = page_settings_of(request);
	const char *text = page_is_english(request) ? settings->responsibility_en : settings->responsibility_de;
	page_begin(document, &view, page_text(request, "frame.privacy"));
	json_put_bool(&view.writer, page_is_english(request) ? "in_english" : "in_german", true);
	json_put_text(&view.writer, "responsibility", *text != '\0' ? text : page_text(request, "privacy.responsibility"));
	put_retention(request, &view.writer, json_get(document, "retention"));
	page_end(request, &view, 200, "privacy");
}

/* ---- /me/privacy ---- */

static void
put_consents(struct http_request *request, struct json_writer *writer, const struct json *consents)
{
	json_open_list(writer, "consents");
	for (size_t i = 0; i < json_size(consents); i++) {
		const struct json *consent = json_at(consents, i);
		bool is_given = json_as_bool(json_get(consent, "given"));
		const char *at = json_as_text(json_get(consent, is_given ? "given_at" : "withdrawn_at"));
		json_open_map(writer, NULL);
		json_put_value(writer, "purpose", json_get(consent, "purpose"));
		json_put_value(writer, "text", json_get(consent, "text"));
		json_put_bool(writer, "is_given", is_given);
		if (at != NULL)
			json_put_text(writer, "since", page_say(request, is_given ? "privacy.given" : "privacy.withdrawn", "when", parts_say_moment(request, at), NULL));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* GET /me/privacy */
void
page_answer_my_privacy(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	int64_t ahead = json_as_integer(json_get(document, "ahead"));
	page_begin(document, &view, page_text(request, "privacy.mine"));
	json_put_bool(&view.writer, "has_breadcrumb", true);
	json_open_list(&view.writer, "breadcrumb");
	parts_put_crumb(&view.writer, page_text(request, "my.title"), "/me");
	parts_put_crumb(&view.writer, page_text(request, "privacy.mine"), NULL);
	json_close_list(&view.writer);
	json_put_bool(&view.writer, "is_done", parts_parameter(request, "done") != NULL);
	put_consents(request, &view.writer, json_get(document, "consents"));
	put_retention(request, &view.writer, json_get(document, "retention"));
	json_put_value(&view.writer, "is_recent", json_get(document, "is_recent"));
	json_put_value(&view.writer, "of_groups", json_get(document, "of_groups"));
	json_put_text(&view.writer, "obstacle", json_as_text(json_get(document, "obstacle")));
	if (ahead > 0)
		json_put_text(&view.writer, "ahead", page_say(request, ahead == 1 ? "privacy.ahead_one" : "privacy.ahead_many", "count", number_of(request, document, "ahead"), NULL));
	page_end(request, &view, 200, "my-privacy");
}

/* ---- POST /me/consents ---- */

bool
page_ask_consent(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *purpose = request_form(request, "purpose"), *given = request_form(request, "given");
	struct json_writer writer = {.out = &ret_ask->input};
	if (purpose == NULL || (!str_equal(given, "yes") && !str_equal(given, "no")))
		return ask_refuse(request, ret_ask, 422, "missing-member", "purpose", "Es fehlt, worin eingewilligt wird.", "It is missing what is consented to.");
	json_open_map(&writer, NULL);
	json_put_text(&writer, "purpose", purpose);
	json_put_bool(&writer, "given", str_equal(given, "yes"));
	json_close_map(&writer);
	return true;
}

void
page_answer_consent(struct http_request *request, const struct db_rows *rows)
{
	if (page_document(request, rows) != NULL)
		page_redirect(request, "/me/privacy?done=1");
}

/* ---- GET /me/export ---- */

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

/* In UTC, as a file that is read once; with the UID that feeds and mails have for it. */
static void
put_booking(struct http_request *request, struct str *out, const struct json *booking)
{
	const struct json *items = json_get(booking, "items");
	const char *what = "";
	for (size_t i = 0; i < json_size(items); i++)
		what = arena_print(http_arena(request), "%s%s%s", what, i > 0 ? ", " : "", text_of(json_at(items, i), "name"));
	ical_begin(out, "VEVENT");
	ical_put_text(out, "UID", *text_of(booking, "recurrence_id") == '\0' ? text_of(booking, "uid")
	    : arena_print(http_arena(request), "%s-%s", text_of(booking, "uid"), text_of(booking, "recurrence_id")));
	ical_put_utc(out, "DTSTAMP", when_now());
	ical_put_utc(out, "DTSTART", dates_read(text_of(booking, "start")));
	ical_put_utc(out, "DTEND", dates_read(text_of(booking, "end")));
	ical_put_number(out, "SEQUENCE", json_as_integer(json_get(booking, "sequence")));
	ical_put_text(out, "SUMMARY", *text_of(booking, "title") != '\0' ? text_of(booking, "title") : what);
	ical_put_text(out, "DESCRIPTION", text_of(booking, "note"));
	ical_put_text(out, "LOCATION", arena_print(http_arena(request), "%s, %s", what, text_of(booking, "hub_name")));
	ical_put_raw(out, "STATUS", str_equal(text_of(booking, "state"), "confirmed") ? "CONFIRMED" : "CANCELLED");
	ical_end(out, "VEVENT");
}

static void
put_calendar(struct http_request *request, struct str *out, const struct json *bookings)
{
	ical_begin(out, "VCALENDAR");
	ical_put_raw(out, "VERSION", "2.0");
	ical_put_raw(out, "PRODID", "-//hubd//hubd//EN");
	for (size_t i = 0; i < json_size(bookings); i++)
		put_booking(request, out, json_at(bookings, i));
	ical_end(out, "VCALENDAR");
}

/* A part is bounded by SQL, so the whole archive is made in one turn. */
void
page_answer_my_export(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	struct str out = {0}, calendar = {0};
	struct zip zip = {.out = &out};
	const struct json *next = json_get(document, "next");
	put_calendar(request, &calendar, json_get(document, "bookings"));
	zip_add(&zip, "export.json", db_text(rows, 0, "body"), db_length(rows, 0, "body"), when_now());
	zip_add(&zip, "bookings.ics", calendar.bytes, calendar.length, when_now());
	zip_end(&zip);
	http_add_field(request, "Cache-Control", "private, no-store");
	http_add_field(request, "Content-Disposition", arena_print(http_arena(request), "attachment; filename=\"hubd-export-%s.zip\"", number_of(request, document, "part")));
	if (json_kind(next) == JSON_IS_MAP)
		http_add_field(request, "Link", arena_print(http_arena(request), "</me/export?part=%s&until=%s>; rel=\"next\"", number_of(request, next, "part"),
		    number_of(request, next, "until")));
	http_reply(request, 200, "application/zip", out.bytes, out.length);
	str_free(&calendar);
	str_free(&out);
}

/* ---- POST /me/erase ---- */

bool
page_ask_erase(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *bookings = request_form(request, "bookings");
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_bool(&writer, "confirm", str_equal(request_form(request, "confirm"), "yes"));
	json_put_text(&writer, "bookings", str_equal(bookings, "hand-over") ? "hand-over" : "release");
	json_close_map(&writer);
	return true;
}

/* Nobody is signed in any more: the cookie goes too. */
void
page_answer_erased(struct http_request *request, const struct db_rows *rows)
{
	const char *cookie = request_session_cookie(request);
	struct page_view view;
	if (page_document(request, rows) == NULL)
		return;
	if (cookie != NULL)
		http_add_field(request, "Set-Cookie", arena_print(http_arena(request), "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s", cookie,
		    str_starts(cookie, "__Host-") ? "; Secure" : ""));
	page_begin(NULL, &view, page_text(request, "privacy.erased"));
	page_end(request, &view, 200, "erased");
}
