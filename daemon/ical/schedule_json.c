/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frab and pretalx JSON (c3voc's schedule.schema.json): schedule.conference.days[].rooms{}[].
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "ical/schedule.h"
#include "ical/schedule_inside.h"

static const char *
text_of(const struct json *map, const char *name)
{
	return json_as_text(json_get(map, name));
}

/* Ids are numbers in some files and texts in others. */
static const char *
id_of(struct arena *arena, const struct json *event)
{
	const struct json *id = json_get(event, "id");
	if (json_kind(id) == JSON_IS_INTEGER)
		return arena_print(arena, "%lld", (long long)json_as_integer(id));
	return json_as_text(id);
}

static void
add_event(struct schedule *schedule, const struct json *day, const char *room, const struct json *event)
{
	const char *own_room = text_of(event, "room");
	schedule_add(schedule, &(struct schedule_entry){
	    .uid = schedule_uid(schedule, text_of(event, "guid"), id_of(schedule->arena, event)),
	    .date = text_of(event, "date"),
	    .day = text_of(day, "date"),
	    .start = text_of(event, "start"),
	    .duration = text_of(event, "duration"),
	    .room = own_room != NULL && *own_room != '\0' ? own_room : room,
	    .title = text_of(event, "title"),
	    .subtitle = text_of(event, "subtitle"),
	    .track = text_of(event, "track"),
	    .abstract = text_of(event, "abstract"),
	    .description = text_of(event, "description"),
	    .url = text_of(event, "url"),
	});
}

static bool
add_day(struct schedule *schedule, const struct json *day)
{
	const struct json *rooms = json_get(day, "rooms");
	if (json_kind(rooms) != JSON_IS_MAP) {
		schedule->error = "A day of this schedule has no rooms.";
		return false;
	}
	for (size_t i = 0; i < json_size(rooms) && schedule->error == NULL; i++) {
		const struct json *events = json_value_at(rooms, i);
		for (size_t j = 0; j < json_size(events) && schedule->error == NULL; j++) {
			if (json_kind(json_at(events, j)) == JSON_IS_MAP)
				add_event(schedule, day, json_name_at(rooms, i), json_at(events, j));
			else
				schedule->error = arena_print(schedule->arena, "Something in the room \"%.80s\" is no event.", json_name_at(rooms, i));
		}
	}
	return schedule->error == NULL;
}

/* What is wrong with the whole; NULL: nothing. */
static const char *
find_fault(const struct json *root)
{
	const struct json *schedule = json_get(root, "schedule"), *conference = json_get(schedule, "conference");
	if (json_kind(schedule) != JSON_IS_MAP)
		return "This is JSON, but no schedule: it has no \"schedule\".";
	if (json_kind(conference) != JSON_IS_MAP)
		return "This schedule has no \"conference\".";
	if (json_kind(json_get(conference, "days")) != JSON_IS_LIST)
		return "This schedule's conference has no list of \"days\".";
	if (json_kind(json_get(schedule, "rooms")) != JSON_IS_MISSING)
		return "This schedule is not valid: \"rooms\" stands in \"schedule\", but belongs into \"conference\".";
	return NULL;
}

struct ical_calendar *
schedule_read_json(struct arena *arena, const char *bytes, size_t length, const struct zone *default_zone, const char **ret_error)
{
	struct schedule schedule = {.arena = arena, .zone = default_zone};
	const struct json *root = json_read(arena, bytes, length, ret_error);
	if (root == NULL)
		return NULL;
	const char *fault = find_fault(root);
	if (fault != NULL) {
		*ret_error = fault;
		return NULL;
	}
	const struct json *conference = json_get(json_get(root, "schedule"), "conference"), *days = json_get(conference, "days");
	schedule_begin(&schedule, text_of(conference, "title"), text_of(conference, "acronym"), text_of(conference, "time_zone_name"),
	    text_of(conference, "day_change"));
	for (size_t i = 0; i < json_size(days) && add_day(&schedule, json_at(days, i)); i++)
		continue;
	return schedule_end(&schedule, ret_error);
}
