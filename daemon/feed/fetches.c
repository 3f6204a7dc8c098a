/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/fetches.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"

enum { BUCKETS = 1024, ETAG_SIZE = 40 };

struct note {
	struct note *next; /* in its bucket, or in the batch that is being told */
	char secret[DIGEST_HEX_SIZE], etag[ETAG_SIZE];
	int64_t at, revised;
	char *snapshot;
};

struct feed_fetches {
	struct db_pool *pool;
	struct event *timer;
	struct note *buckets[BUCKETS];
	struct note *telling; /* the batch that the database is hearing */
	size_t count, telling_count, next_bucket;
	bool is_telling, is_freed;
	uint64_t told, dropped;
};

static void
note_free(struct note *note)
{
	free(note->snapshot);
	free(note);
}

/* The secret is a hash already. */
static struct note **
bucket_of(struct feed_fetches *fetches, const char *secret)
{
	char digits[5] = {0};
	memcpy(digits, secret, strnlen(secret, sizeof digits - 1));
	return &fetches->buckets[strtoul(digits, NULL, 16) % BUCKETS];
}

static struct note *
find_note(struct feed_fetches *fetches, const char *secret)
{
	struct note *note = *bucket_of(fetches, secret);
	while (note != NULL && strcmp(note->secret, secret) != 0)
		note = note->next;
	return note;
}

static void
add_note(struct feed_fetches *fetches, struct note *note)
{
	struct note **bucket = bucket_of(fetches, note->secret);
	note->next = *bucket;
	*bucket = note;
	fetches->count++;
}

/* ---- telling ---- */

static struct note *
take_batch(struct feed_fetches *fetches, size_t *ret_count)
{
	struct note *batch = NULL;
	size_t count = 0;
	/* From where the last one ended, so that every address has its turn. */
	for (size_t i = 0; i < BUCKETS && count < FEED_FETCHES_BATCH; i++, fetches->next_bucket = (fetches->next_bucket + 1) % BUCKETS)
		while (fetches->buckets[fetches->next_bucket] != NULL && count < FEED_FETCHES_BATCH) {
			struct note *note = fetches->buckets[fetches->next_bucket];
			fetches->buckets[fetches->next_bucket] = note->next;
			note->next = batch;
			batch = note;
			count++;
		}
	fetches->count -= count;
	*ret_count = count;
	return batch;
}

static void
put_batch(struct str *out, const struct note *batch)
{
	struct json_writer writer = {.out = out};
	json_open_list(&writer, NULL);
	for (const struct note *note = batch; note != NULL; note = note->next) {
		json_open_map(&writer, NULL);
		json_put_text(&writer, "secret", note->secret);
		json_put_text(&writer, "etag", note->etag);
		json_put_text(&writer, "snapshot", note->snapshot);
		json_put_integer(&writer, "at", note->at);
		json_put_integer(&writer, "revised", note->revised);
		json_close_map(&writer);
	}
	json_close_list(&writer);
}

/* What was not heard waits on, unless a newer fetch of the same address does or there is no room. */
static void
end_batch(struct feed_fetches *fetches, bool is_heard)
{
	for (struct note *note = fetches->telling, *next; note != NULL; note = next) {
		next = note->next;
		if (!is_heard && fetches->count < FEED_FETCHES_MAX && find_note(fetches, note->secret) == NULL)
			add_note(fetches, note);
		else
			note_free(note);
	}
	fetches->told += is_heard ? fetches->telling_count : 0;
	fetches->telling = NULL;
	fetches->is_telling = false;
}

static void tell(struct feed_fetches *fetches);

static void
told(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct feed_fetches *fetches = context;
	bool is_heard = outcome == DB_ROWS;
	if (outcome == DB_ERROR)
		log_event(LOG_LEVEL_WARNING, "feed-fetches-failed", "sqlstate", db_sqlstate(rows), "message", db_message(rows), NULL);
	/* A batch that the database refuses would be refused again. */
	end_batch(fetches, is_heard || outcome == DB_ERROR);
	if (fetches->is_freed)
		feed_fetches_free(fetches);
	else if (is_heard && fetches->count > 0)
		tell(fetches);
}

static void
tell(struct feed_fetches *fetches)
{
	struct str batch = {0};
	if (fetches->is_telling || fetches->count == 0)
		return;
	fetches->is_telling = true;
	fetches->telling = take_batch(fetches, &fetches->telling_count);
	put_batch(&batch, fetches->telling);
	db_call(fetches->pool, "feed_fetched", (const char *const[]){str_text(&batch)}, told, fetches);
	str_free(&batch);
}

static void
take_turn(evutil_socket_t none, short what, void *context)
{
	(void)none;
	(void)what;
	tell(context);
}

/* ---- the face ---- */

void
feed_fetches_note(struct feed_fetches *fetches, const struct feed_fetch *fetch)
{
	struct note *note = find_note(fetches, fetch->secret);
	if (note == NULL && fetches->count >= FEED_FETCHES_MAX) {
		fetches->dropped++;
		return;
	}
	if (note == NULL) {
		note = base_alloc(sizeof *note);
		snprintf(note->secret, sizeof note->secret, "%s", fetch->secret);
		add_note(fetches, note);
	}
	snprintf(note->etag, sizeof note->etag, "%s", fetch->etag);
	note->at = fetch->at;
	note->revised = fetch->revised;
	if (!str_equal(note->snapshot, fetch->snapshot)) {
		free(note->snapshot);
		note->snapshot = base_strdup(fetch->snapshot);
	}
}

struct feed_fetches *
feed_fetches_new(struct event_base *base, struct db_pool *pool, int every_ms)
{
	struct feed_fetches *fetches = base_alloc(sizeof *fetches);
	struct timeval every = {.tv_sec = every_ms / 1000, .tv_usec = every_ms % 1000 * 1000};
	fetches->pool = pool;
	fetches->timer = event_new(base, -1, EV_PERSIST, take_turn, fetches);
	if (fetches->timer == NULL || event_add(fetches->timer, &every) != 0)
		abort();
	return fetches;
}

void
feed_fetches_free(struct feed_fetches *fetches)
{
	if (fetches == NULL)
		return;
	if (fetches->timer != NULL)
		event_free(fetches->timer);
	fetches->timer = NULL;
	fetches->is_freed = true;
	if (fetches->is_telling)
		return; /* told() frees the rest */
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct note *note = fetches->buckets[i], *next; note != NULL; note = next) {
			next = note->next;
			note_free(note);
		}
	free(fetches);
}

uint64_t
feed_fetches_told(const struct feed_fetches *fetches)
{
	return fetches->told;
}

uint64_t
feed_fetches_dropped(const struct feed_fetches *fetches)
{
	return fetches->dropped;
}
