/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and changing resources: what a request must look like. See booking.h. */
#include "booking/booking.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"

enum { SLUG_MAX = 60, NAME_MAX = 200, ABOUT_MAX = 5000, NOTES_MAX = 20000, LIST_MAX = 100, CAPACITY_MAX = 100000, POOL_MAX = 1000, BUFFER_MAX = 1440 };

#define RESOURCE_MEMBERS \
	{"site", ASK_TEXT, 1, SLUG_MAX, false}, {"kind", ASK_TEXT, 1, SLUG_MAX, false}, {"name_de", ASK_TEXT, 1, NAME_MAX, false}, \
	{"name_en", ASK_TEXT, 0, NAME_MAX, false}, {"about_de", ASK_TEXT, 0, ABOUT_MAX, false}, {"about_en", ASK_TEXT, 0, ABOUT_MAX, false}, \
	{"instructions_de", ASK_TEXT, 0, NOTES_MAX, false}, {"instructions_en", ASK_TEXT, 0, NOTES_MAX, false}, \
	{"safety_de", ASK_TEXT, 0, NOTES_MAX, false}, {"safety_en", ASK_TEXT, 0, NOTES_MAX, false}, \
	{"capacity", ASK_INTEGER, 1, CAPACITY_MAX, false}, {"features", ASK_LIST, 0, LIST_MAX, false}, {"pool", ASK_INTEGER, 1, POOL_MAX, false}, \
	{"parts", ASK_LIST, 0, LIST_MAX, false}, {"setup_minutes", ASK_INTEGER, 0, BUFFER_MAX, false}, \
	{"turnover_minutes", ASK_INTEGER, 0, BUFFER_MAX, false}, {"is_bookable", ASK_BOOL, 0, 0, false}, {"dry_run", ASK_BOOL, 0, 0, false}

static const struct ask_member make_members[] = {{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"slug", ASK_TEXT, 1, SLUG_MAX, false}, RESOURCE_MEMBERS, {0}};
static const struct ask_member change_members[] = {{"is_retired", ASK_BOOL, 0, 0, false}, RESOURCE_MEMBERS, {0}};
static const char *const needed[] = {"hub", "name_de", "kind", NULL};
static const char *const lists[] = {"features", "parts", NULL};

static bool
check_lists(struct http_request *request, struct ask *ask, const struct json *body)
{
	for (const char *const *name = lists; *name != NULL; name++) {
		const struct json *list = json_get(body, *name);
		for (size_t i = 0; i < json_size(list); i++) {
			const char *text = json_as_text(json_at(list, i));
			if (text == NULL || *text == '\0' || strlen(text) > SLUG_MAX)
				return ask_refuse(request, ask, 422, "malformed-value", arena_print(http_arena(request), "/%s/%zu", *name, i),
				    "„%s“ ist eine Liste von Texten bis %d Zeichen.", "\"%s\" is a list of texts of at most %d characters.", *name, (int)SLUG_MAX);
		}
	}
	return true;
}

static void
copy(struct json_writer *writer, const struct json *body)
{
	for (size_t i = 0; i < json_size(body); i++)
		json_put_value(writer, json_name_at(body, i), json_value_at(body, i));
}

bool
resource_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const struct json *body = request_json(request);
	struct json_writer writer = {.out = &ret_ask->input};
	if (!ask_knows(request, ret_ask, body, "", make_members) || !check_lists(request, ret_ask, body))
		return false;
	for (const char *const *name = needed; *name != NULL; name++)
		if (json_get(body, *name) == NULL)
			return ask_refuse(request, ret_ask, 422, "missing-member", arena_print(http_arena(request), "/%s", *name), "„%s“ fehlt.", "\"%s\" is missing.", *name);
	json_open_map(&writer, NULL);
	copy(&writer, body);
	json_close_map(&writer);
	return true;
}

bool
resource_ask_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const struct json *body = request_json(request);
	struct json_writer writer = {.out = &ret_ask->input};
	if (!ask_knows(request, ret_ask, body, "", change_members) || !check_lists(request, ret_ask, body))
		return false;
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "resource", route_parameter(request, "resource"));
	copy(&writer, body);
	json_close_map(&writer);
	return true;
}
