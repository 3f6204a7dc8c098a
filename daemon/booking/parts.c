/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "booking/parts.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"

enum { UNITS_MAX = 1000, FEATURES_MAX = 32 };

static const struct ask_member item_members[] = {
	{"resource", ASK_TEXT, 1, SLUG_MAX, false}, {"count", ASK_INTEGER, 1, UNITS_MAX, false}, {"units", ASK_LIST, 1, UNITS_MAX, false},
	{"any", ASK_MAP, 0, 0, false}, {0}};
static const struct ask_member any_members[] = {
	{"kind", ASK_TEXT, 1, 20, false}, {"capacity", ASK_INTEGER, 1, 100000, false}, {"features", ASK_LIST, 0, FEATURES_MAX, false},
	{"site", ASK_TEXT, 1, SLUG_MAX, false}, {0}};

/* ---- items ---- */

static bool
check_list(struct http_request *request, struct ask *ask, const struct json *list, const char *where, enum json_kind kind)
{
	for (size_t i = 0; i < json_size(list); i++) {
		if (json_kind(json_at(list, i)) == kind)
			continue;
		const char *pointer = arena_print(http_arena(request), "%s/%zu", where, i);
		return ask_refuse(request, ask, 422, "malformed-value", pointer, kind == JSON_IS_INTEGER ? "„%s“ muss die Nummer einer Einheit sein (/api/v1/units)."
		    : "„%s“ muss ein Text sein.", kind == JSON_IS_INTEGER ? "\"%s\" must be the number of a unit (/api/v1/units)."
		    : "\"%s\" must be a text.", pointer);
	}
	return true;
}

static bool
check_any(struct http_request *request, struct ask *ask, const struct json *any, const char *where)
{
	const char *pointer = arena_print(http_arena(request), "%s/any", where);
	if (!ask_knows(request, ask, any, pointer, any_members))
		return false;
	if (json_get(any, "kind") == NULL)
		return ask_refuse(request, ask, 422, "missing-member", arena_print(http_arena(request), "%s/kind", pointer),
		    "Ein offener Wunsch braucht „kind“: room, desk, machine, equipment oder table.",
		    "An open wish needs \"kind\": room, desk, machine, equipment or table.");
	return check_list(request, ask, json_get(any, "features"), arena_print(http_arena(request), "%s/features", pointer), JSON_IS_TEXT);
}

static bool
check_item(struct http_request *request, struct ask *ask, const struct json *item, const char *where)
{
	if (json_kind(item) != JSON_IS_MAP)
		return ask_refuse(request, ask, 422, "malformed-value", where, "Ein Posten muss ein Objekt sein: {\"resource\": …} oder {\"any\": {…}}.",
		    "An item must be an object: {\"resource\": …} or {\"any\": {…}}.");
	if (!ask_knows(request, ask, item, where, item_members))
		return false;
	const struct json *any = json_get(item, "any");
	if ((any == NULL) == (json_get(item, "resource") == NULL))
		return ask_refuse(request, ask, 422, any == NULL ? "missing-member" : "malformed-value", where,
		    "Ein Posten nennt entweder „resource“ oder „any“.", "An item names either \"resource\" or \"any\".");
	if (any != NULL)
		return check_any(request, ask, any, where);
	return check_list(request, ask, json_get(item, "units"), arena_print(http_arena(request), "%s/units", where), JSON_IS_INTEGER);
}

bool
parts_check_items(struct http_request *request, struct ask *ask, const struct json *items)
{
	bool is_right = true;
	for (size_t i = 0; i < json_size(items); i++)
		is_right = check_item(request, ask, json_at(items, i), arena_print(http_arena(request), "/items/%zu", i)) && is_right;
	return is_right;
}

/* ---- the rest ---- */

void
parts_copy(struct json_writer *writer, const struct json *body, const char *const *names)
{
	for (; *names != NULL; names++)
		if (json_get(body, *names) != NULL)
			json_put_value(writer, *names, json_get(body, *names));
}

bool
parts_put_id(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	int64_t id;
	const char *text = route_parameter(request, "id");
	if (!str_number(text, 1, INT64_MAX, &id))
		return ask_refuse(request, ask, 404, "not-found", NULL, "„%s“ gibt es hier nicht: gefragt ist eine Nummer.", "There is no \"%s\" here: a number is asked for.", text);
	json_put_integer(writer, "id", id);
	return true;
}
