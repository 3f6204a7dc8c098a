/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The start page: the hubs on the map, what is on today and in the days after, the search, the topics. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/zone.h"
#include "page/card.h"
#include "page/map.h"
#include "page/page.h"
#include "page/pages.h"

enum { DAY = 86400, DAYS_AHEAD = 7, QUERY_MAX = 200, HUBS_MAX = 100, SITES_MAX = 300 };

/* All hubs are in Germany: their common day is Berlin's. */
static const char zone_of_all[] = "Europe/Berlin";

static int64_t
today_here(void)
{
	return dates_local(zone_of_all, when_now()) / DAY * DAY;
}

/* ---- ask ---- */

static void
put_instant(struct json_writer *writer, const char *name, int64_t local)
{
	char text[WHEN_TEXT_SIZE];
	const struct zone *zone = zone_find(zone_of_all);
	when_print(zone_to_utc(zone != NULL ? zone : zone_utc(), local, NULL), text);
	json_put_text(writer, name, text);
}

static const char *
parameter(const struct http_request *request, const char *name)
{
	const char *value = http_parameter(request, name);
	return value != NULL && *value != '\0' ? value : NULL;
}

bool
page_ask_start(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *query = parameter(request, "q"), *topic = parameter(request, "topic");
	if ((query != NULL && (strlen(query) > QUERY_MAX || !str_is_utf8(query, strlen(query)))) ||
	    (topic != NULL && !str_is_utf8(topic, strlen(topic))))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "q", "Die Suche ist zu lang: höchstens %d Zeichen.",
		    "The search is too long: at most %d characters.", (int)QUERY_MAX);
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "q", query);
	json_put_text(&writer, "topic", topic);
	put_instant(&writer, "from", today_here());
	put_instant(&writer, "to", today_here() + DAYS_AHEAD * DAY);
	json_close_map(&writer);
	return true;
}

/* ---- the map ---- */

static size_t
width_of(const char *text)
{
	size_t count = 0;
	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

struct pin {
	const struct json *hub;
	struct map_point at;
};

/* One pin a city of a hub. */
static size_t
find_pins(const struct json *hubs, struct pin *pins)
{
	size_t count = 0;
	for (size_t i = 0; i < json_size(hubs); i++) {
		const struct json *sites = json_get(json_at(hubs, i), "sites");
		for (size_t j = 0; j < json_size(sites) && count < SITES_MAX; j++) {
			const struct json *site = json_at(sites, j);
			if (json_kind(json_get(site, "latitude")) == JSON_IS_NULL || json_kind(json_get(site, "longitude")) == JSON_IS_NULL)
				continue;
			struct map_point at = map_project(json_as_real(json_get(site, "latitude")), json_as_real(json_get(site, "longitude")));
			bool is_there = count > 0 && pins[count - 1].hub == json_at(hubs, i) && pins[count - 1].at.x == at.x && pins[count - 1].at.y == at.y;
			if (!is_there)
				pins[count++] = (struct pin){.hub = json_at(hubs, i), .at = at};
		}
	}
	return count;
}

static void
put_number(struct json_writer *writer, const char *name, double number)
{
	char text[32];
	snprintf(text, sizeof text, "%.1f", number);
	json_put_text(writer, name, text);
}

static void
put_label(struct json_writer *writer, const struct map_label *label, const char *const *cities)
{
	json_put_text(writer, "anchor", label->anchor);
	put_number(writer, "x", label->x);
	json_open_list(writer, "lines");
	for (size_t i = 0; i < label->lines; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "text", cities[i]);
		put_number(writer, "y", label->y + (double)i * MAP_LINE);
		json_close_map(writer);
	}
	json_close_list(writer);
}

struct mapped {
	const struct json *hub;
	const char *cities[CARD_CITIES_MAX];
	size_t city_count;
};

static void
put_mapped(struct json_writer *writer, const struct mapped *mapped, const struct map_label *label,
    const struct pin *pins, size_t pin_count)
{
	json_open_map(writer, NULL);
	json_put_value(writer, "slug", json_get(mapped->hub, "slug"));
	json_put_value(writer, "name", json_get(mapped->hub, "name"));
	json_put_value(writer, "color", json_get(mapped->hub, "color"));
	json_open_list(writer, "pins");
	for (size_t i = 0; i < pin_count; i++) {
		if (pins[i].hub != mapped->hub)
			continue;
		json_open_map(writer, NULL);
		put_number(writer, "x", pins[i].at.x);
		put_number(writer, "y", pins[i].at.y);
		json_close_map(writer);
	}
	json_close_list(writer);
	put_label(writer, label, mapped->cities);
	json_close_map(writer);
}

static void
put_map(struct http_request *request, struct json_writer *writer, const struct json *hubs)
{
	struct arena *arena = http_arena(request);
	struct pin *pins = arena_take(arena, SITES_MAX * sizeof *pins);
	struct map_point *points = arena_take(arena, SITES_MAX * sizeof *points);
	struct mapped *mapped = arena_take(arena, HUBS_MAX * sizeof *mapped);
	struct map_label *labels = arena_take(arena, HUBS_MAX * sizeof *labels);
	size_t pin_count = find_pins(hubs, pins), count = 0;
	for (size_t i = 0; i < pin_count; i++) {
		points[i] = pins[i].at;
		if ((i > 0 && pins[i].hub == pins[i - 1].hub) || count == HUBS_MAX)
			continue;
		struct mapped *here = &mapped[count];
		*here = (struct mapped){.hub = pins[i].hub};
		here->city_count = card_cities(arena, here->hub, here->cities);
		labels[count] = (struct map_label){.pin = pins[i].at, .lines = here->city_count};
		for (size_t j = 0; j < here->city_count; j++)
			if (width_of(here->cities[j]) > labels[count].characters)
				labels[count].characters = width_of(here->cities[j]);
		count++;
	}
	map_place(labels, count, points, pin_count);
	json_open_list(writer, "map");
	for (size_t i = 0; i < count; i++)
		put_mapped(writer, &mapped[i], &labels[i], pins, pin_count);
	json_close_list(writer);
}

/* ---- lists ---- */

static void
put_hub(struct http_request *request, struct json_writer *writer, const struct json *hub)
{
	json_open_map(writer, NULL);
	json_put_value(writer, "slug", json_get(hub, "slug"));
	json_put_value(writer, "name", json_get(hub, "name"));
	json_put_value(writer, "color", json_get(hub, "color"));
	json_put_text(writer, "place", card_hub_place(http_arena(request), hub));
	json_close_map(writer);
}

static void
put_hubs(struct http_request *request, struct json_writer *writer, const struct json *hubs)
{
	json_open_list(writer, "hubs");
	for (size_t i = 0; i < json_size(hubs); i++)
		put_hub(request, writer, json_at(hubs, i));
	json_close_list(writer);
}

static void
put_topics(struct json_writer *writer, const struct json *topics, const char *chosen)
{
	json_open_list(writer, "topics");
	for (size_t i = 0; i < json_size(topics); i++) {
		const struct json *topic = json_at(topics, i);
		json_open_map(writer, NULL);
		json_put_value(writer, "slug", json_get(topic, "slug"));
		json_put_value(writer, "name", json_get(topic, "name"));
		json_put_bool(writer, "is_chosen", str_equal(json_as_text(json_get(topic, "slug")), chosen));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* ---- what was found ---- */

static void
put_found_hubs(struct http_request *request, struct json_writer *writer, const struct json *slugs, const struct json *hubs)
{
	json_open_list(writer, "found_hubs");
	for (size_t i = 0; i < json_size(slugs); i++)
		put_hub(request, writer, card_find(hubs, json_as_text(json_at(slugs, i))));
	json_close_list(writer);
}

static void
put_found(struct http_request *request, struct json_writer *writer, const struct json *found, const struct card_names *names)
{
	const struct json *events = json_get(found, "events"), *resources = json_get(found, "resources"), *hubs = json_get(found, "hubs");
	size_t count = json_size(events) + json_size(resources) + json_size(hubs);
	char number[24];
	snprintf(number, sizeof number, "%zu", count);
	json_open_map(writer, "found");
	json_put_text(writer, "count", page_say(request, count == 1 ? "start.found_one" : "start.found_many", "count", number, NULL));
	json_put_bool(writer, "is_nothing", count == 0);
	put_found_hubs(request, writer, hubs, names->hubs);
	json_open_list(writer, "found_events");
	for (size_t i = 0; i < json_size(events); i++)
		card_put(request, writer, NULL, json_at(events, i), names);
	json_close_list(writer);
	json_open_list(writer, "found_resources");
	for (size_t i = 0; i < json_size(resources); i++) {
		const struct json *resource = json_at(resources, i), *hub = card_find(names->hubs, json_as_text(json_get(resource, "hub")));
		json_open_map(writer, NULL);
		json_put_text(writer, "address", arena_print(http_arena(request), "/hubs/%s/resources/%s", json_as_text(json_get(resource, "hub")),
		    json_as_text(json_get(resource, "slug"))));
		json_put_value(writer, "name", json_get(resource, "name"));
		json_put_value(writer, "about", json_get(resource, "about"));
		json_put_value(writer, "city", json_get(resource, "city"));
		json_put_value(writer, "hub_name", json_get(hub, "name"));
		json_put_value(writer, "color", json_get(hub, "color"));
		json_close_map(writer);
	}
	json_close_list(writer);
	json_put_bool(writer, "has_hubs", json_size(hubs) > 0);
	json_put_bool(writer, "has_events", json_size(events) > 0);
	json_put_bool(writer, "has_resources", json_size(resources) > 0);
	json_close_map(writer);
}

void
page_answer_start(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	const char *query = parameter(request, "q"), *topic = parameter(request, "topic");
	struct card_names names = {.hubs = json_get(document, "hubs"), .topics = json_get(document, "topics")};
	const struct json *chosen = card_find(names.topics, topic), *found = json_get(document, "found");
	struct page_view view;
	page_begin(document, &view, query != NULL ? page_say(request, "start.search_title", "query", query, NULL) : page_text(request, "start.title"));
	json_put_text(&view.writer, "q", query);
	json_put_bool(&view.writer, "is_start", true);
	if (chosen != NULL)
		json_put_value(&view.writer, "topic", chosen);
	put_topics(&view.writer, names.topics, topic);
	put_hubs(request, &view.writer, names.hubs);
	json_put_bool(&view.writer, "has_hubs", json_size(names.hubs) > 0);
	if (json_kind(found) == JSON_IS_MAP) {
		put_found(request, &view.writer, found, &names);
	} else {
		put_map(request, &view.writer, names.hubs);
		card_put_days(request, &view.writer, "days", json_get(document, "events"), &names, today_here());
		json_put_bool(&view.writer, "has_events", json_size(json_get(document, "events")) > 0);
	}
	page_end(request, &view, 200, "start");
}
