/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session: one connection that waits for its answers, for commands that run and end.
 */
#include "db/db.h"

#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/arena.h"
#include "base/str.h"
#include "db/rows.h"

struct db_session {
	PGconn *conn;
	char *error;
	char sqlstate[6];
	size_t statement, position; /* of the last error in a script */
};

static const char session_settings[] =
    "SET TimeZone = 'UTC'; SET standard_conforming_strings = on; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'";

static void
discard_notice(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

/* libpq's text, without its last line feed. */
static char *
sentence(const char *text)
{
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == '\n')
		length--;
	struct str copy = {0};
	str_add(&copy, text, length);
	return str_steal(&copy, NULL);
}

static void
session_forget(struct db_session *session)
{
	free(session->error);
	session->error = NULL;
	session->sqlstate[0] = '\0';
	session->statement = session->position = 0;
}

static void
put_field(struct str *text, const char *before, const PGresult *result, int field)
{
	const char *value = PQresultErrorField(result, field);
	if (value != NULL)
		str_print(text, "%s%s", before, value);
}

static void
session_note(struct db_session *session, const PGresult *result)
{
	session_forget(session);
	const char *sqlstate = rows_sqlstate(result);
	if (sqlstate[0] == '\0') {
		session->error = sentence(PQerrorMessage(session->conn));
		return;
	}
	struct str text = {0};
	str_print(&text, "%s (%s)", rows_message(result), sqlstate);
	put_field(&text, ". ", result, PG_DIAG_MESSAGE_DETAIL);
	put_field(&text, " Hint: ", result, PG_DIAG_MESSAGE_HINT);
	put_field(&text, " In: ", result, PG_DIAG_CONTEXT);
	session->error = str_steal(&text, NULL);
	strncpy(session->sqlstate, sqlstate, sizeof session->sqlstate - 1);
	const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	session->position = position != NULL ? strtoul(position, NULL, 10) : 0;
}

struct db_session *
db_session_open(const char *conninfo, char **ret_error)
{
	const char *const keywords[] = {"connect_timeout", "dbname", "application_name", "client_encoding", NULL};
	const char *const values[] = {"10", conninfo, "hubd", "UTF8", NULL};
	struct db_session *session = base_alloc(sizeof *session);
	session->conn = PQconnectdbParams(keywords, values, 1);
	if (session->conn == NULL)
		abort();
	PQsetNoticeReceiver(session->conn, discard_notice, NULL);
	if (PQstatus(session->conn) == CONNECTION_OK && db_session_script(session, session_settings))
		return session;
	*ret_error = sentence(PQerrorMessage(session->conn));
	db_session_close(session);
	return NULL;
}

void
db_session_close(struct db_session *session)
{
	if (session == NULL)
		return;
	PQfinish(session->conn);
	free(session->error);
	free(session);
}

struct db_rows *
db_session_run(struct db_session *session, const char *sql, const char *const *parameters, int count)
{
	PGresult *result = PQexecParams(session->conn, sql, count, NULL, parameters, NULL, NULL, 0);
	if (result == NULL || rows_is_error(result)) {
		session_note(session, result);
		PQclear(result);
		return NULL;
	}
	session_forget(session);
	struct db_rows *rows = base_alloc(sizeof *rows);
	rows->result = result;
	return rows;
}

/* A script cannot hold the data of a COPY; whoever tries it gets an error and not a hang. */
static void
session_refuse_copy(struct db_session *session, ExecStatusType status)
{
	char *line = NULL;
	if (status == PGRES_COPY_IN)
		PQputCopyEnd(session->conn, "a script cannot hold the data of a COPY");
	while (status == PGRES_COPY_OUT && PQgetCopyData(session->conn, &line, 0) > 0)
		PQfreemem(line);
}

/* Each statement of a script has a result of its own: counting them finds the one that failed. */
bool
db_session_script(struct db_session *session, const char *script)
{
	session_forget(session);
	if (PQsendQuery(session->conn, script) != 1) {
		session_note(session, NULL);
		return false;
	}
	bool is_good = true;
	PGresult *result;
	for (size_t number = 1; (result = PQgetResult(session->conn)) != NULL; number++) {
		ExecStatusType status = PQresultStatus(result);
		session_refuse_copy(session, status);
		if (is_good && rows_is_error(result) && status != PGRES_EMPTY_QUERY && status != PGRES_COPY_IN) {
			is_good = false;
			session_note(session, result);
			session->statement = number;
		}
		PQclear(result);
	}
	return is_good;
}

const char *
db_session_error(const struct db_session *session)
{
	return session->error != NULL ? session->error : "";
}

const char *
db_session_sqlstate(const struct db_session *session)
{
	return session->sqlstate;
}

size_t
db_session_failed_at(const struct db_session *session, size_t *ret_position)
{
	*ret_position = session->position;
	return session->statement;
}
