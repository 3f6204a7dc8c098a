/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/check.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"

enum { SLICE = 16, GATHER_USEC = 1000 };

struct joined {
	void (*done)(void *context, bool is_known);
	void *context;
};

struct crowd {
	struct joined *list;
	size_t count, room;
};

struct feed_check {
	struct db_pool *pool;
	int deadline_ms;
	struct event *turn;            /* behind all requests that are ready in this turn of the loop: take_turn() */
	void (*heard)(void *context, const struct feed_news *news);
	void *context;
	bool is_running, is_freed;
	struct crowd told, running, waiting; /* whose check has ended; who came before the check in flight started, and after */
	bool is_known;                 /* for those told */
	size_t told_at;                /* how many of them have been told */
	size_t expected;               /* how many asked at once when the last check ended: so many may ask again */
	bool is_gathering;             /* the next check waits for them */
	char *snapshot;                /* NULL: nothing is known */
	char today[16];
	int64_t present, oldest;
	uint64_t count;
};

static void
crowd_add(struct crowd *crowd, void (*done)(void *context, bool is_known), void *context)
{
	if (crowd->count == crowd->room) {
		crowd->room = crowd->room == 0 ? 64 : crowd->room * 2;
		crowd->list = base_realloc(crowd->list, crowd->room * sizeof crowd->list[0]);
	}
	crowd->list[crowd->count++] = (struct joined){done, context};
}

static void
take_time(struct feed_check *check, const struct db_rows *rows)
{
	snprintf(check->today, sizeof check->today, "%s", db_text(rows, 0, "today"));
	check->present = db_number(rows, 0, "present");
}

static void
take_news(struct feed_check *check, const struct db_rows *rows)
{
	const char *scopes = db_text(rows, 0, "scopes");
	free(check->snapshot);
	check->snapshot = base_strdup(db_text(rows, 0, "snapshot"));
	check->oldest = db_number(rows, 0, "oldest");
	take_time(check, rows);
	check->heard(check->context, &(struct feed_news){.is_all = db_is_true(rows, 0, "is_all"), .scopes = scopes == NULL ? "" : scopes});
}

/* Answers a slice of those told: between slices the loop reads who comes next, and their check runs beside the other slices. */
static void
tell(struct feed_check *check)
{
	size_t end = check->told_at + SLICE < check->told.count ? check->told_at + SLICE : check->told.count;
	for (; check->told_at < end; check->told_at++)
		check->told.list[check->told_at].done(check->told.list[check->told_at].context, check->is_known);
	if (check->told_at < check->told.count) {
		event_add(check->turn, &(struct timeval){0});
		return;
	}
	struct crowd told = check->told;
	check->told = (struct crowd){0};
	check->told_at = 0;
	if (check->waiting.list == NULL)
		check->waiting = (struct crowd){.list = told.list, .room = told.room};
	else
		free(told.list);
}

/* The check in flight is over: take() what its rows say. */
static void
end_check(struct feed_check *check, enum db_outcome outcome, const struct db_rows *rows, void (*take)(struct feed_check *check, const struct db_rows *rows))
{
	check->is_running = false;
	if (check->is_freed) {
		free(check->running.list);
		free(check);
		return;
	}
	while (check->told.count > 0)
		tell(check); /* the database was faster */
	check->is_known = outcome == DB_ROWS && db_count(rows) == 1;
	check->told = check->running;
	check->running = (struct crowd){0};
	check->expected = check->told.count + check->waiting.count;
	/* Whoever came while the database hung would wait as long again. */
	if (outcome == DB_LATE || outcome == DB_BUSY) {
		for (size_t i = 0; i < check->waiting.count; i++)
			crowd_add(&check->told, check->waiting.list[i].done, check->waiting.list[i].context);
		check->waiting.count = 0;
	}
	if (outcome == DB_ERROR)
		log_event(LOG_LEVEL_WARNING, "feed-check-failed", "sqlstate", db_sqlstate(rows), "message", db_message(rows), NULL);
	if (check->is_known)
		take(check, rows);
	event_active(check->turn, 0, 0);
}

static void
changes_done(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	end_check(context, outcome, rows, take_news);
}

static void
ask_changes(struct feed_check *check)
{
	db_call_within(check->pool, check->deadline_ms, "feed_changes", (const char *const[]){check->snapshot}, changes_done, check);
}

static void
same_done(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct feed_check *check = context;
	bool is_other = outcome == DB_ROWS && db_count(rows) == 1 && !db_is_true(rows, 0, "is_same");
	if (is_other && !check->is_freed)
		ask_changes(check);
	else
		end_check(check, outcome, rows, take_time);
}

/* Mostly nothing has changed, and to hear that is cheap. */
static void
start_check(struct feed_check *check)
{
	check->is_running = true;
	check->running = check->waiting;
	check->waiting = (struct crowd){0};
	check->count++;
	if (check->snapshot == NULL)
		ask_changes(check);
	else
		db_call_within(check->pool, check->deadline_ms, "feed_same", (const char *const[]){check->snapshot}, same_done, check);
}

/*
 * Answers those told; then the next check. It waits a moment for as many as asked at the same time before: whoever reads one feed
 * after the other over a connection then shares a check with all who do so, which costs the database less than it costs them.
 */
static void
take_turn(evutil_socket_t none, short what, void *context)
{
	struct feed_check *check = context;
	(void)none;
	(void)what;
	tell(check);
	if (check->told.count > 0 || check->is_running || check->waiting.count == 0)
		return;
	if (check->waiting.count < check->expected && !check->is_gathering) {
		check->is_gathering = true;
		event_add(check->turn, &(struct timeval){.tv_usec = GATHER_USEC});
		return;
	}
	check->is_gathering = false;
	start_check(check);
}

void
feed_check_join(struct feed_check *check, void (*done)(void *context, bool is_known), void *context)
{
	crowd_add(&check->waiting, done, context);
	if (!check->is_running && (!check->is_gathering || check->waiting.count == check->expected))
		event_active(check->turn, 0, 0);
}

struct feed_check *
feed_check_new(struct event_base *base, struct db_pool *pool, int deadline_ms, void (*heard)(void *context, const struct feed_news *news), void *context)
{
	struct feed_check *check = base_alloc(sizeof *check);
	check->pool = pool;
	check->deadline_ms = deadline_ms;
	check->turn = event_new(base, -1, 0, take_turn, check);
	if (check->turn == NULL)
		abort();
	check->heard = heard;
	check->context = context;
	return check;
}

void
feed_check_free(struct feed_check *check)
{
	if (check == NULL)
		return;
	event_free(check->turn);
	free(check->snapshot);
	free(check->waiting.list);
	free(check->told.list);
	check->snapshot = NULL;
	check->is_freed = true;
	if (check->is_running)
		return; /* check_done() frees the rest */
	free(check->running.list);
	free(check);
}

const char *
feed_check_today(const struct feed_check *check)
{
	return check->today;
}

int64_t
feed_check_present(const struct feed_check *check)
{
	return check->present;
}

int64_t
feed_check_oldest(const struct feed_check *check)
{
	return check->oldest;
}

const char *
feed_check_snapshot(const struct feed_check *check)
{
	return check->snapshot;
}

uint64_t
feed_check_count(const struct feed_check *check)
{
	return check->count;
}
