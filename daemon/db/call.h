/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call, from db_call() until its callback and, where that was late, until its result came.
 */
#ifndef HUBD_DB_CALL_H
#define HUBD_DB_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "db/db.h"

struct connection;

struct call {
	TAILQ_ENTRY(call) line; /* in the pool's queue, or in a connection's flight */
	TAILQ_ENTRY(call) age;  /* among all that have not been told: oldest first */
	const struct db_statement *statement;
	struct connection *connection; /* NULL while it waits */
	uint64_t number;        /* the order of asking */
	int64_t deadline;       /* on when_monotonic_ms()'s clock */
	bool is_told;           /* done has been called: once and never again */
	db_done *done;
	void *context;
	const char *values[];   /* the statement's parameters; their text follows */
};

TAILQ_HEAD(calls, call);

/* Copies the parameters. */
struct call *call_new(const struct db_statement *statement, const char *const *parameters, db_done *done, void *context);
/* Calls done; asserts that nobody did before. Freeing the call is free(). */
void call_tell(struct call *call, enum db_outcome outcome, const struct db_rows *rows);

#endif
