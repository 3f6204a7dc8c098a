/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making, changing, cancelling and confirming one booking. */
#include "booking/booking.h"

#include "base/arena.h"
#include "base/json.h"
#include "booking/times.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"

enum { ITEMS_MAX = 50, UNITS_MAX = 1000, TITLE_MAX = 500, NOTE_MAX = 20000, SLUG_MAX = 100, FEATURES_MAX = 32 };

/* Shared by POST and PATCH: times, items and texts. */
#define TIME_MEMBERS \
	{"start", ASK_TEXT, 1, 64, false}, {"end", ASK_TEXT, 1, 64, false}, {"duration", ASK_TEXT, 1, 64, false}, {"zone", ASK_TEXT, 1, 64, false}
#define OWN_MEMBERS \
	{"title", ASK_TEXT, 0, TITLE_MAX, false}, {"note", ASK_TEXT, 0, NOTE_MAX, false}, {"items", ASK_LIST, 1, ITEMS_MAX, false}, \
	{"dry_run", ASK_BOOL, 0, 0, false}

static const struct ask_member make_members[] = {
	{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"kind", ASK_TEXT, 1, 20, false}, TIME_MEMBERS, OWN_MEMBERS, {"hold", ASK_BOOL, 0, 0, false},
	{"on_behalf_of", ASK_TEXT, 3, 254, false}, {"team", ASK_TEXT, 1, SLUG_MAX, false}, {"organisation", ASK_TEXT, 1, SLUG_MAX, false}, {0}};
static const struct ask_member change_members[] = {TIME_MEMBERS, OWN_MEMBERS, {0}};
static const struct ask_member act_members[] = {{"dry_run", ASK_BOOL, 0, 0, false}, {0}};
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

static bool
check_items(struct http_request *request, struct ask *ask, const struct json *items)
{
	bool is_right = true;
	for (size_t i = 0; i < json_size(items); i++)
		is_right = check_item(request, ask, json_at(items, i), arena_print(http_arena(request), "/items/%zu", i)) && is_right;
	return is_right;
}

/* ---- what POST and PATCH share ---- */

static void
copy_members(struct json_writer *writer, const struct json *body, const char *const *names)
{
	for (; *names != NULL; names++)
		if (json_get(body, *names) != NULL)
			json_put_value(writer, *names, json_get(body, *names));
}

/* The id of the path; what is no number names no booking. */
static bool
put_id(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	int64_t id;
	const char *text = route_parameter(request, "id");
	if (!str_number(text, 1, INT64_MAX, &id))
		return ask_refuse(request, ask, 404, "not-found", NULL, "Es gibt keine Buchung „%s“.", "There is no booking \"%s\".", text);
	json_put_integer(writer, "id", id);
	return true;
}

/* ---- POST ---- */

static bool
refuse_missing(struct http_request *request, struct ask *ask, const char *pointer)
{
	return ask_refuse(request, ask, 422, "missing-member", pointer, "„%s“ fehlt.", "\"%s\" is missing.", pointer + 1);
}

static bool
check_make(struct http_request *request, struct ask *ask, const struct json *body)
{
	const char *kind = json_as_text(json_get(body, "kind"));
	if (!ask_knows(request, ask, body, "", make_members))
		return false;
	if (json_get(body, "hub") == NULL)
		return refuse_missing(request, ask, "/hub");
	if (json_get(body, "items") == NULL)
		return refuse_missing(request, ask, "/items");
	if (json_get(body, "start") == NULL)
		return refuse_missing(request, ask, "/start");
	if (kind != NULL && !str_equal(kind, "booking") && !str_equal(kind, "closure"))
		return ask_refuse(request, ask, 422, "malformed-value", "/kind", "„kind“ ist booking oder closure.", "\"kind\" is booking or closure.");
	return check_items(request, ask, json_get(body, "items"));
}

static bool
ask_zone_first(struct ask *ask, const struct json *body)
{
	struct json_writer writer = {.out = &ask->look_input};
	json_open_map(&writer, NULL);
	json_put_value(&writer, "hub", json_get(body, "hub"));
	json_put_value(&writer, "resource", json_get(json_at(json_get(body, "items"), 0), "resource"));
	json_close_map(&writer);
	ask->wants_look = true;
	return true;
}

bool
booking_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const copied[] = {"hub", "title", "note", "items", "hold", "on_behalf_of", "team", "organisation", "dry_run", NULL};
	const struct json *body = request_json(request);
	if (!check_make(request, ret_ask, body))
		return false;
	if (looked == NULL)
		return ask_zone_first(ret_ask, body);
	const struct zone *zone = times_zone(request, ret_ask, json_as_text(json_get(body, "zone")), looked);
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "kind", json_get(body, "kind") == NULL ? "booking" : json_as_text(json_get(body, "kind")));
	copy_members(&writer, body, copied);
	bool is_right = zone != NULL && times_put_span(request, ret_ask, body, zone, &writer);
	json_close_map(&writer);
	return is_right;
}

/* ---- PATCH ---- */

static bool
has_times(const struct json *body)
{
	return json_get(body, "start") != NULL || json_get(body, "end") != NULL || json_get(body, "duration") != NULL || json_get(body, "zone") != NULL;
}

bool
booking_ask_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const copied[] = {"title", "note", "items", "dry_run", NULL};
	const struct json *body = request_json(request);
	if (!ask_knows(request, ret_ask, body, "", change_members) || !check_items(request, ret_ask, json_get(body, "items")))
		return false;
	bool needs_zone = has_times(body);
	ret_ask->wants_look = needs_zone && looked == NULL;
	struct json_writer writer = {.out = ret_ask->wants_look ? &ret_ask->look_input : &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = put_id(request, ret_ask, &writer);
	copy_members(&writer, body, copied);
	if (is_right && needs_zone && looked != NULL) {
		const struct zone *zone = times_zone(request, ret_ask, json_as_text(json_get(body, "zone")), looked);
		is_right = zone != NULL && times_put_change(request, ret_ask, body, zone, &writer);
	}
	json_close_map(&writer);
	return is_right;
}

/* ---- the rest ---- */

bool
booking_ask_act(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	static const char *const copied[] = {"dry_run", NULL};
	const struct json *body = request_json(request);
	if (!ask_knows(request, ret_ask, body, "", act_members))
		return false;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = put_id(request, ret_ask, &writer);
	copy_members(&writer, body, copied);
	json_close_map(&writer);
	return is_right;
}

bool
booking_ask_one(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	static const char *const none[] = {NULL};
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = ask_knows_parameters(request, ret_ask, none) && put_id(request, ret_ask, &writer);
	json_close_map(&writer);
	return is_right;
}
