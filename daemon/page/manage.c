/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame of managers' pages, and the overview: today, what has no room yet, what to look at. */
#include "page/manage.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/card.h"
#include "page/pages.h"

enum { DAY = 86400 };

static const struct tab {
	const char *name, *path;
} tabs[] = {{"overview", ""}, {"resources", "/resources"}, {"closures", "/closures"}, {"events", "/events"}, {"import", "/import"},
    {"members", "/members"}, {"mirrors", "/mirrors"}, {"webhooks", "/webhooks"}, {"audit", "/audit"}};

/* What a page may say it has done: texts "manage.done_…". */
static const char *const deeds[] = {"added", "changed", "retired", "restored", "imported", "photo", "photo_gone", "closed", "lifted", "event_made", "event_changed",
    "event_cancelled", "invited", "passed", "roles", "answered", "revoked", "mirrored", "unmirrored", "replayed", "unhooked", NULL};

struct dates
manage_dates(struct http_request *request)
{
	return (struct dates){.arena = http_arena(request), .is_english = page_is_english(request)};
}

/* ---- the frame ---- */

static void
put_crumb(struct json_writer *writer, const char *name, const char *address)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "name", name);
	json_put_text(writer, "address", address);
	json_close_map(writer);
}

static void
put_path(struct http_request *request, struct json_writer *writer, const struct json *hub, const char *title, bool is_overview)
{
	const char *slug = json_as_text(json_get(hub, "slug"));
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	put_crumb(writer, json_as_text(json_get(hub, "name")), arena_print(http_arena(request), "/hubs/%s", slug));
	put_crumb(writer, page_text(request, "manage.title"), is_overview ? NULL : arena_print(http_arena(request), "/hubs/%s/manage", slug));
	if (!is_overview)
		put_crumb(writer, title, NULL);
	json_close_list(writer);
}

static void
put_tabs(struct http_request *request, struct json_writer *writer, const char *base, const char *chosen)
{
	json_open_list(writer, "tabs");
	for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "address", arena_print(http_arena(request), "%s%s", base, tabs[i].path));
		json_put_text(writer, "label", page_text(request, arena_print(http_arena(request), "manage.tab_%s", tabs[i].name)));
		json_put_bool(writer, "is_chosen", str_equal(tabs[i].name, chosen));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_deed(struct http_request *request, struct json_writer *writer)
{
	const char *done = http_parameter(request, "done");
	for (const char *const *deed = deeds; done != NULL && *deed != NULL; deed++) {
		if (!str_equal(*deed, done))
			continue;
		json_open_list(writer, "notices");
		json_open_map(writer, NULL);
		json_put_text(writer, "kind", "good");
		json_put_text(writer, "text", page_text(request, arena_print(http_arena(request), "manage.done_%s", done)));
		json_close_map(writer);
		json_close_list(writer);
	}
}

/* ---- a refusal ---- */

static void
put_span(struct http_request *request, struct json_writer *writer, const struct json *item, const char *zone)
{
	struct dates dates = manage_dates(request);
	int64_t start = dates_read(json_as_text(json_get(item, "start"))), end = dates_read(json_as_text(json_get(item, "end")));
	json_put_text(writer, "when", dates_span(&dates, dates_local(zone, start), dates_local(zone, end)));
}

static void
put_conflicts(struct http_request *request, struct json_writer *writer, const struct json *problem, const struct json *document)
{
	const struct json *conflicts = json_get(problem, "conflicts"), *resources = json_get(document, "resources");
	const char *zone = json_as_text(json_get(json_get(document, "hub"), "zone"));
	json_put_bool(writer, "has_conflicts", json_size(conflicts) > 0);
	json_open_list(writer, "conflicts");
	for (size_t i = 0; i < json_size(conflicts); i++) {
		const struct json *conflict = json_at(conflicts, i);
		json_open_map(writer, NULL);
		json_put_value(writer, "name", json_get(card_find(resources, json_as_text(json_get(conflict, "resource"))), "name"));
		json_put_value(writer, "what", json_get(conflict, "title"));
		put_span(request, writer, conflict, zone);
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* As buttons: "start end resource", which the form's ask reads back. */
static void
put_alternatives(struct http_request *request, struct json_writer *writer, const struct json *problem, const struct json *document)
{
	const struct json *alternatives = json_get(problem, "alternatives");
	const char *zone = json_as_text(json_get(json_get(document, "hub"), "zone"));
	json_put_bool(writer, "has_alternatives", json_size(alternatives) > 0);
	json_open_list(writer, "alternatives");
	for (size_t i = 0; i < json_size(alternatives); i++) {
		const struct json *way = json_at(alternatives, i);
		const char *resource = json_as_text(json_get(way, "resource"));
		json_open_map(writer, NULL);
		json_put_text(writer, "value", arena_print(http_arena(request), "%s %s %s", json_as_text(json_get(way, "start")), json_as_text(json_get(way, "end")),
		    resource != NULL ? resource : ""));
		json_put_value(writer, "reason", json_get(way, "reason"));
		put_span(request, writer, way, zone);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_problem(struct http_request *request, struct json_writer *writer, const struct json *document)
{
	const struct manage_fault *fault = request_kept(request);
	const struct json *problem = json_get(document, "problem");
	const char *pointer = json_as_text(json_get(problem, "pointer"));
	/* A look beforehand lists who is in the way itself, with names. */
	bool is_told = json_as_integer(json_get(json_get(document, "preview"), "count")) > 0 && json_as_integer(json_get(problem, "status")) == 409;
	if (is_told || (problem == NULL && (fault == NULL || fault->detail == NULL)))
		return;
	json_open_map(writer, "problem");
	if (problem == NULL) {
		json_put_text(writer, "heading", page_text(request, "manage.malformed"));
		json_put_text(writer, "detail", fault->detail);
		json_put_text(writer, "field", fault->field);
	} else {
		json_put_value(writer, "heading", json_get(problem, "title"));
		json_put_value(writer, "detail", json_get(problem, "detail"));
		json_put_text(writer, "field", pointer != NULL && strchr(pointer + 1, '/') == NULL ? pointer + 1 : NULL);
		put_conflicts(request, writer, problem, document);
		put_alternatives(request, writer, problem, document);
		manage_put_bookings(request, writer, "bookings", json_get(problem, "bookings"));
	}
	json_close_map(writer);
}

void
manage_begin(struct http_request *request, const struct json *document, struct page_view *ret_view, const char *title, const char *tab)
{
	const struct json *hub = json_get(document, "hub");
	const char *base = arena_print(http_arena(request), "/hubs/%s/manage", route_parameter(request, "hub"));
	struct json_writer *writer = &ret_view->writer;
	page_begin(document, ret_view, title);
	json_put_text(writer, "base", base);
	json_put_value(writer, "hub_name", json_get(hub, "name"));
	json_put_value(writer, "color", json_get(hub, "color"));
	put_path(request, writer, hub, title, str_equal(tab, "overview"));
	put_tabs(request, writer, base, tab);
	put_deed(request, writer);
	put_problem(request, writer, document);
}

void
manage_end(struct http_request *request, const struct json *document, struct page_view *view, const char *template)
{
	const struct manage_fault *fault = request_kept(request);
	const struct json *problem = json_get(document, "problem");
	int status = problem != NULL ? (int)json_as_integer(json_get(problem, "status")) : fault != NULL && fault->detail != NULL ? 422 : 200;
	page_end(request, view, status, template);
}

bool
manage_redirect(struct http_request *request, const struct json *document, const char *path, const char *done)
{
	if (json_get(document, "done") == NULL)
		return false;
	page_redirect(request, arena_print(http_arena(request), "/hubs/%s/manage%s?done=%s", route_parameter(request, "hub"), path, done));
	return true;
}

/* ---- fields ---- */

const char *
manage_value(struct http_request *request, const struct json *stored, const char *name)
{
	const struct json *member = json_get(stored, name);
	const char *posted = request_form(request, name), *text = json_as_text(member);
	if (posted != NULL)
		return posted;
	if (json_kind(member) == JSON_IS_INTEGER)
		return arena_print(http_arena(request), "%lld", (long long)json_as_integer(member));
	return text != NULL ? text : "";
}

bool
manage_has(struct http_request *request, const struct json *stored, const char *name, const char *value)
{
	const struct json *list = json_get(stored, name);
	const char *posted;
	if (str_equal(http_method(request), "POST")) {
		for (size_t i = 0; (posted = request_form_at(request, name, i)) != NULL; i++)
			if (str_equal(posted, value))
				return true;
		return false;
	}
	for (size_t i = 0; i < json_size(list); i++) {
		const struct json *item = json_at(list, i);
		if (str_equal(json_kind(item) == JSON_IS_MAP ? json_as_text(json_get(item, "slug")) : json_as_text(item), value))
			return true;
	}
	return false;
}

void
manage_put_words(struct http_request *request, struct json_writer *writer, const char *name, const char *prefix, const char *const *words,
    const char *chosen)
{
	json_open_list(writer, name);
	for (; *words != NULL; words++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "value", *words);
		json_put_text(writer, "label", page_text(request, arena_print(http_arena(request), "manage.%s_%s", prefix, *words)));
		json_put_bool(writer, "is_chosen", str_equal(*words, chosen));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* ---- bookings ---- */

static const char *
join(struct http_request *request, const struct json *names)
{
	const char *joined = "";
	for (size_t i = 0; i < json_size(names); i++)
		joined = arena_print(http_arena(request), "%s%s%s", joined, i > 0 ? ", " : "", json_as_text(json_at(names, i)));
	return joined;
}

/* On a list of one day (local midnight; else -1) the day itself need not be said. */
static const char *
when_of(struct http_request *request, const struct json *booking, int64_t today)
{
	struct dates dates = manage_dates(request);
	int64_t start = dates_read(json_as_text(json_get(booking, "local_start"))), end = dates_read(json_as_text(json_get(booking, "local_end")));
	bool is_within = start >= today && end <= today + DAY;
	return today >= 0 && is_within ? dates_times(&dates, start, end) : dates_span(&dates, start, end);
}

static void
put_booking(struct http_request *request, struct json_writer *writer, const struct json *booking, int64_t today)
{
	const char *kind = json_as_text(json_get(booking, "kind")), *title = json_as_text(json_get(booking, "title"));
	json_open_map(writer, NULL);
	json_put_value(writer, "id", json_get(booking, "id"));
	json_put_text(writer, "kind", page_text(request, arena_print(http_arena(request), "manage.booking_%s", kind)));
	json_put_bool(writer, "is_held", str_equal(json_as_text(json_get(booking, "state")), "held"));
	json_put_text(writer, "title", title != NULL && *title != '\0' ? title : page_text(request, "manage.untitled"));
	json_put_text(writer, "when", when_of(request, booking, today));
	json_put_text(writer, "places", join(request, json_get(booking, "resources")));
	json_put_value(writer, "person", json_get(booking, "person"));
	json_put_value(writer, "mail", json_get(booking, "mail"));
	json_put_value(writer, "organisation", json_get(booking, "organisation"));
	if (json_kind(json_get(booking, "event")) == JSON_IS_INTEGER)
		json_put_value(writer, "event", json_get(booking, "event"));
	json_close_map(writer);
}

static void
put_bookings(struct http_request *request, struct json_writer *writer, const char *name, const struct json *bookings, int64_t today)
{
	json_put_bool(writer, arena_print(http_arena(request), "has_%s", name), json_size(bookings) > 0);
	json_open_list(writer, name);
	for (size_t i = 0; i < json_size(bookings); i++)
		put_booking(request, writer, json_at(bookings, i), today);
	json_close_list(writer);
}

void
manage_put_bookings(struct http_request *request, struct json_writer *writer, const char *name, const struct json *bookings)
{
	put_bookings(request, writer, name, bookings, -1);
}

/* ---- the overview ---- */

static const char *const counted[] = {"coming", "drafts", "closures", "resources", "refused", NULL};

static void
put_counts(struct http_request *request, struct json_writer *writer, const struct json *counts)
{
	static const char *const leads[] = {"/events", "/events?show=draft", "/closures", "/resources", NULL};
	json_open_list(writer, "counts");
	for (size_t i = 0; counted[i] != NULL; i++) {
		json_open_map(writer, NULL);
		json_put_value(writer, "number", json_get(counts, counted[i]));
		json_put_text(writer, "label", page_text(request, arena_print(http_arena(request), "manage.count_%s", counted[i])));
		json_put_text(writer, "to", leads[i]);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_tasks(struct http_request *request, struct json_writer *writer, const struct json *counts)
{
	int64_t unplaced = json_as_integer(json_get(counts, "unplaced")), untranslated = json_as_integer(json_get(counts, "untranslated"));
	const struct json *sites = json_get(counts, "without_hours");
	json_put_bool(writer, "has_tasks", unplaced + untranslated > 0 || json_size(sites) > 0);
	if (unplaced > 0)
		json_put_text(writer, "unplaced_text", page_say(request, unplaced == 1 ? "manage.unplaced_one" : "manage.unplaced_many", "count",
		    arena_print(http_arena(request), "%lld", (long long)unplaced), NULL));
	if (untranslated > 0)
		json_put_text(writer, "untranslated_text", page_say(request, untranslated == 1 ? "manage.untranslated_one" : "manage.untranslated_many", "count",
		    arena_print(http_arena(request), "%lld", (long long)untranslated), NULL));
	if (json_size(sites) > 0)
		json_put_text(writer, "hours_text", page_say(request, "manage.without_hours", "sites", join(request, sites), NULL));
}

void
page_answer_manage(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const struct json *hub = json_get(document, "hub");
	struct dates dates = manage_dates(request);
	int64_t now = dates_local(json_as_text(json_get(hub, "zone")), dates_read(json_as_text(json_get(document, "now"))));
	manage_begin(request, document, &view, page_text(request, "manage.title"), "overview");
	json_put_text(&view.writer, "today_date", dates_date(&dates, now));
	put_bookings(request, &view.writer, "today", json_get(document, "today"), now / DAY * DAY);
	put_counts(request, &view.writer, json_get(document, "counts"));
	put_tasks(request, &view.writer, json_get(document, "counts"));
	manage_end(request, document, &view, "manage");
}
