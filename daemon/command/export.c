/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hubd export: a hub's events as one iCalendar file, so that importing it into another hub gives the same events. What an import
 * only kept is written again. Feeds for people are feed/'s: this is for moving house and for backups.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "command/call.h"
#include "command/command.h"
#include "command/words.h"
#include "db/db.h"
#include "ical/timezone_write.h"
#include "ical/write.h"
#include "ical/zone.h"

enum { ZONES_MAX = 64, CATEGORIES_MAX = 256, DAY = 86400 };
static const int64_t century = INT64_C(36525) * DAY; /* a series may go on for ever */

static const char *const flags[] = {"help", NULL};
static const char *const options[] = {"hub", "out", NULL};
static const char usage[] = "usage: hubd export [--hub SLUG] [--out FILE]\nWrites the hub's events as iCalendar, to standard output without --out.\n";

struct zone_use {
	const struct zone *zone;
	int64_t from, to;
};

struct export {
	struct str events;
	struct zone_use zones[ZONES_MAX];
	size_t zone_count, event_count;
	const char *name, *zone;
};

static const struct {
	const char *ours, *property, *theirs;
} words_of[] = {{"draft", "STATUS", "TENTATIVE"}, {"tentative", "STATUS", "TENTATIVE"}, {"confirmed", "STATUS", "CONFIRMED"},
    {"cancelled", "STATUS", "CANCELLED"}, {"members", "CLASS", "CONFIDENTIAL"}, {"invited", "CLASS", "PRIVATE"}};

static void
put_word(struct str *out, const char *ours)
{
	for (size_t i = 0; i < sizeof words_of / sizeof words_of[0]; i++)
		if (str_equal(words_of[i].ours, ours))
			ical_put_raw(out, words_of[i].property, words_of[i].theirs);
}

static int64_t
time_in(const char *text)
{
	int64_t instant = 0;
	bool is_local;

	if (text != NULL)
		when_parse(text, &instant, &is_local);
	return instant;
}

static int64_t
time_of(const struct json *event, const char *name)
{
	return time_in(json_as_text(json_get(event, name)));
}

static void
use_zone(struct export *export, const struct zone *zone, int64_t from, int64_t to)
{
	size_t i = 0;

	while (i < export->zone_count && export->zones[i].zone != zone)
		i++;
	if (i == export->zone_count)
		export->zones[export->zone_count++] = (struct zone_use){zone, from, to};
	export->zones[i].from = from < export->zones[i].from ? from : export->zones[i].from;
	export->zones[i].to = to > export->zones[i].to ? to : export->zones[i].to;
}

/* Does the zone's clock name this instant? Of the hour that comes twice it names the first only (RFC 5545 3.3.5). */
static bool
has_local_name(const struct zone *zone, int64_t instant)
{
	return zone_to_utc(zone, zone_to_local(zone, instant, NULL), NULL) == instant;
}

static const struct zone *
zone_of(const struct export *export, const struct json *event)
{
	const struct zone *zone = zone_find(json_as_text(json_get(event, "zone")));

	return zone == NULL || export->zone_count == ZONES_MAX ? zone_utc() : zone;
}

static void
put_times(struct export *export, const struct json *event)
{
	int64_t start = time_of(event, "start"), end = time_of(event, "end");
	const struct zone *zone = zone_of(export, event);

	if (json_as_bool(json_get(event, "is_all_day"))) {
		ical_put_date(&export->events, "DTSTART", time_of(event, "local_start"));
		ical_put_date(&export->events, "DTEND", time_of(event, "local_end"));
		return;
	}
	if (!has_local_name(zone, start) || !has_local_name(zone, end))
		zone = zone_utc();
	if (zone != zone_utc())
		use_zone(export, zone, start, end);
	ical_put_local(&export->events, "DTSTART", zone, start);
	if (end > start)
		ical_put_local(&export->events, "DTEND", zone, end);
}

static void
put_texts(struct str *out, const struct json *event)
{
	const struct json *categories = json_get(event, "categories");
	const char *list[CATEGORIES_MAX];
	size_t count = 0;

	ical_put_text(out, "SUMMARY", json_as_text(json_get(event, "title")));
	ical_put_text(out, "DESCRIPTION", json_as_text(json_get(event, "text")));
	ical_put_text(out, "LOCATION", json_as_text(json_get(event, "place")));
	for (size_t i = 0; i < json_size(categories) && count < CATEGORIES_MAX; i++)
		list[count++] = json_as_text(json_at(categories, i));
	if (count > 0)
		ical_put_texts(out, "CATEGORIES", list, count);
	const char *organiser = json_as_text(json_get(event, "organiser"));
	if (organiser != NULL && *organiser != '\0') {
		struct str name = {0};
		str_put(&name, "ORGANIZER");
		ical_param(&name, "CN", organiser);
		ical_put_raw(out, str_text(&name), "invalid:nomail"); /* a name without an address */
		str_free(&name);
	}
	ical_put_raw(out, "URL", json_as_text(json_get(event, "url")));
	ical_put_raw(out, "CONFERENCE;VALUE=URI", json_as_text(json_get(event, "online_url")));
	ical_put_raw(out, "IMAGE;VALUE=URI", json_as_text(json_get(event, "image_url")));
}

/* The lines as they came in; one each. */
static void
put_kept(struct str *out, const char *kept)
{
	struct str line = {0};

	for (; kept != NULL && *kept != '\0'; kept += strcspn(kept, "\n"), kept += *kept == '\n') {
		str_clear(&line);
		str_add(&line, kept, strcspn(kept, "\n"));
		if (line.length > 0)
			ical_put_line(out, str_text(&line));
	}
	str_free(&line);
}

/* ---- series ---- */

/* A date of a series, in the form of its DTSTART (RFC 5545 3.8.5). */
static void
put_local(struct str *out, const char *name, const struct zone *zone, bool is_all_day, int64_t local)
{
	char text[ICAL_TIME_SIZE];
	struct str whole = {0};

	if (is_all_day) {
		ical_put_date(out, name, local);
		return;
	}
	str_put(&whole, name);
	if (zone == zone_utc()) {
		ical_print_utc(local, text);
	} else {
		ical_param(&whole, "TZID", zone_id(zone));
		ical_print_local(local, text);
	}
	ical_put_raw(out, str_text(&whole), text);
	str_free(&whole);
}

/* "2026-12-01T09:00:00", or with "/" and the end of a period. */
static void
put_extra(struct str *out, const struct zone *zone, bool is_all_day, const char *text)
{
	const char *slash = strchr(text, '/');
	char first[WHEN_TEXT_SIZE], words[2][ICAL_TIME_SIZE];
	struct str name = {0}, value = {0};

	snprintf(first, sizeof first, "%.*s", (int)strcspn(text, "/"), text);
	int64_t start = time_in(first), end = slash != NULL ? time_in(slash + 1) : start;
	if (slash == NULL || is_all_day) {
		put_local(out, "RDATE", zone, is_all_day, start);
		return;
	}
	str_put(&name, "RDATE;VALUE=PERIOD");
	if (zone == zone_utc()) {
		ical_print_utc(start, words[0]);
		ical_print_utc(end, words[1]);
	} else {
		ical_param(&name, "TZID", zone_id(zone));
		ical_print_local(start, words[0]);
		ical_print_local(end, words[1]);
	}
	str_print(&value, "%s/%s", words[0], words[1]);
	ical_put_raw(out, str_text(&name), str_text(&value));
	str_free(&name);
	str_free(&value);
}

/* DTEND says how long every date is by elapsed time, DURATION by the calendar (RFC 5545 3.8.5.3). */
static void
put_length(struct export *export, const struct json *event, const struct zone *zone, int64_t local_start)
{
	int64_t days = json_as_integer(json_get(event, "days")), seconds = json_as_integer(json_get(event, "seconds"));
	struct str text = {0};

	if (json_as_bool(json_get(event, "is_all_day"))) {
		ical_put_date(&export->events, "DTEND", local_start + days * DAY);
		return;
	}
	int64_t end = zone_to_utc(zone, local_start, NULL) + seconds;
	if (days == 0 && has_local_name(zone, end)) {
		if (seconds > 0)
			ical_put_local(&export->events, "DTEND", zone, end);
		return;
	}
	str_char(&text, 'P');
	if (days > 0)
		str_print(&text, "%lldD", (long long)days);
	if (seconds > 0)
		str_print(&text, "T%lldS", (long long)seconds);
	ical_put_raw(&export->events, "DURATION", str_text(&text));
	str_free(&text);
}

static void
put_rule(struct export *export, const struct json *event)
{
	const struct zone *zone = zone_of(export, event);
	const struct json *rdates = json_get(event, "rdates"), *exdates = json_get(event, "exdates");
	bool is_all_day = json_as_bool(json_get(event, "is_all_day"));
	int64_t start = time_of(event, "local_start");

	if (zone != zone_utc() && !is_all_day)
		use_zone(export, zone, zone_to_utc(zone, start, NULL), zone_to_utc(zone, start, NULL) + century);
	put_local(&export->events, "DTSTART", zone, is_all_day, start);
	put_length(export, event, zone, start);
	ical_put_raw(&export->events, "RRULE", json_as_text(json_get(event, "rrule")));
	for (size_t i = 0; i < json_size(rdates); i++)
		put_extra(&export->events, zone, is_all_day, json_as_text(json_at(rdates, i)));
	for (size_t i = 0; i < json_size(exdates); i++)
		put_local(&export->events, "EXDATE", zone, is_all_day, time_in(json_as_text(json_at(exdates, i))));
}

/* ---- one VEVENT ---- */

/* master: the series that this overrides on one of its dates, or NULL. */
static void
put_event(struct export *export, const struct json *event, const struct json *master)
{
	struct str *out = &export->events;

	ical_begin(out, "VEVENT");
	ical_put_text(out, "UID", json_as_text(json_get(event, "uid")));
	ical_put_utc(out, "DTSTAMP", time_of(event, "revised"));
	ical_put_utc(out, "LAST-MODIFIED", time_of(event, "revised"));
	ical_put_utc(out, "CREATED", time_of(event, "created"));
	ical_put_number(out, "SEQUENCE", json_as_integer(json_get(event, "sequence")));
	if (master != NULL)
		put_local(out, "RECURRENCE-ID", zone_of(export, master), json_as_bool(json_get(master, "is_all_day")), time_of(event, "recurrence_id"));
	if (json_get(event, "overrides") != NULL)
		put_rule(export, event);
	else
		put_times(export, event);
	put_texts(out, event);
	put_word(out, json_as_bool(json_get(event, "is_cancelled")) ? "cancelled" : json_as_text(json_get(event, "state")));
	put_word(out, json_as_text(json_get(event, "audience")));
	put_kept(out, json_as_text(json_get(event, "kept")));
	ical_end(out, "VEVENT");
}

static void
put_whole(struct export *export, const struct json *event)
{
	const struct json *overrides = json_get(event, "overrides");

	put_event(export, event, NULL);
	for (size_t i = 0; i < json_size(overrides); i++)
		put_event(export, json_at(overrides, i), event);
	export->event_count++;
}

/* All pages, at one snapshot. */
static bool
fetch(struct export *export, struct arena *arena, struct db_session *session, const char *hub)
{
	int64_t after = 0;
	size_t count;

	if (!command_script(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
		return false;
	do {
		struct str input = {0};
		struct json_writer writer = {.out = &input};

		json_open_map(&writer, NULL);
		json_put_text(&writer, "hub", hub);
		json_put_integer(&writer, "after", after);
		json_close_map(&writer);
		const struct json *body = command_call(arena, session, "export_events", str_text(&input)), *items = json_get(body, "items");
		str_free(&input);
		if (body == NULL)
			return false;
		export->name = json_as_text(json_get(body, "name"));
		export->zone = json_as_text(json_get(body, "zone"));
		count = json_size(items);
		for (size_t i = 0; i < count; i++)
			put_whole(export, json_at(items, i));
		if (count > 0)
			after = json_as_integer(json_get(json_at(items, count - 1), "id"));
	} while (count > 0);
	return command_script(session, "COMMIT");
}

static void
put_calendar(struct str *out, struct export *export)
{
	ical_begin(out, "VCALENDAR");
	ical_put_raw(out, "VERSION", "2.0");
	ical_put_raw(out, "PRODID", "-//hubd//hubd export//EN");
	ical_put_raw(out, "CALSCALE", "GREGORIAN");
	ical_put_text(out, "NAME", export->name);
	ical_put_text(out, "X-WR-CALNAME", export->name);
	ical_put_text(out, "X-WR-TIMEZONE", export->zone);
	for (size_t i = 0; i < export->zone_count; i++)
		ical_put_vtimezone(out, export->zones[i].zone, export->zones[i].from, export->zones[i].to);
	str_add(out, export->events.bytes, export->events.length);
	ical_end(out, "VCALENDAR");
}

/* A file is there whole, or as it was before. */
static bool
write_out(struct arena *arena, const char *path, const struct str *text)
{
	const char *part = path != NULL ? arena_print(arena, "%s.part", path) : NULL;
	FILE *file = path != NULL ? fopen(part, "wb") : stdout;
	bool is_written = file != NULL && fwrite(text->bytes, 1, text->length, file) == text->length && fflush(file) == 0;

	if (path != NULL && is_written)
		is_written = fsync(fileno(file)) == 0;
	int error = errno;
	if (path != NULL && file != NULL && fclose(file) != 0 && is_written) {
		is_written = false;
		error = errno;
	}
	if (path != NULL && is_written && rename(part, path) != 0) {
		is_written = false;
		error = errno;
	}
	if (path != NULL && file != NULL && !is_written)
		unlink(part);
	if (!is_written)
		fprintf(stderr, "hubd: %s: %s\n", path != NULL ? path : "standard output", strerror(error));
	return is_written;
}

int
command_export(const struct conf *conf, int argc, char **argv)
{
	struct words words;
	struct export export = {0};
	struct str text = {0};

	if (!words_read(&words, argc, argv, flags, options))
		return 2;
	if (words.count > 0 || words_has(&words, "help")) {
		fputs(usage, words.count > 0 ? stderr : stdout);
		return words.count > 0 ? 2 : 0;
	}
	struct arena *arena = arena_new();
	struct db_session *session = command_open(conf, "admin_database");
	bool is_done = session != NULL && fetch(&export, arena, session, words_value(&words, "hub"));
	db_session_close(session);
	if (is_done) {
		put_calendar(&text, &export);
		is_done = write_out(arena, words_value(&words, "out"), &text);
	}
	if (is_done && words_value(&words, "out") != NULL)
		fprintf(stderr, "%s: %zu events\n", words_value(&words, "out"), export.event_count);
	str_free(&text);
	str_free(&export.events);
	arena_free(arena);
	return is_done ? 0 : 1;
}
