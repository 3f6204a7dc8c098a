/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/work.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"

enum { KINDS_MAX = 16 };

/* A kind of job that is done in C. */
struct kind {
	const char *name;
	job_run *run;
	void *context;
};

struct worker {
	struct db_pool *pool;
	struct kind kinds[KINDS_MAX];
	size_t kind_count;
	struct worker_settings settings;
	struct event *poll, *change;
	size_t running;          /* jobs */
	bool is_taking;          /* a take is under way */
	bool is_woken;           /* and was asked for again meanwhile */
	bool is_telling;
	char *seen;              /* the snapshot up to which changes were told; NULL: none yet */
	void (*stopped)(void *context);
	void *stopped_context;
	bool is_stopping;        /* takes nothing more */
	bool is_abandoned;       /* and the pool goes: it must not be called any more */
};

struct job {
	struct worker *worker;
	char *id, *kind, *key, *input;
	int64_t started;
	char *error; /* why it failed */
};

static const struct db_statement statements[] = {
	{.name = "job_take", .sql = "SELECT * FROM api.job_take($1::integer)", .parameters = 1, .is_write = true},
	{.name = "job_run_sql", .sql = "SELECT api.job_run_sql($1::bigint)", .parameters = 1, .is_write = true},
	{.name = "job_done", .sql = "SELECT api.job_done($1::bigint)", .parameters = 1, .is_write = true},
	{.name = "job_failed", .sql = "SELECT api.job_failed($1::bigint, $2::text)", .parameters = 2, .is_write = true},
	{.name = "job_mail_begin", .sql = "SELECT * FROM api.job_mail_begin($1::bigint)", .parameters = 1, .is_write = true},
	{.name = "job_mail_claim", .sql = "SELECT api.job_mail_claim($1::bigint, $2::bigint, $3::integer)", .parameters = 3, .is_write = true},
	{.name = "job_mail_end", .sql = "SELECT api.job_mail_end($1::bigint, $2::bigint, $3::integer, $4::text, $5::text)", .parameters = 5, .is_write = true},
	{.name = "job_series_look", .sql = "SELECT * FROM api.job_series_look($1::bigint)", .parameters = 1},
	{.name = "job_event_look", .sql = "SELECT * FROM api.job_event_look($1::bigint)", .parameters = 1},
	{.name = "job_event_extend", .sql = "SELECT api.job_event_extend($1::bigint, $2::jsonb)", .parameters = 2, .is_write = true},
	{.name = "job_series_extend", .sql = "SELECT api.job_series_extend($1::bigint, $2::jsonb)", .parameters = 2, .is_write = true},
	{.name = "job_zones", .sql = "SELECT * FROM api.job_zones($1::jsonb)", .parameters = 1, .is_write = true},
	{.name = "job_zones_due", .sql = "SELECT api.job_zones_due()", .parameters = 0, .is_write = true},
	{.name = "job_import_take", .sql = "SELECT * FROM api.job_import_take($1::jsonb)", .parameters = 1, .is_write = true},
	{.name = "job_import_end", .sql = "SELECT api.job_import_end($1::jsonb, $2::jsonb)", .parameters = 2, .is_write = true},
	{.name = "job_webhook_begin", .sql = "SELECT * FROM api.job_webhook_begin($1::bigint)", .parameters = 1, .is_write = true},
	{.name = "job_webhook_end", .sql = "SELECT api.job_webhook_end($1::bigint, $2::bigint, $3::integer, $4::text)", .parameters = 4, .is_write = true},
	{.name = "job_mirror_begin", .sql = "SELECT * FROM api.job_mirror_begin($1::bigint)", .parameters = 1, .is_write = true},
	{.name = "job_mirror_end", .sql = "SELECT api.job_mirror_end($1::bigint, $2::bigint, $3::jsonb)", .parameters = 3, .is_write = true},
	{.name = "tell_changes", .sql = "SELECT * FROM api.tell_changes($1::text)", .parameters = 1, .is_write = true},
};

const struct db_statement *
worker_statements(size_t *ret_count)
{
	*ret_count = sizeof statements / sizeof statements[0];
	return statements;
}

static void take(struct worker *worker);

/* ---- the end of a job ---- */

static void
job_free(struct job *job)
{
	free(job->id);
	free(job->kind);
	free(job->key);
	free(job->input);
	free(job->error);
	free(job);
}

static void
check_stopped(struct worker *worker)
{
	if (worker->stopped == NULL || worker->running > 0 || worker->is_taking)
		return;
	void (*stopped)(void *context) = worker->stopped;
	worker->stopped = NULL;
	stopped(worker->stopped_context);
}

static void
note_end(struct job *job)
{
	struct worker *worker = job->worker;
	char milliseconds[24];
	snprintf(milliseconds, sizeof milliseconds, "%lld", (long long)(when_monotonic_ms() - job->started));
	log_event(job->error == NULL ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, job->error == NULL ? "job-done" : "job-failed", "kind", job->kind,
	    "id", job->id, "ms", milliseconds, "why", job->error, NULL);
	job_free(job);
	worker->running--;
	take(worker);
	check_stopped(worker);
}

/* Whatever became of the note: where it is missing, the lease ends and somebody takes the job again. */
static void
end_note(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct job *job = context;
	if (outcome != DB_ROWS)
		log_event(LOG_LEVEL_WARNING, "job-not-noted", "id", job->id, "why", outcome == DB_ERROR ? db_message(rows) : "the database is away", NULL);
	note_end(job);
}

void
job_leave(struct job *job, const char *why)
{
	job->error = why == NULL ? NULL : base_strdup(why);
	note_end(job);
}

void
job_end(struct job *job, const char *error)
{
	struct worker *worker = job->worker;
	job->error = error == NULL ? NULL : base_strdup(error);
	const char *parameters[] = {job->id, job->error};
	if (worker->is_abandoned)
		note_end(job);
	else
		db_call(worker->pool, error == NULL ? "job_done" : "job_failed", parameters, end_note, job);
}

static void
end_run(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct job *job = context;
	if (job->worker->is_abandoned)
		job_end(job, "cut off by the end of the worker");
	else
		job_end(job, outcome == DB_ROWS ? NULL : outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
}

const char *
job_id(const struct job *job)
{
	return job->id;
}

const char *
job_key(const struct job *job)
{
	return job->key;
}

const char *
job_input(const struct job *job)
{
	return job->input;
}

bool
job_is_abandoned(const struct job *job)
{
	return job->worker->is_abandoned;
}

/* ---- taking ---- */

static const struct kind *
kind_of(const struct worker *worker, const char *name)
{
	for (size_t i = 0; i < worker->kind_count; i++)
		if (str_equal(worker->kinds[i].name, name))
			return &worker->kinds[i];
	return NULL;
}

static void
run_job(struct worker *worker, const struct db_rows *rows, size_t row)
{
	struct job *job = base_alloc(sizeof *job);
	job->worker = worker;
	job->id = base_strdup(db_text(rows, row, "id"));
	job->kind = base_strdup(db_text(rows, row, "kind"));
	job->key = base_strdup(db_text(rows, row, "key"));
	job->input = base_strdup(db_text(rows, row, "input"));
	job->started = when_monotonic_ms();
	worker->running++;
	const struct kind *kind = kind_of(worker, job->kind);
	const char *parameters[] = {job->id};
	if (kind != NULL)
		kind->run(kind->context, job);
	else
		db_call(worker->pool, "job_run_sql", parameters, end_run, job);
}

static void
end_take(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct worker *worker = context;
	bool is_woken = worker->is_woken;
	worker->is_taking = worker->is_woken = false;
	if (outcome == DB_ERROR)
		log_event(LOG_LEVEL_ERROR, "cannot-take-jobs", "sqlstate", db_sqlstate(rows), "why", db_message(rows), NULL);
	/* What was taken while we were asked to stop is done all the same: it holds a lease already. */
	for (size_t i = 0; outcome == DB_ROWS && i < db_count(rows); i++)
		run_job(worker, rows, i);
	if (is_woken)
		take(worker);
	check_stopped(worker);
}

static void
take(struct worker *worker)
{
	if (worker->is_taking)
		worker->is_woken = true;
	if (worker->is_taking || worker->is_stopping || worker->running >= worker->settings.batch)
		return;
	char limit[24];
	snprintf(limit, sizeof limit, "%zu", worker->settings.batch - worker->running);
	const char *parameters[] = {limit};
	worker->is_taking = true;
	db_call(worker->pool, "job_take", parameters, end_take, worker);
}

void
worker_wake(void *context, const char *payload)
{
	(void)payload;
	take(context);
}

static void
on_poll(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	take(context);
}

/* ---- telling about changes ---- */

static void
end_tell(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct worker *worker = context;
	worker->is_telling = false;
	if (outcome == DB_ERROR)
		log_event(LOG_LEVEL_ERROR, "cannot-tell-changes", "sqlstate", db_sqlstate(rows), "why", db_message(rows), NULL);
	if (outcome != DB_ROWS || db_count(rows) == 0)
		return;
	free(worker->seen);
	worker->seen = base_strdup(db_text(rows, 0, "snapshot"));
}

static void
on_change(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	struct worker *worker = context;
	if (worker->is_telling || worker->is_stopping)
		return;
	const char *parameters[] = {worker->seen};
	worker->is_telling = true;
	db_call(worker->pool, "tell_changes", parameters, end_tell, worker);
}

/* ---- the worker ---- */

static struct event *
timer_new(struct event_base *base, int milliseconds, event_callback_fn call, void *context)
{
	struct timeval interval = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
	struct event *timer = event_new(base, -1, EV_PERSIST, call, context);
	if (timer == NULL || event_add(timer, &interval) != 0)
		abort();
	return timer;
}

struct worker *
worker_new(struct event_base *base, struct db_pool *pool, const struct worker_settings *settings)
{
	struct worker *worker = base_alloc(sizeof *worker);
	worker->pool = pool;
	worker->settings = *settings;
	worker->poll = timer_new(base, settings->poll_ms, on_poll, worker);
	worker->change = timer_new(base, settings->change_ms, on_change, worker);
	return worker;
}

void
worker_do(struct worker *worker, const char *kind, job_run *run, void *context)
{
	assert(worker->kind_count < KINDS_MAX);
	worker->kinds[worker->kind_count++] = (struct kind){.name = kind, .run = run, .context = context};
}

void
worker_stop(struct worker *worker, void (*stopped)(void *context), void *context)
{
	worker->is_stopping = true;
	worker->stopped = stopped;
	worker->stopped_context = context;
	check_stopped(worker);
}

void
worker_abandon(struct worker *worker)
{
	worker->is_stopping = worker->is_abandoned = true;
	worker->stopped = NULL;
}

void
worker_free(struct worker *worker)
{
	if (worker == NULL)
		return;
	event_free(worker->poll);
	event_free(worker->change);
	free(worker->seen);
	free(worker);
}
