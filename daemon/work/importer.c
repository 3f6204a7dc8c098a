/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See importer.h. */
#include "work/importer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

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
#include "work/import_document.h"
#include "work/import_entry.h"
#include "work/work.h"

enum { CHUNK = 250, SECONDS_MAX = 30, MEMORY_MAX = 1 << 30, READ_MAX = 64 * 1024 * 1024 };

static const char too_much[] = "{\"error\": \"too-much\"}";

struct importer {
	struct event_base *base;
	struct db_pool *pool;
	struct reading *readings;
};

/* One file on its way. */
struct reading {
	struct reading *next, **place; /* in the importer's list */
	struct importer *importer;
	struct job *job;
	pid_t child;                   /* 0: none any more */
	int pipe;
	struct event *readable, *late;
	struct str document;
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
read_source(struct arena *arena, const struct source *source, struct str *out)
{
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

static void
limit(void)
{
	/* Where the service manager forbids to set limits, its own hold, and the parent's patience ends. */
	struct rlimit seconds = {SECONDS_MAX, SECONDS_MAX};
	setrlimit(RLIMIT_CPU, &seconds);
#ifndef __SANITIZE_ADDRESS__
	struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};
	setrlimit(RLIMIT_AS, &memory);
#endif
}

static void
run_child(int pipe, const struct source *source)
{
	struct str document = {0};
	limit();
	read_source(arena_new(), source, &document);
	for (size_t done = 0; done < document.length;) {
		ssize_t written = write(pipe, document.bytes + done, document.length - done);
		if (written < 0 && errno != EINTR)
			_exit(1);
		done += written > 0 ? (size_t)written : 0;
	}
	_exit(0);
}

/* ---- the parent ---- */

static void
reading_free(struct reading *reading)
{
	*reading->place = reading->next;
	if (reading->next != NULL)
		reading->next->place = reading->place;
	if (reading->child > 0) {
		kill(reading->child, SIGKILL);
		waitpid(reading->child, NULL, 0);
	}
	if (reading->readable != NULL)
		event_free(reading->readable);
	if (reading->late != NULL)
		event_free(reading->late);
	if (reading->pipe >= 0)
		close(reading->pipe);
	str_free(&reading->document);
	free(reading);
}

static void
end(struct reading *reading, const char *error)
{
	struct job *job = reading->job;
	reading_free(reading);
	job_end(job, error);
}

static void
end_apply(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	end(context, outcome == DB_ROWS ? NULL : outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
}

/* What was read goes to SQL, which takes it over or tries it, and keeps the report. */
static void
apply(struct reading *reading, const char *document)
{
	const char *parameters[] = {job_input(reading->job), document};
	if (job_is_abandoned(reading->job))
		end(reading, "cut off by the end of the worker");
	else
		db_call(reading->importer->pool, "job_import_end", parameters, end_apply, reading);
}

static void
end_child(struct reading *reading, bool is_whole)
{
	int status = 0;
	event_del(reading->readable);
	event_del(reading->late);
	if (!is_whole)
		kill(reading->child, SIGKILL);
	waitpid(reading->child, &status, 0); /* its end of the pipe is closed, or it was killed: it is gone */
	reading->child = 0;
	bool is_done = is_whole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	apply(reading, is_done ? str_text(&reading->document) : too_much);
}

static void
on_readable(evutil_socket_t pipe, short events, void *context)
{
	struct reading *reading = context;
	char part[65536];
	(void)events;
	ssize_t got = read(pipe, part, sizeof part);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		str_add(&reading->document, part, (size_t)got);
	if (got <= 0 || reading->document.length > READ_MAX)
		end_child(reading, got == 0);
}

static void
on_late(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	end_child(context, false);
}

static bool
start_child(struct reading *reading, const struct source *source)
{
	int ends[2];
	struct timeval patience = {.tv_sec = SECONDS_MAX};
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	reading->child = fork();
	if (reading->child == 0)
		run_child(ends[1], source);
	close(ends[1]);
	reading->pipe = ends[0];
	if (reading->child < 0) {
		reading->child = 0;
		return false;
	}
	fcntl(reading->pipe, F_SETFL, O_NONBLOCK);
	reading->readable = event_new(reading->importer->base, reading->pipe, EV_READ | EV_PERSIST, on_readable, reading);
	reading->late = evtimer_new(reading->importer->base, on_late, reading);
	if (reading->readable == NULL || reading->late == NULL || event_add(reading->readable, NULL) != 0 || event_add(reading->late, &patience) != 0)
		abort();
	return true;
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
	if (!start_child(reading, &source))
		end(reading, "no child could be started");
}

void
importer_run(void *context, struct job *job)
{
	struct importer *importer = context;
	struct reading *reading = base_alloc(sizeof *reading);
	*reading = (struct reading){.next = importer->readings, .place = &importer->readings, .importer = importer, .job = job, .pipe = -1};
	if (reading->next != NULL)
		reading->next->place = &reading->next;
	importer->readings = reading;
	const char *parameters[] = {job_input(job)};
	db_call(importer->pool, "job_import_take", parameters, end_take, reading);
}

struct importer *
importer_new(struct event_base *base, struct db_pool *pool)
{
	struct importer *importer = base_alloc(sizeof *importer);
	importer->base = base;
	importer->pool = pool;
	return importer;
}

void
importer_free(struct importer *importer)
{
	if (importer == NULL)
		return;
	while (importer->readings != NULL)
		reading_free(importer->readings);
	free(importer);
}
