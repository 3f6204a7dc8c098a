/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The grid: columns of resources (or of days of one resource) with what is free, taken, one's own, closed; made of the document of
 * api.page_grid. Free stretches are exact; rows of half an hour show them, merged into links of sensible steps.
 * It knows no page.
 */
#ifndef HUBD_PAGE_GRID_H
#define HUBD_PAGE_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct http_request;
struct json;
struct json_writer;

enum grid_state { GRID_CLOSED, GRID_GONE, GRID_GAP, GRID_FREE, GRID_TAKEN, GRID_MINE, GRID_SHUT };

/* Local seconds. */
struct grid_run {
	int64_t start, end;
	enum grid_state state;
	const char *title;      /* NULL where the asker may not know it, or there is none */
	int64_t booking;        /* one's own; else 0 */
	int64_t remaining;      /* of a pool: units that are left */
};

struct grid_runs {
	struct grid_run *runs;
	size_t count;
};

struct grid_column {
	const struct json *resource, *site;
	int64_t day, now;       /* its midnight; the present; both on the site's clock */
	bool is_pool;
	int64_t units;
	struct grid_runs open, taken, levels, free; /* ordered by start */
};

struct grid {
	struct arena *arena;
	const struct json *document;
	struct grid_column *columns;
	size_t count;
	int64_t first, last;    /* seconds of the day that rows cover, whole hours */
};

enum { GRID_ROW = 1800, GRID_DAY = 86400 };

/* Columns: each resource of the document on each of `days` days from the document's first on, resource by resource. */
void grid_read(struct arena *arena, const struct json *document, int64_t days, struct grid *ret_grid);
/* What an exact stretch of the day is; ret_run is the run that says so, or NULL. */
enum grid_state grid_look(const struct grid_column *column, int64_t start, int64_t end, const struct grid_run **ret_run);
/* The class and the word of a state: "free". */
const char *grid_state_name(enum grid_state state);

struct grid_words {
	const char *hub;
	bool is_by_day;         /* columns are days of one resource */
	int64_t chunk;          /* seconds of a free link */
};
/* "columns" and "rows" of the partial grid-table. */
void grid_put_table(struct http_request *request, struct json_writer *writer, const struct grid *grid, const struct grid_words *words);
/* "cells" of one resource of the week: columns from first on, `days` of them. */
void grid_put_strips(struct http_request *request, struct json_writer *writer, const struct grid *grid, size_t first, size_t days);

#endif
