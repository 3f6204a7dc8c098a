/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See import_report.h. */
#include "command/import_report.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

enum { SHOWN = 20 };

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
