/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managers' resources: the list, the form of a new and of a stored one, retiring. */
#include "page/manage.h"

#include "base/arena.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/card.h"
#include "page/pages.h"

enum { NAME_MAX = 200, ABOUT_MAX = 5000, NOTES_MAX = 20000, SLUG_MAX = 60, CAPACITY_MAX = 100000, POOL_MAX = 1000, BUFFER_MAX = 1440 };

static const char *const kinds[] = {"room", "desk", "machine", "equipment", "table", NULL};
static const char *const shapes[] = {"single", "pool", "parts", NULL};

/* ---- the list ---- */

static const char *
made_of(struct http_request *request, const struct json *resource, const struct json *all)
{
	struct arena *arena = http_arena(request);
	if (json_as_bool(json_get(resource, "is_pool")))
		return page_say(request, "manage.pool_of", "count", arena_print(arena, "%lld", (long long)json_as_integer(json_get(resource, "size"))), NULL);
	const struct json *parts = json_get(resource, "parts");
	const char *names = "";
	for (size_t i = 0; i < json_size(parts); i++)
		names = arena_print(arena, "%s%s%s", names, i > 0 ? ", " : "", json_as_text(json_get(card_find(all, json_as_text(json_at(parts, i))), "name")));
	return *names != '\0' ? page_say(request, "manage.made_of", "parts", names, NULL) : NULL;
}

static void
put_row(struct http_request *request, struct json_writer *writer, const struct json *resource, const struct json *all)
{
	json_open_map(writer, NULL);
	json_put_value(writer, "slug", json_get(resource, "slug"));
	json_put_value(writer, "name", json_get(resource, "name"));
	json_put_value(writer, "capacity", json_get(resource, "capacity"));
	json_put_value(writer, "site", json_get(resource, "site"));
	json_put_bool(writer, "is_closed_to_members", json_kind(json_get(resource, "is_bookable")) == JSON_IS_BOOL && !json_as_bool(json_get(resource, "is_bookable")));
	json_put_text(writer, "kind", page_text(request, arena_print(http_arena(request), "manage.kind_%s", json_as_text(json_get(resource, "kind")))));
	json_put_text(writer, "made_of", made_of(request, resource, all));
	json_close_map(writer);
}

void
page_answer_manage_resources(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const struct json *resources = json_get(document, "resources"), *retired = json_get(document, "retired");
	manage_begin(request, document, &view, page_text(request, "manage.tab_resources"), "resources");
	json_put_bool(&view.writer, "has_resources", json_size(resources) > 0);
	json_open_list(&view.writer, "resources");
	for (size_t i = 0; i < json_size(resources); i++)
		put_row(request, &view.writer, json_at(resources, i), resources);
	json_close_list(&view.writer);
	json_put_bool(&view.writer, "has_retired", json_size(retired) > 0);
	json_put_value(&view.writer, "retired", retired);
	manage_end(request, document, &view, "manage-resources");
}

/* ---- the form, on its way out ---- */

static const char *
joined(struct http_request *request, const struct json *list, const char *name)
{
	const char *posted = request_form(request, name), *text = "";
	if (posted != NULL)
		return posted;
	for (size_t i = 0; i < json_size(list); i++)
		text = arena_print(http_arena(request), "%s%s%s", text, i > 0 ? ", " : "", json_as_text(json_at(list, i)));
	return text;
}

static void
put_sites(struct http_request *request, struct json_writer *writer, const struct json *document, const struct json *resource)
{
	const struct json *sites = json_get(document, "sites");
	const char *chosen = manage_value(request, resource, "site");
	json_open_list(writer, "sites");
	for (size_t i = 0; i < json_size(sites); i++) {
		json_open_map(writer, NULL);
		json_put_value(writer, "value", json_get(json_at(sites, i), "slug"));
		json_put_value(writer, "label", json_get(json_at(sites, i), "name"));
		json_put_bool(writer, "is_chosen", str_equal(chosen, json_as_text(json_get(json_at(sites, i), "slug"))));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* What can be a part: any other resource but pools. */
static void
put_parts(struct http_request *request, struct json_writer *writer, const struct json *document, const struct json *resource)
{
	const struct json *resources = json_get(document, "resources");
	const char *own = json_as_text(json_get(resource, "slug"));
	json_open_list(writer, "parts");
	for (size_t i = 0; i < json_size(resources); i++) {
		const struct json *part = json_at(resources, i);
		const char *slug = json_as_text(json_get(part, "slug"));
		if (json_as_bool(json_get(part, "is_pool")) || str_equal(slug, own))
			continue;
		json_open_map(writer, NULL);
		json_put_text(writer, "value", slug);
		json_put_value(writer, "label", json_get(part, "name"));
		json_put_bool(writer, "is_chosen", manage_has(request, resource, "parts", slug));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_texts(struct http_request *request, struct json_writer *writer, const struct json *resource)
{
	static const char *const names[] = {"name_de", "name_en", "about_de", "about_en", "instructions_de", "instructions_en", "safety_de",
	    "safety_en", "slug", NULL};
	for (const char *const *name = names; *name != NULL; name++)
		json_put_text(writer, *name, manage_value(request, resource, *name));
	const char *capacity = manage_value(request, resource, "capacity");
	json_put_text(writer, "capacity", *capacity != '\0' ? capacity : "1");
	json_put_text(writer, "features", joined(request, json_get(resource, "features"), "features"));
	json_put_bool(writer, "has_notes", *manage_value(request, resource, "instructions_de") != '\0' || *manage_value(request, resource, "safety_de") != '\0');
}

static void
put_numbers(struct http_request *request, struct json_writer *writer, const struct json *resource)
{
	const struct json *unit = json_at(json_get(resource, "units"), 0);
	const char *pool = request_form(request, "pool"), *setup = manage_value(request, unit, "setup_minutes"), *turnover = manage_value(request, unit, "turnover_minutes");
	json_put_text(writer, "pool", pool != NULL ? pool : manage_value(request, resource, "size"));
	json_put_text(writer, "setup_minutes", *setup != '\0' ? setup : "0");
	json_put_text(writer, "turnover_minutes", *turnover != '\0' ? turnover : "0");
}

static void
answer_form(struct http_request *request, const struct json *document)
{
	const struct json *resource = json_get(document, "resource");
	bool is_new = json_kind(resource) != JSON_IS_MAP, is_post = str_equal(http_method(request), "POST");
	bool is_pool = json_as_bool(json_get(resource, "is_pool")), is_divisible = !is_pool && json_size(json_get(resource, "units")) > 1;
	const char *kind = manage_value(request, resource, "kind"), *shape = request_form(request, "shape");
	struct page_view view;
	manage_begin(request, document, &view, is_new ? page_text(request, "manage.new_resource") : json_as_text(json_get(resource, "name")), "resources");
	struct json_writer *writer = &view.writer;
	json_put_bool(writer, "is_new", is_new);
	json_put_bool(writer, "is_pool", is_pool);
	json_put_bool(writer, "is_divisible", is_divisible);
	json_put_bool(writer, "has_units", !is_divisible);
	json_put_bool(writer, "is_retired", json_as_bool(json_get(resource, "is_retired")));
	json_put_bool(writer, "is_bookable", is_post ? manage_is_ticked(request, "is_bookable") : is_new || json_as_bool(json_get(resource, "is_bookable")));
	json_put_value(writer, "own_slug", json_get(resource, "slug"));
	if (json_kind(json_get(resource, "photo")) == JSON_IS_MAP)
		json_put_value(writer, "photo", json_get(resource, "photo"));
	json_open_list(writer, "scripts");
	if (!is_new)
		json_put_text(writer, NULL, "shrink.js");
	json_close_list(writer);
	json_put_text(writer, "revision", manage_value(request, resource, "revision"));
	put_texts(request, writer, resource);
	put_numbers(request, writer, resource);
	manage_put_words(request, writer, "kinds", "kind", kinds, *kind != '\0' ? kind : "room");
	manage_put_words(request, writer, "shapes", "shape", shapes, shape != NULL ? shape : "single");
	put_sites(request, writer, document, resource);
	json_put_bool(writer, "has_sites", json_size(json_get(document, "sites")) > 1);
	put_parts(request, writer, document, resource);
	json_put_value(writer, "known_features", json_get(document, "features"));
	manage_end(request, document, &view, "manage-resource");
}

void
page_answer_manage_resource(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		answer_form(request, document);
}

/* ---- the form, on its way in ---- */

/* A shape is chosen once; a stored resource shows only the fields of its own. */
static void
put_shape(struct manage_form *form)
{
	const char *shape = request_form(form->request, "shape"), *pool = request_form(form->request, "pool");
	if (str_equal(shape, "parts"))
		manage_form_list(form, "parts");
	if (!str_equal(shape, "pool"))
		return;
	if (pool == NULL || *pool == '\0')
		manage_form_fault(form, "pool", "Bitte angeben, wie viele es sind.", "Please say how many there are.");
	manage_form_number(form, "pool", 1, POOL_MAX);
}

bool
page_ask_manage_resource(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct manage_form form;
	const char *slug = request_form(request, "slug"), *revision = request_form(request, "revision");
	manage_form_begin(request, ret_ask, &form);
	manage_form_text(&form, "kind", SLUG_MAX);
	manage_form_text(&form, "name_de", NAME_MAX);
	manage_form_text(&form, "name_en", NAME_MAX);
	manage_form_text(&form, "about_de", ABOUT_MAX);
	manage_form_text(&form, "about_en", ABOUT_MAX);
	manage_form_text(&form, "instructions_de", NOTES_MAX);
	manage_form_text(&form, "instructions_en", NOTES_MAX);
	manage_form_text(&form, "safety_de", NOTES_MAX);
	manage_form_text(&form, "safety_en", NOTES_MAX);
	if (slug != NULL && *slug != '\0')
		manage_form_text(&form, "slug", SLUG_MAX);
	if (request_form(request, "site") != NULL)
		manage_form_text(&form, "site", SLUG_MAX);
	if (revision != NULL && *revision != '\0')
		json_put_text(&form.writer, "revision", revision);
	manage_form_split(&form, "features", ",;\n");
	manage_form_number(&form, "capacity", 1, CAPACITY_MAX);
	manage_form_number(&form, "setup_minutes", 0, BUFFER_MAX);
	manage_form_number(&form, "turnover_minutes", 0, BUFFER_MAX);
	json_put_bool(&form.writer, "is_bookable", manage_is_ticked(request, "is_bookable"));
	put_shape(&form);
	return manage_form_end(&form, ret_ask);
}

void
page_answer_manage_resource_write(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL && !manage_redirect(request, document, "/resources", route_parameter(request, "resource") == NULL ? "added" : "changed"))
		answer_form(request, document);
}

/* ---- retiring ---- */

bool
page_ask_manage_retire(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct manage_form form;
	manage_form_begin(request, ret_ask, &form);
	json_put_bool(&form.writer, "is_retired", manage_is_ticked(request, "retire"));
	return manage_form_end(&form, ret_ask);
}

void
page_answer_manage_retire(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL || manage_redirect(request, document, "/resources", manage_is_ticked(request, "retire") ? "retired" : "restored"))
		return;
	const struct json *resource = json_get(document, "resource");
	manage_begin(request, document, &view, json_as_text(json_get(resource, "name")), "resources");
	json_put_value(&view.writer, "own_slug", json_get(resource, "slug"));
	manage_end(request, document, &view, "manage-refused");
}
