/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/making.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "feed/assembly.h"
#include "feed/check.h"
#include "feed/entry.h"
#include "feed/render.h"
#include "feed/shelf.h"
#include "http/http.h"

/* A page of known entries is a list of numbers; one of new ones is rendered in one turn of the loop. A resource's busy times are many. */
enum { PAGE_NEW = 200, PAGE_BUSY = 8, PAGE_KNOWN = 1000, ATTEMPTS_MAX = 3, DAY = 24 * 60 * 60 };

enum making_step { AT_DATABASE, AT_CHECK, AT_TURN };

struct feed_making {
	struct feed_maker *maker;
	struct feed *feed;
	enum making_step step;
	bool is_abandoned;
	int attempt;

	/* What the head said. */
	struct arena *arena; /* of the attempt */
	struct feed_head head;
	const char *hub_id, *target_id, *topic, *scopes;
	char today[16];
	int64_t xid;

	/* The entries so far, and those of before (the body's, or the last attempt's), walked beside them. */
	struct feed_pieces pieces, before;
	size_t before_at;
	const char *before_bytes;
	int64_t behind;
	size_t page;

	struct feed_assembly *assembly;
	struct event *turn;
};

static void ask_head(struct feed_making *making);
static void ask_page(struct feed_making *making);

static void
making_free(struct feed_making *making)
{
	if (making->turn != NULL)
		event_free(making->turn);
	feed_assembly_free(making->assembly);
	feed_pieces_free(&making->pieces);
	feed_pieces_free(&making->before);
	arena_free(making->arena);
	free(making);
}

void
feed_making_abandon(struct feed_making *making)
{
	if (making == NULL)
		return;
	making->is_abandoned = true;
	if (making->step != AT_DATABASE)
		making_free(making);
}

static void
end_making(struct feed_making *making, enum feed_outcome outcome)
{
	struct feed_maker *maker = making->maker;
	struct feed *feed = making->feed;
	feed->making = NULL;
	if (outcome != FEED_MADE)
		feed->is_changed = true;
	making_free(making);
	maker->ended(maker->context, feed, outcome);
}

/* ---- attempts ---- */

/* What is known from before: the last attempt's pieces, or those of the body that the feed has. */
static void
keep_before(struct feed_making *making)
{
	struct feed *feed = making->feed;
	feed_pieces_free(&making->before);
	if (feed->is_forgotten)
		feed_pieces_free(&making->pieces);
	feed->is_forgotten = false;
	making->before = making->pieces;
	making->pieces = (struct feed_pieces){0};
	making->before_bytes = str_text(&making->before.bytes);
	if (making->before.count == 0 && feed->body.plain != NULL) {
		feed_pieces_copy_parts(&making->before, feed->body.parts, feed->body.part_count);
		making->before_bytes = http_bytes_data(feed->body.plain, &(size_t){0});
	}
	making->before_at = 0;
}

static void
begin_attempt(struct feed_making *making)
{
	keep_before(making);
	arena_free(making->arena);
	making->arena = arena_new();
	making->attempt++;
	making->behind = 0;
	making->feed->is_changed = false;
	making->feed->is_gone = false;
	making->maker->begun(making->maker->context, making->feed);
	ask_head(making);
}

/* True when the call gave rows; otherwise the making is over. */
static bool
is_answered(struct feed_making *making, enum db_outcome outcome, const struct db_rows *rows)
{
	if (making->is_abandoned) {
		making_free(making);
		return false;
	}
	if (outcome == DB_ROWS)
		return true;
	if (outcome == DB_ERROR)
		log_event(LOG_LEVEL_WARNING, "feed-failed", "feed", making->feed->key.text, "sqlstate", db_sqlstate(rows), "message", db_message(rows), NULL);
	end_making(making, FEED_AWAY);
	return false;
}

/* ---- the head ---- */

static const char *
own_uri(struct feed_making *making, void (*put)(struct str *out, const struct feed_key *key))
{
	struct str uri = {0};
	str_put(&uri, making->maker->public_url);
	put(&uri, &making->feed->key);
	const char *text = arena_text(making->arena, str_text(&uri));
	str_free(&uri);
	return text;
}

static const char *
own_uid(struct feed_making *making)
{
	struct str uid = {0};
	str_put(&uid, "feed-");
	feed_key_put_name(&uid, &making->feed->key, '-');
	str_print(&uid, "%s@%s", making->feed->key.format == FEED_BUSY ? "-freebusy" : "", making->maker->host);
	const char *text = arena_text(making->arena, str_text(&uid));
	str_free(&uid);
	return text;
}

static void
take_head(struct feed_making *making, const struct db_rows *rows)
{
	struct arena *arena = making->arena;
	making->head = (struct feed_head){
		.uid = own_uid(making),
		.name = arena_text(arena, db_text(rows, 0, "name")),
		.description = arena_text(arena, db_text(rows, 0, "description")),
		.zone = arena_text(arena, db_text(rows, 0, "zone")),
		.color = arena_text(arena, db_text(rows, 0, "color")),
		.page = own_uri(making, feed_key_put_page),
		.source = making->feed->key.secret != NULL ? NULL : own_uri(making, feed_key_put_source), /* it would hold the token */
		.calendar = making->feed->key.secret != NULL ? NULL : own_uri(making, feed_key_put_calendar),
		.host = making->maker->host,
		.is_english = making->feed->key.is_english,
		.revised = db_number(rows, 0, "revised"),
	};
	making->hub_id = arena_text(arena, db_text(rows, 0, "hub_id"));
	making->target_id = arena_text(arena, db_text(rows, 0, "target_id"));
	making->topic = arena_text(arena, db_text(rows, 0, "topic"));
	making->xid = db_number(rows, 0, "xid");
	snprintf(making->today, sizeof making->today, "%s", db_text(rows, 0, "today"));
	feed_set_scopes(making->feed, db_text(rows, 0, "scopes"));
}

static void
head_done(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct feed_making *making = context;
	if (!is_answered(making, outcome, rows))
		return;
	if (db_count(rows) == 0) {
		end_making(making, FEED_NONE);
		return;
	}
	take_head(making, rows);
	ask_page(making);
}

static void
put_key(struct json_writer *writer, const struct feed_key *key)
{
	json_put_text(writer, "kind", feed_kind_name(key->kind));
	json_put_bool(writer, "is_busy", key->format == FEED_BUSY);
	json_put_text(writer, "secret", key->secret);
	json_put_text(writer, "language", key->is_english ? "en" : "de");
}

static void
ask_head(struct feed_making *making)
{
	const struct feed_key *key = &making->feed->key;
	struct str input = {0};
	struct json_writer writer = {.out = &input};
	json_open_map(&writer, NULL);
	put_key(&writer, key);
	if (key->first != NULL && key->kind != FEED_PRIVATE)
		json_put_text(&writer, key->kind == FEED_RESOURCE ? "hub" : feed_kind_name(key->kind), key->first);
	if (key->second != NULL)
		json_put_text(&writer, "resource", key->second);
	json_close_map(&writer);
	making->step = AT_DATABASE;
	db_call(making->maker->pool, "feed_head", (const char *const[]){"{}", str_text(&input)}, head_done, making);
	str_free(&input);
}

/* ---- pages ---- */

static void
put_day(struct json_writer *writer, const char *name, int64_t days)
{
	char text[WHEN_TEXT_SIZE];
	when_print(days * DAY, text);
	text[10] = '\0';
	json_put_text(writer, name, text);
}

static int64_t
today_of(const struct feed_making *making)
{
	int64_t days = 0;
	bool is_date = when_parse_date(making->today, &days);
	assert(is_date);
	return days;
}

static void
put_window(struct json_writer *writer, const struct feed_making *making)
{
	const struct feed_key *key = &making->feed->key;
	int64_t today = today_of(making);
	put_day(writer, "from", key->has_window ? key->from : today - FEED_DAYS_BEFORE);
	put_day(writer, "to", key->has_window ? key->to : today + FEED_DAYS_AFTER);
	json_put_text(writer, "today", making->today);
	json_put_bool(writer, "slides", !key->has_window);
}

/* What is known of the next page, as SQL arrays; the page is as long as what is known, so that few entries of it are new. */
static void
put_known(struct feed_making *making, struct str *ids, struct str *versions)
{
	size_t count = 0;
	str_char(ids, '{');
	str_char(versions, '{');
	for (size_t i = making->before_at; i < making->before.count && count < PAGE_KNOWN; i++, count++) {
		str_print(ids, "%s%" PRId64, count > 0 ? "," : "", making->before.parts[i].id);
		str_print(versions, "%s%" PRId64, count > 0 ? "," : "", making->before.parts[i].version);
	}
	str_char(ids, '}');
	str_char(versions, '}');
	size_t most = making->feed->key.format == FEED_BUSY ? PAGE_BUSY : PAGE_NEW;
	making->page = count > most ? count : most;
}

static void
add_known(struct feed_making *making, int64_t id)
{
	while (making->before_at < making->before.count && making->before.parts[making->before_at].id < id)
		making->before_at++;
	assert(making->before_at < making->before.count && making->before.parts[making->before_at].id == id);
	const struct feed_part *part = &making->before.parts[making->before_at++];
	feed_pieces_add(&making->pieces, part, making->before_bytes + part->at);
}

/* An event's own feed shows all of it. */
static void
take_window(const struct feed_making *making, struct feed_look *look)
{
	const struct feed_key *key = &making->feed->key;
	int64_t today = today_of(making);
	look->from = key->kind == FEED_EVENT ? INT64_MIN : (key->has_window ? key->from : today - FEED_DAYS_BEFORE) * DAY;
	look->to = key->kind == FEED_EVENT ? INT64_MAX : (key->has_window ? key->to : today + FEED_DAYS_AFTER) * DAY + DAY;
}

static void
take_page(struct feed_making *making, const struct db_rows *rows)
{
	struct feed_maker *maker = making->maker;
	const struct feed_key *key = &making->feed->key;
	struct feed_look look = {.format = key->format, .public_url = maker->public_url, .host = maker->host, .is_english = key->is_english};
	take_window(making, &look);
	for (size_t row = 0; row < db_count(rows); row++) {
		int64_t id = db_number(rows, row, "id");
		if (db_is_true(rows, row, "is_known")) {
			add_known(making, id);
		} else {
			feed_pieces_render(&making->pieces, rows, row, &look);
			maker->entries_made++;
		}
		making->behind = id;
	}
	while (making->before_at < making->before.count && making->before.parts[making->before_at].id <= making->behind)
		making->before_at++;
}

/* ---- the end: the check, then the assembly ---- */

static void
take_body(struct feed_making *making)
{
	struct feed *feed = making->feed;
	struct feed_body body = {
		.revised = making->head.revised, .xid = making->xid, .modified = feed->body.modified,
		.good_at = feed_check_present(making->maker->check),
	};
	memcpy(body.today, making->today, sizeof body.today);
	body.midnight = today_of(making) * DAY;
	feed_assembly_take(making->assembly, &body);
	feed_body_clear(&feed->body);
	feed->body = body;
	making->maker->made++;
	end_making(making, FEED_MADE);
}

/* Behind what else is ready: event_active() would come before it. */
static void
next_turn(struct feed_making *making)
{
	event_add(making->turn, &(struct timeval){0});
}

static void
assemble(evutil_socket_t none, short what, void *context)
{
	struct feed_making *making = context;
	(void)none;
	(void)what;
	if (feed_assembly_step(making->assembly))
		take_body(making);
	else
		next_turn(making);
}

/* In turns of its own, so that a long body does not hold those who wait for something else. */
static void
begin_assembly(struct feed_making *making)
{
	making->step = AT_TURN;
	making->assembly = feed_assembly_new(making->feed->key.format, &making->head, &making->pieces);
	making->turn = event_new(making->maker->base, -1, 0, assemble, making);
	if (making->turn == NULL)
		abort();
	next_turn(making);
}

static void
check_done(void *context, bool is_known)
{
	struct feed_making *making = context;
	struct feed *feed = making->feed;
	if (!is_known) {
		end_making(making, FEED_AWAY);
		return;
	}
	if (!str_equal(making->today, feed_check_today(making->maker->check)))
		feed->is_changed = true;
	if (feed->is_changed && making->attempt < ATTEMPTS_MAX)
		begin_attempt(making);
	else
		begin_assembly(making);
}

static void
page_done(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct feed_making *making = context;
	if (!is_answered(making, outcome, rows))
		return;
	take_page(making, rows);
	if (db_count(rows) == making->page) {
		ask_page(making);
		return;
	}
	making->step = AT_CHECK;
	feed_check_join(making->maker->check, check_done, making);
}

static void
ask_page(struct feed_making *making)
{
	struct str input = {0}, ids = {0}, versions = {0};
	struct json_writer writer = {.out = &input};
	put_known(making, &ids, &versions);
	json_open_map(&writer, NULL);
	put_key(&writer, &making->feed->key);
	json_put_text(&writer, "hub_id", making->hub_id);
	json_put_text(&writer, "target_id", making->target_id);
	json_put_text(&writer, "topic", making->topic);
	json_put_integer(&writer, "behind", making->behind);
	json_put_integer(&writer, "limit", (int64_t)making->page);
	put_window(&writer, making);
	json_close_map(&writer);
	making->step = AT_DATABASE;
	db_call(making->maker->pool, "feed_page", (const char *const[]){"{}", str_text(&input), str_text(&ids), str_text(&versions)}, page_done, making);
	str_free(&input);
	str_free(&ids);
	str_free(&versions);
}

void
feed_making_start(struct feed_maker *maker, struct feed *feed)
{
	assert(feed->making == NULL);
	struct feed_making *making = base_alloc(sizeof *making);
	making->maker = maker;
	making->feed = feed;
	feed->making = making;
	begin_attempt(making);
}
