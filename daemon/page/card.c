/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/card.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/page.h"

const struct json *
card_find(const struct json *documents, const char *slug)
{
	for (size_t i = 0; i < json_size(documents); i++)
		if (str_equal(json_as_text(json_get(json_at(documents, i), "slug")), slug))
			return json_at(documents, i);
	return NULL;
}

static bool
has_city(const char *const *cities, size_t count, const char *city)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(cities[i], city))
			return true;
	return false;
}

/* "Frankfurt am Main" is Frankfurt on a map. */
static const char *
short_city(struct arena *arena, const char *city)
{
	static const char *const tails[] = {" am ", " an der ", " (", NULL};
	for (size_t i = 0; tails[i] != NULL; i++) {
		const char *tail = strstr(city, tails[i]);
		if (tail != NULL)
			return arena_copy(arena, city, (size_t)(tail - city));
	}
	return city;
}

size_t
card_cities(struct arena *arena, const struct json *hub, const char *ret_cities[static CARD_CITIES_MAX])
{
	const struct json *sites = json_get(hub, "sites");
	size_t count = 0;
	for (size_t i = 0; i < json_size(sites) && count < CARD_CITIES_MAX; i++) {
		const char *city = json_as_text(json_get(json_at(sites, i), "city"));
		if (city == NULL || *city == '\0')
			continue;
		city = short_city(arena, city);
		if (!has_city(ret_cities, count, city))
			ret_cities[count++] = city;
	}
	return count;
}

const char *
card_hub_place(struct arena *arena, const struct json *hub)
{
	const char *cities[CARD_CITIES_MAX];
	size_t count = card_cities(arena, hub, cities);
	struct str place = {0};
	for (size_t i = 0; i < count; i++)
		str_print(&place, "%s%s", i > 0 ? " · " : "", cities[i]);
	const char *name = json_as_text(json_get(hub, "name")), *text = arena_copy(arena, str_text(&place), place.length);
	str_free(&place);
	return count > 0 ? text : name;
}

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

/* Titles without a translation are German, and say so to a screen reader. */
static void
put_title(struct http_request *request, struct json_writer *writer, const struct json *event)
{
	bool is_translated = page_is_english(request) && *text_of(event, "title_en") != '\0';
	json_put_text(writer, "title", text_of(event, is_translated ? "title_en" : "title"));
	if (page_is_english(request) && !is_translated)
		json_put_text(writer, "title_lang", "de");
}

static void
put_times(struct http_request *request, struct json_writer *writer, const struct json *event)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	int64_t start = dates_read(text_of(event, "local_start")), end = dates_read(text_of(event, "local_end"));
	bool is_all_day = json_as_bool(json_get(event, "is_all_day"));
	json_put_text(writer, "starts", text_of(event, "start"));
	json_put_text(writer, "day", dates_short_date(&dates, start));
	json_put_text(writer, "clock", is_all_day ? page_text(request, "frame.all_day") : dates_clock(&dates, start));
	json_put_text(writer, "times", is_all_day ? page_text(request, "frame.all_day") : dates_times(&dates, start, end));
	json_put_text(writer, "span", is_all_day ? dates_days(&dates, start, end) : dates_span(&dates, start, end));
}

static void
put_hub(struct arena *arena, struct json_writer *writer, const struct json *event, const struct json *hubs)
{
	const struct json *hub = card_find(hubs, json_as_text(json_get(event, "hub")));
	if (hubs == NULL) {
		json_put_null(writer, "hub");
		return;
	}
	json_open_map(writer, "hub");
	json_put_text(writer, "slug", text_of(event, "hub"));
	json_put_text(writer, "name", hub != NULL ? text_of(hub, "name") : text_of(event, "hub"));
	json_put_text(writer, "place", hub != NULL ? card_hub_place(arena, hub) : text_of(event, "hub"));
	json_put_text(writer, "color", hub != NULL ? json_as_text(json_get(hub, "color")) : NULL);
	json_close_map(writer);
}

/* The room, or the place as text. */
static void
put_place(struct http_request *request, struct json_writer *writer, const struct json *event)
{
	const struct json *room = json_at(json_get(event, "resources"), 0);
	const char *place = room != NULL ? text_of(room, page_is_english(request) ? "name_en" : "name") : text_of(event, "place");
	json_put_text(writer, "place", place);
}

static void
put_topics(struct json_writer *writer, const struct json *event, const struct json *topics)
{
	const struct json *slugs = json_get(event, "topics");
	json_open_list(writer, "topics");
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

void
card_put(struct http_request *request, struct json_writer *writer, const char *name, const struct json *event, const struct card_names *names)
{
	json_open_map(writer, name);
	json_put_integer(writer, "id", json_as_integer(json_get(event, "id")));
	json_put_text(writer, "address", json_as_text(json_get(json_get(event, "links"), "page")));
	put_title(request, writer, event);
	put_times(request, writer, event);
	put_hub(http_arena(request), writer, event, names->hubs);
	put_place(request, writer, event);
	put_topics(writer, event, names->topics);
	json_put_bool(writer, "is_cancelled", str_equal(text_of(event, "state"), "cancelled"));
	json_put_bool(writer, "is_tentative", str_equal(text_of(event, "state"), "tentative"));
	json_put_bool(writer, "is_members", str_equal(text_of(event, "audience"), "members"));
	json_put_bool(writer, "is_online", *text_of(event, "online_url") != '\0');
	json_close_map(writer);
}

static int64_t
day_of(const struct json *event, int64_t today)
{
	int64_t start = dates_read(text_of(event, "local_start")) / 86400 * 86400;
	return start < today ? today : start;
}

static void
open_day(struct http_request *request, struct json_writer *writer, int64_t day, int64_t today)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	char date[DATES_DATE_SIZE];
	dates_print_date(day, date);
	json_open_map(writer, NULL);
	json_put_text(writer, "date", date);
	json_put_text(writer, "label", dates_day_label(&dates, day, today));
	json_put_text(writer, "full", dates_date(&dates, day));
	json_put_bool(writer, "is_near", day - today < 2 * 86400);
	json_open_list(writer, "events");
}

static void
close_day(struct http_request *request, struct json_writer *writer, size_t count)
{
	char number[24];
	snprintf(number, sizeof number, "%zu", count);
	json_close_list(writer);
	json_put_text(writer, "count", count == 1 ? page_text(request, "frame.event_one") : page_say(request, "frame.event_many", "count", number, NULL));
	json_close_map(writer);
}

void
card_put_days(struct http_request *request, struct json_writer *writer, const char *name, const struct json *events,
    const struct card_names *names, int64_t today)
{
	int64_t open = INT64_MIN;
	size_t count = 0;
	today = today / 86400 * 86400;
	json_open_list(writer, name);
	for (size_t i = 0; i < json_size(events); i++) {
		const struct json *event = json_at(events, i);
		int64_t day = day_of(event, today);
		/* Zones may disagree about the day of neighbours: a day is never opened twice. */
		if (day > open) {
			if (open != INT64_MIN)
				close_day(request, writer, count);
			count = 0;
			open_day(request, writer, day, today);
			open = day;
		}
		card_put(request, writer, NULL, event, names);
		count++;
	}
	if (open != INT64_MIN)
		close_day(request, writer, count);
	json_close_list(writer);
}
