/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hubd import: files of events into a hub, in one transaction or not at all. Reading is ical/'s, every decision is
 * api.import_*'s; here are the words, the chunks and the progress.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "command/call.h"
#include "command/command.h"
#include "command/import_report.h"
#include "command/words.h"
#include "db/db.h"
#include "ical/event.h"
#include "ical/schedule.h"
#include "ical/intake.h"
#include "ical/zone.h"
#include "work/import_document.h"
#include "work/import_entry.h"

enum { CHUNK = 250, CHUNK_DATES = 20000 };

static const char *const flags[] = {"create-rooms", "dry-run", "json", "help", NULL};
static const char *const options[] = {"hub", "source", "zone", NULL};
static const char usage[] =
    "usage: hubd import [--hub SLUG] [--create-rooms] [--dry-run] [--source NAME] [--zone ZONE] [--json] FILE…|-\n"
    "Reads iCalendar (.ics) and schedules (frab, pentabarf, pretalx: XML, JSON). The same file again changes nothing; a newer\n"
    "state of it adds, changes, moves and cancels. All files come in, or none does.\n"
    "  --create-rooms  makes a room of the hub of every place that is none yet\n"
    "  --dry-run       reports what would happen, and stores nothing\n"
    "  --source NAME   whose programme this is; otherwise it is told by the UIDs, or it is new\n"
    "  --zone ZONE     for times without a zone; otherwise the hub's\n"
    "  --json          one JSON document a file\n";

struct import {
	struct arena *arena;
	struct db_session *session;
	const struct words *words;
	const struct zone *zone; /* for the file at hand */
	int64_t present;
	const char *file;
	const struct json **twice;
	size_t twice_count;
};

/* The database's clock counts, which tests set. */
static int64_t
present_of(const struct json *body)
{
	const char *text = json_as_text(json_get(body, "present"));
	int64_t instant = when_now();
	bool is_local;

	if (text != NULL)
		when_parse(text, &instant, &is_local);
	return instant;
}

static bool
begin_file(struct import *import)
{
	struct str input = {0};
	struct json_writer writer = {.out = &input};
	const char *zone = words_value(import->words, "zone");

	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", words_value(import->words, "hub"));
	json_put_text(&writer, "source", words_value(import->words, "source"));
	json_put_bool(&writer, "create_rooms", words_has(import->words, "create-rooms"));
	json_close_map(&writer);
	const struct json *body = command_call(import->arena, import->session, "import_begin", str_text(&input));
	str_free(&input);
	if (body == NULL)
		return false;
	if (zone == NULL)
		zone = json_as_text(json_get(body, "zone"));
	import->zone = zone_find(zone);
	import->present = present_of(body);
	if (import->zone == NULL)
		fprintf(stderr, "hubd: there is no time zone \"%s\"; one is Europe/Berlin\n", zone);
	return import->zone != NULL;
}

/* The UIDs that are in the file but do not come in: their events are not gone. */
static void
put_seen(struct json_writer *writer, const struct ical_calendar *calendar)
{
	json_open_list(writer, "seen");
	for (size_t i = 0; i < calendar->skipped_count; i++)
		if (calendar->skipped[i].uid != NULL)
			json_put_text(writer, NULL, calendar->skipped[i].uid);
	json_close_list(writer);
}

static bool
send_chunk(struct import *import, const struct ical_calendar *calendar, const struct ical_intake *intake, size_t from, size_t to)
{
	struct str input = {0};
	struct json_writer writer = {.out = &input};

	json_open_map(&writer, NULL);
	json_open_list(&writer, "entries");
	for (size_t i = from; i < to; i++)
		import_put_entry(&writer, calendar, &intake->list[i], zone_id(import->zone));
	json_close_list(&writer);
	if (from == 0)
		put_seen(&writer, calendar);
	json_close_map(&writer);
	const struct json *body = command_call(import->arena, import->session, "import_chunk", str_text(&input));
	str_free(&input);
	if (body != NULL && json_size(json_get(body, "twice")) > 0)
		import->twice[import->twice_count++] = json_get(body, "twice");
	return body != NULL;
}

/* A chunk is so many events, or fewer with many dates. */
static size_t
chunk_end(const struct ical_intake *intake, size_t from)
{
	size_t to = from, dates = 0;

	while (to < intake->count && to - from < CHUNK && dates < CHUNK_DATES)
		dates += intake->list[to++].dates.count;
	return to;
}

static void
say_progress(const struct import *import, size_t done, size_t all)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s: %zu of %zu events read%s", import->file, done, all, done == all ? ", comparing …\033[K\n" : "");
	fflush(stderr);
}

/* What the source is called where the file does not say: programme.xml is "programme". */
static const char *
file_name(const struct import *import)
{
	const char *slash = strrchr(import->file, '/'), *name = slash != NULL ? slash + 1 : import->file;

	return str_equal(name, "-") ? NULL : arena_copy(import->arena, name, strcspn(name, "."));
}

/* The report as JSON in the arena; NULL: it was said why not. */
static const char *
import_file(struct import *import)
{
	size_t length = 0;
	const char *bytes = command_read_file(import->arena, import->file, &length), *error = NULL;

	if (bytes == NULL || !begin_file(import))
		return NULL;
	struct ical_calendar *calendar = ical_read_any(import->arena, bytes, length, import->zone, &error);
	if (calendar == NULL) {
		fprintf(stderr, "hubd: %s: %s\n", import->file, error);
		return NULL;
	}
	struct ical_intake intake = ical_take_in(import->arena, calendar, import->present);
	import->twice = arena_take(import->arena, (intake.count / CHUNK + 1 + intake.count) * sizeof *import->twice);
	import->twice_count = 0;
	size_t from = 0;
	do {
		size_t to = chunk_end(&intake, from);
		if (!send_chunk(import, calendar, &intake, from, to))
			return NULL;
		say_progress(import, to, intake.count);
		from = to;
	} while (from < intake.count);

	struct str text = {0};
	struct json_writer writer = {.out = &text};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "calendar", calendar->name != NULL ? calendar->name : file_name(import));
	json_close_map(&writer);
	const struct json *body = command_call(import->arena, import->session, "import_finish", str_text(&text));
	str_clear(&text);
	if (body != NULL)
		import_report_json(&text, &(struct import_result){.file = import->file, .is_dry_run = words_has(import->words, "dry-run"),
		    .calendar = calendar, .body = body, .twice = import->twice, .twice_count = import->twice_count});
	const char *report = body != NULL ? arena_copy(import->arena, text.bytes, text.length) : NULL;
	str_free(&text);
	return report;
}

static void
say_report(struct import *import, const char *report)
{
	const char *error = NULL;

	if (words_has(import->words, "json"))
		printf("%s\n", report);
	else
		import_report_say(json_read(import->arena, report, strlen(report), &error));
}

static bool
import_all(struct import *import)
{
	const char *reports[WORDS_MAX];

	if (!command_script(import->session, "BEGIN"))
		return false;
	for (size_t i = 0; i < import->words->count; i++) {
		import->file = import->words->plain[i];
		reports[i] = import_file(import);
		if (reports[i] == NULL) {
			fprintf(stderr, "hubd: nothing was imported\n");
			return false; /* closing the session undoes what there was */
		}
	}
	if (!command_script(import->session, words_has(import->words, "dry-run") ? "ROLLBACK" : "COMMIT"))
		return false;
	for (size_t i = 0; i < import->words->count; i++)
		say_report(import, reports[i]);
	return true;
}

int
command_import(const struct conf *conf, int argc, char **argv)
{
	struct words words;

	if (!words_read(&words, argc, argv, flags, options))
		return 2;
	if (words.count == 0 || words_has(&words, "help")) {
		fputs(usage, words_has(&words, "help") ? stdout : stderr);
		return words_has(&words, "help") ? 0 : 2;
	}
	struct import import = {.arena = arena_new(), .words = &words, .session = command_open(conf, "admin_database")};
	bool is_done = import.session != NULL && import_all(&import);
	db_session_close(import.session);
	arena_free(import.arena);
	return is_done ? 0 : 1;
}
