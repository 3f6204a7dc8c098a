/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rooms and machines of a hub: a day with resources as columns, or a week with a strip for each day. */
#include "base/arena.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/grid.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"

enum { OF_DAY = 30, OF_WEEK = 40, PAGES_MAX = 1000, FEW = 12, HOUR = 3600, WEEK = 7 };

static bool
is_week(const struct http_request *request)
{
	return str_equal(parts_parameter(request, "view"), "week");
}

static int64_t
per_page(const struct http_request *request)
{
	return is_week(request) ? OF_WEEK : OF_DAY;
}

static int64_t
page_number(const struct http_request *request)
{
	int64_t number;
	const char *text = parts_parameter(request, "page");
	return text != NULL && str_number(text, 1, PAGES_MAX, &number) ? number : 1;
}

bool
page_ask_resources(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "kind", parts_parameter(request, "kind"));
	json_put_text(&writer, "site", parts_parameter(request, "site"));
	json_put_bool(&writer, "is_week", is_week(request));
	json_put_integer(&writer, "skip", (page_number(request) - 1) * per_page(request));
	json_put_integer(&writer, "most", per_page(request) + 1); /* one more tells that there is a next page */
	bool is_right = parts_put_date(request, ret_ask, &writer);
	json_close_map(&writer);
	return is_right;
}

/* ---- addresses ---- */

struct choice {
	const char *view, *date, *kind, *site;
	int64_t page;
};

static void
add_parameter(struct str *text, const char *name, const char *value)
{
	if (value != NULL)
		str_print(text, "%c%s=%s", text->length == 0 ? '?' : '&', name, value);
}

/* Slugs, kinds and dates need no escape; what else came from the address was not taken. */
static const char *
address(struct http_request *request, const struct choice *choice)
{
	struct str query = {0};
	add_parameter(&query, "view", choice->view);
	add_parameter(&query, "date", choice->date);
	add_parameter(&query, "kind", choice->kind);
	add_parameter(&query, "site", choice->site);
	if (choice->page > 1)
		str_print(&query, "%cpage=%lld", query.length == 0 ? '?' : '&', (long long)choice->page);
	const char *result = arena_print(http_arena(request), "/hubs/%s/resources%s", route_parameter(request, "hub"), str_text(&query));
	str_free(&query);
	return result;
}

static bool
is_in(const struct json *list, const char *text)
{
	for (size_t i = 0; text != NULL && i < json_size(list); i++)
		if (str_equal(json_as_text(json_at(list, i)), text))
			return true;
	return false;
}

static bool
has_site(const struct json *sites, const char *slug)
{
	for (size_t i = 0; slug != NULL && i < json_size(sites); i++)
		if (str_equal(json_as_text(json_get(json_at(sites, i), "slug")), slug))
			return true;
	return false;
}

/* ---- the head of the page ---- */

static void
put_times(struct http_request *request, struct json_writer *writer, const struct grid *grid, const struct choice *choice)
{
	const struct json *document = grid->document;
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	const char *zone = json_as_text(json_get(json_get(document, "hub"), "zone"));
	int64_t from = dates_local(zone, json_as_integer(json_get(document, "from"))), today = dates_local(zone, json_as_integer(json_get(document, "now")));
	int64_t step = (is_week(request) ? WEEK : 1) * (int64_t)GRID_DAY;
	struct choice other = *choice;
	json_put_text(writer, "when", is_week(request) ? parts_days(&dates, from, from + step - GRID_DAY) : dates_date(&dates, from));
	json_put_text(writer, "date", parts_date(http_arena(request), from));
	json_put_bool(writer, "is_week", is_week(request));
	other.page = 1;
	other.date = parts_date(http_arena(request), from - step);
	parts_put_link(writer, "before", page_text(request, is_week(request) ? "grid.week_before" : "grid.day_before"), address(request, &other), false);
	other.date = parts_date(http_arena(request), from + step);
	parts_put_link(writer, "after", page_text(request, is_week(request) ? "grid.week_after" : "grid.day_after"), address(request, &other), false);
	other.date = NULL;
	parts_put_link(writer, "today", page_text(request, "grid.today"), address(request, &other), today >= from && today < from + step);
	other.date = parts_date(http_arena(request), from);
	json_open_list(writer, "views");
	other.view = NULL;
	parts_put_link(writer, NULL, page_text(request, "grid.day"), address(request, &other), !is_week(request));
	other.view = "week";
	parts_put_link(writer, NULL, page_text(request, "grid.week"), address(request, &other), is_week(request));
	json_close_list(writer);
}

static void
put_filters(struct http_request *request, struct json_writer *writer, const struct json *document, const struct choice *choice)
{
	const struct json *kinds = json_get(document, "kinds"), *sites = json_get(document, "sites");
	struct choice other = *choice;
	other.page = 1;
	other.kind = NULL;
	json_put_bool(writer, "has_kinds", json_size(kinds) > 1);
	json_open_list(writer, "kinds");
	parts_put_link(writer, NULL, page_text(request, "grid.all_kinds"), address(request, &other), choice->kind == NULL);
	for (size_t i = 0; i < json_size(kinds); i++) {
		other.kind = json_as_text(json_at(kinds, i));
		parts_put_link(writer, NULL, page_text(request, arena_print(http_arena(request), "grid.kinds.%s", other.kind)), address(request, &other),
		    str_equal(other.kind, choice->kind));
	}
	json_close_list(writer);
	other.kind = choice->kind;
	other.site = NULL;
	json_put_bool(writer, "has_sites", json_size(sites) > 1);
	json_open_list(writer, "sites");
	parts_put_link(writer, NULL, page_text(request, "grid.all_sites"), address(request, &other), choice->site == NULL);
	for (size_t i = 0; i < json_size(sites); i++) {
		other.site = json_as_text(json_get(json_at(sites, i), "slug"));
		parts_put_link(writer, NULL, json_as_text(json_get(json_at(sites, i), "name")), address(request, &other), str_equal(other.site, choice->site));
	}
	json_close_list(writer);
}

static void
put_pages(struct http_request *request, struct json_writer *writer, const struct choice *choice, bool has_next)
{
	struct choice other = *choice;
	json_put_bool(writer, "has_pages", choice->page > 1 || has_next);
	other.page = choice->page - 1;
	if (choice->page > 1)
		parts_put_link(writer, "page_before", page_text(request, "grid.page_before"), address(request, &other), false);
	other.page = choice->page + 1;
	if (has_next)
		parts_put_link(writer, "page_after", page_text(request, "grid.page_after"), address(request, &other), false);
}

/* ---- the grids ---- */

static void
put_week(struct http_request *request, struct json_writer *writer, const struct grid *grid, size_t shown)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	const char *hub = route_parameter(request, "hub");
	json_open_map(writer, "week");
	json_put_text(writer, "box", arena_print(http_arena(request), "0 0 %lld 10", (long long)((grid->last - grid->first) / 300)));
	json_open_list(writer, "days");
	for (size_t i = 0; i < WEEK && grid->count >= WEEK; i++) {
		const struct grid_column *column = &grid->columns[i];
		parts_put_link(writer, NULL, dates_short_date(&dates, column->day), arena_print(http_arena(request), "?date=%s", parts_date(http_arena(request), column->day)),
		    column->now >= column->day && column->now < column->day + GRID_DAY);
	}
	json_close_list(writer);
	json_open_list(writer, "lines");
	for (size_t i = 0; i < shown; i++) {
		const struct json *resource = grid->columns[i * WEEK].resource;
		json_open_map(writer, NULL);
		json_put_value(writer, "name", json_get(resource, "name"));
		json_put_text(writer, "address", arena_print(http_arena(request), "/hubs/%s/resources/%s", hub, json_as_text(json_get(resource, "slug"))));
		grid_put_strips(request, writer, grid, i * WEEK, WEEK);
		json_close_map(writer);
	}
	json_close_list(writer);
	json_close_map(writer);
}

static void
put_day(struct http_request *request, struct json_writer *writer, struct grid *grid, size_t shown)
{
	struct grid_words words = {.hub = route_parameter(request, "hub"), .chunk = shown > FEW ? 2 * HOUR : HOUR};
	grid->count = shown;
	json_open_map(writer, "day");
	grid_put_table(request, writer, grid, &words);
	json_close_map(writer);
}

/* What the stream tells when anything of the grid changes: "resource:7 resource:8". */
static void
put_scopes(struct http_request *request, struct json_writer *writer, const struct json *resources)
{
	struct str scopes = {0};
	for (size_t i = 0; i < json_size(resources); i++)
		str_print(&scopes, "%sresource:%lld", i > 0 ? " " : "", (long long)json_as_integer(json_get(json_at(resources, i), "id")));
	json_put_text(writer, "scope", arena_copy(http_arena(request), str_text(&scopes), scopes.length));
	str_free(&scopes);
}

static void
put_head(struct http_request *request, struct json_writer *writer, const struct json *document)
{
	const struct json *hub = json_get(document, "hub");
	const char *slug = json_as_text(json_get(hub, "slug"));
	json_put_value(writer, "hub", hub);
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, json_as_text(json_get(hub, "name")), arena_print(http_arena(request), "/hubs/%s", slug));
	parts_put_crumb(writer, page_text(request, "grid.heading"), NULL);
	json_close_list(writer);
	put_scopes(request, writer, json_get(document, "resources"));
	json_put_text(writer, "find", arena_print(http_arena(request), "/hubs/%s/book", slug));
}

void
page_answer_resources(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	struct grid grid;
	if (document == NULL)
		return;
	struct choice choice = {.view = is_week(request) ? "week" : NULL, .date = parts_parameter(request, "date"), .page = page_number(request)};
	if (is_in(json_get(document, "kinds"), parts_parameter(request, "kind")))
		choice.kind = parts_parameter(request, "kind");
	if (has_site(json_get(document, "sites"), parts_parameter(request, "site")))
		choice.site = parts_parameter(request, "site");
	size_t found = json_size(json_get(document, "resources")), shown = found > (size_t)per_page(request) ? (size_t)per_page(request) : found;
	grid_read(http_arena(request), document, is_week(request) ? WEEK : 1, &grid);
	page_begin(document, &view, page_say(request, "grid.title", "hub", json_as_text(json_get(json_get(document, "hub"), "name")), NULL));
	put_head(request, &view.writer, document);
	put_times(request, &view.writer, &grid, &choice);
	put_filters(request, &view.writer, document, &choice);
	put_pages(request, &view.writer, &choice, found > shown);
	json_put_bool(&view.writer, "is_empty", found == 0);
	json_open_list(&view.writer, "scripts");
	json_put_text(&view.writer, NULL, is_week(request) ? "live.js" : "grid.js");
	json_close_list(&view.writer);
	if (found > 0 && is_week(request))
		put_week(request, &view.writer, &grid, shown);
	if (found > 0 && !is_week(request))
		put_day(request, &view.writer, &grid, shown);
	page_end(request, &view, 200, "resources");
}
