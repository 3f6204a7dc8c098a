/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hubd admin load-hubs FILE: the file goes to the database as it is, but for its week: "Tuesday of this week at 18:00" becomes a date,
 * and instants in the hub's zone, because local times are resolved in C. What a file with "example": true makes can be removed again.
 */
#include "command/admin.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "command/call.h"
#include "command/words.h"
#include "ical/zone.h"

enum { DAY = 86400 };

/* "18:30" in seconds since midnight; -1: it is none. */
static int64_t
clock_time(const char *text)
{
	int64_t instant;
	bool is_local;
	char whole[32];

	if (text == NULL || strlen(text) != 5)
		return -1;
	snprintf(whole, sizeof whole, "1970-01-01T%s", text);
	return when_parse(whole, &instant, &is_local) ? instant : -1;
}

static void
put_time(struct json_writer *input, const char *name, const char *local_name, const struct zone *zone, int64_t local)
{
	char text[WHEN_TEXT_SIZE];

	when_print(zone_to_utc(zone, local, NULL), text);
	json_put_text(input, name, text);
	when_print(local, text);
	text[strlen(text) - 1] = '\0'; /* a wall clock time has no Z */
	json_put_text(input, local_name, text);
}

/* One entry of the week. monday: of the week of loading, in days. */
static bool
put_entry(struct json_writer *input, const struct json *entry, const char *hub, const struct zone *zone, int64_t monday)
{
	int64_t week = json_as_integer(json_get(entry, "week")), day = json_as_integer(json_get(entry, "day"));
	int64_t start = clock_time(json_as_text(json_get(entry, "start"))), end = clock_time(json_as_text(json_get(entry, "end")));
	int64_t date = monday + week * 7 + day - 1;

	if (week < 0 || week > 1 || day < 1 || day > 7 || start < 0 || end < 0) {
		fprintf(stderr, "hubd: hub \"%s\", \"%s\": week is 0 or 1, day 1 to 7 (Sunday), start and end as in \"18:00\"\n", hub,
		    json_as_text(json_get(entry, "title")));
		return false;
	}
	json_open_map(input, NULL);
	for (size_t i = 0; json_name_at(entry, i) != NULL; i++)
		if (!str_equal(json_name_at(entry, i), "start") && !str_equal(json_name_at(entry, i), "end"))
			json_put_value(input, json_name_at(entry, i), json_value_at(entry, i));
	put_time(input, "start", "local_start", zone, date * DAY + start);
	put_time(input, "end", "local_end", zone, (end <= start ? date + 1 : date) * DAY + end);
	json_put_text(input, "zone", zone_id(zone));
	json_close_map(input);
	return true;
}

static bool
put_hub(struct json_writer *input, const struct json *hub, bool is_example)
{
	const char *slug = json_as_text(json_get(hub, "slug")), *name = json_as_text(json_get(hub, "zone"));
	const struct zone *zone = zone_find(name != NULL ? name : "Europe/Berlin");
	const struct json *week = json_get(hub, "week");

	if (slug == NULL || json_as_text(json_get(hub, "name")) == NULL || zone == NULL) {
		fprintf(stderr, "hubd: hub \"%s\": it needs a slug, a name and a zone such as Europe/Berlin\n", slug != NULL ? slug : "?");
		return false;
	}
	int64_t today = zone_to_local(zone, when_now(), NULL) / DAY, monday = today - when_weekday(today);
	json_open_map(input, NULL);
	for (size_t i = 0; json_name_at(hub, i) != NULL; i++)
		if (!str_equal(json_name_at(hub, i), "week") && !str_equal(json_name_at(hub, i), "example"))
			json_put_value(input, json_name_at(hub, i), json_value_at(hub, i));
	json_put_bool(input, "example", is_example);
	json_open_list(input, "week");
	for (size_t i = 0; i < json_size(week); i++)
		if (!put_entry(input, json_at(week, i), slug, zone, monday))
			return false;
	json_close_list(input);
	json_close_map(input);
	return true;
}

static void
put_list(struct json_writer *input, const char *name, const struct json *list)
{
	json_open_list(input, name);
	for (size_t i = 0; i < json_size(list); i++)
		json_put_value(input, NULL, json_at(list, i));
	json_close_list(input);
}

/* People, or teams: maps that learn whether they are examples. */
static void
put_marked(struct json_writer *input, const char *name, const struct json *list, bool is_example)
{
	json_open_list(input, name);
	for (size_t i = 0; i < json_size(list); i++) {
		const struct json *item = json_at(list, i);

		json_open_map(input, NULL);
		for (size_t m = 0; json_name_at(item, m) != NULL; m++)
			if (!str_equal(json_name_at(item, m), "example"))
				json_put_value(input, json_name_at(item, m), json_value_at(item, m));
		json_put_bool(input, "example", is_example);
		json_close_map(input);
	}
	json_close_list(input);
}

bool
admin_load_prepare(struct arena *arena, const struct words *words, struct json_writer *input, const char **ret_secret)
{
	const char *path = words->plain[0], *error = NULL;
	size_t length = 0;
	const char *text = command_read_file(arena, path, &length);
	const struct json *file = text != NULL ? json_read(arena, text, length, &error) : NULL;
	const struct json *hubs = json_get(file, "hubs"), *example = json_get(file, "example");

	(void)ret_secret;
	if (text == NULL)
		return false;
	if (json_kind(hubs) != JSON_IS_LIST) {
		fprintf(stderr, "hubd: %s: %s\n", path, error != NULL ? error : "it has no list \"hubs\"");
		return false;
	}
	if (example != NULL && json_kind(example) != JSON_IS_BOOL) {
		fprintf(stderr, "hubd: %s: \"example\" is true or false\n", path);
		return false;
	}
	bool is_example = json_as_bool(example);
	json_open_map(input, NULL);
	put_list(input, "topics", json_get(file, "topics"));
	put_marked(input, "people", json_get(file, "people"), is_example);
	put_marked(input, "teams", json_get(file, "teams"), is_example);
	json_open_list(input, "hubs");
	for (size_t i = 0; i < json_size(hubs); i++)
		if (!put_hub(input, json_at(hubs, i), is_example))
			return false;
	json_close_list(input);
	json_close_map(input);
	return true;
}

static void
say_numbers(const struct json *body, const char *verb, const char *const *names)
{
	printf("%s:", verb);
	for (size_t i = 0; names[i] != NULL; i++)
		printf("%s %lld %s", i == 0 ? "" : ",", (long long)json_as_integer(json_get(body, names[i])), names[i]);
	printf("\n");
}

void
admin_load_say(const struct conf *conf, const struct json *body)
{
	(void)conf;
	static const char *const names[] = {"topics", "hubs", "sites", "resources", "people", "events", "bookings", NULL};
	const struct json *unplaced = json_get(body, "unplaced");

	say_numbers(body, "new", names);
	for (size_t i = 0; i < json_size(unplaced); i++)
		printf("no room free: %s\n", json_as_text(json_at(unplaced, i)));
}

void
admin_remove_say(const struct conf *conf, const struct json *body)
{
	(void)conf;
	static const char *const names[] = {"hubs", "resources", "events", "bookings", "people", NULL};
	const struct json *kept = json_get(body, "kept");

	say_numbers(body, "removed", names);
	for (size_t i = 0; i < json_size(kept); i++) {
		const struct json *resources = json_get(json_at(kept, i), "resources");

		printf("kept, because somebody uses it: hub %s", json_as_text(json_get(json_at(kept, i), "hub")));
		for (size_t r = 0; r < json_size(resources); r++)
			printf("%s%s", r == 0 ? " with " : ", ", json_as_text(json_at(resources, r)));
		printf("\n");
	}
}
