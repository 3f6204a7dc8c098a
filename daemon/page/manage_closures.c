/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managers' closures: the list, closing several things at once after a look at who is affected, lifting. */
#include "page/manage.h"

#include "base/arena.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/pages.h"

enum { TITLE_MAX = 200 };

/* ---- out ---- */

static void
put_choices(struct http_request *request, struct json_writer *writer, const struct json *resources, const char *site)
{
	json_open_list(writer, "resources");
	for (size_t i = 0; i < json_size(resources); i++) {
		const struct json *resource = json_at(resources, i);
		const char *slug = json_as_text(json_get(resource, "slug"));
		if (!str_equal(json_as_text(json_get(resource, "site")), site))
			continue;
		json_open_map(writer, NULL);
		json_put_text(writer, "value", slug);
		json_put_value(writer, "label", json_get(resource, "name"));
		json_put_bool(writer, "is_chosen", manage_has(request, NULL, "resource", slug));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_sites(struct http_request *request, struct json_writer *writer, const struct json *document)
{
	const struct json *sites = json_get(document, "sites");
	json_open_list(writer, "sites");
	for (size_t i = 0; i < json_size(sites); i++) {
		const char *slug = json_as_text(json_get(json_at(sites, i), "slug"));
		json_open_map(writer, NULL);
		json_put_text(writer, "slug", slug);
		json_put_value(writer, "name", json_get(json_at(sites, i), "name"));
		json_put_bool(writer, "is_whole", manage_has(request, NULL, "site", slug));
		put_choices(request, writer, json_get(document, "resources"), slug);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_preview(struct http_request *request, struct json_writer *writer, const struct json *preview)
{
	int64_t count = json_as_integer(json_get(preview, "count"));
	if (json_kind(preview) != JSON_IS_MAP)
		return;
	json_open_map(writer, "preview");
	json_put_bool(writer, "is_free", count == 0);
	json_put_text(writer, "heading", count == 0 ? page_text(request, "manage.nobody_affected")
	    : page_say(request, count == 1 ? "manage.affected_one" : "manage.affected_many", "count", arena_print(http_arena(request), "%lld", (long long)count), NULL));
	manage_put_bookings(request, writer, "affected", json_get(preview, "affected"));
	json_close_map(writer);
}

static void
answer_closures(struct http_request *request, const struct json *document)
{
	static const char *const names[] = {"start", "end", "title", NULL};
	struct page_view view;
	manage_begin(request, document, &view, page_text(request, "manage.tab_closures"), "closures");
	json_open_map(&view.writer, "value");
	for (const char *const *name = names; *name != NULL; name++)
		json_put_text(&view.writer, *name, manage_value(request, NULL, *name));
	json_close_map(&view.writer);
	put_sites(request, &view.writer, document);
	put_preview(request, &view.writer, json_get(document, "preview"));
	manage_put_bookings(request, &view.writer, "closures", json_get(document, "closures"));
	json_put_bool(&view.writer, "is_open", str_equal(http_method(request), "POST") || json_size(json_get(document, "closures")) == 0);
	json_put_bool(&view.writer, "may_close", json_get(document, "preview") != NULL && json_get(document, "problem") == NULL
	    && json_as_integer(json_get(json_get(document, "preview"), "count")) == 0);
	manage_end(request, document, &view, "manage-closures");
}

void
page_answer_manage_closures(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		answer_closures(request, document);
}

/* ---- in ---- */

bool
page_ask_manage_close(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	const struct zone *zone;
	struct manage_form form;
	if (!manage_form_has_zone(request, looked, ret_ask, &zone))
		return true;
	manage_form_begin(request, ret_ask, &form);
	json_open_list(&form.writer, "resources");
	const char *value;
	for (size_t i = 0; (value = request_form_at(request, "resource", i)) != NULL; i++)
		json_put_text(&form.writer, NULL, value);
	json_close_list(&form.writer);
	manage_form_list(&form, "site");
	if (request_form(request, "resource") == NULL && request_form(request, "site") == NULL)
		manage_form_fault(&form, "what", "Bitte ankreuzen, was geschlossen werden soll.", "Please tick what is to be closed.");
	manage_form_text(&form, "title", TITLE_MAX);
	manage_form_span(&form, zone, request_form(request, "start"), request_form(request, "end"));
	json_put_bool(&form.writer, "apply", str_equal(request_form(request, "step"), "close"));
	return manage_form_end(&form, ret_ask);
}

void
page_answer_manage_close(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL && !manage_redirect(request, document, "/closures", "closed"))
		answer_closures(request, document);
}

void
page_answer_manage_lift(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		manage_redirect(request, document, "/closures", "lifted");
}
