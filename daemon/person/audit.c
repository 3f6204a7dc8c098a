/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person/audit.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"

enum { ID_DIGITS = 18, LIMIT_MAX = 200 };

static const char *const names[] = {"hub", "of", "from", "to", "after", "limit", NULL};

/* An empty field of the page's form asks for nothing. */
static const char *
parameter(struct http_request *request, const char *name)
{
	const char *text = http_parameter(request, name);
	return text == NULL || *text == '\0' ? NULL : text;
}

static bool
is_id(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	return digits > 0 && digits <= ID_DIGITS && text[digits] == '\0';
}

/* "booking", or one thing: "booking:4711". */
static bool
put_of(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	const char *text = parameter(request, "of");
	if (text == NULL)
		return true;
	size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
	if (letters == 0 || (text[letters] != '\0' && (text[letters] != ':' || !is_id(text + letters + 1))))
		return ask_refuse(request, ask, 422, "malformed-value", "of", "„of“ ist eine Art wie booking oder eine Sache wie booking:4711.",
		    "\"of\" is a kind, as booking, or one thing, as booking:4711.");
	json_put_text(writer, "of", text);
	return true;
}

/* A day is the hub's, which SQL knows; a moment says by itself when it is. */
static bool
put_moment(struct http_request *request, struct ask *ask, struct json_writer *writer, const char *name)
{
	const char *text = parameter(request, name);
	int64_t days, instant;
	bool is_local = false;
	if (text == NULL)
		return true;
	if (when_parse_date(text, &days)) {
		json_put_text(writer, arena_print(http_arena(request), "%s_day", name), text);
		return true;
	}
	if (!when_parse(text, &instant, &is_local) || is_local)
		return ask_refuse(request, ask, 422, "malformed-time", name, "„%s“ ist ein Tag wie 2027-01-31 oder ein Zeitpunkt mit Z oder Abstand zu UTC.",
		    "\"%s\" is a day, as 2027-01-31, or a moment with Z or an offset from UTC.", name);
	char printed[WHEN_TEXT_SIZE];
	when_print(instant, printed);
	json_put_text(writer, name, printed);
	return true;
}

static bool
put_page(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	const char *after = parameter(request, "after"), *limit = parameter(request, "limit");
	int64_t most;
	if (after != NULL && !is_id(after))
		return ask_refuse(request, ask, 422, "malformed-value", "after", "„after“ muss „next“ der Seite davor sein.", "\"after\" must be \"next\" of the page before.");
	if (limit != NULL && !str_number(limit, 1, LIMIT_MAX, &most))
		return ask_refuse(request, ask, 422, "malformed-value", "limit", "„limit“ muss eine Zahl von 1 bis %d sein.", "\"limit\" must be a number from 1 to %d.", (int)LIMIT_MAX);
	if (after != NULL)
		json_put_text(writer, "after", after);
	if (limit != NULL)
		json_put_integer(writer, "limit", most);
	return true;
}

bool
audit_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *hub = route_parameter(request, "hub");
	struct json_writer writer = {.out = &ret_ask->input};
	if (!ask_knows_parameters(request, ret_ask, hub != NULL ? names + 1 : names))
		return false;
	hub = hub != NULL ? hub : http_parameter(request, "hub");
	json_open_map(&writer, NULL);
	if (hub != NULL)
		json_put_text(&writer, "hub", hub);
	bool is_right = put_of(request, ret_ask, &writer) && put_moment(request, ret_ask, &writer, "from") && put_moment(request, ret_ask, &writer, "to") &&
	    put_page(request, ret_ask, &writer);
	json_close_map(&writer);
	return is_right;
}
