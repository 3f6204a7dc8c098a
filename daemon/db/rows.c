/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"

const char *
rows_sqlstate(const PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	return sqlstate != NULL ? sqlstate : "";
}

const char *
rows_message(const PGresult *result)
{
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	return message != NULL ? message : PQresultErrorMessage(result);
}

bool
rows_is_error(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	return status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK;
}

/* PQfnumber() folds case and allocates; our columns are few and are named as they are written. */
static int
column_number(const PGresult *result, const char *column)
{
	int count = PQnfields(result);
	for (int number = 0; number < count; number++) {
		if (strcmp(PQfname(result, number), column) == 0)
			return number;
	}
	assert(!"a column that the statement does not have");
	return -1;
}

size_t
db_count(const struct db_rows *rows)
{
	return (size_t)PQntuples(rows->result);
}

const char *
db_text(const struct db_rows *rows, size_t row, const char *column)
{
	int number = column_number(rows->result, column);
	assert(row < db_count(rows));
	if (PQgetisnull(rows->result, (int)row, number))
		return NULL;
	return PQgetvalue(rows->result, (int)row, number);
}

size_t
db_length(const struct db_rows *rows, size_t row, const char *column)
{
	assert(row < db_count(rows));
	return (size_t)PQgetlength(rows->result, (int)row, column_number(rows->result, column));
}

int64_t
db_number(const struct db_rows *rows, size_t row, const char *column)
{
	const char *text = db_text(rows, row, column);
	return text != NULL ? strtoll(text, NULL, 10) : 0;
}

bool
db_is_true(const struct db_rows *rows, size_t row, const char *column)
{
	const char *text = db_text(rows, row, column);
	return text != NULL && text[0] == 't';
}

const char *
db_sqlstate(const struct db_rows *rows)
{
	return rows != NULL ? rows_sqlstate(rows->result) : "";
}

const char *
db_message(const struct db_rows *rows)
{
	return rows != NULL ? rows_message(rows->result) : "";
}

void
db_rows_free(struct db_rows *rows)
{
	if (rows == NULL)
		return;
	PQclear(rows->result);
	free(rows);
}
