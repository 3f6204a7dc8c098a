/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/uses.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"

/* Slots are a power of two, and at most half of them are taken, so that looking for one is short. */
enum { USES_MAX = 4096, SLOTS = 2 * USES_MAX, HASH_LENGTH = 64 };

struct use {
	char sha256[HASH_LENGTH + 1]; /* "": free */
	int64_t at;
};

struct uses {
	struct db_pool *pool;
	struct event *timer;
	size_t count;
	struct use slots[SLOTS];
};

static void
told(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	(void)context;
	if (outcome == DB_ERROR)
		log_event(LOG_LEVEL_WARNING, "uses-not-told", "sqlstate", db_sqlstate(rows), "why", db_message(rows), NULL);
}

static void
tell(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	struct uses *uses = context;
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	if (uses->count == 0)
		return;
	json_open_map(&writer, NULL);
	for (size_t i = 0; i < SLOTS; i++) {
		if (uses->slots[i].sha256[0] != '\0')
			json_put_integer(&writer, uses->slots[i].sha256, uses->slots[i].at);
		uses->slots[i].sha256[0] = '\0';
	}
	json_close_map(&writer);
	uses->count = 0;
	db_call(uses->pool, "credentials_used", (const char *const[]){str_text(&text)}, told, NULL);
	str_free(&text);
}

void
uses_note(void *context, const char *sha256)
{
	struct uses *uses = context;
	char start[9] = "";
	if (strlen(sha256) != HASH_LENGTH)
		return;
	memcpy(start, sha256, sizeof start - 1);
	for (size_t at = strtoul(start, NULL, 16) % SLOTS;; at = (at + 1) % SLOTS) {
		struct use *use = &uses->slots[at];
		bool is_new = use->sha256[0] == '\0';
		if (!is_new && !str_equal(use->sha256, sha256))
			continue;
		if (is_new && uses->count == USES_MAX)
			return;
		memcpy(use->sha256, sha256, sizeof use->sha256);
		use->at = when_now();
		uses->count += is_new;
		return;
	}
}

struct uses *
uses_new(struct event_base *base, struct db_pool *pool, int interval_ms)
{
	struct uses *uses = base_alloc(sizeof *uses);
	struct timeval interval = {.tv_sec = interval_ms / 1000, .tv_usec = interval_ms % 1000 * 1000};
	uses->pool = pool;
	uses->timer = event_new(base, -1, EV_PERSIST, tell, uses);
	if (uses->timer == NULL || event_add(uses->timer, &interval) != 0)
		abort();
	return uses;
}

void
uses_free(struct uses *uses)
{
	if (uses == NULL)
		return;
	event_free(uses->timer);
	free(uses);
}
