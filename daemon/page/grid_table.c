/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grid as the cells of tables: links with their full text, half hours merged. */
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/grid.h"
#include "page/page.h"
#include "page/parts.h"

enum { STRIP = 300, SHOWN_MAX = 2 }; /* a strip's unit is five minutes */

struct pen {
	struct http_request *request;
	struct json_writer *writer;
	struct dates dates;
	const struct grid_words *words;
};

static const char *
name_of(const struct grid_column *column)
{
	return json_as_text(json_get(column->resource, "name"));
}

static const char *
number(const struct pen *pen, int64_t value)
{
	return arena_print(pen->dates.arena, "%lld", (long long)value);
}

/* "Dienstag, 3. März": of any day, never "today". */
static const char *
day_words(const struct dates *dates, int64_t day)
{
	return dates_day_label(dates, day, day + 30 * GRID_DAY);
}

static const char *
state_words(const struct pen *pen, const struct grid_column *column, enum grid_state state, const struct grid_run *run)
{
	if (column->is_pool && run != NULL && (state == GRID_FREE || state == GRID_TAKEN))
		return page_say(pen->request, "grid.left", "left", number(pen, run->remaining), "units", number(pen, column->units), NULL);
	return page_text(pen->request, arena_print(pen->dates.arena, "grid.%s", grid_state_name(state)));
}

/* ---- days and resources as columns ---- */

struct cell {
	int64_t start, end;
	enum grid_state state;
	const struct grid_run *run;
};

/* The part of a cell that its run fills: free stretches need not begin on a half hour. */
static int64_t
start_of(const struct cell *cell)
{
	return cell->run != NULL && cell->run->start > cell->start ? cell->run->start : cell->start;
}

static int64_t
end_of(const struct cell *cell)
{
	return cell->run != NULL && cell->run->end < cell->end ? cell->run->end : cell->end;
}

static const char *
address_of(const struct pen *pen, const struct grid_column *column, const struct cell *cell)
{
	struct arena *arena = pen->dates.arena;
	if (cell->state == GRID_MINE && cell->run->booking != 0)
		return arena_print(arena, "/me/bookings/%lld", (long long)cell->run->booking);
	if (cell->state != GRID_FREE)
		return NULL;
	return arena_print(arena, "/hubs/%s/book?resource=%s&start=%s&end=%s", pen->words->hub, json_as_text(json_get(column->resource, "slug")),
	    parts_moment(arena, start_of(cell)), parts_moment(arena, end_of(cell)));
}

/* "Dienstag, 3. März, 14 bis 16 Uhr, Lasercutter 1, frei" */
static const char *
label_of(const struct pen *pen, const struct grid_column *column, const struct cell *cell, const char *words)
{
	int64_t start = start_of(cell), end = end_of(cell);
	return arena_print(pen->dates.arena, "%s, %s, %s, %s", day_words(&pen->dates, column->day), dates_times(&pen->dates, start, end), name_of(column), words);
}

static void
put_cell(const struct pen *pen, const struct grid_column *column, const struct cell *cell)
{
	struct json_writer *writer = pen->writer;
	const char *words = state_words(pen, column, cell->state, cell->run), *title = cell->run != NULL ? cell->run->title : NULL;
	int64_t rows = (cell->end - cell->start) / GRID_ROW;
	json_open_map(writer, NULL);
	json_put_text(writer, "state", grid_state_name(cell->state));
	json_put_text(writer, "rows", rows > 1 ? number(pen, rows) : NULL);
	json_put_text(writer, "href", address_of(pen, column, cell));
	json_put_text(writer, "label", label_of(pen, column, cell, words));
	json_put_text(writer, "text", title != NULL ? title : words);
	json_put_bool(writer, "is_quiet", cell->state <= GRID_GAP);
	json_close_map(writer);
}

static struct cell
look(const struct grid *grid, const struct grid_column *column, int64_t row)
{
	struct cell cell = {.start = column->day + grid->first + row * GRID_ROW};
	cell.end = cell.start + GRID_ROW;
	cell.state = grid_look(column, cell.start, cell.end, &cell.run);
	return cell;
}

/* Links of free time end where the clock shows a whole chunk, so that neighbours are equal. */
static bool
goes_on(const struct pen *pen, const struct cell *cell, const struct cell *next)
{
	return cell->state == next->state && cell->run == next->run && (cell->state != GRID_FREE || next->start % pen->words->chunk != 0);
}

/* The cell that begins in this row, if one does. */
static void
put_beginning(const struct pen *pen, const struct grid *grid, const struct grid_column *column, int64_t row, int64_t rows)
{
	struct cell cell = look(grid, column, row);
	if (row > 0) {
		struct cell before = look(grid, column, row - 1);
		if (goes_on(pen, &before, &cell))
			return;
	}
	for (int64_t below = row + 1; below < rows; below++) {
		struct cell next = look(grid, column, below);
		if (!goes_on(pen, &cell, &next))
			break;
		cell.end = next.end;
	}
	put_cell(pen, column, &cell);
}

static void
put_column(const struct pen *pen, const struct grid_column *column)
{
	struct json_writer *writer = pen->writer;
	const struct json *resource = column->resource;
	int64_t capacity = json_as_integer(json_get(resource, "capacity"));
	json_open_map(writer, NULL);
	json_put_text(writer, "name", pen->words->is_by_day ? dates_short_date(&pen->dates, column->day) : name_of(column));
	json_put_bool(writer, "is_today", column->now >= column->day && column->now < column->day + GRID_DAY);
	json_put_text(writer, "address", pen->words->is_by_day ? NULL
	    : arena_print(pen->dates.arena, "/hubs/%s/resources/%s", pen->words->hub, json_as_text(json_get(resource, "slug"))));
	json_put_text(writer, "note", pen->words->is_by_day ? NULL : column->is_pool
	    ? page_say(pen->request, "grid.units", "units", number(pen, column->units), NULL)
	    : page_say(pen->request, capacity == 1 ? "grid.seat" : "grid.seats", "count", number(pen, capacity), NULL));
	json_close_map(writer);
}

void
grid_put_table(struct http_request *request, struct json_writer *writer, const struct grid *grid, const struct grid_words *words)
{
	struct pen pen = {.request = request, .writer = writer, .words = words,
		.dates = {.arena = grid->arena, .is_english = page_is_english(request)}};
	int64_t rows = (grid->last - grid->first) / GRID_ROW;
	json_open_list(writer, "columns");
	for (size_t i = 0; i < grid->count; i++)
		put_column(&pen, &grid->columns[i]);
	json_close_list(writer);
	json_open_list(writer, "rows");
	for (int64_t row = 0; row < rows; row++) {
		int64_t at = grid->first + row * GRID_ROW;
		json_open_map(writer, NULL);
		json_put_text(writer, "clock", row % 2 == 0 ? dates_clock(&pen.dates, at) : NULL);
		json_open_list(writer, "cells");
		for (size_t i = 0; i < grid->count; i++)
			put_beginning(&pen, grid, &grid->columns[i], row, rows);
		json_close_list(writer);
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* ---- the week: a strip for each day ---- */

static void
put_bars(const struct pen *pen, const struct grid *grid, const struct grid_column *column)
{
	struct cell bar = look(grid, column, 0);
	int64_t rows = (grid->last - grid->first) / GRID_ROW;
	for (int64_t row = 1; row <= rows; row++) {
		struct cell next = row < rows ? look(grid, column, row) : (struct cell){.state = GRID_CLOSED};
		if (row < rows && next.state == bar.state) {
			bar.end = next.end;
			continue;
		}
		json_open_map(pen->writer, NULL);
		json_put_text(pen->writer, "state", grid_state_name(bar.state));
		json_put_text(pen->writer, "x", number(pen, (bar.start - column->day - grid->first) / STRIP));
		json_put_text(pen->writer, "width", number(pen, (bar.end - bar.start) / STRIP));
		json_close_map(pen->writer);
		bar = next;
	}
}

static const char *
hours(const struct pen *pen, int64_t local)
{
	const char *clock = dates_clock(&pen->dates, local);
	return str_ends(clock, ":00") ? arena_copy(pen->dates.arena, clock + (clock[0] == '0'), (size_t)(clock[0] == '0' ? 1 : 2)) : clock + (clock[0] == '0');
}

/* "9–12, 14–20 frei"; of a pool the least that is left. */
static const char *
free_words(const struct pen *pen, const struct grid_column *column, size_t most)
{
	struct str text = {0};
	int64_t least = INT64_MAX;
	size_t shown = 0;
	for (size_t i = 0; i < column->free.count; i++) {
		const struct grid_run *run = &column->free.runs[i];
		least = run->remaining < least ? run->remaining : least;
		bool is_next = i > 0 && column->free.runs[i - 1].end >= run->start;
		if (!is_next && shown++ < most) {
			int64_t end = run->end;
			for (size_t j = i + 1; j < column->free.count && column->free.runs[j].start <= end; j++)
				end = column->free.runs[j].end;
			const char *until = end >= column->day + GRID_DAY ? "24" : hours(pen, end);
			str_print(&text, "%s%s–%s", shown > 1 ? ", " : "", hours(pen, run->start), until);
		}
	}
	if (shown > most)
		str_put(&text, " …");
	const char *times = arena_copy(pen->dates.arena, str_text(&text), text.length);
	str_free(&text);
	if (column->is_pool)
		return page_say(pen->request, "grid.left_from", "left", number(pen, least), "units", number(pen, column->units), NULL);
	return times;
}

/* What a day is as a whole where nothing of it is free. */
static enum grid_state
day_state(const struct grid_column *column)
{
	const struct grid_run *run;
	if (column->free.count > 0)
		return GRID_FREE;
	if (column->open.count == 0)
		return GRID_CLOSED;
	enum grid_state state = column->open.runs[0].end <= column->now ? GRID_GONE : GRID_TAKEN;
	if (grid_look(column, column->open.runs[0].start, column->open.runs[0].end, &run) == GRID_SHUT)
		return GRID_SHUT;
	return state;
}

void
grid_put_strips(struct http_request *request, struct json_writer *writer, const struct grid *grid, size_t first, size_t days)
{
	struct pen pen = {.request = request, .writer = writer, .dates = {.arena = grid->arena, .is_english = page_is_english(request)}};
	json_open_list(writer, "cells");
	for (size_t i = first; i < first + days; i++) {
		const struct grid_column *column = &grid->columns[i];
		enum grid_state state = day_state(column);
		const char *words = page_text(request, arena_print(grid->arena, "grid.%s", grid_state_name(state)));
		json_open_map(writer, NULL);
		json_put_text(writer, "date", parts_date(grid->arena, column->day));
		json_put_text(writer, "state", grid_state_name(state));
		json_put_bool(writer, "is_today", column->now >= column->day && column->now < column->day + GRID_DAY);
		json_put_text(writer, "day", day_words(&pen.dates, column->day));
		json_put_text(writer, "text", state == GRID_FREE ? free_words(&pen, column, SHOWN_MAX) : words);
		json_put_text(writer, "spoken", state == GRID_FREE ? page_text(request, "grid.free") : NULL);
		json_open_list(writer, "bars");
		put_bars(&pen, grid, column);
		json_close_list(writer);
		json_close_map(writer);
	}
	json_close_list(writer);
}
