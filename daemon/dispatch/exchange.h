/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An exchange: one request on its way through dispatch, from its match to its log line. It is the request's http_state()
 * and lives in its arena.
 */
#ifndef HUBD_DISPATCH_EXCHANGE_H
#define HUBD_DISPATCH_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch.h"
#include "dispatch/caller.h"
#include "dispatch/form.h"
#include "dispatch/match.h"

struct json_writer;

struct exchange {
	struct dispatch *dispatch;
	struct http_request *request;
	const struct route *route; /* NULL: no path fits */
	struct match match;
	struct caller caller;
	const struct json *body;
	struct form form;
	void *kept;
	struct ask ask;
	int64_t started;           /* on the monotonic clock */
	bool has_looked;           /* the present ask knows what the look found */
	bool has_repeated;         /* the pair, because what was looked up had changed */
	bool has_retried;          /* the call, because the server undid it */
};

struct exchange *exchange_of(const struct http_request *request);
/* Answers what ask refused. */
void answer_refusal(struct exchange *exchange);
/* A problem whose sentence is in the asker's language already; pointer and errors (members of a JSON list) may be NULL. */
void answer_problem_text(struct http_request *request, int status, const char *problem, const char *detail, const char *pointer,
    const char *errors);
/* Writes all parameters of the query as texts; false: one cannot be read, and *ret_ask is a refusal. */
bool ask_put_parameters(struct http_request *request, struct ask *ret_ask, struct json_writer *writer);
/* Reads the body into exchange->body. False: it is refused, and was answered. */
bool body_read(struct exchange *exchange);
/* Reads a posted form into exchange->form. False: it is refused (another site's, another type), and was answered. */
bool form_read(struct exchange *exchange);
/* NULL: problems go out as JSON only. */
dispatch_problem_page *problem_page_of(const struct exchange *exchange);

#endif
