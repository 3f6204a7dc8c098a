/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Following another system's calendar of a room: what a request must look like. See booking.h. */
#include "booking/booking.h"

#include "base/arena.h"
#include "base/json.h"
#include "dispatch.h"
#include "http/http.h"

enum { SLUG_MAX = 60, URL_MAX = 2000 };

static const struct ask_member members[] = {{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"resource", ASK_TEXT, 1, SLUG_MAX, false},
	{"url", ASK_TEXT, 1, URL_MAX, false}, {"dry_run", ASK_BOOL, 0, 0, false}, {0}};
static const char *const needed[] = {"hub", "resource", "url", NULL};

bool
mirror_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const struct json *body = request_json(request);
	struct json_writer writer = {.out = &ret_ask->input};
	if (!ask_knows(request, ret_ask, body, "", members))
		return false;
	for (const char *const *name = needed; *name != NULL; name++)
		if (json_get(body, *name) == NULL)
			return ask_refuse(request, ret_ask, 422, "missing-member", arena_print(http_arena(request), "/%s", *name), "„%s“ fehlt.", "\"%s\" is missing.", *name);
	json_put_value(&writer, NULL, body);
	return true;
}
