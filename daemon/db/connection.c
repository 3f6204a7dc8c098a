/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/connection.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <libpq-fe.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "db/call.h"
#include "db/link.h"
#include "db/rows.h"

enum { PREPARE_TIMEOUT_MS = 10000 };

/* Sent first on each connection; the timeouts are the role's own. */
static const char session_settings[] =
    "SELECT set_config('TimeZone', 'UTC', false), set_config('standard_conforming_strings', 'on', false),"
    " set_config('DateStyle', 'ISO, YMD', false), set_config('IntervalStyle', 'iso_8601', false),"
    " set_config('bytea_output', 'hex', false)";

/* What an answer's SQLSTATE says about the connection that it came over. */
static const struct {
	const char *sqlstate;
	enum { FATE_RENEW = 1, FATE_LOST } fate;
} fates[] = {
	{"25006", FATE_RENEW}, /* read-only: no longer the primary */
	{"0A000", FATE_RENEW}, /* "cached plan must not change result type": an upgrade changed a function's row */
	{"26000", FATE_RENEW}, /* the prepared statement does not exist */
	{"57P01", FATE_LOST},  /* admin_shutdown */
	{"57P02", FATE_LOST},  /* crash_shutdown */
	{"57P03", FATE_LOST},  /* cannot_connect_now */
};

/* Connecting, a connection goes through these in order. */
enum phase { PHASE_AWAY, PHASE_SETTINGS, PHASE_STATEMENTS, PHASE_READY };

struct connection {
	const struct db_settings *settings;
	const struct db_statement *statements;
	size_t count;
	const struct connection_owner *owner;
	void *context;
	struct link *link;
	struct event *patience; /* with preparing, or with an overdue call */
	enum phase phase;
	size_t prepared;        /* statements answered so far */
	struct connection_state state;
	struct calls flight;
	PGresult *answer;       /* of the oldest call in flight, until its Sync */
	bool is_unreplicated;   /* its COMMIT gave up waiting for a standby */
	bool is_renewing;       /* to be closed as soon as nothing is in flight */
	char *detail;
};

static void
connection_say(struct connection *connection, const char *why)
{
	free(connection->detail);
	connection->detail = base_strdup(why);
}

static void
connection_arm(struct connection *connection, int64_t milliseconds)
{
	struct timeval wait = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
	event_add(connection->patience, &wait);
}

static int
fate_of(const char *sqlstate)
{
	for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++) {
		if (strcmp(fates[i].sqlstate, sqlstate) == 0)
			return fates[i].fate;
	}
	return 0;
}

/* libpq's own errors have no SQLSTATE: the connection broke. */
static bool
is_broken(const char *sqlstate)
{
	return sqlstate[0] == '\0' || fate_of(sqlstate) == FATE_LOST;
}

/* ---- connecting ---- */

/*
 * A COMMIT that is cancelled while it waits for a synchronous standby reports success with a warning, whose text
 * is in the server's language and whose SQLSTATE is a plain 01000: the function that raised it tells it apart.
 */
static void
on_notice(void *context, const PGresult *result)
{
	struct connection *connection = context;
	const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
	if (function != NULL && strcmp(function, "SyncRepWaitForLSN") == 0)
		connection->is_unreplicated = true;
}

/* All in one go: settings, Sync, statements, Sync. What fails behind the first Sync is a statement. */
static bool
connection_introduce(struct connection *connection, PGconn *conn)
{
	if (PQenterPipelineMode(conn) != 1 || PQsendQueryParams(conn, session_settings, 0, NULL, NULL, NULL, NULL, 0) != 1 ||
	    PQpipelineSync(conn) != 1)
		return false;
	for (size_t i = 0; i < connection->count; i++) {
		const struct db_statement *statement = &connection->statements[i];
		if (PQsendPrepare(conn, statement->name, statement->sql, 0, NULL) != 1)
			return false;
	}
	return PQpipelineSync(conn) == 1;
}

static void
on_up(void *context)
{
	struct connection *connection = context;
	PGconn *conn = link_conn(connection->link);
	PQsetNoticeReceiver(conn, on_notice, connection);
	connection->phase = PHASE_SETTINGS;
	connection->prepared = 0;
	connection_arm(connection, PREPARE_TIMEOUT_MS);
	if (!connection_introduce(connection, conn)) {
		link_lose_soon(connection->link);
		return;
	}
	link_flush(connection->link);
}

static void
connection_ready(struct connection *connection)
{
	event_del(connection->patience);
	connection->phase = PHASE_READY;
	connection->state.is_ready = true;
	connection->state.connects++;
	connection->state.is_mismatched = false;
	connection_say(connection, "");
	connection->owner->changed(connection->context, connection);
}

/* A statement that the server does not know is a mismatch of releases; anything else passes. */
static void
connection_refused(struct connection *connection, const PGresult *result)
{
	const char *sqlstate = rows_sqlstate(result);
	struct str why = {0};
	if (connection->phase == PHASE_STATEMENTS && connection->prepared < connection->count && !is_broken(sqlstate)) {
		str_print(&why, "statement \"%s\": ", connection->statements[connection->prepared].name);
		connection->state.is_mismatched = strncmp(sqlstate, "42", 2) == 0 || strcmp(sqlstate, "3F000") == 0;
	}
	str_print(&why, "%s (%s)", rows_message(result), sqlstate);
	link_lose(connection->link, str_text(&why));
	str_free(&why);
}

/* True: go on reading. */
static bool
connection_learn(struct connection *connection, const PGresult *result)
{
	switch (PQresultStatus(result)) {
	case PGRES_PIPELINE_SYNC:
		if (connection->phase == PHASE_STATEMENTS) {
			connection_ready(connection);
			return false;
		}
		connection->phase = PHASE_STATEMENTS;
		return true;
	case PGRES_COMMAND_OK:
		connection->prepared++;
		return true;
	case PGRES_TUPLES_OK:
		return true;
	default:
		connection_refused(connection, result);
		return false;
	}
}

/* One NULL stands between an answer and what comes next. NULL: nothing more yet. */
static PGresult *
next_result(PGconn *conn)
{
	PGresult *result = PQgetResult(conn);
	if (result != NULL || PQisBusy(conn))
		return result;
	return PQgetResult(conn);
}

static void
connection_prepare(struct connection *connection, PGconn *conn)
{
	bool is_going_on = true;
	while (is_going_on && !PQisBusy(conn)) {
		PGresult *result = next_result(conn);
		is_going_on = result != NULL && connection_learn(connection, result);
		PQclear(result);
	}
}

/* ---- calls ---- */

bool
connection_send(struct connection *connection, struct call *call)
{
	PGconn *conn = link_conn(connection->link);
	const struct db_statement *statement = call->statement;
	assert(connection->state.is_ready && !connection->state.is_writing);
	assert(!statement->is_write || connection->state.flight == 0);
	if (PQsendQueryPrepared(conn, statement->name, statement->parameters, call->values, NULL, NULL, 0) != 1) {
		connection->state.is_ready = false;
		link_lose_soon(connection->link);
		return false;
	}
	TAILQ_INSERT_TAIL(&connection->flight, call, line);
	call->connection = connection;
	connection->state.flight++;
	connection->state.is_writing = statement->is_write;
	/* From here on the server may have got it. */
	if (PQpipelineSync(conn) != 1) {
		connection->state.is_ready = false;
		link_lose_soon(connection->link);
		return true;
	}
	link_flush(connection->link);
	return true;
}

/* Takes the oldest call out of flight and gives it back. */
static void
connection_end(struct connection *connection, enum db_outcome outcome, PGresult *answer)
{
	struct call *call = TAILQ_FIRST(&connection->flight);
	TAILQ_REMOVE(&connection->flight, call, line);
	connection->state.flight--;
	if (call->statement->is_write)
		connection->state.is_writing = false;
	struct call *next = TAILQ_FIRST(&connection->flight);
	connection->state.is_stalled = next != NULL && next->is_told;
	bool has_rows = outcome == DB_ROWS || outcome == DB_ERROR;
	struct db_rows rows = {.result = answer};
	connection->owner->ended(connection->context, call, outcome, has_rows ? &rows : NULL);
	PQclear(answer);
}

/* The Sync of the oldest call came back: its transaction has ended, its answer counts. */
static void
connection_answer(struct connection *connection)
{
	PGresult *answer = connection->answer;
	bool is_unknown = answer == NULL || connection->is_unreplicated;
	connection->answer = NULL;
	connection->is_unreplicated = false;
	enum db_outcome outcome = is_unknown ? DB_LOST : rows_is_error(answer) ? DB_ERROR : DB_ROWS;
	if (outcome == DB_ERROR && fate_of(rows_sqlstate(answer)) == FATE_RENEW) {
		connection->is_renewing = true;
		connection->state.is_ready = false;
		connection_say(connection, rows_message(answer));
	}
	connection_end(connection, outcome, answer);
}

/*
 * An error of the COMMIT comes after the rows and replaces them. False: the connection is lost.
 */
static bool
connection_keep(struct connection *connection, PGresult *result)
{
	if (rows_is_error(result) && is_broken(rows_sqlstate(result))) {
		link_lose(connection->link, rows_message(result));
		PQclear(result);
		return false;
	}
	PQclear(connection->answer);
	connection->answer = result;
	return true;
}

static void
connection_receive(struct connection *connection, PGconn *conn)
{
	while (!TAILQ_EMPTY(&connection->flight) && !PQisBusy(conn)) {
		PGresult *result = next_result(conn);
		if (result == NULL)
			break;
		if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
			PQclear(result);
			connection_answer(connection);
		} else if (!connection_keep(connection, result)) {
			return;
		}
	}
	/* With nothing in flight this lets libpq read what the server tells unasked. */
	(void)PQisBusy(conn);
	if (connection->is_renewing && TAILQ_EMPTY(&connection->flight)) {
		link_lose(connection->link, connection->detail);
		return;
	}
	connection->owner->changed(connection->context, connection);
}

static void
on_readable(void *context)
{
	struct connection *connection = context;
	PGconn *conn = link_conn(connection->link);
	if (connection->phase == PHASE_READY)
		connection_receive(connection, conn);
	else
		connection_prepare(connection, conn);
}

/* ---- losing ---- */

static void
on_down(void *context, const char *why)
{
	struct connection *connection = context;
	event_del(connection->patience);
	if (connection->phase == PHASE_AWAY)
		connection->state.is_mismatched = false;
	connection->phase = PHASE_AWAY;
	connection->state.is_ready = false;
	connection->is_renewing = connection->is_unreplicated = false;
	connection_say(connection, why);
	PQclear(connection->answer);
	connection->answer = NULL;
	while (!TAILQ_EMPTY(&connection->flight))
		connection_end(connection, DB_LOST, NULL);
	connection->owner->changed(connection->context, connection);
}

void
connection_overdue(struct connection *connection)
{
	struct call *oldest = TAILQ_FIRST(&connection->flight);
	connection->state.is_stalled = oldest != NULL && oldest->is_told;
	if (!event_pending(connection->patience, EV_TIMEOUT, NULL))
		connection_arm(connection, connection->settings->deadline_ms);
}

static void
on_patience(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	struct connection *connection = context;
	if (connection->phase != PHASE_READY) {
		link_lose(connection->link, "The server did not prepare the statements in time.");
		return;
	}
	const struct call *oldest = TAILQ_FIRST(&connection->flight);
	if (oldest == NULL || !oldest->is_told)
		return;
	int64_t left = oldest->deadline + connection->settings->deadline_ms - when_monotonic_ms();
	if (left > 0)
		connection_arm(connection, left);
	else
		link_lose(connection->link, "The server did not answer within twice the deadline.");
}

/* ---- life ---- */

static const struct link_owner link_owner = {.up = on_up, .readable = on_readable, .down = on_down};

struct connection *
connection_new(struct event_base *base, const struct db_settings *settings, const struct db_statement *statements, size_t count,
    const struct connection_owner *owner, void *context)
{
	struct connection *connection = base_alloc(sizeof *connection);
	*connection = (struct connection){.settings = settings, .statements = statements, .count = count, .owner = owner,
	    .context = context};
	TAILQ_INIT(&connection->flight);
	connection_say(connection, "not connected yet");
	connection->patience = evtimer_new(base, on_patience, connection);
	connection->link = link_new(base, settings, &link_owner, connection);
	return connection;
}

void
connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	link_free(connection->link);
	event_free(connection->patience);
	PQclear(connection->answer);
	connection->state.is_ready = false;
	while (!TAILQ_EMPTY(&connection->flight))
		connection_end(connection, DB_LOST, NULL);
	free(connection->detail);
	free(connection);
}

const struct connection_state *
connection_look(const struct connection *connection)
{
	return &connection->state;
}

const char *
connection_detail(const struct connection *connection)
{
	return connection->detail;
}
