/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/read.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/event.h"
#include "ical/lines.h"
#include "ical/read_inside.h"
#include "ical/timezone_read.h"
#include "ical/zone.h"

/* What is collected over all VCALENDARs of a stream. */
struct stream {
	struct ical_reading reading;
	const struct ical_lines *lines;
	const char *name, *zone_id;
	struct ical_event *events;
	const char **stamps;
	struct ical_skipped *skipped;
	size_t count, skipped_count, calendar_count, other_count;
};

static size_t
lines_of(const struct stream *stream, size_t begin)
{
	return stream->lines->lines[begin].partner - begin + 1;
}

/* The calendar's own properties, and its zones: both may stand behind the events that need them. */
static void
read_head(struct stream *stream, size_t begin)
{
	struct arena *arena = stream->reading.arena;
	for (size_t i = begin + 1; i < stream->lines->lines[begin].partner; i++) {
		const struct ical_line *line = &stream->lines->lines[i];
		if (ical_line_begins(line, "VTIMEZONE"))
			ical_timezones_add(stream->reading.timezones, line, lines_of(stream, i));
		if (line->partner != 0)
			i = line->partner;
		else if (line->value == NULL)
			stream->reading.error_count++;
		else if (stream->name == NULL && (ical_line_is(line, "X-WR-CALNAME") || ical_line_is(line, "NAME")))
			stream->name = ical_clean(arena, ical_line_text(arena, line->value, NULL));
		else if (stream->zone_id == NULL && ical_line_is(line, "X-WR-TIMEZONE"))
			stream->zone_id = ical_line_text(arena, line->value, NULL);
	}
}

static void
read_one(struct stream *stream, size_t begin)
{
	struct arena *arena = stream->reading.arena;
	stream->events = ical_list_room(arena, stream->events, stream->count, sizeof *stream->events);
	stream->stamps = ical_list_room(arena, stream->stamps, stream->count, sizeof *stream->stamps);
	stream->skipped = ical_list_room(arena, stream->skipped, stream->skipped_count, sizeof *stream->skipped);
	if (ical_read_event(&stream->reading, &stream->lines->lines[begin], lines_of(stream, begin), &stream->events[stream->count],
	        &stream->stamps[stream->count], &stream->skipped[stream->skipped_count]))
		stream->count++;
	else
		stream->skipped_count++;
}

static bool read_calendar(struct stream *stream, size_t begin);

/* Everything between BEGIN and END; some exporters put a VCALENDAR into another. */
static bool
read_components(struct stream *stream, size_t begin)
{
	for (size_t i = begin + 1; i < stream->lines->lines[begin].partner; i++) {
		const struct ical_line *line = &stream->lines->lines[i];
		if (line->partner == 0)
			continue;
		if (stream->count + stream->skipped_count == ICAL_READ_EVENTS)
			return false;
		if (ical_line_begins(line, "VEVENT"))
			read_one(stream, i);
		else if (ical_line_begins(line, "VCALENDAR") && !read_calendar(stream, i))
			return false;
		else if (!ical_line_begins(line, "VTIMEZONE") && !ical_line_begins(line, "VCALENDAR"))
			stream->other_count++;
		i = line->partner;
	}
	return true;
}

/* A calendar with its own zones. False: there are too many events. */
static bool
read_calendar(struct stream *stream, size_t begin)
{
	struct ical_reading outer = stream->reading;
	struct ical_timezones timezones = {.arena = outer.arena};
	stream->reading.timezones = &timezones;
	stream->calendar_count++;
	read_head(stream, begin);
	const struct zone *own = zone_find_foreign(stream->zone_id, NULL);
	if (own != NULL)
		stream->reading.zone = own;
	bool is_whole = read_components(stream, begin);
	stream->reading.timezones = outer.timezones;
	return is_whole;
}

static bool
read_stream(struct stream *stream)
{
	const struct ical_lines *lines = stream->lines;
	for (size_t i = 0; i < lines->count; i = lines->lines[i].partner + 1)
		if (!read_calendar(stream, i))
			return false;
	return true;
}

static void
add_notes(struct stream *stream, struct ical_calendar *calendar)
{
	struct arena *arena = stream->reading.arena;
	const struct {
		size_t count;
		const char *code, *sentence;
	} notes[] = {
	    {stream->reading.error_count, "errors", "properties could not be read and were left out."},
	    {stream->other_count, "not-events", "components are no events (tasks, journals, free/busy) and were left out."},
	    {stream->calendar_count > 1 ? stream->calendar_count : 0, "several-calendars", "calendars are in this file; all were read as one."},
	    {stream->lines->control_count, "control-characters", "control characters were dropped."},
	    {stream->lines->too_long_count, "long-lines", "properties were longer than 64 KiB and were left out."},
	};
	for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
		if (notes[i].count > 0)
			ical_note(arena, &calendar->notes, &calendar->note_count, notes[i].code,
			    arena_print(arena, "%zu %s", notes[i].count, notes[i].sentence));
}

struct ical_calendar *
ical_read(struct arena *arena, const char *bytes, size_t length, const struct zone *default_zone, const char **ret_error)
{
	struct ical_lines lines;
	struct stream stream = {.reading = {.arena = arena, .zone = default_zone, .day_zone = default_zone}, .lines = &lines};

	if (!ical_lines_read(arena, bytes, length, &lines, ret_error))
		return NULL;
	icalerror_set_errors_are_fatal(0);
	ical_set_unknown_token_handling_setting(ICAL_ASSUME_IANA_TOKEN);
	if (!read_stream(&stream)) {
		*ret_error = arena_print(arena, "The file has more than %d events.", ICAL_READ_EVENTS);
		return NULL;
	}
	struct ical_calendar *calendar = ical_gather(arena, stream.events, stream.stamps, stream.count, stream.skipped, stream.skipped_count);
	calendar->name = stream.name;
	calendar->zone_id = zone_id(stream.reading.zone);
	calendar->error_count = stream.reading.error_count + lines.too_long_count;
	add_notes(&stream, calendar);
	return calendar;
}
