/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making, changing, cancelling and confirming one booking. */
#include "booking/booking.h"

#include "base/arena.h"
#include "base/json.h"
#include "booking/parts.h"
#include "booking/times.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"

static const struct ask_member make_members[] = {
	{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"kind", ASK_TEXT, 1, 20, false}, TIME_MEMBERS, OWN_MEMBERS, {"hold", ASK_BOOL, 0, 0, false},
	{"on_behalf_of", ASK_TEXT, 3, 254, false}, {"team", ASK_TEXT, 1, SLUG_MAX, false}, {"organisation", ASK_TEXT, 1, SLUG_MAX, false}, {0}};
static const struct ask_member change_members[] = {TIME_MEMBERS, OWN_MEMBERS, {0}};
static const struct ask_member act_members[] = {{"dry_run", ASK_BOOL, 0, 0, false}, {0}};
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
	return parts_check_items(request, ask, json_get(body, "items"));
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
	parts_copy(&writer, body, copied);
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
	if (!ask_knows(request, ret_ask, body, "", change_members) || !parts_check_items(request, ret_ask, json_get(body, "items")))
		return false;
	bool needs_zone = has_times(body);
	ret_ask->wants_look = needs_zone && looked == NULL;
	struct json_writer writer = {.out = ret_ask->wants_look ? &ret_ask->look_input : &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = parts_put_id(request, ret_ask, &writer);
	parts_copy(&writer, body, copied);
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
	bool is_right = parts_put_id(request, ret_ask, &writer);
	parts_copy(&writer, body, copied);
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
	bool is_right = ask_knows_parameters(request, ret_ask, none) && parts_put_id(request, ret_ask, &writer);
	json_close_map(&writer);
	return is_right;
}
