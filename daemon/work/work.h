/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The worker: takes due jobs from the queue in PostgreSQL and does them; tells open streams that something changed.
 *
 * Any number of workers may run: SQL hands each job to one of them, for the time of a lease. A worker that dies loses
 * nothing, since its jobs are taken again when their leases end; so a job may be done twice, and must bear it.
 * It does not know rules: a job's decision is SQL's.
 */
#ifndef HUBD_WORK_WORK_H
#define HUBD_WORK_WORK_H

#include <stdbool.h>
#include <stddef.h>

struct db_pool;
struct db_statement;
struct event_base;
struct job;
struct worker;

struct worker_settings {
	size_t batch;       /* jobs at a time */
	int poll_ms;        /* looks for jobs at least this often */
	int change_ms;      /* tells about changes at most this often */
};

/* What the pool must know. */
const struct db_statement *worker_statements(size_t *ret_count);

/* Starts at once, and whenever it is woken. */
struct worker *worker_new(struct event_base *base, struct db_pool *pool, const struct worker_settings *settings);

/* Jobs of this kind are done by run, in C; all others inside the database. kind must outlive the worker. */
typedef void job_run(void *context, struct job *job);
void worker_do(struct worker *worker, const char *kind, job_run *run, void *context);

/* ---- a job that is being done: it ends by one of these, once ---- */
const char *job_id(const struct job *job);
const char *job_key(const struct job *job);
const char *job_input(const struct job *job); /* JSON */
/* error: NULL when it is done; else it will be tried again. A copy is kept. */
void job_end(struct job *job, const char *error);
/* SQL knows already what became of it; why is for the log only. */
void job_leave(struct job *job, const char *why);
/* The worker goes: nothing may be asked of the database any more. */
bool job_is_abandoned(const struct job *job);

/* Jobs may be due. A db_listen() callback for channel hubd_job. */
void worker_wake(void *worker, const char *payload);
/* Takes no more jobs; calls stopped once those that run have ended. */
void worker_stop(struct worker *worker, void (*stopped)(void *context), void *context);
/* Before the pool is freed: what still runs is left to the end of its lease. */
void worker_abandon(struct worker *worker);
/* After the pool: nothing calls back any more. NULL is fine. */
void worker_free(struct worker *worker);

#endif
