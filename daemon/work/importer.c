/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See importer.h. */
#include "work/importer.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "ical/event.h"
#include "ical/intake.h"
#include "ical/schedule.h"
#include "ical/zone.h"
#include "work/child.h"
#include "work/import_document.h"
#include "work/import_entry.h"
#include "work/work.h"

enum { CHUNK = 250 };

static const char too_much[] = "{\"error\": \"too-much\"}";

struct importer {
	struct children *children;
	struct db_pool *pool;
};

/* One file on its way. */
struct reading {
	struct importer *importer;
	struct job *job;
};

/* ---- in the child: bytes to a document; nothing here is shared but the pipe ---- */

struct source {
	const char *name, *data; /* base64 */
	const struct zone *zone;
	int64_t present;
};

static void
put_chunks(struct json_writer *writer, const struct ical_calendar *calendar, const struct ical_intake *intake, const struct source *source)
{
	json_open_list(writer, "chunks");
	for (size_t from = 0; from < intake->count || from == 0; from += CHUNK) {
		json_open_map(writer, NULL);
		json_open_list(writer, "entries");
		for (size_t i = from; i < intake->count && i < from + CHUNK; i++)
			import_put_entry(writer, calendar, &intake->list[i], zone_id(source->zone));
		json_close_list(writer);
		json_open_list(writer, "seen");
		for (size_t i = 0; i < calendar->skipped_count && from == 0; i++)
			if (calendar->skipped[i].uid != NULL)
				json_put_text(writer, NULL, calendar->skipped[i].uid);
		json_close_list(writer);
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* {"error"}, or {"calendar", "chunks", "read": what only the reader of the file knows of the report}. */
static void
read_source(const void *input, struct str *out)
{
	const struct source *source = input;
	struct arena *arena = arena_new();
	struct json_writer writer = {.out = out};
	size_t room = strlen(source->data) / 4 * 3 + 3;
	unsigned char *bytes = arena_take(arena, room);
	long length = digest_base64_decode(source->data, strlen(source->data), bytes, room);
	const char *error = "The file did not arrive whole.";
	struct ical_calendar *calendar = length < 0 ? NULL : ical_read_any(arena, (const char *)bytes, (size_t)length, source->zone, &error);
	json_open_map(&writer, NULL);
	if (calendar == NULL) {
		json_put_text(&writer, "error", error);
	} else {
		struct ical_intake intake = ical_take_in(arena, calendar, source->present);
		struct str read = {0};
		json_put_text(&writer, "calendar", calendar->name != NULL ? calendar->name : arena_copy(arena, source->name, strcspn(source->name, ".")));
		put_chunks(&writer, calendar, &intake, source);
		import_report_json(&read, &(struct import_result){.file = source->name, .calendar = calendar});
		json_put_raw(&writer, "read", str_text(&read));
		str_free(&read);
	}
	json_close_map(&writer);
}

/* ---- the parent ---- */

static void
end(struct reading *reading, const char *error)
{
	job_end(reading->job, error);
	free(reading);
}

static void
end_apply(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	end(context, outcome == DB_ROWS ? NULL : outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
}

/* What was read goes to SQL, which takes it over or tries it, and keeps the report. */
static void
apply(void *context, const char *document)
{
	struct reading *reading = context;
	const char *parameters[] = {job_input(reading->job), document != NULL ? document : too_much};
	if (job_is_abandoned(reading->job))
		end(reading, "cut off by the end of the worker");
	else
		db_call(reading->importer->pool, "job_import_end", parameters, end_apply, reading);
}

static void
end_take(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct reading *reading = context;
	if (outcome != DB_ROWS) {
		end(reading, outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
		return;
	}
	if (db_count(rows) == 0) { /* it is done, or gone */
		end(reading, NULL);
		return;
	}
	bool is_local;
	const struct zone *zone = zone_find(db_text(rows, 0, "zone"));
	struct source source = {.name = db_text(rows, 0, "name"), .data = db_text(rows, 0, "data"), .zone = zone != NULL ? zone : zone_utc()};
	if (!when_parse(db_text(rows, 0, "present"), &source.present, &is_local))
		source.present = when_now();
	child_run(reading->importer->children, read_source, &source, apply, reading);
}

void
importer_run(void *context, struct job *job)
{
	struct importer *importer = context;
	struct reading *reading = base_alloc(sizeof *reading);
	*reading = (struct reading){importer, job};
	const char *parameters[] = {job_input(job)};
	db_call(importer->pool, "job_import_take", parameters, end_take, reading);
}

struct importer *
importer_new(struct children *children, struct db_pool *pool)
{
	struct importer *importer = base_alloc(sizeof *importer);
	*importer = (struct importer){children, pool};
	return importer;
}

void
importer_free(struct importer *importer)
{
	free(importer);
}
