/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table as programs write it (RFC 4180) and as people paste it: cells divided by commas, semicolons or tabs (the first line
 * tells which), quotes around what holds a divider or a line's end. Pure; it knows no column's meaning.
 */
#ifndef HUBD_PAGE_CSV_H
#define HUBD_PAGE_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum { CSV_CELLS_MAX = 40, CSV_ROWS_MAX = 501 };

struct csv_row {
	size_t line;        /* where it begins, from 1 */
	const char **cells; /* blanks around them are gone */
	size_t count;
};
struct csv {
	struct csv_row *rows; /* without empty lines; the first one holds the names */
	size_t count;
};
enum csv_fault { CSV_IS_RIGHT, CSV_OPEN_QUOTE, CSV_TOO_WIDE, CSV_TOO_LONG };

/* *ret_line is where a fault is. */
enum csv_fault csv_read(struct arena *arena, const char *text, struct csv *ret_csv, size_t *ret_line);

#endif
