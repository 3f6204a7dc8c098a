/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection of the pool: session settings and prepared statements at connect, then calls in
 * flight, one Sync each, answered in their order. An answer counts when its Sync came back,
 * for that is when its transaction has ended.
 *
 * It does not know the pool: which call it gets, and what a deadline is, is not its business.
 */
#ifndef HUBD_DB_CONNECTION_H
#define HUBD_DB_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "db/db.h"

struct call;
struct connection;
struct event_base;

struct connection_owner {
	/* One call came to its end. It belongs to the owner again. */
	void (*ended)(void *context, struct call *call, enum db_outcome outcome, const struct db_rows *rows);
	/* It may take more calls than before, or none any more. */
	void (*changed)(void *context, struct connection *connection);
};

/* What the pool asks before it chooses; read only. */
struct connection_state {
	bool is_ready;       /* takes calls, now or when its flight is shorter */
	bool is_mismatched;  /* connected, but a statement did not prepare */
	bool is_writing;     /* has a write in flight: takes nothing else */
	bool is_stalled;     /* its oldest call is overdue: better take another one */
	size_t flight;       /* calls sent and not answered */
	size_t connects;     /* how often it became ready */
};

struct connection *connection_new(struct event_base *base, const struct db_settings *settings, const struct db_statement *statements,
    size_t count, const struct connection_owner *owner, void *context);
/* Calls in flight end with DB_LOST. NULL is fine. */
void connection_free(struct connection *connection);
const struct connection_state *connection_look(const struct connection *connection);
/* Why it is not ready, or was not last: a sentence; never NULL. */
const char *connection_detail(const struct connection *connection);
/*
 * Sends a call on a connection that is ready; never ends one before it returns. False: nothing was sent, the call
 * is still the caller's, and the connection is about to be lost.
 */
bool connection_send(struct connection *connection, struct call *call);
/* The owner has given up waiting for a call in flight. Its result will be thrown away; if that does not come
 * within another deadline either, the server is taken for dead. */
void connection_overdue(struct connection *connection);

#endif
