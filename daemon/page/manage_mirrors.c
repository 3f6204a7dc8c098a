/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managers' mirrors: rooms that follow another system's calendar, how it went last, and what found no room. */
#include "page/manage.h"

#include "base/arena.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/pages.h"
#include "page/parts.h"

enum { URL_MAX = 2000, SHOWN = 20 };

static const char *
number(struct http_request *request, const struct json *report, const char *name)
{
	return arena_print(http_arena(request), "%lld", (long long)json_as_integer(json_get(report, name)));
}

static const char *
moment_of(struct http_request *request, const struct json *mirror, const char *name)
{
	const char *instant = json_as_text(json_get(mirror, name));
	return instant == NULL ? NULL : parts_say_moment(request, instant);
}

static void
put_conflicts(struct http_request *request, struct json_writer *writer, const struct json *conflicts)
{
	json_put_bool(writer, "has_conflicts", json_size(conflicts) > 0);
	json_open_list(writer, "conflicts");
	for (size_t i = 0; i < json_size(conflicts) && i < SHOWN; i++) {
		const struct json *conflict = json_at(conflicts, i);
		json_open_map(writer, NULL);
		json_put_value(writer, "title", json_get(conflict, "title"));
		json_put_text(writer, "when", parts_say_moment(request, json_as_text(json_get(conflict, "start"))));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_mirror(struct http_request *request, struct json_writer *writer, const struct json *mirror)
{
	const struct json *report = json_get(mirror, "report"), *skipped = json_get(report, "skipped");
	json_open_map(writer, NULL);
	json_put_text(writer, "id", number(request, mirror, "id"));
	json_put_value(writer, "name", json_get(mirror, "resource_name"));
	json_put_value(writer, "url", json_get(mirror, "url"));
	json_put_text(writer, "fetched", moment_of(request, mirror, "fetched"));
	json_put_value(writer, "error", json_get(mirror, "error"));
	json_put_text(writer, "entries", number(request, report, "entries"));
	json_put_text(writer, "unplaced", number(request, report, "unplaced"));
	json_put_bool(writer, "has_skipped", json_size(skipped) > 0);
	json_put_text(writer, "skipped", arena_print(http_arena(request), "%zu", json_size(skipped)));
	put_conflicts(request, writer, json_get(mirror, "conflicts"));
	json_close_map(writer);
}

static void
put_rooms(struct http_request *request, struct json_writer *writer, const struct json *resources)
{
	json_open_list(writer, "rooms");
	for (size_t i = 0; i < json_size(resources); i++) {
		const struct json *resource = json_at(resources, i);
		if (json_get(resource, "pool") != NULL && json_kind(json_get(resource, "pool")) == JSON_IS_INTEGER)
			continue;
		json_open_map(writer, NULL);
		json_put_value(writer, "value", json_get(resource, "slug"));
		json_put_value(writer, "label", json_get(resource, "name"));
		json_put_bool(writer, "is_chosen", manage_has(request, NULL, "resource", json_as_text(json_get(resource, "slug"))));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
answer_mirrors(struct http_request *request, const struct json *document)
{
	struct page_view view;
	const struct json *mirrors = json_get(document, "mirrors");
	manage_begin(request, document, &view, page_text(request, "manage.tab_mirrors"), "mirrors");
	json_put_text(&view.writer, "url_typed", manage_value(request, NULL, "url"));
	put_rooms(request, &view.writer, json_get(document, "resources"));
	json_put_bool(&view.writer, "has_mirrors", json_size(mirrors) > 0);
	json_open_list(&view.writer, "mirrors");
	for (size_t i = 0; i < json_size(mirrors); i++)
		put_mirror(request, &view.writer, json_at(mirrors, i));
	json_close_list(&view.writer);
	manage_end(request, document, &view, "manage-mirrors");
}

void
page_answer_manage_mirrors(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		answer_mirrors(request, document);
}

bool
page_ask_manage_mirror(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct manage_form form;
	manage_form_begin(request, ret_ask, &form);
	manage_form_text(&form, "resource", URL_MAX);
	manage_form_text(&form, "url", URL_MAX);
	return manage_form_end(&form, ret_ask);
}

void
page_answer_manage_mirror(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL && !manage_redirect(request, document, "/mirrors", "mirrored"))
		answer_mirrors(request, document);
}

void
page_answer_manage_mirror_ended(struct http_request *request, const struct db_rows *rows)
{
	if (page_document(request, rows) != NULL)
		page_redirect(request, arena_print(http_arena(request), "/hubs/%s/manage/mirrors?done=unmirrored", route_parameter(request, "hub")));
}
