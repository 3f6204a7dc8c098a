/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frab and pentabarf (schedule, day, room, event) and EuroPython (schedule, day, entry).
 */
#include <string.h>

#include "base/arena.h"
#include "base/xml.h"
#include "ical/schedule.h"
#include "ical/schedule_inside.h"

static void
add_event(struct schedule *schedule, const struct xml *day, const struct xml *room, const struct xml *event)
{
	const char *id = xml_attribute(event, "id"), *own_room = xml_child_text(event, "room");
	schedule_add(schedule, &(struct schedule_entry){
	    .uid = schedule_uid(schedule, xml_attribute(event, "guid"), id),
	    .date = xml_child_text(event, "date"),
	    .day = xml_attribute(day, "date"),
	    .start = xml_child_text(event, "start"),
	    .duration = xml_child_text(event, "duration"),
	    .room = own_room != NULL && *own_room != '\0' ? own_room : xml_attribute(room, "name"),
	    .title = xml_child_text(event, "title"),
	    .subtitle = xml_child_text(event, "subtitle"),
	    .track = xml_child_text(event, "track"),
	    .abstract = xml_child_text(event, "abstract"),
	    .description = xml_child_text(event, "description"),
	    .url = xml_child_text(event, "url"),
	    .line = event->line,
	});
}

/* EuroPython numbers talks, and gives a talk that happens twice the same number: day and start belong to the UID. */
static void
add_entry(struct schedule *schedule, const struct xml *day, const struct xml *entry)
{
	const char *date = xml_attribute(day, "date"), *id = xml_attribute(entry, "id"), *start = xml_child_text(entry, "start");
	const char *uid = NULL;
	if (date != NULL && id != NULL && start != NULL)
		uid = arena_print(schedule->arena, "ep%.4s-%s-%s-%s", date, id, date, start);
	schedule_add(schedule, &(struct schedule_entry){
	    .uid = uid,
	    .day = date,
	    .start = start,
	    .duration = xml_child_text(entry, "duration"),
	    .room = xml_child_text(entry, "room"),
	    .title = xml_child_text(entry, "title"),
	    .track = xml_child_text(entry, "category"),
	    .abstract = xml_child_text(entry, "abstract"),
	    .description = xml_child_text(entry, "description"),
	    .line = entry->line,
	});
}

static void
add_day(struct schedule *schedule, const struct xml *day)
{
	for (const struct xml *entry = xml_child(day, "entry"); entry != NULL; entry = xml_next(entry))
		add_entry(schedule, day, entry);
	for (const struct xml *room = xml_child(day, "room"); room != NULL; room = xml_next(room))
		for (const struct xml *event = xml_child(room, "event"); event != NULL; event = xml_next(event))
			add_event(schedule, day, room, event);
}

struct ical_calendar *
schedule_read_xml(struct arena *arena, const char *bytes, size_t length, const struct zone *default_zone, const char **ret_error)
{
	struct schedule schedule = {.arena = arena, .zone = default_zone};
	const struct xml *root = xml_parse(arena, bytes, length, ret_error);
	if (root == NULL)
		return NULL;
	if (strcmp(root->name, "schedule") != 0) {
		*ret_error = arena_print(arena, "This is XML, but no schedule: its root is <%.40s>, not <schedule>.", root->name);
		return NULL;
	}
	const struct xml *conference = xml_child(root, "conference");
	schedule_begin(&schedule, xml_child_text(conference, "title"), xml_child_text(conference, "acronym"),
	    xml_child_text(conference, "time_zone_name"), xml_child_text(conference, "day_change"));
	for (const struct xml *day = xml_child(root, "day"); day != NULL; day = xml_next(day))
		add_day(&schedule, day);
	return schedule_end(&schedule, ret_error);
}
