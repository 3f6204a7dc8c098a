/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/db.h"
#include "dispatch.h"
#include "dispatch/problem.h"
#include "http/http.h"
#include "service/ready.h"
#include "service/stream.h"
#include "service/uses.h"

enum { OPENAPI_MAX_BYTES = 4 * 1024 * 1024 };

struct service {
	struct db_pool *pool;
	const struct http_server *server;
	struct streams *streams;
	struct ready *ready;
	struct uses *uses;
	struct http_bytes *openapi; /* NULL: could not be read */
	struct http_bytes *openapi_gzip;
	service_put_figures *put_figures; /* of others, or NULL */
	void *figures_context;
};

static const char text_type[] = "text/plain; charset=utf-8";

static struct http_bytes *
read_openapi(const char *data_directory, const char **ret_error)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/config/openapi.json", data_directory);
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		*ret_error = "data_directory holds no readable config/openapi.json";
		return NULL;
	}
	char *bytes = base_alloc(OPENAPI_MAX_BYTES);
	size_t length = fread(bytes, 1, OPENAPI_MAX_BYTES, file);
	fclose(file);
	return http_bytes_new(bytes, length);
}

struct service *
service_new(struct event_base *base, const struct service_settings *settings, struct db_pool *pool, const char **ret_error)
{
	struct service *service = base_alloc(sizeof *service);
	service->pool = pool;
	service->streams = streams_new(base, settings->streams_max, settings->heartbeat_ms);
	service->ready = ready_new(pool);
	service->uses = uses_new(base, pool, settings->uses_ms);
	service->openapi = read_openapi(settings->data_directory, ret_error);
	if (service->openapi != NULL)
		service->openapi_gzip = http_bytes_gzip(service->openapi);
	return service;
}

void
service_set_server(struct service *service, const struct http_server *server)
{
	service->server = server;
}

void
service_set_streams_max(struct service *service, size_t streams_max)
{
	streams_set_max(service->streams, streams_max);
}

void
service_add_figures(struct service *service, service_put_figures *put, void *context)
{
	service->put_figures = put;
	service->figures_context = context;
}

void
service_credential_used(void *context, const char *sha256)
{
	const struct service *service = context;
	uses_note(service->uses, sha256);
}

void
service_free(struct service *service)
{
	if (service == NULL)
		return;
	streams_free(service->streams);
	ready_free(service->ready);
	uses_free(service->uses);
	http_bytes_unref(service->openapi);
	http_bytes_unref(service->openapi_gzip);
	free(service);
}

static struct service *
service_of(const struct http_request *request)
{
	return request_tied(request, "service");
}

static void
reply_text(struct http_request *request, int status, const char *type, const struct str *body)
{
	http_reply(request, status, type, str_text(body), body->length);
}

void
service_answer_healthz(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	http_add_field(request, "Cache-Control", "no-store");
	http_reply(request, 200, text_type, "alive\n", 6);
}

void
service_answer_readyz(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	ready_ask(service_of(request)->ready, request);
}

/* ---- figures ---- */

void
service_put_metric(struct str *out, const char *name, const char *kind, const char *help, uint64_t value)
{
	str_print(out, "# HELP hubd_%s %s\n# TYPE hubd_%s %s\nhubd_%s %llu\n", name, help, name, kind, name, (unsigned long long)value);
}

static void
put_http_metrics(struct str *out, const struct http_server *server)
{
	struct http_counts counts;
	http_server_count(server, &counts);
	service_put_metric(out, "http_connections_total", "counter", "Connections accepted.", counts.accepted);
	service_put_metric(out, "http_requests_total", "counter", "Requests read.", counts.requests);
	service_put_metric(out, "http_refused_total", "counter", "Connections refused because there were too many.", counts.refused_busy);
	service_put_metric(out, "http_malformed_total", "counter", "Requests that were no HTTP.", counts.malformed);
	service_put_metric(out, "http_timed_out_total", "counter", "Connections ended at a deadline.", counts.timed_out);
	service_put_metric(out, "http_connections", "gauge", "Connections now.", counts.connections);
	service_put_metric(out, "http_running", "gauge", "Requests being answered now.", counts.running);
	str_put(out, "# HELP hubd_http_replies_total Replies by class of status.\n# TYPE hubd_http_replies_total counter\n");
	for (int class = 2; class <= 5; class++)
		str_print(out, "hubd_http_replies_total{class=\"%dxx\"} %llu\n", class, (unsigned long long)counts.replies_by_class[class]);
}

static void
put_db_metrics(struct str *out, const struct db_pool *pool)
{
	struct db_counts counts;
	const char *detail;
	db_pool_count(pool, &counts);
	service_put_metric(out, "database_ready", "gauge", "1: the database can be reached and matches.", db_pool_state(pool, &detail) == DB_STATE_READY);
	service_put_metric(out, "database_calls_total", "counter", "Calls sent.", counts.calls);
	service_put_metric(out, "database_errors_total", "counter", "Calls that ended with an SQL error.", counts.errors);
	service_put_metric(out, "database_busy_total", "counter", "Calls refused because the queue was full.", counts.busy);
	service_put_metric(out, "database_away_total", "counter", "Calls refused because there was no connection.", counts.away);
	service_put_metric(out, "database_lost_total", "counter", "Calls whose connection broke.", counts.lost);
	service_put_metric(out, "database_late_total", "counter", "Calls that passed our deadline.", counts.late);
	service_put_metric(out, "database_connects_total", "counter", "Connections made.", counts.connects);
	service_put_metric(out, "database_connections", "gauge", "Connections ready now.", counts.ready);
	service_put_metric(out, "database_waiting", "gauge", "Calls that wait now.", counts.waiting);
	service_put_metric(out, "database_running", "gauge", "Calls sent and not answered now.", counts.running);
}

void
service_answer_metrics(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	const struct service *service = service_of(request);
	struct str body = {0};
	str_put(&body, "# HELP hubd_build The program that runs.\n# TYPE hubd_build gauge\nhubd_build{version=\"" HUBD_VERSION "\"} 1\n");
	put_http_metrics(&body, service->server);
	put_db_metrics(&body, service->pool);
	service_put_metric(&body, "streams", "gauge", "Open event streams now.", streams_count(service->streams));
	if (service->put_figures != NULL)
		service->put_figures(&body, service->figures_context);
	http_add_field(request, "Cache-Control", "no-store");
	reply_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
	str_free(&body);
}

/* ---- documents ---- */

static void
put_problem(struct json_writer *writer, const struct problem *problem, const char *language)
{
	bool is_english = str_equal(language, "en");
	struct str type = {0};
	str_print(&type, "/problems/%s", problem->name);
	json_open_map(writer, NULL);
	json_put_text(writer, "type", str_text(&type));
	json_put_text(writer, "title", is_english ? problem->title_en : problem->title_de);
	json_put_text(writer, "about", is_english ? problem->about_en : problem->about_de);
	json_close_map(writer);
	str_free(&type);
}

static void
reply_document(struct http_request *request, struct str *body)
{
	http_add_field(request, "Cache-Control", "public, max-age=3600");
	http_add_field(request, "Vary", "Accept-Language");
	http_add_field(request, "Content-Language", request_language(request));
	reply_text(request, 200, "application/json", body);
	str_free(body);
}

void
service_answer_problem(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	const struct problem *problem = problem_find(route_parameter(request, "problem"));
	if (problem == NULL) {
		answer_problem(request, 404, "not-found", "Diese Art von Problem gibt es nicht; /problems nennt alle.",
		    "There is no problem of this type; /problems lists all.");
		return;
	}
	struct str body = {0};
	struct json_writer writer = {.out = &body};
	put_problem(&writer, problem, request_language(request));
	reply_document(request, &body);
}

void
service_answer_problems(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	struct str body = {0};
	struct json_writer writer = {.out = &body};
	json_open_map(&writer, NULL);
	json_open_list(&writer, "items");
	for (const struct problem *problem = problem_all(); problem->name != NULL; problem++)
		put_problem(&writer, problem, request_language(request));
	json_close_list(&writer);
	json_put_null(&writer, "next");
	json_close_map(&writer);
	reply_document(request, &body);
}

void
service_answer_robots(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	/* Google's calendar obeys this file when it fetches a feed, a private one too: /feeds/ must be let in. */
	static const char body[] = "User-agent: *\nAllow: /feeds/\nDisallow: /api/\nDisallow: /stream\nDisallow: /metrics\n";
	http_add_field(request, "Cache-Control", "public, max-age=86400");
	http_reply(request, 200, text_type, body, sizeof body - 1);
}

void
service_answer_openapi(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	const struct service *service = service_of(request);
	if (service->openapi == NULL) {
		answer_problem(request, 404, "not-found", "Die Beschreibung der API ist nicht installiert.", "The API's description is not installed.");
		return;
	}
	struct http_entity entity = {.type = "application/json", .plain = service->openapi, .gzip = service->openapi_gzip};
	http_add_field(request, "Cache-Control", "public, max-age=3600");
	http_reply_entity(request, 200, &entity);
}

/* ---- the stream ---- */

void
service_heard(void *context, const char *scopes)
{
	struct service *service = context;
	struct str data = {0};
	json_quote(&data, scopes != NULL ? scopes : "all");
	streams_tell(service->streams, "changed", str_text(&data));
	str_free(&data);
}

void
service_answer_stream(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	if (streams_open(service_of(request)->streams, request))
		return;
	http_add_field(request, "Retry-After", "30");
	answer_problem(request, 503, "busy", "Es sind schon so viele Streams offen, wie erlaubt ist.", "As many streams are open as are allowed.");
}
