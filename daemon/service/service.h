/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the service says of itself: is it alive, is it ready, its figures, what its problems mean, the API's
 * description, and the stream that tells that something changed.
 *
 * Made at boot and tied to dispatch as "service". It knows no table and no rule.
 */
#ifndef HUBD_SERVICE_SERVICE_H
#define HUBD_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_pool;
struct db_rows;
struct db_statement;
struct event_base;
struct http_request;
struct http_server;
struct service;
struct str;

struct service_settings {
	const char *data_directory; /* holds config/openapi.json */
	size_t streams_max;
	int heartbeat_ms;
	int uses_ms; /* how often the last uses of tokens and sessions are told to the database */
};

/* The statements that the pool must know: ready, credentials_used. */
const struct db_statement *service_statements(size_t *ret_count);

/* Never NULL; without a readable openapi.json *ret_error is a sentence, and its address answers 404. */
struct service *service_new(struct event_base *base, const struct service_settings *settings, struct db_pool *pool, const char **ret_error);
void service_set_server(struct service *service, const struct http_server *server); /* for the figures */
void service_set_streams_max(struct service *service, size_t streams_max);
/* What else /metrics shows: put writes Prometheus text with service_put_metric(). */
typedef void service_put_figures(struct str *out, void *context);
void service_add_figures(struct service *service, service_put_figures *put, void *context);
void service_put_metric(struct str *out, const char *name, const char *kind, const char *help, uint64_t value);
void service_free(struct service *service); /* NULL is fine */

/* Somebody said on channel hubd_changed which scopes have changed; NULL: we may have missed something. A db_listen() callback. */
void service_heard(void *service, const char *scopes);

/* A dispatch_credential_used. */
void service_credential_used(void *service, const char *sha256);

/* Answers of the routes. */
void service_answer_healthz(struct http_request *request, const struct db_rows *rows);
void service_answer_readyz(struct http_request *request, const struct db_rows *rows);
void service_answer_metrics(struct http_request *request, const struct db_rows *rows);
void service_answer_problem(struct http_request *request, const struct db_rows *rows);
void service_answer_problems(struct http_request *request, const struct db_rows *rows);
void service_answer_robots(struct http_request *request, const struct db_rows *rows);
void service_answer_openapi(struct http_request *request, const struct db_rows *rows);
void service_answer_stream(struct http_request *request, const struct db_rows *rows);

#endif
