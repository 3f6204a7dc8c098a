/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hubd admin zones: what the zone data that is installed now moves; the worker does the same by itself within the hour. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "command/admin.h"
#include "command/call.h"
#include "command/words.h"
#include "db/db.h"
#include "work/zones.h"

static void
say_collision(const struct json *collision)
{
	const struct json *conflicts = json_get(collision, "conflicts");
	printf("  %s  %s  \"%s\"", json_as_text(json_get(collision, "start")), json_as_text(json_get(collision, "end")),
	    json_as_text(json_get(collision, "title")));
	for (size_t i = 0; i < json_size(conflicts); i++)
		printf("%s %s (booking %lld)", i == 0 ? " has no room now: taken is" : ",", json_as_text(json_get(json_at(conflicts, i), "resource")),
		    (long long)json_as_integer(json_get(json_at(conflicts, i), "booking_id")));
	printf("\n");
}

static void
say_report(const struct json *report, bool is_dry)
{
	for (size_t i = 0; i < json_size(report); i++) {
		const struct json *hub = json_at(report, i), *collisions = json_get(hub, "collisions");
		printf("%s: %lld %s, %zu %s\n", json_as_text(json_get(hub, "hub")), (long long)json_as_integer(json_get(hub, "moved")),
		    is_dry ? "would move" : "moved", json_size(collisions), is_dry ? "would collide" : "collided");
		for (size_t c = 0; c < json_size(collisions); c++)
			say_collision(json_at(collisions, c));
	}
	if (json_size(report) == 0)
		printf("All future bookings and dates are where the time zones have them.\n");
}

int
admin_zones_run(const struct conf *conf, const struct words *words)
{
	bool is_dry = words_has(words, "dry-run");
	struct db_session *session = command_open(conf, "admin_database");
	if (session == NULL)
		return 1;
	struct arena *arena = arena_new();
	struct zones *zones = zones_new(true, is_dry);
	const struct json *reply = NULL;
	const char *error = NULL, *input;
	bool is_done = true;
	while (is_done && (input = zones_next(zones, reply)) != NULL)
		is_done = (reply = command_call(arena, session, "admin_zones", input)) != NULL;
	db_session_close(session);
	const char *report = arena_print(arena, "{\"items\": [%s]}", zones_report(zones));
	if (is_done && words_has(words, "json"))
		printf("%s\n", report);
	else if (is_done)
		say_report(json_get(json_read(arena, report, strlen(report), &error), "items"), is_dry);
	zones_free(zones);
	arena_free(arena);
	return is_done ? 0 : 1;
}
