/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows, seen from inside: a libpq result under the face that db.h gives it. They do not know
 * which call they answer.
 */
#ifndef HUBD_DB_ROWS_H
#define HUBD_DB_ROWS_H

#include <stdbool.h>

#include <libpq-fe.h>

struct db_rows {
	PGresult *result; /* owned by whoever made the rows */
};

/* The SQLSTATE of a result; "" where there is none, as in an error that libpq itself found. */
const char *rows_sqlstate(const PGresult *result);
/* The primary message of an error, or libpq's own; "" where there is none. */
const char *rows_message(const PGresult *result);
bool rows_is_error(const PGresult *result);

#endif
