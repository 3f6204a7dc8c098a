/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/mirror.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "ical/event.h"
#include "ical/occurrences.h"
#include "ical/read.h"
#include "ical/zone.h"
#include "work/child.h"
#include "work/fetch.h"
#include "work/work.h"

enum { CALENDAR_MAX = 8 * 1024 * 1024, DEADLINE_MS = 30000, REDIRECTS = 3, ENTRIES_MAX = 5000, SERIES_MAX = 1000, SKIPPED_MAX = 50, TAG_MAX = 300 };

struct mirrors {
	struct db_pool *pool;
	struct fetcher *fetcher;
	struct children *children;
};

/* One calendar on its way. */
struct mirroring {
	struct mirrors *mirrors;
	struct job *job;
	struct arena *arena;
	const char *url, *etag, *last_modified, *zone; /* as stored */
	int64_t starts, ends;
	const char *new_etag, *new_modified; /* as answered */
};

static void
end(struct mirroring *mirroring, const char *error)
{
	job_end(mirroring->job, error);
	arena_free(mirroring->arena);
}

/* ---- in the child: bytes to entries ---- */

struct source {
	const char *bytes;
	size_t length;
	const char *zone;
	int64_t starts, ends;
};

static bool
blocks(const struct ical_occurrence *occurrence)
{
	const struct ical_event *event = occurrence->event;
	return !occurrence->is_cancelled && !str_equal(event->transp, "TRANSPARENT") && occurrence->start_utc < occurrence->end_utc;
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
	text[strcspn(text, "Z")] = '\0';
	json_put_text(writer, name, text);
}

static void
put_entry(struct json_writer *writer, struct arena *arena, const struct ical_occurrence *occurrence, const char *zone)
{
	const struct ical_event *event = occurrence->event;
	const char *own = event->zone_id != NULL && zone_is_known(event->zone_id) ? event->zone_id : zone;
	json_open_map(writer, NULL);
	json_put_text(writer, "key", occurrence->is_recurring ? arena_print(arena, "%s %lld", event->uid, (long long)occurrence->original_utc) : event->uid);
	json_put_text(writer, "title", event->summary);
	put_instant(writer, "start", occurrence->start_utc);
	put_instant(writer, "end", occurrence->end_utc);
	put_wall(writer, "local_start", occurrence->start_local);
	put_wall(writer, "local_end", occurrence->end_local);
	json_put_text(writer, "zone", own);
	json_close_map(writer);
}

static void
put_unread(struct json_writer *sentences, const struct ical_calendar *calendar)
{
	for (size_t i = 0; i < calendar->skipped_count && i < SKIPPED_MAX; i++)
		json_put_text(sentences, NULL, calendar->skipped[i].reason.text);
}

/* Series by series, so that one that never ends costs the others nothing. */
static void
put_entries(struct json_writer *writer, struct json_writer *sentences, struct arena *arena, const struct ical_calendar *calendar, const struct source *source)
{
	size_t count, left = ENTRIES_MAX, said = 0;
	const struct ical_series *series = ical_series_group(arena, calendar, &count);
	for (size_t i = 0; i < count && left > 0; i++) {
		struct ical_window window = {.from = source->starts, .before = source->ends, .limit = left < SERIES_MAX ? left : SERIES_MAX};
		struct ical_occurrences found;
		ical_series_occurrences(arena, &series[i], &window, &found);
		for (size_t j = 0; j < found.count; j++)
			if (blocks(&found.list[j]))
				put_entry(writer, arena, &found.list[j], source->zone);
		for (size_t j = 0; j < found.incomplete_count && said < SKIPPED_MAX; j++, said++)
			json_put_text(sentences, NULL, found.incomplete[j].text);
		left -= found.count < left ? found.count : left;
	}
	if (left == 0)
		json_put_text(sentences, NULL, "The calendar has more entries in the next 400 days than are followed.");
}

static void
read_calendar(const void *input, struct str *out)
{
	const struct source *source = input;
	struct arena *arena = arena_new();
	struct json_writer writer = {.out = out};
	const struct zone *zone = zone_find(source->zone);
	const char *error = NULL;
	struct ical_calendar *calendar = ical_read(arena, source->bytes, source->length, zone != NULL ? zone : zone_utc(), &error);
	json_open_map(&writer, NULL);
	if (calendar == NULL) {
		json_put_text(&writer, "error", error);
	} else {
		struct str skipped = {0};
		struct json_writer sentences = {.out = &skipped};
		json_open_list(&sentences, NULL);
		put_unread(&sentences, calendar);
		json_open_list(&writer, "entries");
		put_entries(&writer, &sentences, arena, calendar, source);
		json_close_list(&writer);
		json_close_list(&sentences);
		json_put_raw(&writer, "skipped", str_text(&skipped));
		str_free(&skipped);
	}
	json_close_map(&writer);
}

/* ---- the parent ---- */

static void
end_apply(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct mirroring *mirroring = context;
	if (outcome == DB_ROWS)
		job_leave(mirroring->job, NULL); /* SQL has queued the next time already */
	else
		job_end(mirroring->job, outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
	arena_free(mirroring->arena);
}

static void
apply(struct mirroring *mirroring, const char *result)
{
	const char *parameters[] = {job_id(mirroring->job), job_key(mirroring->job), result};
	if (job_is_abandoned(mirroring->job))
		end(mirroring, "cut off by the end of the worker");
	else
		db_call(mirroring->mirrors->pool, "job_mirror_end", parameters, end_apply, mirroring);
}

static void
apply_words(struct mirroring *mirroring, const char *error)
{
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "error", error);
	json_put_bool(&writer, "is_same", error == NULL);
	json_close_map(&writer);
	apply(mirroring, str_text(&text));
	str_free(&text);
}

/* The child's document goes on with the validators of the answer it came from. */
static void
end_reading(void *context, const char *document)
{
	struct mirroring *mirroring = context;
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	const char *error;
	if (document == NULL) {
		apply_words(mirroring, "reading the calendar took too much time or memory");
		return;
	}
	const struct json *read = json_read(mirroring->arena, document, strlen(document), &error);
	json_open_map(&writer, NULL);
	for (size_t i = 0; i < json_size(read); i++)
		json_put_value(&writer, json_name_at(read, i), json_value_at(read, i));
	json_put_text(&writer, "etag", mirroring->new_etag);
	json_put_text(&writer, "last_modified", mirroring->new_modified);
	json_close_map(&writer);
	apply(mirroring, str_text(&text));
	str_free(&text);
}

/* A validator that is kept; NULL where there is none, or none that a header field could repeat. */
static const char *
validator(struct mirroring *mirroring, const struct fetch_answer *answer, const char *name)
{
	const char *value = fetch_field(answer, name);
	if (value == NULL || *value == '\0' || strlen(value) > TAG_MAX)
		return NULL;
	for (const char *at = value; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return NULL;
	return str_is_utf8(value, strlen(value)) ? arena_text(mirroring->arena, value) : NULL;
}

static void
end_fetch(void *context, const char *error, const struct fetch_answer *answer)
{
	struct mirroring *mirroring = context;
	int status = fetch_status(answer);
	if (job_is_abandoned(mirroring->job)) {
		end(mirroring, "cut off by the end of the worker");
	} else if (error != NULL || (status != 200 && status != 304)) {
		apply_words(mirroring, error != NULL ? error : arena_print(mirroring->arena, "the other server answered with status %d", status));
	} else if (status == 304) {
		apply_words(mirroring, NULL);
	} else {
		struct source source = {.zone = mirroring->zone, .starts = mirroring->starts, .ends = mirroring->ends};
		source.bytes = fetch_body(answer, &source.length);
		mirroring->new_etag = validator(mirroring, answer, "ETag");
		mirroring->new_modified = validator(mirroring, answer, "Last-Modified");
		child_run(mirroring->mirrors->children, read_calendar, &source, end_reading, mirroring);
	}
}

static void
fetch(struct mirroring *mirroring)
{
	const char *fields[4] = {"Accept: text/calendar"};
	size_t count = 1;
	if (mirroring->etag != NULL)
		fields[count++] = arena_print(mirroring->arena, "If-None-Match: %s", mirroring->etag);
	if (mirroring->last_modified != NULL)
		fields[count++] = arena_print(mirroring->arena, "If-Modified-Since: %s", mirroring->last_modified);
	struct fetch_request request = {.url = mirroring->url, .fields = fields, .answer_max = CALENDAR_MAX, .deadline_ms = DEADLINE_MS, .redirects = REDIRECTS};
	fetch_start(mirroring->mirrors->fetcher, &request, end_fetch, mirroring);
}

static void
end_begin(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct mirroring *mirroring = context;
	if (outcome != DB_ROWS || db_count(rows) == 0 || job_is_abandoned(mirroring->job)) {
		end(mirroring, outcome == DB_ROWS ? NULL : outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
		return;
	}
	mirroring->url = arena_text(mirroring->arena, db_text(rows, 0, "url"));
	mirroring->etag = arena_text(mirroring->arena, db_text(rows, 0, "etag"));
	mirroring->last_modified = arena_text(mirroring->arena, db_text(rows, 0, "last_modified"));
	mirroring->zone = arena_text(mirroring->arena, db_text(rows, 0, "zone"));
	mirroring->starts = db_number(rows, 0, "starts");
	mirroring->ends = db_number(rows, 0, "ends");
	fetch(mirroring);
}

void
mirrors_run(void *context, struct job *job)
{
	struct mirrors *mirrors = context;
	struct arena *arena = arena_new();
	struct mirroring *mirroring = arena_take(arena, sizeof *mirroring);
	*mirroring = (struct mirroring){.mirrors = mirrors, .job = job, .arena = arena};
	const char *parameters[] = {job_key(job)};
	db_call(mirrors->pool, "job_mirror_begin", parameters, end_begin, mirroring);
}

struct mirrors *
mirrors_new(struct db_pool *pool, struct fetcher *fetcher, struct children *children)
{
	struct mirrors *mirrors = base_alloc(sizeof *mirrors);
	*mirrors = (struct mirrors){pool, fetcher, children};
	return mirrors;
}

void
mirrors_free(struct mirrors *mirrors)
{
	free(mirrors);
}
