/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/place.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/when.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/card.h"
#include "page/page.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, WEEK = 7, A_MONDAY = 4 * DAY };

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

/* ---- addresses ---- */

const char *
place_escape(struct arena *arena, const char *text)
{
	struct str out = {0};
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || strchr("-._~", byte) != NULL;
		if (is_plain)
			str_char(&out, (char)byte);
		else
			str_print(&out, "%%%02X", byte);
	}
	const char *escaped = arena_copy(arena, str_text(&out), out.length);
	str_free(&out);
	return escaped;
}

const char *
place_absolute(const struct http_request *request, const char *path)
{
	const char *base = page_settings_of(request)->public_url;
	size_t length = strlen(base);
	return arena_print(http_arena(request), "%.*s%s", (int)(length - (length > 0 && base[length - 1] == '/')), base, path);
}

void
place_put_subscribe(struct http_request *request, struct json_writer *writer, const char *path, const char *title, const char *here)
{
	struct arena *arena = http_arena(request);
	const char *https = place_absolute(request, path), *rest = strstr(https, "://");
	const char *webcal = arena_print(arena, "webcal%s", rest != NULL ? rest : "://");
	json_open_map(writer, "subscribe");
	json_put_text(writer, "https", https);
	json_put_text(writer, "webcal", webcal);
	json_put_text(writer, "google", arena_print(arena, "https://calendar.google.com/calendar/r?cid=%s", place_escape(arena, webcal)));
	json_put_text(writer, "outlook", arena_print(arena, "https://outlook.live.com/calendar/0/addfromweb?url=%s&name=%s",
	    place_escape(arena, https), place_escape(arena, title)));
	json_put_text(writer, "office", arena_print(arena, "https://outlook.office.com/calendar/0/addfromweb?url=%s&name=%s",
	    place_escape(arena, https), place_escape(arena, title)));
	json_put_text(writer, "qr", arena_print(arena, "/qr?of=%s", place_escape(arena, here)));
	json_close_map(writer);
}

/* ---- hubs ---- */

void
place_put_hub(struct http_request *request, struct json_writer *writer, const struct json *hub)
{
	json_open_map(writer, "hub");
	json_put_text(writer, "slug", text_of(hub, "slug"));
	json_put_text(writer, "name", text_of(hub, "name"));
	json_put_text(writer, "place", card_hub_place(http_arena(request), hub));
	json_put_value(writer, "color", json_get(hub, "color"));
	json_put_text(writer, "about", text_of(hub, "about"));
	json_put_text(writer, "url", json_as_text(json_get(hub, "url")));
	json_close_map(writer);
}

void
place_put_topics(struct json_writer *writer, const char *name, const struct json *slugs, const struct json *topics)
{
	json_open_list(writer, name);
	for (size_t i = 0; i < json_size(slugs); i++) {
		const char *slug = json_as_text(json_at(slugs, i));
		const struct json *topic = card_find(topics, slug);
		json_open_map(writer, NULL);
		json_put_text(writer, "slug", slug);
		json_put_text(writer, "name", topic != NULL ? text_of(topic, "name") : slug);
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* ---- opening hours ---- */

/* "08:00" as seconds of the day; "24:00" is its end. */
static int64_t
seconds_of(const char *clock)
{
	int64_t hours, minutes;
	char text[3] = {0};
	if (strlen(clock) != 5)
		return 0;
	memcpy(text, clock, 2);
	bool is_time = str_number(text, 0, 24, &hours) && str_number(clock + 3, 0, 59, &minutes);
	return is_time ? hours * HOUR + minutes * MINUTE : 0;
}

/* Montag bis Freitag; Samstag; Montag, Mittwoch */
static const char *
days_of(struct http_request *request, const struct json *days)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	size_t count = json_size(days);
	int64_t first = json_as_integer(json_at(days, 0)), last = count > 0 ? json_as_integer(json_at(days, count - 1)) : first;
	if (count == WEEK)
		return page_text(request, "hub.every_day");
	if (count > 2 && last - first == (int64_t)count - 1)
		return page_say(request, "hub.days_from_to", "first", dates_weekday(&dates, A_MONDAY + (first - 1) * DAY),
		    "last", dates_weekday(&dates, A_MONDAY + (last - 1) * DAY), NULL);
	const char *text = "";
	for (size_t i = 0; i < count; i++)
		text = arena_print(dates.arena, "%s%s%s", text, i > 0 ? ", " : "",
		    dates_weekday(&dates, A_MONDAY + (json_as_integer(json_at(days, i)) - 1) * DAY));
	return text;
}

static void
put_hours(struct http_request *request, struct json_writer *writer, const struct json *hours)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	json_open_list(writer, "hours");
	for (size_t i = 0; i < json_size(hours); i++) {
		const struct json *each = json_at(hours, i);
		int64_t opens = seconds_of(text_of(each, "opens")), closes = seconds_of(text_of(each, "closes"));
		bool is_whole = opens == 0 && closes == DAY;
		json_open_map(writer, NULL);
		json_put_text(writer, "days", days_of(request, json_get(each, "days")));
		json_put_text(writer, "times", is_whole ? page_text(request, "hub.whole_day") :
		    dates_times(&dates, A_MONDAY + opens, A_MONDAY + closes + (closes <= opens ? DAY : 0)));
		json_close_map(writer);
	}
	json_close_list(writer);
	json_put_bool(writer, "has_hours", json_size(hours) > 0);
}

static void
put_now(struct http_request *request, struct json_writer *writer, const struct json *site)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	const struct json *now = json_get(site, "now");
	const char *zone = text_of(site, "zone");
	bool is_open = json_as_bool(json_get(now, "is_open"));
	if (json_kind(now) != JSON_IS_MAP)
		return;
	int64_t at = dates_local(zone, dates_read(text_of(now, is_open ? "closes" : "opens")));
	const char *time = dates_time(&dates, at), *day = dates_day_label(&dates, at, dates_local(zone, when_now()));
	json_open_map(writer, "now");
	json_put_bool(writer, "is_open", is_open);
	if (is_open)
		json_put_text(writer, "text", json_as_bool(json_get(now, "is_always")) ? page_text(request, "hub.open_always") :
		    page_say(request, "hub.open_until", "time", time, NULL));
	else
		json_put_text(writer, "text", page_say(request, "hub.opens_again", "day", day, "time", time, NULL));
	json_close_map(writer);
}

void
place_put_site(struct http_request *request, struct json_writer *writer, const char *name, const struct json *site)
{
	const struct json *latitude = json_get(site, "latitude"), *longitude = json_get(site, "longitude");
	json_open_map(writer, name);
	json_put_text(writer, "slug", text_of(site, "slug"));
	json_put_text(writer, "name", text_of(site, "name"));
	json_put_text(writer, "street", text_of(site, "street"));
	json_put_text(writer, "postcode", text_of(site, "postcode"));
	json_put_text(writer, "city", text_of(site, "city"));
	if (json_kind(latitude) != JSON_IS_NULL && json_kind(longitude) != JSON_IS_NULL)
		json_put_text(writer, "map", arena_print(http_arena(request), "https://www.openstreetmap.org/?mlat=%.5f&mlon=%.5f#map=17/%.5f/%.5f",
		    json_as_real(latitude), json_as_real(longitude), json_as_real(latitude), json_as_real(longitude)));
	put_hours(request, writer, json_get(site, "opening_hours"));
	put_now(request, writer, site);
	json_close_map(writer);
}
