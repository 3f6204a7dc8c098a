/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "ical/zone.h"
#include "work/work.h"

/* More moves of one hub are made in several calls; then what moves in step may collide at the seam. */
enum { MOVES_MAX = 20000 };

enum step { STEP_LOOK, STEP_INTENTS, STEP_MOVE, STEP_KEEP, STEP_END };

struct zones {
	bool is_whole, is_dry;
	enum step step;             /* what was asked last */
	struct arena *arena;        /* what the first reply told */
	const struct json *hubs;
	struct str changed;         /* JSON: names of zones whose data is another now */
	struct str kept;            /* JSON: zones with their fingerprints */
	size_t hub;                 /* the one at hand */
	int64_t after;
	bool has_more;              /* pages of it */
	struct str moves;           /* JSON, without its brackets */
	size_t move_count;
	struct str input, report;
	size_t moved, collided;
};

/* ---- arithmetic ---- */

static int64_t
number(const struct json *item, const char *name)
{
	return json_as_integer(json_get(item, name));
}

/* An end that moved by itself to before its start keeps its distance. */
static bool
find_move(const struct json *item, int64_t *ret_start, int64_t *ret_end)
{
	const struct zone *zone = zone_find(json_as_text(json_get(item, "zone")));
	int64_t start = number(item, "start"), end = number(item, "end");
	if (zone == NULL)
		return false;
	*ret_start = start;
	*ret_end = end;
	bool has_moved = zone_has_moved(zone, number(item, "local_start"), start, ret_start);
	bool has_end_moved = zone_has_moved(zone, number(item, "local_end"), end, ret_end);
	if (*ret_end < *ret_start || (end > start && *ret_end == *ret_start))
		*ret_end = *ret_start + (end - start);
	return has_moved || has_end_moved;
}

size_t
zones_find_moves(const struct json *items, struct json_writer *moves)
{
	size_t count = 0;
	for (size_t i = 0; i < json_size(items); i++) {
		const struct json *item = json_at(items, i);
		int64_t start, end;
		if (!find_move(item, &start, &end))
			continue;
		json_open_map(moves, NULL);
		json_put_text(moves, "kind", json_as_text(json_get(item, "kind")));
		json_put_integer(moves, "id", number(item, "id"));
		json_put_integer(moves, "was", number(item, "start"));
		json_put_integer(moves, "start", start);
		json_put_integer(moves, "end", end);
		json_close_map(moves);
		count++;
	}
	return count;
}

/* ---- the walk ---- */

struct zones *
zones_new(bool is_whole, bool is_dry)
{
	struct zones *zones = base_alloc(sizeof *zones);
	zones->is_whole = is_whole;
	zones->is_dry = is_dry;
	zones->arena = arena_new();
	return zones;
}

void
zones_free(struct zones *zones)
{
	if (zones == NULL)
		return;
	struct str *const texts[] = {&zones->changed, &zones->kept, &zones->moves, &zones->input, &zones->report};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		str_free(texts[i]);
	arena_free(zones->arena);
	free(zones);
}

/* Compares the zones in use with the data on disk, which is read anew where it is another. */
static void
take_look(struct zones *zones, const struct json *reply)
{
	const struct json *used = json_get(reply, "zones");
	struct json_writer changed = {.out = &zones->changed}, kept = {.out = &zones->kept};
	const char *error;
	zone_refresh();
	json_open_list(&changed, NULL);
	json_open_list(&kept, NULL);
	for (size_t i = 0; i < json_size(used); i++) {
		const char *zone = json_as_text(json_get(json_at(used, i), "zone"));
		char fingerprint[ZONE_FINGERPRINT_SIZE];
		if (!zone_fingerprint(zone, fingerprint))
			continue;
		json_open_map(&kept, NULL);
		json_put_text(&kept, "zone", zone);
		json_put_text(&kept, "fingerprint", fingerprint);
		json_close_map(&kept);
		if (zones->is_whole || !str_equal(json_as_text(json_get(json_at(used, i), "fingerprint")), fingerprint))
			json_put_text(&changed, NULL, zone);
	}
	json_close_list(&changed);
	json_close_list(&kept);
	struct str hubs = {0};
	struct json_writer writer = {.out = &hubs};
	json_put_value(&writer, NULL, json_get(reply, "hubs"));
	zones->hubs = json_read(zones->arena, str_text(&hubs), hubs.length, &error);
	str_free(&hubs);
	zones->has_more = true;
}

static void
take_intents(struct zones *zones, const struct json *reply)
{
	struct json_writer moves = {.out = &zones->moves, .needs_comma = zones->move_count > 0};
	zones->move_count += zones_find_moves(json_get(reply, "items"), &moves);
	zones->has_more = json_kind(json_get(reply, "next")) == JSON_IS_INTEGER;
	zones->after = number(reply, "next");
}

static void
take_report(struct zones *zones, const struct json *reply)
{
	struct json_writer report = {.out = &zones->report, .needs_comma = zones->report.length > 0};
	json_put_value(&report, NULL, reply);
	zones->moved += (size_t)number(reply, "moved");
	zones->collided += json_size(json_get(reply, "collisions"));
	str_clear(&zones->moves);
	zones->move_count = 0;
}

/* What is to be asked next. */
static enum step
next_step(struct zones *zones)
{
	bool has_hub = str_text(&zones->changed)[1] != ']' && zones->hub < json_size(zones->hubs);
	if (zones->step == STEP_KEEP || zones->step == STEP_END)
		return STEP_END;
	if (has_hub && zones->move_count > 0 && (!zones->has_more || zones->move_count >= MOVES_MAX))
		return STEP_MOVE;
	if (has_hub && !zones->has_more) {
		zones->hub++;
		zones->after = 0;
		zones->has_more = true;
		return next_step(zones);
	}
	return has_hub ? STEP_INTENTS : zones->is_dry ? STEP_END : STEP_KEEP;
}

static void
write_step(struct zones *zones, enum step step)
{
	static const char *const names[] = {"look", "intents", "move", "keep"};
	struct json_writer input = {.out = &zones->input};
	str_clear(&zones->input);
	json_open_map(&input, NULL);
	json_put_text(&input, "step", names[step]);
	if (step == STEP_INTENTS || step == STEP_MOVE) {
		json_put_integer(&input, "hub", json_as_integer(json_at(zones->hubs, zones->hub)));
		json_put_raw(&input, "zones", str_text(&zones->changed));
		json_put_bool(&input, "is_dry", zones->is_dry);
		json_put_integer(&input, "after", zones->after);
	}
	if (step == STEP_MOVE) {
		str_put(&zones->input, ",\"moves\":[");
		str_put(&zones->input, str_text(&zones->moves));
		str_put(&zones->input, "]");
	}
	if (step == STEP_KEEP)
		json_put_raw(&input, "zones", str_text(&zones->kept));
	json_close_map(&input);
}

const char *
zones_next(struct zones *zones, const struct json *reply)
{
	enum step step = STEP_LOOK;
	if (reply != NULL) {
		if (zones->step == STEP_LOOK)
			take_look(zones, reply);
		else if (zones->step == STEP_INTENTS)
			take_intents(zones, reply);
		else if (zones->step == STEP_MOVE)
			take_report(zones, reply);
		step = next_step(zones);
	}
	zones->step = step;
	if (step == STEP_END)
		return NULL;
	write_step(zones, step);
	return str_text(&zones->input);
}

const char *
zones_report(const struct zones *zones)
{
	return str_text(&zones->report);
}

size_t
zones_moved(const struct zones *zones)
{
	return zones->moved;
}

size_t
zones_collided(const struct zones *zones)
{
	return zones->collided;
}

/* ---- the job ---- */

struct task {
	struct job *job;
	struct db_pool *pool;
	struct zones *zones;
};

static void
end_task(struct task *task, const char *error)
{
	char moved[24], collided[24];
	snprintf(moved, sizeof moved, "%zu", zones_moved(task->zones));
	snprintf(collided, sizeof collided, "%zu", zones_collided(task->zones));
	if (zones_moved(task->zones) > 0)
		log_event(zones_collided(task->zones) > 0 ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "zones-moved", "intents", moved, "collisions", collided,
		    "help", "the time zone data has changed; hubd.zone_report says what moved", NULL);
	job_end(task->job, error);
	zones_free(task->zones);
	free(task);
}

static void ask(struct task *task, const struct json *reply);

static void
take_answer(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct task *task = context;
	const char *error = NULL;
	if (outcome != DB_ROWS || db_count(rows) == 0 || job_is_abandoned(task->job)) {
		end_task(task, outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
		return;
	}
	struct arena *arena = arena_new();
	const char *body = db_text(rows, 0, "body");
	const struct json *reply = json_read(arena, body, strlen(body), &error);
	if (reply == NULL)
		end_task(task, error);
	else
		ask(task, reply);
	arena_free(arena);
}

static void
ask(struct task *task, const struct json *reply)
{
	const char *input = zones_next(task->zones, reply);
	const char *parameters[] = {input};
	if (input == NULL)
		end_task(task, NULL);
	else
		db_call(task->pool, "job_zones", parameters, take_answer, task);
}

void
zones_run(void *pool, struct job *job)
{
	struct task *task = base_alloc(sizeof *task);
	*task = (struct task){.job = job, .pool = pool, .zones = zones_new(false, false)};
	ask(task, NULL);
}
