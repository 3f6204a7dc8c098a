/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shows what the calendar module makes of a file, for tests in other languages:
 *   ical_driver read FILE [ZONE]            one JSON line for the calendar, then one an event or skipped
 *   ical_driver occurrences FILE ZONE FROM BEFORE    one JSON line an occurrence in a window of instants, "-" for none; then what is incomplete
 *   ical_driver vtimezone ZONE FROM TO [INSTANT ...]   the VTIMEZONE, then the offset at each instant
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "ical/event.h"
#include "ical/occurrences.h"
#include "ical/schedule.h"
#include "ical/timezone_write.h"
#include "ical/zone.h"

static void
put_texts(struct json_writer *writer, const char *name, const char *const *texts, size_t count)
{
	json_open_list(writer, name);
	for (size_t i = 0; i < count; i++)
		json_put_text(writer, NULL, texts[i]);
	json_close_list(writer);
}

static void
put_notes(struct json_writer *writer, const struct ical_note *notes, size_t count)
{
	json_open_list(writer, "notes");
	for (size_t i = 0; i < count; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "code", notes[i].code);
		json_put_text(writer, "text", notes[i].text);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_times(struct json_writer *writer, const struct ical_event *event)
{
	json_put_bool(writer, "is_all_day", event->is_all_day);
	json_put_integer(writer, "start_utc", event->start_utc);
	json_put_integer(writer, "end_utc", event->end_utc);
	json_put_integer(writer, "start_local", event->start_local);
	json_put_integer(writer, "end_local", event->end_local);
	json_put_text(writer, "zone", event->zone_id);
	json_put_text(writer, "rrule", event->rrule);
	put_texts(writer, "rdates", event->rdates, event->rdate_count);
	put_texts(writer, "exdates", event->exdates, event->exdate_count);
	json_put_text(writer, "recurrence_id", event->recurrence_id);
	json_put_integer(writer, "recurrence_utc", event->recurrence_utc);
}

static void
put_event(struct json_writer *writer, const struct ical_event *event)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "kind", "event");
	json_put_text(writer, "uid", event->uid);
	json_put_integer(writer, "sequence", event->sequence);
	json_put_integer(writer, "line", (int64_t)event->line);
	json_put_text(writer, "summary", event->summary);
	json_put_text(writer, "description", event->description);
	json_put_text(writer, "location", event->location);
	json_put_text(writer, "url", event->url);
	json_put_text(writer, "organizer", event->organizer_name);
	json_put_text(writer, "status", event->status);
	put_texts(writer, "categories", event->categories, event->category_count);
	put_times(writer, event);
	put_texts(writer, "kept", event->kept, event->kept_count);
	put_notes(writer, event->notes, event->note_count);
	json_close_map(writer);
}

static void
put_skipped(struct json_writer *writer, const struct ical_skipped *skipped)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "kind", "skipped");
	json_put_text(writer, "code", skipped->reason.code);
	json_put_text(writer, "text", skipped->reason.text);
	json_put_text(writer, "uid", skipped->uid);
	json_put_text(writer, "summary", skipped->summary);
	json_put_integer(writer, "line", (int64_t)skipped->line);
	json_close_map(writer);
}

static void
print_calendar(const struct ical_calendar *calendar)
{
	struct str out = {0};
	struct json_writer writer = {.out = &out};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "kind", "calendar");
	json_put_text(&writer, "name", calendar->name);
	json_put_text(&writer, "zone", calendar->zone_id);
	json_put_integer(&writer, "count", (int64_t)calendar->count);
	json_put_integer(&writer, "skipped", (int64_t)calendar->skipped_count);
	json_put_integer(&writer, "errors", (int64_t)calendar->error_count);
	put_notes(&writer, calendar->notes, calendar->note_count);
	json_close_map(&writer);
	for (size_t i = 0; i < calendar->count; i++) {
		str_char(&out, '\n');
		writer = (struct json_writer){.out = &out};
		put_event(&writer, &calendar->events[i]);
	}
	for (size_t i = 0; i < calendar->skipped_count; i++) {
		str_char(&out, '\n');
		writer = (struct json_writer){.out = &out};
		put_skipped(&writer, &calendar->skipped[i]);
	}
	puts(str_text(&out));
	str_free(&out);
}

static void
put_occurrence(struct json_writer *writer, const struct ical_occurrence *occurrence)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "uid", occurrence->event->uid);
	json_put_integer(writer, "line", (int64_t)occurrence->event->line);
	json_put_text(writer, "summary", occurrence->event->summary);
	json_put_text(writer, "status", occurrence->event->status);
	json_put_text(writer, "transp", occurrence->event->transp);
	json_put_integer(writer, "sequence", occurrence->event->sequence);
	json_put_bool(writer, "is_all_day", occurrence->event->is_all_day);
	json_put_integer(writer, "start_utc", occurrence->start_utc);
	json_put_integer(writer, "end_utc", occurrence->end_utc);
	json_put_integer(writer, "start_local", occurrence->start_local);
	json_put_integer(writer, "end_local", occurrence->end_local);
	json_put_integer(writer, "original_utc", occurrence->original_utc);
	json_put_bool(writer, "is_recurring", occurrence->is_recurring);
	json_put_bool(writer, "is_first", occurrence->original_utc == occurrence->event->start_utc);
	json_close_map(writer);
}

static void
print_occurrences(struct arena *arena, const struct ical_calendar *calendar, int64_t from, int64_t before)
{
	struct str out = {0};
	struct json_writer writer = {.out = &out};
	struct ical_occurrences found;
	ical_calendar_occurrences(arena, calendar, &(struct ical_window){from, before, 20000}, &found);
	for (size_t i = 0; i < found.count; i++) {
		writer = (struct json_writer){.out = &out};
		put_occurrence(&writer, &found.list[i]);
		str_char(&out, '\n');
	}
	for (size_t i = 0; i < found.incomplete_count; i++) {
		writer = (struct json_writer){.out = &out};
		json_open_map(&writer, NULL);
		json_put_text(&writer, "incomplete", found.incomplete[i].code);
		json_put_text(&writer, "text", found.incomplete[i].text);
		json_close_map(&writer);
		str_char(&out, '\n');
	}
	fputs(str_text(&out), stdout);
	str_free(&out);
}

static const struct ical_calendar *
read_file(struct arena *arena, const char *path, const char *zone)
{
	struct str bytes = {0};
	char block[65536];
	const char *error = NULL;
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		exit(2);
	for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
		str_add(&bytes, block, got);
	fclose(file);
	const struct ical_calendar *calendar = ical_read_any(arena, str_text(&bytes), bytes.length, zone_find(zone), &error);
	if (calendar == NULL)
		printf("refused: %s\n", error);
	str_free(&bytes);
	return calendar;
}

static int
read_and_print(const char *path, const char *zone, const char *from, const char *before)
{
	struct arena *arena = arena_new();
	const struct ical_calendar *calendar = read_file(arena, path, zone);
	if (calendar != NULL && from == NULL)
		print_calendar(calendar);
	else if (calendar != NULL)
		print_occurrences(arena, calendar, *from == '-' && from[1] == '\0' ? INT64_MIN : atoll(from),
		    *before == '-' && before[1] == '\0' ? INT64_MAX : atoll(before));
	arena_free(arena);
	return calendar != NULL ? 0 : 3;
}

static int
print_vtimezone(char **arguments)
{
	struct str out = {0};
	const struct zone *zone = zone_find(arguments[0]);
	if (zone == NULL)
		return 2;
	ical_put_vtimezone(&out, zone, atoll(arguments[1]), atoll(arguments[2]));
	fputs(str_text(&out), stdout);
	str_free(&out);
	printf("OFFSETS");
	for (char **instant = arguments + 3; *instant != NULL; instant++) {
		int offset;
		zone_to_local(zone, atoll(*instant), &offset);
		printf(" %d", offset);
	}
	puts("");
	return 0;
}

int
main(int count, char **arguments)
{
	if (count >= 3 && strcmp(arguments[1], "read") == 0)
		return read_and_print(arguments[2], count > 3 ? arguments[3] : "Europe/Berlin", NULL, NULL);
	if (count >= 6 && strcmp(arguments[1], "occurrences") == 0)
		return read_and_print(arguments[2], arguments[3], arguments[4], arguments[5]);
	if (count >= 5 && strcmp(arguments[1], "vtimezone") == 0)
		return print_vtimezone(arguments + 2);
	fputs("usage: ical_driver read FILE [ZONE] | occurrences FILE ZONE FROM BEFORE | vtimezone ZONE FROM TO [INSTANT ...]\n", stderr);
	return 1;
}
