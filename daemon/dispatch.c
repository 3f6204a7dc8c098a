/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request's steps: begin, (look,) ask, call, end. Each ends in a reply or in the next; look and call wait for the
 * database. Whatever happens, a request is answered exactly once: http_reply() asserts it, and end_call() that it was.
 */
#include "dispatch.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch/exchange.h"
#include "dispatch/outcome.h"
#include "http/http.h"

/* A call is not repeated for a request that is older than this. */
enum { REPEAT_WITHIN_MS = 5000, TIES_MAX = 8 };

struct dispatch {
	const struct route *routes;
	struct db_pool *pool;
	struct { const char *name; void *thing; } ties[TIES_MAX];
	dispatch_problem_page *problem_page;
	char *sign_in_field; /* as http_field() wants it: in lower case */
	dispatch_credential_used *used;
	void *used_context;
};

static void step_ask(struct exchange *exchange, const struct db_rows *looked);

/* ---- the end ---- */

static void
log_request(void *context)
{
	const struct exchange *exchange = context;
	char status[16], milliseconds[24];
	if (!log_is_shown(LOG_LEVEL_INFO))
		return;
	snprintf(status, sizeof status, "%d", http_status(exchange->request));
	snprintf(milliseconds, sizeof milliseconds, "%lld", (long long)(when_monotonic_ms() - exchange->started));
	log_event(LOG_LEVEL_INFO, "request", "method", http_method(exchange->request), "route",
	    exchange->route != NULL ? exchange->route->path : "-", "status", status, "ms", milliseconds, "id",
	    http_request_id(exchange->request), NULL);
}

static void
free_ask(void *context)
{
	struct ask *ask = context;
	str_free(&ask->input);
	str_free(&ask->look_input);
	str_free(&ask->errors);
	str_free(&ask->notes);
}

static void
answer_rows(struct exchange *exchange, const struct db_rows *rows)
{
	route_answer *answer = exchange->route->answer != NULL ? exchange->route->answer : answer_reply;
	answer(exchange->request, rows);
	assert(http_is_replied(exchange->request) && "a handler that does not answer");
}

static void
log_failure(const struct exchange *exchange, const struct outcome *outcome, const char *statement, const struct db_rows *rows)
{
	log_event(outcome->is_defect ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "call-failed", "statement", statement, "problem", outcome->problem,
	    "sqlstate", rows == NULL ? NULL : db_sqlstate(rows), "message", rows == NULL ? NULL : db_message(rows), "id",
	    http_request_id(exchange->request), NULL);
}

/* ---- calls ---- */

static void
call(struct exchange *exchange, const char *statement, const struct str *input, db_done *done)
{
	const char *parameters[] = {caller_document(exchange->request, &exchange->caller), input->length > 0 ? input->bytes : "{}"};
	db_call(exchange->dispatch->pool, statement, parameters, done, exchange);
}

/* True when the server undid a transaction that may succeed now; once a request. */
static bool
may_retry(struct exchange *exchange, const struct outcome *outcome)
{
	if (!outcome->is_worth_repeating || exchange->has_retried || when_monotonic_ms() - exchange->started > REPEAT_WITHIN_MS)
		return false;
	exchange->has_retried = true;
	return true;
}

static void
answer_failure(struct exchange *exchange, const struct outcome *outcome)
{
	if (outcome->retry_after != NULL)
		http_add_field(exchange->request, "Retry-After", outcome->retry_after);
	answer_problem(exchange->request, outcome->status, outcome->problem, outcome->detail_de, outcome->detail_en);
}

/* What was looked up had changed until the decision: unless the asker named a revision, we look and decide once more. */
static bool
must_look_again(struct exchange *exchange, const struct db_rows *rows)
{
	if (!exchange->has_looked || exchange->has_repeated || exchange->caller.revision != NULL)
		return false;
	if (when_monotonic_ms() - exchange->started > REPEAT_WITHIN_MS || db_count(rows) != 1 || db_number(rows, 0, "status") != 412)
		return false;
	exchange->has_repeated = true;
	return true;
}

static void
tell_used(const struct exchange *exchange, const struct db_rows *rows)
{
	const struct dispatch *dispatch = exchange->dispatch;
	const char *sha256 = exchange->caller.token != NULL ? exchange->caller.token : exchange->caller.session;
	if (sha256 != NULL && dispatch->used != NULL && db_count(rows) == 1 && db_number(rows, 0, "status") < 400)
		dispatch->used(dispatch->used_context, sha256);
}

static void
end_call(void *context, enum db_outcome result, const struct db_rows *rows)
{
	struct exchange *exchange = context;
	const struct route *route = exchange->route;
	if (result == DB_ROWS && must_look_again(exchange, rows)) {
		exchange->has_looked = false;
		step_ask(exchange, NULL);
		return;
	}
	if (result == DB_ROWS) {
		tell_used(exchange, rows);
		answer_rows(exchange, rows);
		return;
	}
	const struct outcome *outcome = outcome_find(result, rows == NULL ? "" : db_sqlstate(rows), route->is_write);
	log_failure(exchange, outcome, route->statement, rows);
	if (may_retry(exchange, outcome))
		call(exchange, route->statement, &exchange->ask.input, end_call);
	else
		answer_failure(exchange, outcome);
}

static void
end_look(void *context, enum db_outcome result, const struct db_rows *rows)
{
	struct exchange *exchange = context;
	if (result == DB_ROWS) {
		exchange->has_looked = true;
		step_ask(exchange, rows);
		return;
	}
	const struct outcome *outcome = outcome_find(result, rows == NULL ? "" : db_sqlstate(rows), false);
	log_failure(exchange, outcome, exchange->route->look, rows);
	answer_failure(exchange, outcome);
}

/* ---- ask ---- */

enum { WORDS_MAX = 16 };

/* "hub kind site" as a list that ends with NULL. text may be NULL. */
static const char *const *
split_words(struct arena *arena, const char *text)
{
	const char **words = arena_take(arena, (WORDS_MAX + 1) * sizeof *words);
	size_t count = 0;
	for (char *rest = arena_text(arena, text), *word; rest != NULL && (word = strsep(&rest, " ")) != NULL;) {
		assert(count < WORDS_MAX);
		words[count++] = word;
	}
	return words;
}

/* The input of a route without a handler of its own: the parameters of path and query, as texts. */
static bool
ask_plainly(struct exchange *exchange)
{
	struct json_writer writer = {.out = &exchange->ask.input};
	const struct match *match = &exchange->match;
	struct http_request *request = exchange->request;
	json_open_map(&writer, NULL);
	for (size_t i = 0; i < match->count; i++)
		json_put_text(&writer, match->names[i], match->values[i]);
	const char *const *known = split_words(http_arena(request), exchange->route->query);
	bool is_right = ask_knows_parameters(request, &exchange->ask, known) && ask_put_parameters(request, &exchange->ask, &writer);
	json_close_map(&writer);
	return is_right;
}

static void
clear_ask(struct ask *ask)
{
	free_ask(ask);
	*ask = (struct ask){0};
}

static void
step_ask(struct exchange *exchange, const struct db_rows *looked)
{
	const struct route *route = exchange->route;
	clear_ask(&exchange->ask);
	bool is_right = route->ask == NULL ? ask_plainly(exchange) : route->ask(exchange->request, looked, &exchange->ask);
	if (!is_right) {
		assert(exchange->ask.status != 0 && "a refusal that does not say why");
		answer_refusal(exchange);
		return;
	}
	if (exchange->ask.wants_look) {
		assert(route->look != NULL && looked == NULL && "a look that is not there, or a second one");
		call(exchange, route->look, &exchange->ask.look_input, end_look);
		return;
	}
	call(exchange, route->statement, &exchange->ask.input, end_call);
}

/* ---- begin ---- */

static void
answer_unknown_method(struct exchange *exchange)
{
	answer_problem(exchange->request, 501, "method-unknown", "Diese Methode gibt es hier nirgends; Methoden sind groß geschrieben, wie GET.",
	    "No address here knows this method; methods are in capitals, like GET.");
}

static void
answer_no_method(struct exchange *exchange)
{
	struct str allow = {0};
	match_allow(exchange->dispatch->routes, exchange->route, &allow);
	http_add_field(exchange->request, "Allow", str_text(&allow));
	if (str_equal(http_method(exchange->request), "OPTIONS"))
		http_reply(exchange->request, 204, NULL, "", 0);
	else
		answer_problem(exchange->request, 405, "method-not-allowed", "Diese Adresse kennt die Methode nicht; Allow nennt die möglichen.",
		    "This address does not know the method; Allow names those it does.");
	str_free(&allow);
}

static bool
is_answered_without_route(struct exchange *exchange, enum match_result result)
{
	if (result == MATCH_FOUND)
		return false;
	if (!match_is_method(exchange->dispatch->routes, http_method(exchange->request))) {
		answer_unknown_method(exchange);
	} else if (result == MATCH_NO_METHOD) {
		answer_no_method(exchange);
	} else if (str_equal(http_path(exchange->request), "*") && str_equal(http_method(exchange->request), "OPTIONS")) {
		http_add_field(exchange->request, "Allow", "GET, HEAD, OPTIONS, POST, PATCH, DELETE");
		http_reply(exchange->request, 204, NULL, "", 0);
	} else {
		answer_problem(exchange->request, 404, "not-found", "Unter dieser Adresse gibt es nichts.", "There is nothing at this address.");
	}
	return true;
}

static bool
has_body(const struct route *route)
{
	return route->ask != NULL && !route->is_form && !str_equal(route->method, "GET");
}

/* POST …?dry_run=true must not really book: what a write's query may not have is refused. */
static bool
is_query_known(struct exchange *exchange)
{
	const char *const *known = split_words(http_arena(exchange->request), exchange->route->query);
	if (ask_knows_parameters(exchange->request, &exchange->ask, known))
		return true;
	answer_refusal(exchange);
	return false;
}

static struct exchange *
exchange_begin(struct dispatch *dispatch, struct http_request *request)
{
	struct exchange *exchange = arena_take(http_arena(request), sizeof *exchange);
	exchange->dispatch = dispatch;
	exchange->request = request;
	exchange->started = when_monotonic_ms();
	http_set_state(request, exchange);
	arena_defer(http_arena(request), free_ask, &exchange->ask);
	arena_defer(http_arena(request), log_request, exchange);
	return exchange;
}

void
dispatch_request(struct http_request *request, void *context)
{
	struct dispatch *dispatch = context;
	struct exchange *exchange = exchange_begin(dispatch, request);
	struct caller_fault fault;
	enum match_result result = match_find(http_arena(request), dispatch->routes, http_method(request), http_path(request),
	    &exchange->route, &exchange->match);
	if (is_answered_without_route(exchange, result))
		return;
	if (exchange->route->statement == NULL) {
		if (!exchange->route->is_form || form_read(exchange))
			exchange->route->answer(request, NULL);
		return;
	}
	if (!caller_read(request, dispatch->sign_in_field, &exchange->caller, &fault)) {
		answer_problem(request, fault.status, fault.problem, fault.detail_de, fault.detail_en);
		return;
	}
	/* After caller_read(): a form's own key takes the place of the field's. */
	if (exchange->route->is_form && !form_read(exchange))
		return;
	if (has_body(exchange->route) && (!is_query_known(exchange) || !body_read(exchange)))
		return;
	step_ask(exchange, NULL);
}

struct dispatch *
dispatch_new(const struct route *routes, struct db_pool *pool)
{
	struct dispatch *dispatch = base_alloc(sizeof *dispatch);
	dispatch->routes = routes;
	dispatch->pool = pool;
	return dispatch;
}

void
dispatch_free(struct dispatch *dispatch)
{
	if (dispatch != NULL)
		free(dispatch->sign_in_field);
	free(dispatch);
}

void
dispatch_tie(struct dispatch *dispatch, const char *name, void *thing)
{
	size_t at = 0;
	while (at < TIES_MAX && dispatch->ties[at].name != NULL)
		at++;
	assert(at < TIES_MAX);
	dispatch->ties[at].name = name;
	dispatch->ties[at].thing = thing;
}

void
dispatch_set_problem_page(struct dispatch *dispatch, dispatch_problem_page *page)
{
	dispatch->problem_page = page;
}

void
dispatch_set_sign_in_field(struct dispatch *dispatch, const char *name)
{
	free(dispatch->sign_in_field);
	dispatch->sign_in_field = name == NULL ? NULL : base_strdup(name);
	for (char *at = dispatch->sign_in_field; at != NULL && *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
}

void
dispatch_on_credential_used(struct dispatch *dispatch, dispatch_credential_used *used, void *context)
{
	dispatch->used = used;
	dispatch->used_context = context;
}

dispatch_problem_page *
problem_page_of(const struct exchange *exchange)
{
	return exchange->dispatch->problem_page;
}

void *
request_tied(const struct http_request *request, const char *name)
{
	const struct dispatch *dispatch = exchange_of(request)->dispatch;
	for (size_t i = 0; i < TIES_MAX && dispatch->ties[i].name != NULL; i++)
		if (str_equal(dispatch->ties[i].name, name))
			return dispatch->ties[i].thing;
	return NULL;
}
