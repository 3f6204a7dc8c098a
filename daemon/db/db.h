/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statements <-> rows: PostgreSQL through libpq, in pipeline mode, on the event loop.
 *
 * A call names a prepared statement and gives text parameters; its callback is called exactly once:
 * with rows, an SQL error, a lost connection, or our own deadline. It never waits and never cancels.
 * It does not know what the statements mean.
 */
#ifndef HUBD_DB_DB_H
#define HUBD_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_pool;
struct db_rows;
struct db_session;
struct event_base;

/* A statement prepared on every connection. Short reads are pipelined, writes go one at a time a connection. */
struct db_statement {
	const char *name;    /* "book" */
	const char *sql;     /* "SELECT … FROM api.book($1, $2)" */
	int parameters;
	bool is_write;
};

struct db_settings {
	const char *conninfo;      /* multi-host and target_session_attrs are libpq's own */
	size_t connections;        /* size of the pool */
	size_t pipeline_depth;     /* reads in flight a connection: about 4 */
	size_t queue_max;          /* calls that may wait in all; beyond it DB_BUSY at once */
	int deadline_ms;           /* of a call, waiting included; longer than the role's statement_timeout */
	int reconnect_min_ms, reconnect_max_ms; /* exponential backoff with jitter between these */
};

enum db_outcome {
	DB_ROWS,     /* rows, perhaps none */
	DB_ERROR,    /* the server's error: db_sqlstate(), db_message() */
	DB_BUSY,     /* the queue was full, or the deadline passed in the queue: nothing was sent */
	DB_AWAY,     /* no connection: nothing was sent */
	DB_LOST,     /* the connection broke after sending: a write's outcome is unknown */
	DB_LATE,     /* our deadline passed after sending: a write's outcome is unknown; the late result is discarded */
};

/* rows are valid until done returns; NULL but for DB_ROWS and DB_ERROR. It may make further calls, but not free the pool. */
typedef void db_done(void *context, enum db_outcome outcome, const struct db_rows *rows);

/*
 * The statements and settings must outlive the pool. The pool connects by itself and keeps trying; calls
 * made before fail with DB_AWAY. A statement that does not prepare makes the pool "mismatched":
 * db_pool_state() names it.
 */
struct db_pool *db_pool_new(struct event_base *base, const struct db_settings *settings, const struct db_statement *statements, size_t count);
void db_pool_free(struct db_pool *pool); /* calls that wait end with DB_AWAY or DB_LOST */

/* parameters: one text each, NULL for SQL's NULL; copied. done may be called before db_call returns only with DB_BUSY or DB_AWAY. */
void db_call(struct db_pool *pool, const char *statement, const char *const *parameters, db_done *done, void *context);
/* The same with a deadline of its own in place of the pool's: for whoever has something to say without an answer. */
void db_call_within(struct db_pool *pool, int deadline_ms, const char *statement, const char *const *parameters, db_done *done, void *context);

enum db_state { DB_STATE_AWAY, DB_STATE_READY, DB_STATE_MISMATCHED };
/* *ret_detail: the last connection error or the statement that does not match; never NULL. */
enum db_state db_pool_state(const struct db_pool *pool, const char **ret_detail);
/* Called on every change of the pool's state. */
void db_pool_on_state(struct db_pool *pool, void (*changed)(void *context), void *context);

struct db_counts {
	uint64_t calls, errors, busy, away, lost, late, connects;
	size_t ready, waiting, running; /* connections; calls: now */
};
void db_pool_count(const struct db_pool *pool, struct db_counts *ret_counts);

/* Listens on a channel through a connection of its own; heard is called for each notification, and once
 * with payload NULL after each (re)connect, since notifications may have been missed. */
struct db_listener;
struct db_listener *db_listen(struct event_base *base, const struct db_settings *settings, const char *channel,
    void (*heard)(void *context, const char *payload), void *context);
void db_listener_free(struct db_listener *listener);

/* ---- rows: text, as PostgreSQL prints it ---- */
size_t db_count(const struct db_rows *rows);
/* NULL for SQL's NULL. A column that does not exist is our mistake. */
const char *db_text(const struct db_rows *rows, size_t row, const char *column);
size_t db_length(const struct db_rows *rows, size_t row, const char *column); /* in bytes */
int64_t db_number(const struct db_rows *rows, size_t row, const char *column); /* 0 for NULL */
bool db_is_true(const struct db_rows *rows, size_t row, const char *column);
/* Of an error; "" otherwise. */
const char *db_sqlstate(const struct db_rows *rows);
const char *db_message(const struct db_rows *rows); /* the primary message, UTF-8, for the log: not for strangers */

/* ---- sessions: one synchronous connection, for commands that run and end; never inside serve or work's loop ---- */
/* NULL on failure, with a sentence in *ret_error that the caller frees. */
struct db_session *db_session_open(const char *conninfo, char **ret_error);
void db_session_close(struct db_session *session);
/* Runs one statement with text parameters. NULL on failure: db_session_error(). The rows live until db_rows_free(). */
struct db_rows *db_session_run(struct db_session *session, const char *sql, const char *const *parameters, int count);
/* Runs a script of several statements (migrations), without COPY. */
bool db_session_script(struct db_session *session, const char *script);
/* Which statement of the script failed, from 1, or 0; *ret_position: at which character of the script, from 1, or 0: unknown. */
size_t db_session_failed_at(const struct db_session *session, size_t *ret_position);
const char *db_session_error(const struct db_session *session);    /* a sentence */
const char *db_session_sqlstate(const struct db_session *session); /* of the last error */
void db_rows_free(struct db_rows *rows);                           /* only for a session's rows */

#endif
