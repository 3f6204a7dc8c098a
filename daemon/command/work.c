/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `hubd work`: the worker as a process. Any number of them may run. */
#include "work/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/str.h"
#include "command/command.h"
#include "command/process.h"
#include "db/db.h"
#include "work/child.h"
#include "work/extend.h"
#include "work/fetch.h"
#include "work/importer.h"
#include "work/mail.h"
#include "work/mirror.h"
#include "work/webhook.h"
#include "work/wire.h"
#include "work/zones.h"

/* Longer than the role's statement_timeout (120 s): the server ends a job that runs too long, not we. */
enum { CONNECTIONS = 2, DEADLINE_MS = 130000, QUEUE_MAX = 2000 };

struct work {
	struct process *process;
	struct db_settings db_settings;
	struct db_pool *pool;
	struct db_listener *listener;
	struct worker *worker;
	struct arena *arena; /* texts of settings that were put together */
	struct wire *wire;
	struct fetcher *fetcher;
	struct children *children;
	struct mirrors *mirrors;
	struct mailer *mailer;
	struct webhooks *webhooks;
	bool has_looked_at_zones;
	struct importer *importer;
};

/* Perhaps this worker was started because the zone data was updated: the job looks at once, not within the hour. */
static void
end_zones_due(void *worker, enum db_outcome outcome, const struct db_rows *rows)
{
	(void)outcome;
	(void)rows;
	worker_wake(worker, NULL);
}

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
	if (is_ready && !work->has_looked_at_zones) {
		work->has_looked_at_zones = true;
		db_call(work->pool, "job_zones_due", NULL, end_zones_due, work->worker);
	}
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

/* ---- mail ---- */

/* hubd@ and the host of public_url. */
static const char *
sender_of(struct arena *arena, const struct conf *conf)
{
	const char *from = conf_text(conf, "smtp_from"), *host = strstr(conf_text(conf, "public_url"), "://");
	if (from[0] != '\0' || host == NULL)
		return from[0] != '\0' ? from : "hubd@localhost";
	return arena_print(arena, "hubd@%.*s", (int)strcspn(host + 3, ":/"), host + 3);
}

/* The first line of the file; NULL: it cannot be read, and it was said. */
static const char *
password_of(struct arena *arena, const struct conf *conf)
{
	const char *path = conf_text(conf, "smtp_password_file"), *credentials = getenv("CREDENTIALS_DIRECTORY");
	char *error = NULL;
	struct str text = {0};
	if (conf_text(conf, "smtp_user")[0] == '\0')
		return "";
	if (path[0] == '\0')
		path = arena_print(arena, "%s/smtp-password", credentials != NULL ? credentials : "");
	if (!folder_read(path, &text, &error)) {
		log_event(LOG_LEVEL_ERROR, "no-smtp-password", "why", error, NULL);
		free(error);
		return NULL;
	}
	const char *password = arena_copy(arena, str_text(&text), strcspn(str_text(&text), "\r\n"));
	str_free(&text);
	return password;
}

static bool
make_mailer(struct work *work, const struct conf *conf)
{
	const char *data = conf_text(conf, "data_directory");
	struct mailer_settings settings = {
		.templates = arena_print(work->arena, "%s/daemon/work/templates", data),
		.locale = arena_print(work->arena, "%s/config/locale", data),
		.public_url = conf_text(conf, "public_url"),
		.operator_name = conf_text(conf, "operator_name"),
		.operator_address = conf_text(conf, "operator_address"),
		.operator_mail = conf_text(conf, "operator_mail"),
		.from = sender_of(work->arena, conf),
		.directory = conf_text(conf, "mail_directory"),
		.smtp = {.url = conf_text(conf, "smtp_url"), .user = conf_text(conf, "smtp_user"), .password = password_of(work->arena, conf),
			.ca_file = conf_text(conf, "smtp_ca_file"), .timeout_ms = conf_milliseconds(conf, "smtp_timeout")},
	};
	char *error = NULL;
	if (settings.smtp.password == NULL)
		return false;
	if (settings.smtp.url[0] == '\0' && settings.directory[0] == '\0')
		log_event(LOG_LEVEL_WARNING, "mail-waits", "help", "the settings name no mail server (smtp_url)", NULL);
	work->mailer = mailer_new(process_base(work->process), work->wire, work->pool, &settings, &error);
	if (work->mailer == NULL)
		log_event(LOG_LEVEL_ERROR, "no-mail", "why", error, "help", "data_directory must hold daemon/work and config/locale", NULL);
	free(error);
	return work->mailer != NULL;
}

/* ---- the command ---- */

static bool
begin(struct work *work, const struct conf *conf)
{
	size_t count;
	struct event_base *base = process_base(work->process);
	const struct db_statement *statements = worker_statements(&count);
	work->db_settings = (struct db_settings){.conninfo = conf_text(conf, "work_database"), .connections = CONNECTIONS, .pipeline_depth = 1,
		.queue_max = QUEUE_MAX, .deadline_ms = DEADLINE_MS, .reconnect_min_ms = 200, .reconnect_max_ms = 10000};
	struct worker_settings settings = {.batch = (size_t)conf_number(conf, "work_batch"), .poll_ms = conf_milliseconds(conf, "work_poll"),
		.change_ms = conf_milliseconds(conf, "change_delay")};
	work->arena = arena_new();
	work->wire = wire_new(base, conf_number(conf, "outgoing_connections"));
	work->fetcher = fetcher_new(work->wire, conf_is_on(conf, "outgoing_loopback"));
	work->pool = db_pool_new(base, &work->db_settings, statements, count);
	work->worker = worker_new(base, work->pool, &settings);
	db_pool_on_state(work->pool, say_state, work);
	work->listener = db_listen(base, &work->db_settings, "hubd_job", worker_wake, work->worker);
	if (!make_mailer(work, conf))
		return false;
	worker_do(work->worker, "mail", mailer_run, work->mailer);
	work->webhooks = webhooks_new(work->fetcher, work->pool);
	worker_do(work->worker, "webhook", webhooks_run, work->webhooks);
	work->children = children_new(base);
	work->mirrors = mirrors_new(work->pool, work->fetcher, work->children);
	worker_do(work->worker, "mirror", mirrors_run, work->mirrors);
	worker_do(work->worker, "extend-series", extend_run, work->pool);
	worker_do(work->worker, "zones", zones_run, work->pool);
	worker_do(work->worker, "extend-event", extend_event_run, work->pool);
	work->importer = importer_new(work->children, work->pool);
	worker_do(work->worker, "import", importer_run, work->importer);
	return true;
}

static void
end(struct work *work)
{
	worker_abandon(work->worker);
	wire_free(work->wire);
	db_listener_free(work->listener);
	db_pool_free(work->pool);
	mailer_free(work->mailer);
	webhooks_free(work->webhooks);
	fetcher_free(work->fetcher);
	children_free(work->children);
	importer_free(work->importer);
	mirrors_free(work->mirrors);
	worker_free(work->worker);
	process_free(work->process);
	arena_free(work->arena);
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
	int code = begin(&work, conf) ? process_run(work.process) : 1;
	end(&work);
	return code;
}
