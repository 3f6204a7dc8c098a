/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pool: which call goes over which connection, and when nobody waits for it any longer.
 *
 * Calls wait in two lines, reads and writes, and go in the order in which they were asked, but for one
 * liberty: a read may pass a write that waits for a connection of its own.
 */
#include "db/db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/when.h"
#include "db/call.h"
#include "db/connection.h"

struct db_pool {
	struct event_base *base;
	const struct db_settings *settings;
	const struct db_statement **by_name; /* sorted */
	size_t statements;
	struct connection **connections;
	struct calls reads, writes; /* waiting */
	struct calls ages;          /* waiting or sent, not told: in the order of their deadlines */
	struct event *deadline;     /* of the first call there was when it was set */
	int64_t set_for;            /* and when that is */
	struct db_counts counts;
	uint64_t number;
	enum db_state state;
	char *detail;
	void (*changed)(void *context);
	void *context;
	bool is_closing;
};

/* ---- statements by name ---- */

static int
compare_statements(const void *left, const void *right)
{
	const struct db_statement *const *a = left, *const *b = right;
	return strcmp((*a)->name, (*b)->name);
}

static int
compare_name(const void *name, const void *entry)
{
	const struct db_statement *const *statement = entry;
	return strcmp(name, (*statement)->name);
}

static const struct db_statement *
pool_statement(const struct db_pool *pool, const char *name)
{
	const struct db_statement **found =
	    bsearch(name, pool->by_name, pool->statements, sizeof pool->by_name[0], compare_name);
	assert(found != NULL && "a statement that the pool was not given");
	return *found;
}

/* ---- the state that others see ---- */

static size_t
pool_ready(const struct db_pool *pool)
{
	size_t ready = 0;
	for (size_t i = 0; i < pool->settings->connections; i++)
		ready += connection_look(pool->connections[i])->is_ready;
	return ready;
}

static bool
pool_is_mismatched(const struct db_pool *pool)
{
	for (size_t i = 0; i < pool->settings->connections; i++) {
		if (connection_look(pool->connections[i])->is_mismatched)
			return true;
	}
	return false;
}

/* One connection that works is enough to be ready; what does not match outweighs what is away. */
static void
pool_judge(struct db_pool *pool, const struct connection *connection)
{
	enum db_state state = DB_STATE_AWAY;
	if (pool_ready(pool) > 0)
		state = DB_STATE_READY;
	else if (pool_is_mismatched(pool))
		state = DB_STATE_MISMATCHED;
	bool is_news = state != pool->state;
	/* The detail is of a connection in the pool's own state: the mismatch, not the next one's refused connect. */
	if (is_news || state != DB_STATE_MISMATCHED || connection_look(connection)->is_mismatched) {
		free(pool->detail);
		pool->detail = base_strdup(state == DB_STATE_READY ? "" : connection_detail(connection));
	}
	pool->state = state;
	if (is_news && pool->changed != NULL)
		pool->changed(pool->context);
}

/* ---- the ends of a call ---- */

static void
pool_tell(struct db_pool *pool, struct call *call, enum db_outcome outcome, const struct db_rows *rows)
{
	static const size_t counted[] = {
	    [DB_ERROR] = offsetof(struct db_counts, errors), [DB_BUSY] = offsetof(struct db_counts, busy),
	    [DB_AWAY] = offsetof(struct db_counts, away), [DB_LOST] = offsetof(struct db_counts, lost),
	    [DB_LATE] = offsetof(struct db_counts, late)};
	if (outcome != DB_ROWS)
		++*(uint64_t *)(void *)((char *)&pool->counts + counted[outcome]);
	TAILQ_REMOVE(&pool->ages, call, age);
	call_tell(call, outcome, rows);
}

static struct calls *
pool_line(struct db_pool *pool, const struct call *call)
{
	return call->statement->is_write ? &pool->writes : &pool->reads;
}

/* A call that was never sent leaves its line. */
static void
pool_dismiss(struct db_pool *pool, struct call *call, enum db_outcome outcome)
{
	TAILQ_REMOVE(pool_line(pool, call), call, line);
	pool->counts.waiting--;
	pool_tell(pool, call, outcome, NULL);
	free(call);
}

static void
pool_dismiss_all(struct db_pool *pool)
{
	while (!TAILQ_EMPTY(&pool->reads))
		pool_dismiss(pool, TAILQ_FIRST(&pool->reads), DB_AWAY);
	while (!TAILQ_EMPTY(&pool->writes))
		pool_dismiss(pool, TAILQ_FIRST(&pool->writes), DB_AWAY);
}

/* ---- choosing ---- */

/* The connection with the shortest flight of those that may take a read, or NULL. */
static struct connection *
pool_for_read(const struct db_pool *pool, const struct connection *kept)
{
	struct connection *best = NULL;
	size_t shortest = pool->settings->pipeline_depth > 0 ? pool->settings->pipeline_depth : 1;
	for (size_t i = 0; i < pool->settings->connections; i++) {
		const struct connection_state *state = connection_look(pool->connections[i]);
		if (!state->is_ready || state->is_writing || state->is_stalled || pool->connections[i] == kept)
			continue;
		if (state->flight < shortest) {
			shortest = state->flight;
			best = pool->connections[i];
		}
	}
	return best;
}

/* The connection that a write should take: nothing in flight, or else the one that will be so first. */
static struct connection *
pool_for_write(const struct db_pool *pool)
{
	return pool_for_read(pool, NULL);
}

static void
pool_send(struct db_pool *pool, struct connection *connection, struct call *call)
{
	struct calls *line = pool_line(pool, call);
	TAILQ_REMOVE(line, call, line);
	pool->counts.waiting--;
	if (connection_send(connection, call)) {
		pool->counts.running++;
		return;
	}
	TAILQ_INSERT_HEAD(line, call, line);
	pool->counts.waiting++;
}

/* Sends one call. False: there is none, or no connection for it. */
static bool
pool_place(struct db_pool *pool)
{
	struct call *read = TAILQ_FIRST(&pool->reads), *write = TAILQ_FIRST(&pool->writes);
	struct connection *kept = NULL;
	if (write != NULL && (read == NULL || write->number < read->number)) {
		kept = pool_for_write(pool);
		if (kept != NULL && connection_look(kept)->flight == 0) {
			pool_send(pool, kept, write);
			return true;
		}
		/* Else the connection that will be free first is kept free of further reads. */
	}
	struct connection *connection = read != NULL ? pool_for_read(pool, kept) : NULL;
	if (connection == NULL)
		return false;
	pool_send(pool, connection, read);
	return true;
}

static void
pool_feed(struct db_pool *pool)
{
	while (pool->counts.waiting > 0 && pool_place(pool))
		continue;
}

/* ---- what connections and the clock tell ---- */

static void
on_ended(void *context, struct call *call, enum db_outcome outcome, const struct db_rows *rows)
{
	struct db_pool *pool = context;
	pool->counts.running--;
	if (!call->is_told)
		pool_tell(pool, call, outcome, rows);
	free(call);
}

static void
on_changed(void *context, struct connection *connection)
{
	struct db_pool *pool = context;
	const struct connection_state *state = connection_look(connection);
	if (state->is_ready && pool->state == DB_STATE_READY) {
		pool_feed(pool);
		return;
	}
	pool_judge(pool, connection);
	if (pool->state == DB_STATE_READY)
		pool_feed(pool);
	else
		pool_dismiss_all(pool);
}

static void
pool_arm(struct db_pool *pool, int64_t now)
{
	const struct call *oldest = TAILQ_FIRST(&pool->ages);
	if (oldest == NULL || (event_pending(pool->deadline, EV_TIMEOUT, NULL) && pool->set_for <= oldest->deadline))
		return;
	pool->set_for = oldest->deadline;
	int64_t left = oldest->deadline > now ? oldest->deadline - now : 0;
	struct timeval wait = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};
	event_add(pool->deadline, &wait);
}

/* What was sent may have happened; what still waits has not. */
static void
pool_expire(struct db_pool *pool, struct call *call)
{
	if (call->connection == NULL) {
		pool_dismiss(pool, call, DB_BUSY);
		return;
	}
	struct connection *connection = call->connection;
	pool_tell(pool, call, DB_LATE, NULL);
	connection_overdue(connection);
}

static void
on_deadline(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	struct db_pool *pool = context;
	int64_t now = when_monotonic_ms();
	struct call *oldest;
	while ((oldest = TAILQ_FIRST(&pool->ages)) != NULL && oldest->deadline <= now)
		pool_expire(pool, oldest);
	pool_arm(pool, now);
}

/* ---- the face ---- */

/* Most calls have the pool's deadline, and go to the end. */
static void
pool_age(struct db_pool *pool, struct call *call)
{
	struct call *before = TAILQ_LAST(&pool->ages, calls);
	while (before != NULL && before->deadline > call->deadline)
		before = TAILQ_PREV(before, calls, age);
	if (before != NULL)
		TAILQ_INSERT_AFTER(&pool->ages, before, call, age);
	else
		TAILQ_INSERT_HEAD(&pool->ages, call, age);
}

void
db_call(struct db_pool *pool, const char *statement, const char *const *parameters, db_done *done, void *context)
{
	db_call_within(pool, pool->settings->deadline_ms, statement, parameters, done, context);
}

void
db_call_within(struct db_pool *pool, int deadline_ms, const char *statement, const char *const *parameters, db_done *done, void *context)
{
	pool->counts.calls++;
	struct call *call = call_new(pool_statement(pool, statement), parameters, done, context);
	int64_t now = when_monotonic_ms();
	call->number = ++pool->number;
	call->deadline = now + deadline_ms;
	pool_age(pool, call);
	TAILQ_INSERT_TAIL(pool_line(pool, call), call, line);
	pool->counts.waiting++;
	if (pool->is_closing || pool->state != DB_STATE_READY) {
		pool_dismiss(pool, call, DB_AWAY);
		return;
	}
	pool_feed(pool);
	if (call->connection == NULL && pool->counts.waiting > pool->settings->queue_max) {
		pool_dismiss(pool, call, DB_BUSY);
		return;
	}
	pool_arm(pool, now);
}

static const struct connection_owner connection_owner = {.ended = on_ended, .changed = on_changed};

struct db_pool *
db_pool_new(struct event_base *base, const struct db_settings *settings, const struct db_statement *statements, size_t count)
{
	struct db_pool *pool = base_alloc(sizeof *pool);
	*pool = (struct db_pool){.base = base, .settings = settings, .statements = count, .state = DB_STATE_AWAY,
	    .detail = base_strdup("not connected yet")};
	TAILQ_INIT(&pool->reads);
	TAILQ_INIT(&pool->writes);
	TAILQ_INIT(&pool->ages);
	pool->by_name = base_alloc(count * sizeof pool->by_name[0]);
	for (size_t i = 0; i < count; i++)
		pool->by_name[i] = &statements[i];
	qsort(pool->by_name, count, sizeof pool->by_name[0], compare_statements);
	pool->deadline = evtimer_new(base, on_deadline, pool);
	pool->connections = base_alloc(settings->connections * sizeof pool->connections[0]);
	for (size_t i = 0; i < settings->connections; i++)
		pool->connections[i] = connection_new(base, settings, statements, count, &connection_owner, pool);
	return pool;
}

void
db_pool_free(struct db_pool *pool)
{
	if (pool == NULL)
		return;
	pool->is_closing = true;
	pool_dismiss_all(pool);
	for (size_t i = 0; i < pool->settings->connections; i++)
		connection_free(pool->connections[i]);
	assert(TAILQ_EMPTY(&pool->ages));
	event_free(pool->deadline);
	free(pool->connections);
	free(pool->by_name);
	free(pool->detail);
	free(pool);
}

enum db_state
db_pool_state(const struct db_pool *pool, const char **ret_detail)
{
	*ret_detail = pool->detail;
	return pool->state;
}

void
db_pool_on_state(struct db_pool *pool, void (*changed)(void *context), void *context)
{
	pool->changed = changed;
	pool->context = context;
}

void
db_pool_count(const struct db_pool *pool, struct db_counts *ret_counts)
{
	*ret_counts = pool->counts;
	ret_counts->ready = pool_ready(pool);
	for (size_t i = 0; i < pool->settings->connections; i++)
		ret_counts->connects += connection_look(pool->connections[i])->connects;
}
