/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bookings of a hub, free/busy and find: questions in the query. */
#include "booking/booking.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "booking/times.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/zone.h"

enum { LIST_DAYS_MAX = 400, FIND_DAYS_MAX = 100 };

static const char *const resource_kinds[] = {"room", "desk", "machine", "equipment", "table", NULL};

/* ---- pieces ---- */

static void
put_parameter(struct http_request *request, struct json_writer *writer, const char *name)
{
	const char *text = http_parameter(request, name);
	if (text != NULL)
		json_put_text(writer, name, text);
}

static bool
put_number(struct http_request *request, struct ask *ask, struct json_writer *writer, const char *name, int64_t low, int64_t high)
{
	const char *text = http_parameter(request, name);
	int64_t number;
	if (text == NULL)
		return true;
	if (!str_number(text, low, high, &number))
		return ask_refuse(request, ask, 422, "malformed-value", name, "„%s“ muss eine Zahl von %lld bis %lld sein.",
		    "\"%s\" must be a number from %lld to %lld.", name, (long long)low, (long long)high);
	json_put_integer(writer, name, number);
	return true;
}

/* Where the page before ended: "next" of its answer, two numbers with a dot between them. */
static bool
put_after(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	const char *text = http_parameter(request, "after");
	if (text == NULL)
		return true;
	char *start = arena_text(http_arena(request), text), *dot = strchr(start, '.');
	int64_t number;
	if (dot != NULL)
		*dot = '\0';
	if (dot == NULL || !str_number(start, -100000000000, 300000000000, &number) || !str_number(dot + 1, 1, INT64_MAX, &number))
		return ask_refuse(request, ask, 422, "malformed-value", "after", "„after“ muss „next“ der Seite davor sein.",
		    "\"after\" must be \"next\" of the page before.");
	json_put_text(writer, "after", text);
	return true;
}

static bool
put_yes(struct http_request *request, struct ask *ask, struct json_writer *writer, const char *name)
{
	const char *text = http_parameter(request, name);
	if (text == NULL)
		return true;
	bool is_yes = str_equal(text, "true") || str_equal(text, "yes") || str_equal(text, "1");
	if (!is_yes && !str_equal(text, "false") && !str_equal(text, "no") && !str_equal(text, "0"))
		return ask_refuse(request, ask, 422, "malformed-value", name, "„%s“ ist true oder false.", "\"%s\" is true or false.", name);
	json_put_bool(writer, name, is_yes);
	return true;
}

static bool
put_kind(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	const char *text = http_parameter(request, "kind");
	if (text == NULL)
		return true;
	for (size_t i = 0; resource_kinds[i] != NULL; i++)
		if (str_equal(resource_kinds[i], text)) {
			json_put_text(writer, "kind", text);
			return true;
		}
	return ask_refuse(request, ask, 422, "malformed-value", "kind", "„kind“ ist room, desk, machine, equipment oder table.",
	    "\"kind\" is room, desk, machine, equipment or table.");
}

/* "screen,laser" as a list. */
static void
put_features(struct http_request *request, struct json_writer *writer)
{
	const char *text = http_parameter(request, "features");
	if (text == NULL)
		return;
	char *rest = arena_text(http_arena(request), text);
	json_open_list(writer, "features");
	for (const char *word; (word = strsep(&rest, ",")) != NULL;)
		if (*word != '\0')
			json_put_text(writer, NULL, word);
	json_close_list(writer);
}

/* Wall clock times need the zone of the hub; without one there is none to look up. */
static bool
needs_zone(struct http_request *request, const struct db_rows *looked)
{
	return looked == NULL && times_window_is_local(request) && http_parameter(request, "hub") != NULL;
}

static bool
ask_zone_first(struct http_request *request, struct ask *ask)
{
	struct json_writer writer = {.out = &ask->look_input};
	json_open_map(&writer, NULL);
	put_parameter(request, &writer, "hub");
	put_parameter(request, &writer, "resource");
	json_close_map(&writer);
	ask->wants_look = true;
	return true;
}

static bool
put_window(struct http_request *request, struct ask *ask, const struct times_window *window, const struct db_rows *looked,
    struct json_writer *writer)
{
	const struct zone *zone = zone_utc();
	if (times_window_is_local(request)) {
		if (looked == NULL)
			return ask_refuse(request, ask, 422, "malformed-time", "from", "Ohne „hub“ brauchen Zeiten Z oder einen Abstand zu UTC.",
			    "Without \"hub\" times need Z or an offset from UTC.");
		zone = times_zone(request, ask, NULL, looked);
	}
	return zone != NULL && times_put_window(request, ask, window, zone, writer);
}

static bool
refuse_missing(struct http_request *request, struct ask *ask, const char *name)
{
	return ask_refuse(request, ask, 422, "missing-member", name, "Der Parameter „%s“ fehlt.", "The parameter \"%s\" is missing.", name);
}

/* ---- the questions ---- */

bool
booking_ask_list(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const names[] = {"hub", "from", "to", "mine", "after", "limit", NULL};
	static const struct times_window window = {.days_max = LIST_DAYS_MAX};
	if (!ask_knows_parameters(request, ret_ask, names))
		return false;
	if (needs_zone(request, looked))
		return ask_zone_first(request, ret_ask);
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	put_parameter(request, &writer, "hub");
	bool is_right = put_after(request, ret_ask, &writer) && put_window(request, ret_ask, &window, looked, &writer) && put_yes(request, ret_ask, &writer, "mine") &&
	    put_number(request, ret_ask, &writer, "limit", 1, 1000);
	json_close_map(&writer);
	return is_right;
}

bool
booking_ask_freebusy(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const names[] = {"hub", "resource", "from", "to", NULL};
	static const struct times_window window = {.days = 7, .days_max = LIST_DAYS_MAX};
	if (!ask_knows_parameters(request, ret_ask, names))
		return false;
	if (http_parameter(request, "hub") == NULL)
		return refuse_missing(request, ret_ask, "hub");
	if (needs_zone(request, looked))
		return ask_zone_first(request, ret_ask);
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	put_parameter(request, &writer, "hub");
	put_parameter(request, &writer, "resource");
	bool is_right = put_window(request, ret_ask, &window, looked, &writer);
	json_close_map(&writer);
	return is_right;
}

bool
booking_ask_find(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const names[] = {"hub", "site", "kind", "capacity", "features", "count", "minutes", "from", "to", "limit", NULL};
	static const struct times_window window = {.days = 7, .days_max = FIND_DAYS_MAX};
	if (!ask_knows_parameters(request, ret_ask, names))
		return false;
	if (http_parameter(request, "minutes") == NULL)
		return refuse_missing(request, ret_ask, "minutes");
	if (needs_zone(request, looked))
		return ask_zone_first(request, ret_ask);
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	put_parameter(request, &writer, "hub");
	put_parameter(request, &writer, "site");
	put_features(request, &writer);
	bool is_right = put_kind(request, ret_ask, &writer) && put_number(request, ret_ask, &writer, "capacity", 1, 100000) &&
	    put_number(request, ret_ask, &writer, "count", 1, 1000) && put_number(request, ret_ask, &writer, "minutes", 1, 31 * 24 * 60) && put_number(request, ret_ask, &writer, "limit", 1, 100) &&
	    put_window(request, ret_ask, &window, looked, &writer);
	json_close_map(&writer);
	return is_right;
}
