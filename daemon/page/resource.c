/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One room or machine: what it is and can, where it is, its week, its calendar. */
#include "base/arena.h"
#include "base/json.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/grid.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"
#include "page/place.h"

enum { HOUR = 3600, WEEK = 7 };

bool
page_ask_resource(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "resource", route_parameter(request, "resource"));
	bool is_right = parts_put_date(request, ret_ask, &writer);
	json_close_map(&writer);
	return is_right;
}

static void
put_crumbs(struct http_request *request, struct json_writer *writer, const struct json *hub, const struct json *resource)
{
	const char *slug = json_as_text(json_get(hub, "slug"));
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, json_as_text(json_get(hub, "name")), arena_print(http_arena(request), "/hubs/%s", slug));
	parts_put_crumb(writer, page_text(request, "grid.heading"), arena_print(http_arena(request), "/hubs/%s/resources", slug));
	parts_put_crumb(writer, json_as_text(json_get(resource, "name")), NULL);
	json_close_list(writer);
}

/* Photo, instructions, safety: where a hub gave them. */
static void
put_notes(struct json_writer *writer, const struct json *resource)
{
	static const char *const notes[] = {"instructions", "safety", NULL};
	bool has_notes = false;
	for (const char *const *note = notes; *note != NULL; note++) {
		const char *text = json_as_text(json_get(resource, *note));
		bool has_text = text != NULL && *text != '\0';
		json_put_text(writer, *note, has_text ? text : NULL);
		has_notes = has_notes || has_text;
	}
	json_put_bool(writer, "has_notes", has_notes);
	if (json_kind(json_get(resource, "photo")) == JSON_IS_MAP)
		json_put_value(writer, "photo", json_get(resource, "photo"));
}

static void
put_facts(struct http_request *request, struct json_writer *writer, const struct json *resource)
{
	struct arena *arena = http_arena(request);
	const struct json *features = json_get(resource, "features");
	const char *kind = json_as_text(json_get(resource, "kind"));
	int64_t capacity = json_as_integer(json_get(resource, "capacity"));
	bool is_pool = json_as_bool(json_get(resource, "is_pool"));
	json_put_text(writer, "name", json_as_text(json_get(resource, "name")));
	json_put_text(writer, "about", json_as_text(json_get(resource, "about")));
	put_notes(writer, resource);
	json_put_text(writer, "kind", page_text(request, arena_print(arena, "grid.kind.%s", kind)));
	json_put_bool(writer, arena_print(arena, "is_%s", kind), true);
	json_put_text(writer, "seats", is_pool
	    ? page_say(request, "grid.units", "units", arena_print(arena, "%lld", (long long)json_as_integer(json_get(resource, "size"))), NULL)
	    : page_say(request, capacity == 1 ? "grid.seat" : "grid.seats", "count", arena_print(arena, "%lld", (long long)capacity), NULL));
	json_put_bool(writer, "has_features", json_size(features) > 0);
	json_open_list(writer, "features");
	for (size_t i = 0; i < json_size(features); i++)
		json_put_text(writer, NULL, page_feature(request, json_as_text(json_at(features, i))));
	json_close_list(writer);
	json_put_bool(writer, "is_bookable", json_as_bool(json_get(resource, "is_bookable")));
}

/* The week and the way to its neighbours. */
static void
put_week(struct http_request *request, struct json_writer *writer, const struct json *document)
{
	struct arena *arena = http_arena(request);
	struct dates dates = {.arena = arena, .is_english = page_is_english(request)};
	const char *hub = route_parameter(request, "hub"), *path = http_path(request);
	struct grid_words words = {.hub = hub, .is_by_day = true, .chunk = HOUR};
	struct grid grid;
	grid_read(arena, document, WEEK, &grid);
	if (grid.count == 0)
		return;
	int64_t from = grid.columns[0].day, now = grid.columns[0].now;
	json_put_text(writer, "when", parts_days(&dates, from, from + (WEEK - 1) * GRID_DAY));
	parts_put_link(writer, "before", page_text(request, "grid.week_before"), arena_print(arena, "%s?date=%s#grid", path, parts_date(arena, from - WEEK * GRID_DAY)), false);
	parts_put_link(writer, "after", page_text(request, "grid.week_after"), arena_print(arena, "%s?date=%s#grid", path, parts_date(arena, from + WEEK * GRID_DAY)), false);
	parts_put_link(writer, "today", page_text(request, "grid.this_week"), arena_print(arena, "%s#grid", path), now >= from && now < from + WEEK * GRID_DAY);
	json_open_map(writer, "week");
	grid_put_table(request, writer, &grid, &words);
	json_close_map(writer);
}

/* Whatever shares a unit with it concerns it: "resource:7 resource:8". */
static const char *
scopes_of(struct arena *arena, const struct json *kin)
{
	const char *scopes = "";
	for (size_t i = 0; i < json_size(kin); i++)
		scopes = arena_print(arena, "%s%sresource:%lld", scopes, i > 0 ? " " : "", (long long)json_as_integer(json_at(kin, i)));
	return scopes;
}

void
page_answer_resource(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const struct json *resource = json_get(document, "resource"), *hub = json_get(document, "hub");
	const char *name = json_as_text(json_get(resource, "name")), *slug = json_as_text(json_get(resource, "slug"));
	const char *feed = json_as_text(json_get(json_get(resource, "links"), "feed"));
	struct arena *arena = http_arena(request);
	page_begin(document, &view, arena_print(arena, "%s · %s", name, json_as_text(json_get(hub, "name"))));
	put_crumbs(request, &view.writer, hub, resource);
	place_put_hub(request, &view.writer, hub);
	put_facts(request, &view.writer, resource);
	place_put_site(request, &view.writer, "site", json_get(resource, "at"));
	put_week(request, &view.writer, document);
	place_put_subscribe(request, &view.writer, feed, name, http_path(request));
	json_put_text(&view.writer, "scope", scopes_of(arena, json_get(resource, "kin")));
	json_put_text(&view.writer, "book", arena_print(arena, "/hubs/%s/book?resource=%s", route_parameter(request, "hub"), slug));
	json_open_list(&view.writer, "feeds");
	json_open_map(&view.writer, NULL);
	json_put_text(&view.writer, "name", name);
	json_put_text(&view.writer, "address", feed);
	json_close_map(&view.writer);
	json_close_list(&view.writer);
	json_open_list(&view.writer, "scripts");
	json_put_text(&view.writer, NULL, "grid.js");
	json_close_list(&view.writer);
	page_end(request, &view, 200, "resource");
}
