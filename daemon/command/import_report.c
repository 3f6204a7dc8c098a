/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See import_report.h. */
#include "command/import_report.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "ical/event.h"

enum { SHOWN = 20, NOTES = 64 };

/* ---- the document ---- */

static void
put_skipped(struct json_writer *writer, const char *code, const char *text, const char *uid, const char *title, size_t line)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "code", code);
	json_put_text(writer, "text", text);
	json_put_text(writer, "uid", uid);
	json_put_text(writer, "title", title);
	if (line > 0)
		json_put_integer(writer, "line", (int64_t)line);
	json_close_map(writer);
}

static void
put_all_skipped(struct json_writer *writer, const struct import_result *result)
{
	const struct ical_calendar *calendar = result->calendar;
	const struct json *foreign = json_get(result->body, "foreign");

	json_open_list(writer, "skipped");
	for (size_t i = 0; i < calendar->skipped_count; i++) {
		const struct ical_skipped *skipped = &calendar->skipped[i];
		put_skipped(writer, skipped->reason.code, skipped->reason.text, skipped->uid, skipped->summary, skipped->line);
	}
	for (size_t i = 0; i < result->twice_count; i++)
		for (size_t k = 0; k < json_size(result->twice[i]); k++) {
			const struct json *entry = json_at(result->twice[i], k);
			put_skipped(writer, "twice", "Its UID stands in the file already; the first one counts.", json_as_text(json_get(entry, "uid")),
			    json_as_text(json_get(entry, "title")), 0);
		}
	for (size_t i = 0; i < json_size(foreign); i++)
		put_skipped(writer, "elsewhere", "The hub has this UID already, from another source or made in hubd; that one stays.",
		    json_as_text(json_get(json_at(foreign, i), "uid")), json_as_text(json_get(json_at(foreign, i), "title")), 0);
	json_close_list(writer);
}

struct tally {
	const char *code, *text;
	int64_t count; /* 0: of the whole file, which speaks for its events */
};

static void
count_note(struct tally tallies[static NOTES], size_t *count, const struct ical_note *note, bool is_of_file)
{
	for (size_t i = 0; i < *count; i++)
		if (str_equal(tallies[i].code, note->code)) {
			tallies[i].count += tallies[i].count > 0;
			return;
		}
	if (*count < NOTES)
		tallies[(*count)++] = (struct tally){.code = note->code, .text = note->text, .count = is_of_file ? 0 : 1};
}

/* Notes by kind, each with the first sentence of its kind. */
static void
put_notes(struct json_writer *writer, const struct ical_calendar *calendar)
{
	struct tally tallies[NOTES];
	size_t count = 0;

	for (size_t i = 0; i < calendar->note_count; i++)
		count_note(tallies, &count, &calendar->notes[i], true);
	for (size_t i = 0; i < calendar->count; i++)
		for (size_t k = 0; k < calendar->events[i].note_count; k++)
			count_note(tallies, &count, &calendar->events[i].notes[k], false);
	json_open_list(writer, "notes");
	for (size_t i = 0; i < count; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "code", tallies[i].code);
		json_put_integer(writer, "count", tallies[i].count);
		json_put_text(writer, "text", tallies[i].text);
		json_close_map(writer);
	}
	json_close_list(writer);
	json_put_integer(writer, "errors", (int64_t)calendar->error_count);
}

void
import_report_json(struct str *out, const struct import_result *result)
{
	struct json_writer writer = {.out = out};

	json_open_map(&writer, NULL);
	json_put_text(&writer, "file", result->file);
	json_put_text(&writer, "calendar", result->calendar->name);
	json_put_bool(&writer, "dry_run", result->is_dry_run);
	for (size_t i = 0; json_name_at(result->body, i) != NULL; i++)
		if (!str_equal(json_name_at(result->body, i), "foreign"))
			json_put_value(&writer, json_name_at(result->body, i), json_value_at(result->body, i));
	put_all_skipped(&writer, result);
	put_notes(&writer, result->calendar);
	json_close_map(&writer);
}

/* ---- for people ---- */

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));

	return text != NULL ? text : "";
}

/* Is it C0, DEL, C1 or one of the characters that turn the direction of a line? Length in bytes, or 0. */
static size_t
control_length(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	if (at[0] < 0x20 || at[0] == 0x7f)
		return 1;
	if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
		return 2;
	bool is_turn = at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) || (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
	return is_turn ? 3 : 0;
}

/* Strangers' words, in one line and without what a terminal would obey. */
static void
say_text(const struct json *map, const char *name)
{
	for (const char *at = text_of(map, name); *at != '\0';) {
		size_t control = control_length(at);

		putchar(control > 0 ? ' ' : *at);
		at += control > 0 ? control : 1;
	}
}

static const char *
time_of(const char *wall)
{
	return strlen(wall) > 11 ? wall + 11 : "";
}

/* 2025-02-01T09:30:00 as 2025-02-01 09:30. */
static void
say_time(const char *wall)
{
	printf("%.10s %.5s", wall, time_of(wall));
}

static void
say_list(const char *head, const struct json *list)
{
	size_t count = json_size(list);

	if (count == 0)
		return;
	printf("  %s: %zu\n", head, count);
	for (size_t i = 0; i < count && i < SHOWN; i++) {
		const struct json *item = json_at(list, i);

		printf("    ");
		say_time(text_of(item, "start"));
		printf("  ");
		say_text(item, "title");
		if (*text_of(item, "place") != '\0') {
			printf(" (");
			say_text(item, "place");
			printf(")");
		}
		if (json_get(item, "was") != NULL) {
			printf(" to %.5s, was ", time_of(text_of(item, "end")));
			say_time(text_of(item, "was"));
			printf(" to %.5s", time_of(text_of(item, "was_end")));
		}
		printf("\n");
	}
	if (count > SHOWN)
		printf("    … and %zu more; --json lists all\n", count - SHOWN);
}

static void
say_conflicts(const struct json *list)
{
	if (json_size(list) == 0)
		return;
	printf("  conflicts, kept without a room: %zu\n", json_size(list));
	for (size_t i = 0; i < json_size(list); i++) {
		const struct json *conflict = json_at(list, i), *others = json_get(conflict, "in_the_way");

		printf("    ");
		say_time(text_of(conflict, "start"));
		printf("  ");
		say_text(conflict, "title");
		printf(" (");
		say_text(conflict, "place");
		printf(")\n");
		for (size_t k = 0; k < json_size(others); k++) {
			printf("      in the way in %s: ", text_of(json_at(others, k), "resource"));
			say_text(json_at(others, k), "title");
			printf(", %s to %s\n", text_of(json_at(others, k), "start"), text_of(json_at(others, k), "end"));
		}
	}
}

/* Those of earlier imports: who is in the way was said then. */
static void
say_waiting(const struct json *report)
{
	int64_t waiting = json_as_integer(json_get(report, "unplaced")) - (int64_t)json_size(json_get(report, "conflicts"));

	if (waiting > 0)
		printf("  still without a room since an earlier import: %lld\n", (long long)waiting);
}

static void
say_rooms(const struct json *report)
{
	const struct json *made = json_get(report, "rooms_created"), *missing = json_get(report, "no_such_room");

	if (json_size(made) > 0)
		printf("  rooms created: %zu\n", json_size(made));
	for (size_t i = 0; i < json_size(made); i++) {
		printf("    ");
		say_text(json_at(made, i), "name");
		printf(" (%s)\n", text_of(json_at(made, i), "slug"));
	}
	if (json_size(missing) > 0)
		printf("  no such room, kept as text (--create-rooms makes rooms):\n");
	for (size_t i = 0; i < json_size(missing); i++) {
		printf("    ");
		say_text(json_at(missing, i), "place");
		printf(": %lld events\n", (long long)json_as_integer(json_get(json_at(missing, i), "events")));
	}
}

static void
say_skipped(const struct json *report)
{
	const struct json *skipped = json_get(report, "skipped"), *notes = json_get(report, "notes");

	if (json_size(skipped) > 0)
		printf("  skipped: %zu\n", json_size(skipped));
	for (size_t i = 0; i < json_size(skipped); i++) {
		const struct json *item = json_at(skipped, i);
		int64_t line = json_as_integer(json_get(item, "line"));

		printf("    %s: ", text_of(item, "code"));
		say_text(item, *text_of(item, "title") != '\0' ? "title" : "uid");
		printf(" ");
		say_text(item, "text");
		if (line > 0)
			printf(" (line %lld)", (long long)line);
		printf("\n");
	}
	for (size_t i = 0; i < json_size(notes); i++) {
		int64_t count = json_as_integer(json_get(json_at(notes, i), "count"));

		printf("  note: ");
		say_text(json_at(notes, i), "text");
		if (count > 1)
			printf(" (%lld events)", (long long)count);
		printf("\n");
	}
}

void
import_report_say(const struct json *report)
{
	const struct json *changed = json_get(report, "changed");

	printf("%s: %lld events into hub %s", text_of(report, "file"), (long long)json_as_integer(json_get(report, "events")), text_of(report, "hub"));
	if (json_as_text(json_get(report, "source")) != NULL)
		printf(", source \"%s\"%s", text_of(report, "source"), json_as_bool(json_get(report, "is_new_source")) ? " (new)" : "");
	else
		printf("; nothing is cancelled, for it is not clear whose file this is: --source NAME says so");
	printf("%s\n", json_as_bool(json_get(report, "dry_run")) ? "; a dry run: nothing was stored" : "");
	printf("  unchanged: %lld\n", (long long)json_as_integer(json_get(report, "unchanged")));
	say_list("added", json_get(report, "added"));
	say_list("changed, another time", json_get(changed, "retimed"));
	say_list("changed, another room", json_get(changed, "room_changed"));
	say_list("changed, another title", json_get(changed, "retitled"));
	say_list("changed otherwise", json_get(changed, "other"));
	say_list("unchanged, their room is free by now", json_get(report, "placed"));
	say_list("gone, now cancelled", json_get(report, "gone"));
	say_conflicts(json_get(report, "conflicts"));
	say_waiting(report);
	say_rooms(report);
	say_skipped(report);
}
