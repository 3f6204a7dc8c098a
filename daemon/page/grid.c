/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/grid.h"

#include "base/arena.h"
#include "base/json.h"
#include "ical/dates.h"
#include "page/card.h"

enum { HOUR = 3600, QUARTER = 900, MORNING = 8 * HOUR, EVENING = 20 * HOUR };

static const char *const names[] = {"closed", "gone", "gap", "free", "taken", "mine", "shut"};

const char *
grid_state_name(enum grid_state state)
{
	return names[state];
}

static int64_t
lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
up_to(int64_t local, int64_t step)
{
	return (local + step - 1) / step * step;
}

static int64_t
overlap(const struct grid_run *run, int64_t start, int64_t end)
{
	return lesser(run->end, end) - greater(run->start, start);
}

/* ---- reading ---- */

static enum grid_state
state_of(const char *word)
{
	if (str_equal(word, "mine"))
		return GRID_MINE;
	return str_equal(word, "closed") ? GRID_SHUT : GRID_TAKEN;
}

/* [start, end, …] of the document, those that touch the day. */
static struct grid_runs
read_runs(struct arena *arena, const struct json *list, const char *zone, int64_t day)
{
	struct grid_runs runs = {.runs = arena_take(arena, (json_size(list) + 1) * sizeof(struct grid_run))};
	for (size_t i = 0; i < json_size(list); i++) {
		const struct json *item = json_at(list, i);
		struct grid_run run = {.start = dates_local(zone, json_as_integer(json_at(item, 0))), .end = dates_local(zone, json_as_integer(json_at(item, 1))),
			.state = state_of(json_as_text(json_at(item, 2))), .remaining = json_as_integer(json_at(item, 2)),
			.title = json_as_text(json_at(item, 3)), .booking = json_as_integer(json_at(item, 4))};
		if (run.end > day && run.start < day + GRID_DAY)
			runs.runs[runs.count++] = run;
	}
	return runs;
}

static void
add_free(struct grid_column *column, int64_t start, int64_t end, int64_t remaining)
{
	start = up_to(greater(start, column->now), QUARTER);
	if (end - start >= QUARTER)
		column->free.runs[column->free.count++] = (struct grid_run){.start = start, .end = end, .state = GRID_FREE, .remaining = remaining};
}

/* What is left of an open stretch when bookings, with the time that they need before and after them, are taken out. */
static void
find_free(struct grid_column *column, const struct grid_run *open, int64_t gap)
{
	int64_t at = open->start;
	for (size_t i = 0; i < column->taken.count; i++) {
		const struct grid_run *taken = &column->taken.runs[i];
		add_free(column, at, lesser(open->end, taken->start - gap), 0);
		at = greater(at, taken->end + gap);
	}
	add_free(column, at, open->end, 0);
}

static void
find_left(struct grid_column *column, const struct grid_run *open)
{
	for (size_t i = 0; i < column->levels.count; i++) {
		const struct grid_run *level = &column->levels.runs[i];
		if (level->remaining > 0)
			add_free(column, greater(open->start, level->start), lesser(open->end, level->end), level->remaining);
	}
}

static void
read_column(struct arena *arena, const struct json *document, const struct json *resource, int64_t day, struct grid_column *ret_column)
{
	const struct json *site = card_find(json_get(document, "sites"), json_as_text(json_get(resource, "site")));
	const char *zone = json_as_text(json_get(site, "zone"));
	struct grid_column column = {.resource = resource, .site = site, .day = day, .now = dates_local(zone, json_as_integer(json_get(document, "now"))),
		.is_pool = json_as_bool(json_get(resource, "is_pool")), .units = json_as_integer(json_get(resource, "units")),
		.taken = read_runs(arena, json_get(resource, "taken"), zone, day), .levels = read_runs(arena, json_get(resource, "left"), zone, day),
		.open = read_runs(arena, json_get(site, "open"), zone, day)};
	column.free.runs = arena_take(arena, (column.open.count + 1) * (column.taken.count + column.levels.count + 1) * sizeof(struct grid_run));
	for (size_t i = 0; i < column.open.count && json_as_bool(json_get(resource, "is_bookable")); i++) {
		if (column.is_pool)
			find_left(&column, &column.open.runs[i]);
		else
			find_free(&column, &column.open.runs[i], json_as_integer(json_get(resource, "gap")));
	}
	*ret_column = column;
}

/* The hours that all columns need: opening hours, and what lies outside of them. */
static void
stretch(struct grid *grid, const struct grid_runs *runs, int64_t day)
{
	for (size_t i = 0; i < runs->count; i++) {
		int64_t start = greater(runs->runs[i].start - day, 0), end = lesser(runs->runs[i].end - day, GRID_DAY);
		grid->first = lesser(grid->first, start / HOUR * HOUR);
		grid->last = greater(grid->last, up_to(end, HOUR));
	}
}

void
grid_read(struct arena *arena, const struct json *document, int64_t days, struct grid *ret_grid)
{
	const struct json *resources = json_get(document, "resources");
	const char *zone = json_as_text(json_get(json_get(document, "hub"), "zone"));
	int64_t from = dates_local(zone, json_as_integer(json_get(document, "from")));
	struct grid grid = {.arena = arena, .document = document, .first = GRID_DAY, .last = 0,
		.columns = arena_take(arena, (json_size(resources) * (size_t)days + 1) * sizeof(struct grid_column))};
	for (size_t i = 0; i < json_size(resources); i++)
		for (int64_t day = 0; day < days; day++) {
			struct grid_column *column = &grid.columns[grid.count++];
			read_column(arena, document, json_at(resources, i), from + day * GRID_DAY, column);
			stretch(&grid, &column->open, column->day);
			stretch(&grid, &column->taken, column->day);
		}
	if (grid.last <= grid.first) {
		grid.first = MORNING;
		grid.last = EVENING;
	}
	*ret_grid = grid;
}

/* ---- looking ---- */

static const struct grid_run *
most_of(const struct grid_runs *runs, int64_t start, int64_t end, int64_t least)
{
	const struct grid_run *best = NULL;
	for (size_t i = 0; i < runs->count && runs->runs[i].start < end; i++)
		if (overlap(&runs->runs[i], start, end) >= least) {
			best = &runs->runs[i];
			least = overlap(best, start, end) + 1;
		}
	return best;
}

enum grid_state
grid_look(const struct grid_column *column, int64_t start, int64_t end, const struct grid_run **ret_run)
{
	const struct grid_run *taken = most_of(&column->taken, start, end, 1), *free = most_of(&column->free, start, end, QUARTER);
	*ret_run = taken != NULL ? taken : free;
	if (*ret_run != NULL)
		return (*ret_run)->state;
	if (most_of(&column->open, start, end, 1) == NULL || !json_as_bool(json_get(column->resource, "is_bookable")))
		return GRID_CLOSED;
	if (column->is_pool) {
		*ret_run = most_of(&column->levels, start, end, 1);
		if (*ret_run != NULL && (*ret_run)->remaining <= 0)
			return GRID_TAKEN;
	}
	*ret_run = NULL;
	return start < column->now ? GRID_GONE : GRID_GAP;
}
