/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See import_entry.h. */
#include "command/import_entry.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/event.h"
#include "ical/write.h"

/* The words of RFC 5545 and ours. */
static const struct {
	const char *theirs, *ours;
} states[] = {{"TENTATIVE", "tentative"}, {"CANCELLED", "cancelled"}, {"CONFIRMED", "confirmed"}},
  audiences[] = {{"PRIVATE", "invited"}, {"CONFIDENTIAL", "members"}, {"PUBLIC", "public"}};

static const char *
state_of(const char *status)
{
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (str_equal(states[i].theirs, status))
			return states[i].ours;
	return "confirmed";
}

/* A class that is not known is to be treated as private (RFC 5545 3.8.1.3). */
static const char *
audience_of(const char *class)
{
	for (size_t i = 0; i < sizeof audiences / sizeof audiences[0]; i++)
		if (str_equal(audiences[i].theirs, class))
			return audiences[i].ours;
	return class == NULL ? "public" : "invited";
}

static void
put_text(struct json_writer *writer, const char *name, const char *text)
{
	json_put_text(writer, name, text != NULL ? text : "");
}

static void
put_instant(struct json_writer *writer, const char *name, int64_t instant)
{
	char text[WHEN_TEXT_SIZE];

	when_print(instant, text);
	json_put_text(writer, name, text);
}

static void
put_wall(struct json_writer *writer, const char *name, int64_t local)
{
	char text[WHEN_TEXT_SIZE];

	when_print(local, text);
	text[strlen(text) - 1] = '\0'; /* a wall clock time has no Z */
	json_put_text(writer, name, text);
}

/* Lines that hubd only keeps, and two facts that it has no column for. */
static void
put_kept(struct json_writer *writer, const struct ical_event *event)
{
	struct str kept = {0};

	for (size_t i = 0; i < event->kept_count; i++)
		str_print(&kept, "%s\n", event->kept[i]);
	if (event->has_geo) {
		struct str geo = {0};
		ical_put_geo(&geo, event->latitude, event->longitude);
		str_add(&kept, geo.bytes, strcspn(str_text(&geo), "\r"));
		str_char(&kept, '\n');
		str_free(&geo);
	}
	if (str_equal(event->transp, "TRANSPARENT"))
		str_put(&kept, "TRANSP:TRANSPARENT\n");
	json_put_text(writer, "kept", str_text(&kept));
	str_free(&kept);
}

void
import_put_entry(struct json_writer *writer, const struct ical_calendar *calendar, const struct ical_event *event, const char *default_zone)
{
	const char *resolved_in = event->is_all_day || calendar->zone_id == NULL ? default_zone : calendar->zone_id;
	int64_t sequence = event->sequence < 0 ? 0 : event->sequence > INT32_MAX ? INT32_MAX : event->sequence;

	json_open_map(writer, NULL);
	json_put_text(writer, "uid", event->uid);
	json_put_integer(writer, "sequence", sequence);
	put_text(writer, "title", event->summary);
	put_text(writer, "text", event->description);
	put_text(writer, "place", event->location);
	put_text(writer, "url", event->url);
	put_text(writer, "organiser", event->organizer_name);
	json_open_list(writer, "categories");
	for (size_t i = 0; i < event->category_count; i++)
		json_put_text(writer, NULL, event->categories[i]);
	json_close_list(writer);
	json_put_text(writer, "state", state_of(event->status));
	json_put_text(writer, "audience", audience_of(event->class));
	json_put_bool(writer, "is_free", str_equal(event->transp, "TRANSPARENT"));
	json_put_bool(writer, "is_all_day", event->is_all_day);
	put_instant(writer, "start", event->start_utc);
	put_instant(writer, "end", event->end_utc);
	put_wall(writer, "local_start", event->start_local);
	put_wall(writer, "local_end", event->end_local);
	json_put_text(writer, "zone", event->zone_id != NULL ? event->zone_id : resolved_in);
	put_kept(writer, event);
	json_close_map(writer);
}
