/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an update of the time zone data moves. Bookings and dates are meant by the clock on the wall; when a zone's rules change, their
 * instants are worked out anew here, SQL moves the claims along and says what collides.
 *
 * A walk of steps between here and SQL (sql/internal/38_zones.sql): look (which zones are in use, by which state of their data were
 * they checked), then for each hub intents, page by page, and one move of all that is no longer right, at last keep. Whoever drives it
 * calls SQL: the worker's job, `hubd admin zones`. Doing it twice moves nothing more.
 */
#ifndef HUBD_WORK_ZONES_H
#define HUBD_WORK_ZONES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct db_pool;
struct job;
struct json;
struct json_writer;
struct zones;

/* is_whole: all intents are looked at, also where the data is the same as before. */
struct zones *zones_new(bool is_whole, bool is_dry);
void zones_free(struct zones *zones);
/*
 * The input of the next call; reply is what the last one returned (NULL before the first). NULL: done. The reply's arena may go then;
 * the input lives until the next call.
 */
const char *zones_next(struct zones *zones, const struct json *reply);
/* What was moved so far: [{"hub", "moved", "collisions": [...]}], hubs without moves left out. */
const char *zones_report(const struct zones *zones);
size_t zones_moved(const struct zones *zones);
size_t zones_collided(const struct zones *zones);

/* Of intents as SQL lists them, those that moved, with their new instants. A page's; how many they are. Pure but for the zones. */
size_t zones_find_moves(const struct json *items, struct json_writer *moves);

/* A job_run for the kind "zones"; the context is the pool. */
void zones_run(void *pool, struct job *job);

#endif
