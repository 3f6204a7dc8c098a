/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `hubd serve`: the boot order is the list in command_serve(). It starts with the database away, tells the service
 * manager how it is, reloads on SIGHUP and drains on SIGTERM.
 */
#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <systemd/sd-daemon.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/log.h"
#include "command/process.h"
#include "db/db.h"
#include "dispatch.h"
#include "feed/feed.h"
#include "http/http.h"
#include "ical/zone.h"
#include "page/page.h"
#include "page/pages.h"
#include "routes.h"
#include "service/service.h"

struct serve {
	const struct conf *conf; /* the one in force; a reloaded one is owned */
	struct conf *reloaded;
	struct process *process;
	struct event_base *base;
	struct db_settings db_settings;
	struct db_statement *statements;
	size_t statement_count;
	struct db_pool *pool;
	struct db_listener *listener;
	struct dispatch *dispatch;
	struct service *service;
	struct feed_service *feeds;
	struct pages *pages;
	struct http_server *server;
};

static void
say_state(void *context)
{
	struct serve *serve = context;
	static const char *const words[] = {
		[DB_STATE_AWAY] = "database-away", [DB_STATE_READY] = "database-ready", [DB_STATE_MISMATCHED] = "database-mismatched"};
	const char *detail;
	enum db_state state = db_pool_state(serve->pool, &detail);
	log_event(state == DB_STATE_READY ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, words[state], "detail", state == DB_STATE_READY ? NULL : detail,
	    "help", state == DB_STATE_MISMATCHED ? "run `hubd migrate`" : NULL, NULL);
	process_say_status(words[state]);
}

static void
make_pool(struct serve *serve)
{
	const struct conf *conf = serve->conf;
	serve->statements = routes_statements(&serve->statement_count);
	serve->db_settings = (struct db_settings){
		.conninfo = conf_text(conf, "database"),
		.connections = (size_t)conf_number(conf, "database_connections"),
		.pipeline_depth = (size_t)conf_number(conf, "database_pipeline"),
		.queue_max = (size_t)conf_number(conf, "database_queue"),
		.deadline_ms = conf_milliseconds(conf, "database_deadline"),
		.reconnect_min_ms = 100,
		.reconnect_max_ms = 5000,
	};
	serve->pool = db_pool_new(serve->base, &serve->db_settings, serve->statements, serve->statement_count);
	db_pool_on_state(serve->pool, say_state, serve);
}

static void
make_service(struct serve *serve)
{
	struct service_settings settings = {
		.data_directory = conf_text(serve->conf, "data_directory"),
		.streams_max = (size_t)conf_number(serve->conf, "streams"),
		.heartbeat_ms = conf_milliseconds(serve->conf, "stream_heartbeat"),
		.uses_ms = conf_milliseconds(serve->conf, "last_use_delay"),
	};
	const char *error = NULL;
	serve->service = service_new(serve->base, &settings, serve->pool, &error);
	if (error != NULL)
		log_event(LOG_LEVEL_WARNING, "no-openapi", "why", error, NULL);
	serve->listener = db_listen(serve->base, &serve->db_settings, "hubd_changed", service_heard, serve->service);
}

/* Last good copies are kept in feeds/ of the state directory; without that folder serving goes on without them. */
static void
make_feeds(struct serve *serve)
{
	struct feed_settings settings;
	struct str folder = {0};
	str_print(&folder, "%s/feeds", conf_text(serve->conf, "state_directory"));
	feed_settings_default(&settings);
	settings.public_url = conf_text(serve->conf, "public_url");
	settings.folder = str_text(&folder);
	settings.cache_bytes = conf_bytes(serve->conf, "feed_cache");
	settings.has_gzip = conf_is_on(serve->conf, "feed_gzip");
	settings.fetches_ms = conf_milliseconds(serve->conf, "feed_fetches_told");
	settings.check_ms = conf_milliseconds(serve->conf, "feed_check_deadline");
	serve->feeds = feed_service_new(serve->base, serve->pool, &settings);
	str_free(&folder);
}

/* False: a template or a text is missing or malformed, and it was said which. */
static bool
make_pages(struct serve *serve)
{
	const struct conf *conf = serve->conf;
	struct page_settings settings = {
		.data_directory = conf_text(conf, "data_directory"),
		.public_url = conf_text(conf, "public_url"),
		.operator_name = conf_text(conf, "operator_name"),
		.operator_address = conf_text(conf, "operator_address"),
		.operator_mail = conf_text(conf, "operator_mail"),
		.responsibility_de = conf_text(conf, "privacy_responsibility_de"),
		.responsibility_en = conf_text(conf, "privacy_responsibility_en"),
		.is_development = conf_is_on(conf, "development"),
	};
	char *error = NULL;
	serve->pages = pages_new(&settings, &error);
	if (serve->pages == NULL)
		log_event(LOG_LEVEL_ERROR, "no-pages", "why", error, "help", "data_directory must hold daemon/page and config/locale", NULL);
	free(error);
	return serve->pages != NULL;
}

static void
put_feed_figures(struct str *out, void *context)
{
	struct feed_counts counts;
	feed_count(context, &counts);
	service_put_metric(out, "feed_requests_total", "counter", "Requests for feeds.", counts.requests);
	service_put_metric(out, "feed_checks_total", "counter", "Revision checks.", counts.checks);
	service_put_metric(out, "feed_made_total", "counter", "Feeds put together.", counts.made);
	service_put_metric(out, "feed_entries_made_total", "counter", "Entries rendered.", counts.entries_made);
	service_put_metric(out, "feed_stale_total", "counter", "Last good copies served because the database was away.", counts.stale);
	service_put_metric(out, "feed_copies_read_total", "counter", "Copies read from disk.", counts.copies_read);
	service_put_metric(out, "feed_fetches_told_total", "counter", "Fetches of secret feeds that were told to the database.", counts.fetches_told);
	service_put_metric(out, "feed_fetches_dropped_total", "counter", "Fetches that were not told because too many waited.", counts.fetches_dropped);
	service_put_metric(out, "feeds", "gauge", "Feeds in memory now.", counts.feeds);
	service_put_metric(out, "feed_bytes", "gauge", "Bytes of feeds in memory now.", counts.bytes);
}

static void
make_dispatch(struct serve *serve)
{
	serve->dispatch = dispatch_new(routes_all(), serve->pool);
	dispatch_tie(serve->dispatch, "page", serve->pages);
	dispatch_set_problem_page(serve->dispatch, page_answer_problem);
	dispatch_set_sign_in_field(serve->dispatch, conf_text(serve->conf, "sign_in_field"));
	dispatch_on_credential_used(serve->dispatch, service_credential_used, serve->service);
	dispatch_tie(serve->dispatch, "service", serve->service);
	dispatch_tie(serve->dispatch, "feed", serve->feeds);
	service_add_figures(serve->service, put_feed_figures, serve->feeds);
}

static struct http_settings
http_settings_of(const struct conf *conf)
{
	struct http_settings settings;
	http_settings_default(&settings);
	settings.line_max = conf_bytes(conf, "request_line");
	settings.head_max = conf_bytes(conf, "request_head");
	settings.fields_max = (size_t)conf_number(conf, "request_fields");
	settings.body_max = conf_bytes(conf, "request_body");
	settings.head_ms = conf_milliseconds(conf, "head_timeout");
	settings.body_ms = conf_milliseconds(conf, "body_timeout");
	settings.reply_ms = conf_milliseconds(conf, "reply_timeout");
	settings.idle_ms = conf_milliseconds(conf, "idle_timeout");
	settings.connections_max = (size_t)conf_number(conf, "connections");
	settings.connections_max_per_address = (size_t)conf_number(conf, "connections_per_address");
	settings.trusted_peers = conf_list(conf, "trusted_peers");
	return settings;
}

static void
make_server(struct serve *serve)
{
	struct http_settings settings = http_settings_of(serve->conf);
	serve->server = http_server_new(serve->base, &settings, dispatch_request, serve->dispatch);
	http_server_on_refusal(serve->server, answer_put_refusal);
	service_set_server(serve->service, serve->server);
}

/* ---- listening ---- */

static bool
say_listening(const char *address, bool is_right, const char *error)
{
	log_event(is_right ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, is_right ? "listening" : "cannot-listen", "address", address, "why",
	    is_right ? NULL : error, NULL);
	return is_right;
}

static bool
adopt_sockets(struct serve *serve, int count)
{
	const char *error = NULL;
	for (int i = 0; i < count; i++) {
		char name[32];
		snprintf(name, sizeof name, "socket-%d", i);
		if (!say_listening(name, http_server_adopt(serve->server, SD_LISTEN_FDS_START + i, &error), error))
			return false;
	}
	return true;
}

static bool
listen_everywhere(struct serve *serve)
{
	int handed_over = sd_listen_fds(1);
	if (handed_over > 0)
		return adopt_sockets(serve, handed_over);
	const char *error = NULL;
	const char *const *address = conf_list(serve->conf, "listen");
	if (*address == NULL)
		return say_listening("", false, "the setting `listen` is empty, and no socket was handed over");
	for (; *address != NULL; address++)
		if (!say_listening(*address, http_server_listen(serve->server, *address, &error), error))
			return false;
	return true;
}

/* ---- signals ---- */

static void
reload(void *context)
{
	struct serve *serve = context;
	struct str problems = {0};
	struct conf *fresh = conf_reload(serve->conf, &problems);
	if (problems.length > 0) {
		log_event(LOG_LEVEL_ERROR, "not-reloaded", "why", str_text(&problems), NULL);
		conf_free(fresh);
	} else {
		struct http_settings settings = http_settings_of(fresh);
		http_server_configure(serve->server, &settings);
		service_set_streams_max(serve->service, (size_t)conf_number(fresh, "streams"));
		process_set_log_level(fresh);
		zone_refresh();
		/* What the pool was given at boot points into the first settings: those stay until the end. */
		conf_free(serve->reloaded);
		serve->reloaded = fresh;
		log_event(LOG_LEVEL_NOTICE, "reloaded", "file", conf_file(fresh), NULL);
	}
	str_free(&problems);
}

static void
stop_loop(void *context)
{
	event_base_loopbreak(context);
}

static void
stop(void *context)
{
	struct serve *serve = context;
	http_server_drain(serve->server, stop_loop, serve->base);
}

/* ---- the command ---- */

static int
list_routes(void)
{
	for (const struct route *route = routes_all(); route->method != NULL; route++)
		printf("%s %s\n", route->method, route->path);
	return 0;
}

static void
serve_free(struct serve *serve)
{
	feed_service_free(serve->feeds);
	/* The pool next: what still waits for it is answered, into connections that end next. */
	db_listener_free(serve->listener);
	db_pool_free(serve->pool);
	http_server_free(serve->server);
	dispatch_free(serve->dispatch);
	service_free(serve->service);
	pages_free(serve->pages);
	routes_free_statements(serve->statements, serve->statement_count);
	process_free(serve->process);
	conf_free(serve->reloaded);
}

int
command_serve(const struct conf *conf, int argc, char **argv)
{
	if (argc == 2 && str_equal(argv[1], "--list-routes"))
		return list_routes();
	if (argc > 1) {
		fputs("Usage: hubd serve [--list-routes]\n", stderr);
		return 2;
	}
	struct serve serve = {.conf = conf};
	struct process_calls calls = {.reload = reload, .stop = stop, .context = &serve};
	serve.process = process_begin(conf, &calls);
	serve.base = process_base(serve.process);
	make_pool(&serve);
	make_service(&serve);
	make_feeds(&serve);
	bool has_pages = make_pages(&serve);
	make_dispatch(&serve);
	make_server(&serve);
	bool is_listening = has_pages && listen_everywhere(&serve);
	int code = is_listening ? process_run(serve.process) : 1;
	serve_free(&serve);
	return code;
}
