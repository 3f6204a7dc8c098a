/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/work.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"

struct worker {
	struct db_pool *pool;
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
	char *id, *kind;
	int64_t started;
	char *error; /* why it failed */
};

static const struct db_statement statements[] = {
	{.name = "job_take", .sql = "SELECT * FROM api.job_take($1::integer)", .parameters = 1, .is_write = true},
	{.name = "job_run_sql", .sql = "SELECT api.job_run_sql($1::bigint)", .parameters = 1, .is_write = true},
	{.name = "job_done", .sql = "SELECT api.job_done($1::bigint)", .parameters = 1, .is_write = true},
	{.name = "job_failed", .sql = "SELECT api.job_failed($1::bigint, $2::text)", .parameters = 2, .is_write = true},
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
end_job(struct job *job)
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
	end_job(job);
}

static void
end_run(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct job *job = context;
	struct worker *worker = job->worker;
	if (worker->is_abandoned) {
		job->error = base_strdup("cut off by the end of the worker");
		end_job(job);
		return;
	}
	if (outcome == DB_ROWS) {
		const char *parameters[] = {job->id};
		db_call(worker->pool, "job_done", parameters, end_note, job);
		return;
	}
	job->error = base_strdup(outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
	const char *parameters[] = {job->id, job->error};
	db_call(worker->pool, "job_failed", parameters, end_note, job);
}

/* ---- taking ---- */

/* All kinds so far are decided and done inside the database. */
static void
run_job(struct worker *worker, const struct db_rows *rows, size_t row)
{
	struct job *job = base_alloc(sizeof *job);
	job->worker = worker;
	job->id = base_strdup(db_text(rows, row, "id"));
	job->kind = base_strdup(db_text(rows, row, "kind"));
	job->started = when_monotonic_ms();
	worker->running++;
	const char *parameters[] = {job->id};
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
