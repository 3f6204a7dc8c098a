/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hub's page: what is on, where it is and when it is open, its rooms and machines, how to subscribe and to embed. */
#include <stdio.h>

#include "base/arena.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/card.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/place.h"

enum { DAY = 86400, DAYS_AHEAD = 15 };

bool
page_ask_hub(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	char to[WHEN_TEXT_SIZE];
	struct json_writer writer = {.out = &ret_ask->input};
	when_print(when_now() / DAY * DAY + DAYS_AHEAD * DAY, to);
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "to", to);
	json_close_map(&writer);
	return true;
}

/* ---- resources ---- */

static const struct { const char *kind, *heading; } kinds[] = {
	{"room", "hub.kind_room"}, {"desk", "hub.kind_desk"}, {"machine", "hub.kind_machine"}, {"equipment", "hub.kind_equipment"}, {"table", "hub.kind_table"}};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* "bis 8 Personen", "12 davon": what one wants to know before one looks. */
static const char *
facts_of(struct http_request *request, const struct json *resource)
{
	int64_t capacity = json_as_integer(json_get(resource, "capacity")), size = json_as_integer(json_get(resource, "size"));
	const char *kind = json_as_text(json_get(resource, "kind"));
	char number[24];
	snprintf(number, sizeof number, "%lld", (long long)(json_as_bool(json_get(resource, "is_pool")) ? size : capacity));
	if (json_as_bool(json_get(resource, "is_pool")))
		return page_say(request, "hub.pool_of", "count", number, NULL);
	if (str_equal(kind, "room") && capacity == 1)
		return page_text(request, "hub.room_for_one");
	return str_equal(kind, "room") ? page_say(request, "hub.room_for", "count", number, NULL) : NULL;
}

static void
put_resource(struct http_request *request, struct json_writer *writer, const struct json *resource, const struct json *sites)
{
	const char *city = json_as_text(json_get(card_find(sites, json_as_text(json_get(resource, "site"))), "name"));
	json_open_map(writer, NULL);
	json_put_value(writer, "name", json_get(resource, "name"));
	json_put_value(writer, "address", json_get(json_get(resource, "links"), "page"));
	json_put_value(writer, "about", json_get(resource, "about"));
	json_put_text(writer, "facts", facts_of(request, resource));
	json_put_text(writer, "site_name", json_size(sites) > 1 ? city : NULL);
	json_close_map(writer);
}

static void
put_resources(struct http_request *request, struct json_writer *writer, const struct json *resources, const struct json *sites)
{
	json_open_list(writer, "kinds");
	for (size_t k = 0; k < KINDS; k++) {
		bool is_open = false;
		for (size_t i = 0; i < json_size(resources); i++) {
			const struct json *resource = json_at(resources, i);
			if (!str_equal(json_as_text(json_get(resource, "kind")), kinds[k].kind))
				continue;
			if (!is_open) {
				json_open_map(writer, NULL);
				json_put_text(writer, "heading", page_text(request, kinds[k].heading));
				json_open_list(writer, "resources");
			}
			is_open = true;
			put_resource(request, writer, resource, sites);
		}
		if (is_open) {
			json_close_list(writer);
			json_close_map(writer);
		}
	}
	json_close_list(writer);
	json_put_bool(writer, "has_resources", json_size(resources) > 0);
}

/* ---- the page ---- */

static void
put_sites(struct http_request *request, struct json_writer *writer, const struct json *sites)
{
	json_open_list(writer, "sites");
	for (size_t i = 0; i < json_size(sites); i++)
		place_put_site(request, writer, NULL, json_at(sites, i));
	json_close_list(writer);
}

static void
put_breadcrumb(struct json_writer *writer, const char *name)
{
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	json_open_map(writer, NULL);
	json_put_text(writer, "name", name);
	json_close_map(writer);
	json_close_list(writer);
}

static void
put_feed(struct json_writer *writer, const char *name, const char *address)
{
	json_open_list(writer, "feeds");
	json_open_map(writer, NULL);
	json_put_text(writer, "name", name);
	json_put_text(writer, "address", address);
	json_close_map(writer);
	json_close_list(writer);
}

void
page_answer_hub(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	struct arena *arena = http_arena(request);
	const struct json *hub = json_get(document, "hub"), *events = json_get(document, "events"), *sites = json_get(hub, "sites");
	const char *slug = json_as_text(json_get(hub, "slug")), *name = json_as_text(json_get(hub, "name"));
	const char *feed = json_as_text(json_get(json_get(hub, "links"), "feed")), *here = arena_print(arena, "/hubs/%s", slug);
	struct card_names names = {.topics = json_get(document, "topics")};
	struct page_view view;
	page_begin(document, &view, name);
	place_put_hub(request, &view.writer, hub);
	json_put_value(&view.writer, "description", json_get(hub, "about"));
	json_put_text(&view.writer, "canonical", here);
	put_breadcrumb(&view.writer, card_hub_place(arena, hub));
	put_feed(&view.writer, name, feed);
	place_put_topics(&view.writer, "topics", json_get(hub, "topics"), names.topics);
	put_sites(request, &view.writer, sites);
	put_resources(request, &view.writer, json_get(document, "resources"), sites);
	card_put_days(request, &view.writer, "days", events, &names, dates_local(json_as_text(json_get(hub, "zone")), when_now()));
	json_put_bool(&view.writer, "has_events", json_size(events) > 0);
	place_put_subscribe(request, &view.writer, feed, name, arena_print(arena, "%s#subscribe", here));
	json_put_text(&view.writer, "embed", arena_print(arena, "<iframe src=\"%s?lang=%s\" title=\"%s\" width=\"100%%\" height=\"640\" loading=\"lazy\"></iframe>",
	    place_absolute(request, arena_print(arena, "/embed/%s", slug)), page_is_english(request) ? "en" : "de", name));
	page_end(request, &view, 200, "hub");
}
