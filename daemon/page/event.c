/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event's page: when, where, who, the ways into one's own calendar, similar ones; and the same as data (schema.org, OpenGraph). */
#include <string.h>

#include "base/arena.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/zone.h"
#include "page/card.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/place.h"

enum { DAY = 86400, DESCRIPTION_MAX = 300 };

bool
page_ask_event(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	int64_t id;
	struct json_writer writer = {.out = &ret_ask->input};
	const char *text = route_parameter(request, "id"), *date = http_parameter(request, "date");
	int64_t local;
	bool is_local;
	if (!str_number(text, 1, INT64_MAX, &id))
		return ask_refuse(request, ret_ask, 404, "not-found", NULL, "Es gibt keine Veranstaltung „%s“.", "There is no event \"%s\".", text);
	json_open_map(&writer, NULL);
	json_put_integer(&writer, "id", id);
	if (date != NULL && when_parse(date, &local, &is_local) && is_local)
		json_put_text(&writer, "date", date);
	json_close_map(&writer);
	return true;
}

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

/* The text in the asker's language; the German one where there is no other. */
static const char *
in_language(const struct http_request *request, const struct json *event, const char *name, const char *name_en)
{
	return page_is_english(request) && *text_of(event, name_en) != '\0' ? text_of(event, name_en) : text_of(event, name);
}

/* Links of strangers: only what a browser opens as a page. */
static const char *
safe_url(const struct json *event, const char *name)
{
	const char *url = json_as_text(json_get(event, name));
	return url != NULL && (str_starts(url, "https://") || str_starts(url, "http://")) ? url : NULL;
}

static bool
is_all_day(const struct json *event)
{
	return json_as_bool(json_get(event, "is_all_day"));
}

/* One paragraph's worth, cut at a blank. */
static const char *
description_of(struct arena *arena, const char *text)
{
	size_t length = strcspn(text, "\r\n");
	if (length <= DESCRIPTION_MAX)
		return arena_copy(arena, text, length);
	for (length = DESCRIPTION_MAX; length > 0 && text[length] != ' ';)
		length--;
	return length == 0 ? "" : arena_print(arena, "%.*s …", (int)length, text);
}

/* ---- the place in words ---- */

static const char *
room_name(const struct http_request *request, const struct json *event)
{
	return text_of(json_at(json_get(event, "resources"), 0), page_is_english(request) ? "name_en" : "name");
}

static const char *
location_of(struct http_request *request, const struct json *event, const struct json *site)
{
	const char *room = room_name(request, event), *place = text_of(event, "place");
	if (json_kind(site) != JSON_IS_MAP)
		return *place != '\0' ? place : text_of(event, "online_url");
	return arena_print(http_arena(request), "%s%s%s, %s, %s %s", room, *room != '\0' ? ", " : "", text_of(site, "name"), text_of(site, "street"),
	    text_of(site, "postcode"), text_of(site, "city"));
}

static void
put_rooms(struct http_request *request, struct json_writer *writer, const struct json *event)
{
	const struct json *rooms = json_get(event, "resources");
	json_open_list(writer, "rooms");
	for (size_t i = 0; i < json_size(rooms); i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "name", text_of(json_at(rooms, i), page_is_english(request) ? "name_en" : "name"));
		json_put_text(writer, "address", arena_print(http_arena(request), "/hubs/%s/resources/%s", text_of(event, "hub"), text_of(json_at(rooms, i), "slug")));
		json_close_map(writer);
	}
	json_close_list(writer);
	json_put_bool(writer, "has_rooms", json_size(rooms) > 0);
}

/* ---- into one's calendar ---- */

/* 20260303 or 20260303T130000Z */
static const char *
compact(struct arena *arena, const struct json *event, bool is_end)
{
	struct civil civil;
	when_to_civil(dates_read(text_of(event, is_all_day(event) ? (is_end ? "local_end" : "local_start") : is_end ? "end" : "start")), &civil);
	if (is_all_day(event))
		return arena_print(arena, "%04d%02d%02d", civil.year, civil.month, civil.day);
	return arena_print(arena, "%04d%02d%02dT%02d%02d%02dZ", civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second);
}

static void
put_adding(struct http_request *request, struct json_writer *writer, const struct json *event, const struct json *site, const char *title)
{
	struct arena *arena = http_arena(request);
	const char *name = place_escape(arena, title), *where = place_escape(arena, location_of(request, event, site));
	const char *page = place_escape(arena, place_absolute(request, text_of(json_get(event, "links"), "page")));
	json_open_map(writer, "add");
	json_put_text(writer, "ics", text_of(json_get(event, "links"), "feed"));
	json_put_text(writer, "google", arena_print(arena, "https://calendar.google.com/calendar/render?action=TEMPLATE&text=%s&dates=%s%%2F%s&location=%s&details=%s",
	    name, compact(arena, event, false), compact(arena, event, true), where, page));
	json_put_text(writer, "outlook", arena_print(arena,
	    "https://outlook.live.com/calendar/0/deeplink/compose?path=%%2Fcalendar%%2Faction%%2Fcompose&rru=addevent&subject=%s&startdt=%s&enddt=%s%s&location=%s&body=%s",
	    name, place_escape(arena, text_of(event, is_all_day(event) ? "local_start" : "start")),
	    place_escape(arena, text_of(event, is_all_day(event) ? "local_end" : "end")), is_all_day(event) ? "&allday=true" : "", where, page));
	json_close_map(writer);
}

/* ---- as data ---- */

/* A moment with the offset of the event's zone; a day where the event is whole days, its last one as the end. */
static const char *
moment(struct arena *arena, const struct json *event, bool is_end)
{
	const struct zone *zone = zone_find(text_of(event, "zone"));
	if (is_all_day(event)) {
		char *date = arena_take(arena, DATES_DATE_SIZE);
		int64_t start = dates_read(text_of(event, "local_start")), end = dates_read(text_of(event, "local_end"));
		dates_print_date(is_end && end > start ? end - DAY : start, date);
		return date;
	}
	char *text = arena_take(arena, ZONE_INSTANT_SIZE);
	zone_print(zone != NULL ? zone : zone_utc(), dates_read(text_of(event, is_end ? "end" : "start")), text);
	return text;
}

static void
put_data_place(struct json_writer *writer, const char *name, const struct json *event, const struct json *site)
{
	json_open_map(writer, name);
	json_put_text(writer, "@type", "Place");
	if (json_kind(site) == JSON_IS_MAP) {
		json_put_text(writer, "name", text_of(site, "name"));
		json_open_map(writer, "address");
		json_put_text(writer, "@type", "PostalAddress");
		json_put_text(writer, "streetAddress", text_of(site, "street"));
		json_put_text(writer, "postalCode", text_of(site, "postcode"));
		json_put_text(writer, "addressLocality", text_of(site, "city"));
		json_put_text(writer, "addressCountry", "DE");
		json_close_map(writer);
	} else {
		json_put_text(writer, "name", text_of(event, "place"));
		json_put_text(writer, "address", text_of(event, "place"));
	}
	json_close_map(writer);
}

static void
put_data_where(struct json_writer *writer, const struct json *event, const struct json *site)
{
	const char *online = safe_url(event, "online_url");
	bool is_there = json_kind(site) == JSON_IS_MAP || *text_of(event, "place") != '\0';
	json_put_text(writer, "eventAttendanceMode", online == NULL ? "https://schema.org/OfflineEventAttendanceMode" :
	    is_there ? "https://schema.org/MixedEventAttendanceMode" : "https://schema.org/OnlineEventAttendanceMode");
	json_open_list(writer, "location");
	if (is_there)
		put_data_place(writer, NULL, event, site);
	if (online != NULL) {
		json_open_map(writer, NULL);
		json_put_text(writer, "@type", "VirtualLocation");
		json_put_text(writer, "url", online);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_data_people(struct json_writer *writer, const struct json *event, const struct json *hub)
{
	const struct json *speakers = json_get(event, "speakers");
	json_open_list(writer, "performer");
	for (size_t i = 0; i < json_size(speakers); i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "@type", "Person");
		json_put_value(writer, "name", json_at(speakers, i));
		json_close_map(writer);
	}
	json_close_list(writer);
	json_open_map(writer, "organizer");
	json_put_text(writer, "@type", "Organization");
	json_put_text(writer, "name", *text_of(event, "organiser") != '\0' ? text_of(event, "organiser") : text_of(hub, "name"));
	if (json_as_text(json_get(hub, "url")) != NULL)
		json_put_value(writer, "url", json_get(hub, "url"));
	json_close_map(writer);
}

/* schema.org's Event as JSON that may stand in a script element: nothing in it ends one. */
static void
put_data(struct http_request *request, struct json_writer *writer, const struct json *event, const struct json *site, const struct json *hub)
{
	struct str text = {0}, safe = {0};
	struct json_writer data = {.out = &text};
	json_open_map(&data, NULL);
	json_put_text(&data, "@context", "https://schema.org");
	json_put_text(&data, "@type", "Event");
	json_put_text(&data, "name", in_language(request, event, "title", "title_en"));
	json_put_text(&data, "description", in_language(request, event, "text", "text_en"));
	json_put_text(&data, "startDate", moment(http_arena(request), event, false));
	json_put_text(&data, "endDate", moment(http_arena(request), event, true));
	json_put_text(&data, "eventStatus", str_equal(text_of(event, "state"), "cancelled") ? "https://schema.org/EventCancelled" : "https://schema.org/EventScheduled");
	json_put_text(&data, "url", place_absolute(request, text_of(json_get(event, "links"), "page")));
	put_data_where(&data, event, site);
	put_data_people(&data, event, hub);
	json_close_map(&data);
	for (size_t i = 0; i < text.length; i++)
		if (strchr("<>&", text.bytes[i]) != NULL)
			str_print(&safe, "\\u%04x", (unsigned)text.bytes[i]);
		else
			str_char(&safe, text.bytes[i]);
	json_put_text(writer, "data", str_text(&safe));
	str_free(&text);
	str_free(&safe);
}

static void
put_graph(struct http_request *request, struct json_writer *writer, const struct json *event, const char *title, const char *description)
{
	json_open_map(writer, "graph");
	json_put_text(writer, "title", title);
	json_put_text(writer, "description", description);
	json_put_text(writer, "url", place_absolute(request, text_of(json_get(event, "links"), "page")));
	json_put_text(writer, "locale", page_is_english(request) ? "en_GB" : "de_DE");
	json_close_map(writer);
}

/* ---- the page ---- */

static void
put_crumb(struct json_writer *writer, const char *name, const char *address)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "name", name);
	json_put_text(writer, "address", address);
	json_close_map(writer);
}

static void
put_breadcrumb(struct http_request *request, struct json_writer *writer, const struct json *hub, const char *title)
{
	const char *page = text_of(json_get(hub, "links"), "page");
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	put_crumb(writer, card_hub_place(http_arena(request), hub), page);
	put_crumb(writer, page_text(request, "calendar.title"), arena_print(http_arena(request), "%s/calendar", page));
	put_crumb(writer, title, NULL);
	json_close_list(writer);
}

static void
put_details(struct http_request *request, struct json_writer *writer, const struct json *event)
{
	const char *text = in_language(request, event, "text", "text_en");
	json_put_text(writer, "text", text);
	json_put_text(writer, "text_lang", page_is_english(request) && *text_of(event, "text_en") == '\0' ? "de" : NULL);
	json_put_text(writer, "start", text_of(event, "start"));
	json_put_text(writer, "end", text_of(event, "end"));
	json_put_text(writer, "zone", text_of(event, "zone"));
	json_put_bool(writer, "is_timed", !is_all_day(event));
	json_put_value(writer, "speakers", json_get(event, "speakers"));
	json_put_bool(writer, "has_speakers", json_size(json_get(event, "speakers")) > 0);
	json_put_text(writer, "organiser", text_of(event, "organiser"));
	json_put_text(writer, "price", text_of(event, "price"));
	json_put_bool(writer, "has_facts", *text_of(event, "organiser") != '\0' || *text_of(event, "price") != '\0');
	json_put_text(writer, "place", text_of(event, "place"));
	json_put_text(writer, "url", safe_url(event, "url"));
	json_put_text(writer, "online_url", safe_url(event, "online_url"));
	json_put_bool(writer, "is_draft", str_equal(text_of(event, "state"), "draft"));
	put_rooms(request, writer, event);
}

/* ---- the dates of a series ---- */

static void
put_date(struct http_request *request, struct json_writer *writer, const struct json *event, const struct json *date)
{
	struct dates words = {.arena = http_arena(request), .is_english = page_is_english(request)};
	int64_t start = dates_read(text_of(date, "local_start")), end = dates_read(text_of(date, "local_end"));
	bool is_shown = str_equal(text_of(date, "date"), text_of(event, "recurrence_id"));
	json_open_map(writer, NULL);
	json_put_text(writer, "when", is_all_day(event) ? dates_days(&words, start, end) : dates_span(&words, start, end));
	json_put_text(writer, "starts", text_of(date, "local_start"));
	json_put_text(writer, "address", is_shown ? NULL : arena_print(words.arena, "/events/%lld?date=%s", (long long)json_as_integer(json_get(event, "id")), text_of(date, "date")));
	json_put_bool(writer, "is_cancelled", str_equal(text_of(date, "state"), "cancelled"));
	json_put_text(writer, "title", str_equal(text_of(date, "title"), text_of(event, "title")) ? NULL : text_of(date, "title"));
	json_close_map(writer);
}

static void
put_dates(struct http_request *request, struct json_writer *writer, const struct json *event, const struct json *dates)
{
	const struct json *list = json_get(dates, "list");
	int64_t more = json_as_integer(json_get(dates, "count")) - (int64_t)json_size(list);
	json_put_bool(writer, "has_dates", json_size(list) > 1);
	json_open_list(writer, "dates");
	for (size_t i = 0; i < json_size(list); i++)
		put_date(request, writer, event, json_at(list, i));
	json_close_list(writer);
	json_put_bool(writer, "has_more_dates", more > 0 || json_as_bool(json_get(dates, "goes_on")));
}

static void
put_similar(struct http_request *request, struct json_writer *writer, const struct json *similar, const struct card_names *names)
{
	json_open_list(writer, "similar");
	for (size_t i = 0; i < json_size(similar); i++)
		card_put(request, writer, NULL, json_at(similar, i), names);
	json_close_list(writer);
	json_put_bool(writer, "has_similar", json_size(similar) > 0);
}

void
page_answer_event(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	const struct json *event = json_get(document, "event"), *site = json_get(document, "site");
	struct card_names names = {.hubs = json_get(document, "hubs"), .topics = json_get(document, "topics")};
	const struct json *hub = card_find(names.hubs, text_of(event, "hub"));
	const char *title = in_language(request, event, "title", "title_en"), *page = text_of(json_get(event, "links"), "page");
	const char *description = description_of(http_arena(request), in_language(request, event, "text", "text_en"));
	struct page_view view;
	page_begin(document, &view, title);
	put_breadcrumb(request, &view.writer, hub, title);
	json_put_text(&view.writer, "description", description);
	json_put_text(&view.writer, "canonical", page);
	put_graph(request, &view.writer, event, title, description);
	put_data(request, &view.writer, event, site, hub);
	card_put(request, &view.writer, "event", event, &names);
	put_details(request, &view.writer, event);
	put_dates(request, &view.writer, event, json_get(document, "dates"));
	if (json_kind(site) == JSON_IS_MAP)
		place_put_site(request, &view.writer, "site", site);
	put_adding(request, &view.writer, event, site, title);
	put_similar(request, &view.writer, json_get(document, "similar"), &names);
	json_put_raw(&view.writer, "scripts", "[\"local-time.js\"]");
	page_end(request, &view, 200, "event");
}
