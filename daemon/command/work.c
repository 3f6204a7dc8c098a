/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `hubd work`: the worker as a process. Any number of them may run. */
#include "work/work.h"

#include <stdio.h>

#include <event2/event.h>

#include "base/conf.h"
#include "base/log.h"
#include "command/command.h"
#include "command/process.h"
#include "db/db.h"

/* Longer than the role's statement_timeout (120 s): the server ends a job that runs too long, not we. */
enum { CONNECTIONS = 2, DEADLINE_MS = 130000, QUEUE_MAX = 2000 };

struct work {
	struct process *process;
	struct db_settings db_settings;
	struct db_pool *pool;
	struct db_listener *listener;
	struct worker *worker;
};

static void
say_state(void *context)
{
	struct work *work = context;
	const char *detail;
	enum db_state state = db_pool_state(work->pool, &detail);
	bool is_ready = state == DB_STATE_READY;
	const char *word = is_ready ? "database-ready" : state == DB_STATE_AWAY ? "database-away" : "database-mismatched";
	log_event(is_ready ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, word, "detail", is_ready ? NULL : detail, NULL);
	process_say_status(word);
	if (is_ready)
		worker_wake(work->worker, NULL);
}

static void
reload(void *context)
{
	(void)context;
	log_event(LOG_LEVEL_NOTICE, "nothing-to-reload", "help", "the settings of `hubd work` count from its next start", NULL);
}

static void
stop_loop(void *context)
{
	event_base_loopbreak(context);
}

static void
stop(void *context)
{
	struct work *work = context;
	worker_stop(work->worker, stop_loop, process_base(work->process));
}

static void
begin(struct work *work, const struct conf *conf)
{
	size_t count;
	struct event_base *base = process_base(work->process);
	const struct db_statement *statements = worker_statements(&count);
	work->db_settings = (struct db_settings){.conninfo = conf_text(conf, "work_database"), .connections = CONNECTIONS, .pipeline_depth = 1,
		.queue_max = QUEUE_MAX, .deadline_ms = DEADLINE_MS, .reconnect_min_ms = 200, .reconnect_max_ms = 10000};
	struct worker_settings settings = {.batch = (size_t)conf_number(conf, "work_batch"), .poll_ms = conf_milliseconds(conf, "work_poll"),
		.change_ms = conf_milliseconds(conf, "change_delay")};
	work->pool = db_pool_new(base, &work->db_settings, statements, count);
	work->worker = worker_new(base, work->pool, &settings);
	db_pool_on_state(work->pool, say_state, work);
	work->listener = db_listen(base, &work->db_settings, "hubd_job", worker_wake, work->worker);
}

int
command_work(const struct conf *conf, int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		fputs("Usage: hubd work\n", stderr);
		return 2;
	}
	struct work work = {0};
	struct process_calls calls = {.reload = reload, .stop = stop, .context = &work};
	work.process = process_begin(conf, &calls);
	begin(&work, conf);
	int code = process_run(work.process);
	worker_abandon(work.worker);
	db_listener_free(work.listener);
	db_pool_free(work.pool);
	worker_free(work.worker);
	process_free(work.process);
	return code;
}
