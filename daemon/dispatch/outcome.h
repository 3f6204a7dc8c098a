/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an end of a call that is no reply means to the asker: one table of SQLSTATEs, one of the pool's outcomes. Pure.
 */
#ifndef HUBD_DISPATCH_OUTCOME_H
#define HUBD_DISPATCH_OUTCOME_H

#include <stdbool.h>

#include "db/db.h"

struct outcome {
	int status;
	const char *problem;     /* of problem.h */
	bool is_worth_repeating; /* once, at once: the server undid a transaction that may succeed now */
	bool is_defect;          /* ours: logged as an error */
	const char *retry_after; /* seconds, or NULL */
	const char *detail_de, *detail_en;
};

/* sqlstate counts for DB_ERROR only; DB_ROWS has no entry. */
const struct outcome *outcome_find(enum db_outcome outcome, const char *sqlstate, bool is_write);

#endif
