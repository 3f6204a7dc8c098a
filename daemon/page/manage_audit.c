/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managers' audit: who changed what, from what to what, the newest first. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/manage.h"
#include "page/pages.h"
#include "page/parts.h"

/* What the form offers; "audit.of_…" says it. */
static const char *const things[] = {"booking", "series", "closure", "event", "resource", "site", "hub", "membership", "day-pass", "join-request", "invitation", "webhook", "mirror", NULL};

/* Members that have a text "audit.member_…"; the others are said as they are called. */
static const char *const members[] = {"state", "title", "note", "start", "end", "resources", "organisation", "team", "role", "day", "kind", "capacity", "site", "name",
    "name_de", "name_en", "text", "audience", "revoked_at", "cancelled_at", "retired_at", NULL};

static const char *
word(struct http_request *request, const char *const *known, const char *prefix, const char *name)
{
	for (; *known != NULL; known++)
		if (str_equal(*known, name))
			return page_text(request, arena_print(http_arena(request), "audit.%s_%s", prefix, name));
	return name;
}

/* A value as a reader takes it: a text as it is, moments in words, a list with commas. */
static const char *
value_text(struct http_request *request, const char *name, const struct json *value)
{
	const char *text = json_as_text(value), *joined = "";
	int64_t instant;
	if (text != NULL && (str_equal(name, "start") || str_equal(name, "end") || str_equal(name, "cancelled_at")))
		return (instant = dates_read(text)) != 0 && text[strlen(text) - 1] == 'Z' ? parts_say_moment(request, text) : text;
	if (text != NULL)
		return text;
	if (json_kind(value) == JSON_IS_INTEGER)
		return arena_print(http_arena(request), "%lld", (long long)json_as_integer(value));
	if (json_kind(value) == JSON_IS_BOOL)
		return page_text(request, json_as_bool(value) ? "audit.yes" : "audit.no");
	for (size_t i = 0; json_kind(value) == JSON_IS_LIST && i < json_size(value); i++)
		joined = arena_print(http_arena(request), "%s%s%s", joined, i > 0 ? ", " : "", value_text(request, name, json_at(value, i)));
	return joined;
}

static void
put_change(struct http_request *request, struct json_writer *writer, const char *name, const struct json *before, const struct json *after)
{
	const struct json *was = json_get(before, name), *is = json_get(after, name);
	json_open_map(writer, NULL);
	json_put_text(writer, "member", word(request, members, "member", name));
	json_put_text(writer, "was", was == NULL ? NULL : value_text(request, name, was));
	json_put_text(writer, "is", is == NULL ? NULL : value_text(request, name, is));
	json_put_bool(writer, "is_both", was != NULL && is != NULL);
	json_close_map(writer);
}

static void
put_changes(struct http_request *request, struct json_writer *writer, const struct json *before, const struct json *after)
{
	json_open_list(writer, "changes");
	for (size_t i = 0; i < json_size(before); i++)
		put_change(request, writer, json_name_at(before, i), before, after);
	for (size_t i = 0; i < json_size(after); i++)
		if (json_get(before, json_name_at(after, i)) == NULL)
			put_change(request, writer, json_name_at(after, i), before, after);
	json_close_list(writer);
}

static void
put_item(struct http_request *request, struct json_writer *writer, const struct json *item)
{
	const struct json *of = json_get(item, "of"), *person = json_get(item, "person"), *owner = json_get(item, "on_behalf_of");
	json_open_map(writer, NULL);
	json_put_text(writer, "when", parts_say_moment(request, json_as_text(json_get(item, "at"))));
	json_put_value(writer, "at", json_get(item, "at"));
	json_put_text(writer, "who", json_kind(person) == JSON_IS_MAP ? json_as_text(json_get(person, "name"))
	    : page_text(request, arena_print(http_arena(request), "audit.by_%s", json_as_text(json_get(item, "by")))));
	if (json_kind(owner) == JSON_IS_MAP)
		json_put_value(writer, "owner", json_get(owner, "name"));
	json_put_text(writer, "thing", page_text(request, arena_print(http_arena(request), "audit.of_%s", json_as_text(json_get(of, "kind")))));
	json_put_value(writer, "name", json_get(of, "name"));
	json_put_text(writer, "act", page_text(request, arena_print(http_arena(request), "audit.act_%s", json_as_text(json_get(item, "act")))));
	json_put_text(writer, "only", arena_print(http_arena(request), "%s:%lld", json_as_text(json_get(of, "kind")), (long long)json_as_integer(json_get(of, "id"))));
	put_changes(request, writer, json_get(item, "before"), json_get(item, "after"));
	json_close_map(writer);
}

/* The form's choice; one thing (booking:4711) stays chosen as it is. */
static void
put_filter(struct http_request *request, struct json_writer *writer)
{
	const char *of = parts_parameter(request, "of");
	json_open_list(writer, "kinds");
	for (const char *const *thing = things; *thing != NULL; thing++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "value", *thing);
		json_put_text(writer, "label", page_text(request, arena_print(http_arena(request), "audit.of_%s", *thing)));
		json_put_bool(writer, "is_chosen", str_equal(*thing, of));
		json_close_map(writer);
	}
	json_close_list(writer);
	json_put_text(writer, "one", of != NULL && strchr(of, ':') != NULL ? of : NULL);
	json_put_text(writer, "from", parts_parameter(request, "from"));
	json_put_text(writer, "to", parts_parameter(request, "to"));
}

/* GET /hubs/{hub}/manage/audit */
void
page_answer_manage_audit(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const struct json *items = json_get(document, "items");
	manage_begin(request, document, &view, page_text(request, "audit.title"), "audit");
	put_filter(request, &view.writer);
	json_put_bool(&view.writer, "is_empty", json_size(items) == 0);
	json_open_list(&view.writer, "items");
	for (size_t i = 0; i < json_size(items); i++)
		put_item(request, &view.writer, json_at(items, i));
	json_close_list(&view.writer);
	if (json_as_text(json_get(document, "next")) != NULL)
		json_put_value(&view.writer, "next", json_get(document, "next"));
	manage_end(request, document, &view, "manage-audit");
}
