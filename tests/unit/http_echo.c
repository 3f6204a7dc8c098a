/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small server over daemon/http, for the tests and measurements that drive the module through a socket.
 *
 *	http_echo listen=127.0.0.1:PORT [listen=unix:PATH] [trust=PREFIX] [head_ms=…] [body_ms=…] …
 *
 * Without listen= it takes the descriptors of LISTEN_FDS. SIGTERM drains it. Its addresses:
 *	/big?bytes=N        an entity of N bytes with both forms and validators, shared
 *	/slow?ms=N          answers after N ms
 *	/stream?count=N&ms=M  N parts, M ms apart; count=0: for ever, as fast as the client takes them
 *	/who                client, scheme and host
 *	/modified           a text with a date but no entity tag
 *	/counts             the server's counters
 *	anything else       GET: "ok"; POST: the body back
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/http.h"

static struct event_base *base;
static struct http_server *server;
static struct http_entity entity;
static size_t entity_length;

/* ---- later ---- */

struct job {
	struct http_request *request;
	struct event *timer;
	int64_t left;
	struct timeval pause;
	bool is_endless;
};

static void
job_free(void *context)
{
	struct job *job = context;
	event_free(job->timer);
	free(job);
}

static void
answer_late(evutil_socket_t socket, short what, void *context)
{
	struct job *job = context;
	(void)socket, (void)what;
	http_reply(job->request, 200, "text/plain", "late\n", 5);
	job_free(job);
}

static void
send_part(evutil_socket_t socket, short what, void *context)
{
	static char part[4096];
	struct job *job = context;
	(void)socket, (void)what;
	memset(part, 'p', sizeof part);
	if (!http_stream_send(job->request, part, job->is_endless ? sizeof part : 4))
		return; /* closed() comes */
	if (!job->is_endless && --job->left == 0) {
		http_stream_close(job->request);
		job_free(job);
		return;
	}
	event_add(job->timer, &job->pause);
}

static int64_t
number_of(struct http_request *request, const char *name, int64_t otherwise)
{
	const char *text = http_parameter(request, name);
	int64_t number;
	return text != NULL && str_number(text, 0, 1 << 28, &number) ? number : otherwise;
}

static struct job *
job_new(struct http_request *request, event_callback_fn run)
{
	struct job *job = base_alloc(sizeof *job);
	int64_t ms = number_of(request, "ms", 0);
	job->request = request;
	job->left = number_of(request, "count", 3);
	job->is_endless = job->left == 0;
	job->pause = (struct timeval){ms / 1000, ms % 1000 * 1000};
	job->timer = evtimer_new(base, run, job);
	event_add(job->timer, &job->pause);
	return job;
}

/* ---- answers ---- */

static void
answer_big(struct http_request *request)
{
	size_t length = (size_t)number_of(request, "bytes", 60000);
	if (length != entity_length) {
		char *text = base_alloc(length + 1);
		for (size_t i = 0; i < length; i++)
			text[i] = (char)('a' + (i * i / 7 + i) % 23);
		http_bytes_unref(entity.plain);
		http_bytes_unref(entity.gzip);
		entity = (struct http_entity){
		    .type = "text/calendar; charset=utf-8",
		    .plain = http_bytes_new(text, length),
		    .etag = "\"plain\"",
		    .gzip_etag = "\"gzip\"",
		    .last_modified = 784111777,
		};
		entity.gzip = http_bytes_gzip(entity.plain);
		entity_length = length;
	}
	http_add_field(request, "Cache-Control", "public, max-age=900");
	http_reply_entity(request, 200, &entity);
}

static void
answer_who(struct http_request *request)
{
	char *text = arena_print(http_arena(request), "%s %s %s %s\n", http_client(request), http_scheme(request), http_host(request),
	    http_peer_is_trusted(request) ? "trusted" : "strange");
	http_reply(request, 200, "text/plain", text, strlen(text));
}

static void
answer_counts(struct http_request *request)
{
	struct http_counts counts;
	http_server_count(server, &counts);
	char *text = arena_print(http_arena(request), "{\"connections\": %zu, \"running\": %zu, \"accepted\": %lu, \"requests\": %lu, "
	    "\"refused_busy\": %lu, \"malformed\": %lu, \"timed_out\": %lu}\n", counts.connections, counts.running, counts.accepted,
	    counts.requests, counts.refused_busy, counts.malformed, counts.timed_out);
	http_reply(request, 200, "application/json", text, strlen(text));
}

static void
answer_text(struct http_request *request)
{
	static const char text[] = "a line that is long enough to be worth compressing, again and again\n";
	struct str body = {0};
	for (int i = 0; i < 40; i++)
		str_put(&body, text);
	http_add_field(request, "Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
	http_reply(request, 200, "text/plain", body.bytes, body.length);
	str_free(&body);
}

static void
answer(struct http_request *request, void *context)
{
	const char *method = http_method(request), *path = http_path(request);
	size_t length;
	const char *body = http_body(request, &length);
	(void)context;
	if (str_equal(method, "OPTIONS")) {
		http_add_field(request, "Allow", "GET, HEAD, POST, OPTIONS");
		http_reply(request, 204, NULL, NULL, 0);
		return;
	}
	if (str_equal(method, "POST")) {
		http_reply(request, 200, "text/plain", length > 0 ? body : "empty\n", length > 0 ? length : 6);
		return;
	}
	if (!str_equal(method, "GET") && !str_equal(method, "HEAD")) {
		bool is_known = str_equal(method, "PUT") || str_equal(method, "DELETE") || str_equal(method, "PATCH");
		http_add_field(request, "Allow", "GET, HEAD, POST, OPTIONS");
		http_reply(request, is_known ? 405 : 501, "text/plain", "no\n", 3);
		return;
	}
	if (str_equal(path, "/big")) {
		answer_big(request);
	} else if (str_equal(path, "/slow")) {
		job_new(request, answer_late);
	} else if (str_equal(path, "/stream")) {
		struct job *job = job_new(request, send_part);
		http_stream_open(request, 200, "text/event-stream", job_free, job);
	} else if (str_equal(path, "/who")) {
		answer_who(request);
	} else if (str_equal(path, "/counts")) {
		answer_counts(request);
	} else if (str_equal(path, "/modified")) {
		answer_text(request);
	} else {
		http_reply(request, 200, "text/plain", "ok\n", 3);
	}
}

/* ---- settings ---- */

static void
die(const char *why)
{
	fprintf(stderr, "http_echo: %s\n", why);
	exit(2);
}

static bool
set(struct http_settings *settings, const char *name, int64_t value)
{
	const struct {
		const char *name;
		size_t *size;
		int *number;
	} entries[] = {
	    {"line_max", &settings->line_max, NULL}, {"head_max", &settings->head_max, NULL}, {"fields_max", &settings->fields_max, NULL},
	    {"body_max", &settings->body_max, NULL}, {"connections_max", &settings->connections_max, NULL},
	    {"connections_max_per_address", &settings->connections_max_per_address, NULL}, {"head_ms", NULL, &settings->head_ms},
	    {"body_ms", NULL, &settings->body_ms}, {"reply_ms", NULL, &settings->reply_ms}, {"idle_ms", NULL, &settings->idle_ms},
	};
	for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
		if (!str_equal(entries[i].name, name))
			continue;
		if (entries[i].size != NULL)
			*entries[i].size = (size_t)value;
		else
			*entries[i].number = (int)value;
		return true;
	}
	return false;
}

static void
stop(void *context)
{
	(void)context;
	event_base_loopbreak(base);
}

static void
on_term(evutil_socket_t socket, short what, void *context)
{
	(void)socket, (void)what, (void)context;
	http_server_drain(server, stop, NULL);
}

static void
listen_all(int count, char *arguments[])
{
	const char *error, *fds = getenv("LISTEN_FDS");
	int64_t adopted = 0;
	bool any = false;
	for (int i = 1; i < count; i++) {
		if (!str_starts(arguments[i], "listen="))
			continue;
		any = true;
		if (!http_server_listen(server, arguments[i] + 7, &error))
			die(error);
	}
	if (any || fds == NULL || !str_number(fds, 1, 16, &adopted))
		return;
	for (int i = 0; i < adopted; i++)
		if (!http_server_adopt(server, 3 + i, &error))
			die(error);
}

int
main(int count, char *arguments[])
{
	struct http_settings settings;
	const char *trusted[] = {NULL, NULL};
	http_settings_default(&settings);
	settings.trusted_peers = trusted;
	for (int i = 1; i < count; i++) {
		char *equals = strchr(arguments[i], '=');
		int64_t value;
		if (equals == NULL)
			die("arguments are name=value");
		if (str_starts(arguments[i], "listen="))
			continue;
		if (str_starts(arguments[i], "trust=")) {
			trusted[0] = equals + 1;
			continue;
		}
		*equals = '\0';
		if (!str_number(equals + 1, 0, 1 << 30, &value) || !set(&settings, arguments[i], value))
			die("no such setting");
	}
	base = event_base_new();
	server = http_server_new(base, &settings, answer, NULL);
	listen_all(count, arguments);
	struct event *term = evsignal_new(base, SIGTERM, on_term, NULL);
	event_add(term, NULL);
	event_base_dispatch(base);
	event_free(term);
	http_server_free(server);
	http_bytes_unref(entity.plain);
	http_bytes_unref(entity.gzip);
	event_base_free(base);
	libevent_global_shutdown();
	return 0;
}
