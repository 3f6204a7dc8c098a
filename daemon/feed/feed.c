/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/feed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "feed/check.h"
#include "feed/copies.h"
#include "feed/making.h"
#include "feed/reply.h"
#include "feed/shelf.h"
#include "feed/squeeze.h"
#include "http/http.h"

enum { USE_TOLD_MS = 60 * 60 * 1000 };

static const struct db_statement statements[] = {
	{"feed_same", "SELECT is_same, present, today FROM api.feed_same($1::text)", 1, false},
	{"feed_changes", "SELECT snapshot, oldest, present, today, is_all, scopes FROM api.feed_changes($1::text)", 1, false},
	{"feed_head", "SELECT * FROM api.feed_head($1::jsonb, $2::jsonb)", 2, false},
	{"feed_used", "SELECT api.feed_used($1::text)", 1, true},
	{"feed_page", "SELECT * FROM api.feed_page($1::jsonb, $2::jsonb, $3::bigint[], $4::bigint[])", 4, false},
};

struct feed_service {
	struct event_base *base;
	struct feed_shelf *shelf;
	struct feed_check *check;
	struct feed_copies *copies;
	struct feed_maker maker;
	char *public_url, *host;
	bool has_gzip;
	struct feed_counts counts;
};

/* A request on its way, in its own arena. */
struct feed_waiter {
	struct feed_waiter *next;
	struct feed_service *service;
	struct http_request *request;
	struct feed *feed;
};

const struct db_statement *
feed_statements(size_t *ret_count)
{
	*ret_count = sizeof statements / sizeof statements[0];
	return statements;
}

static struct feed_waiter *
take_all(struct feed_waiter **list)
{
	struct feed_waiter *all = *list;
	*list = NULL;
	return all;
}

static void
add_waiter(struct feed_waiter **list, struct feed_waiter *waiter)
{
	waiter->next = *list;
	*list = waiter;
}

/* ---- replies ---- */

static void
reply_fresh(struct feed_waiter *waiter, struct feed *feed)
{
	const struct feed_check *check = waiter->service->check;
	struct feed_moment moment = {.present = feed_check_present(check), .oldest = feed_check_oldest(check)};
	feed_reply_body(waiter->request, feed, &moment, waiter->service->has_gzip);
}

static void
squeeze_done(void *context, struct feed *feed, struct http_bytes *plain, struct http_bytes *gzip)
{
	struct feed_service *service = context;
	if (feed->body.plain == plain) {
		feed->body.gzip = gzip == NULL ? NULL : http_bytes_ref(gzip);
		feed->body.is_incompressible = gzip == NULL;
		feed_shelf_weigh(service->shelf, feed);
	}
	for (struct feed_waiter *waiter = take_all(&feed->squeezing), *next; waiter != NULL; waiter = next) {
		next = waiter->next;
		reply_fresh(waiter, feed);
	}
}

static void
use_told(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	(void)context;
	(void)outcome;
	(void)rows;
}

/* Its owner sees when a private feed was last fetched: told at most once an hour, however often that is. */
static void
tell_use(struct feed_service *service, struct feed *feed)
{
	int64_t now = when_monotonic_ms();
	if (feed->key.kind != FEED_PRIVATE || (feed->told_used_at != 0 && now - feed->told_used_at < USE_TOLD_MS))
		return;
	feed->told_used_at = now;
	db_call(service->maker.pool, "feed_used", (const char *const[]){feed->key.first}, use_told, NULL);
}

static void
serve(struct feed_waiter *waiter, struct feed *feed)
{
	struct feed_service *service = waiter->service;
	tell_use(service, feed);
	feed->body.good_at = feed_check_present(service->check);
	bool wants_gzip = service->has_gzip && feed_reply_wants_gzip(waiter->request);
	if (!wants_gzip || feed->body.gzip != NULL || feed->body.is_incompressible) {
		reply_fresh(waiter, feed);
		return;
	}
	add_waiter(&feed->squeezing, waiter);
	if (feed->squeeze == NULL)
		feed_squeeze_start(service->base, feed, squeeze_done, service);
}

/* ---- when the database is away ---- */

static void
reply_stale(struct feed_waiter *waiter, struct feed *feed)
{
	struct feed_service *service = waiter->service;
	if (feed->body.plain == NULL) {
		http_add_field(waiter->request, "Retry-After", "10");
		answer_problem(waiter->request, 503, "database-away",
		    "Die Datenbank ist gerade nicht erreichbar, und von diesem Kalender ist keine letzte Fassung aufgehoben. Bitte gleich noch einmal versuchen.",
		    "The database cannot be reached just now, and no last copy of this calendar is kept. Please try again in a moment.");
		return;
	}
	service->counts.stale++;
	feed_reply_body(waiter->request, feed, NULL, service->has_gzip);
}

struct copy_wait {
	struct feed_service *service;
	struct feed *feed;
};

static void
copy_read(void *context, struct http_bytes *bytes, const struct feed_copy_facts *facts)
{
	struct copy_wait wait = *(struct copy_wait *)context;
	struct feed *feed = wait.feed;
	free(context);
	feed->is_reading = false;
	if (bytes != NULL && feed->body.plain == NULL) {
		feed->body.plain = http_bytes_ref(bytes);
		feed->body.modified = facts->modified;
		feed->body.good_at = facts->written;
		feed_body_name(&feed->body, facts->hash);
		feed->is_changed = true;
		wait.service->counts.copies_read++;
		feed_shelf_weigh(wait.service->shelf, feed);
	}
	for (struct feed_waiter *waiter = take_all(&feed->reading), *next; waiter != NULL; waiter = next) {
		next = waiter->next;
		reply_stale(waiter, feed);
	}
	feed_shelf_drop_empty(wait.service->shelf, feed);
}

static void
serve_stale(struct feed_waiter *waiter, struct feed *feed)
{
	struct feed_service *service = waiter->service;
	if (feed->body.plain != NULL) {
		reply_stale(waiter, feed);
		return;
	}
	add_waiter(&feed->reading, waiter);
	if (feed->is_reading)
		return;
	struct copy_wait *wait = base_alloc(sizeof *wait);
	*wait = (struct copy_wait){service, feed};
	feed->is_reading = true;
	feed_copies_read(service->copies, feed->key.text, copy_read, wait);
}

/* ---- making ---- */

static void
making_begun(void *context, struct feed *feed)
{
	(void)context;
	for (struct feed_waiter *waiter = take_all(&feed->later), *next; waiter != NULL; waiter = next) {
		next = waiter->next;
		add_waiter(&feed->waiting, waiter);
	}
}

static void
keep_copy(struct feed_service *service, struct feed *feed)
{
	struct feed_moment moment = {.present = feed_check_present(service->check), .oldest = feed_check_oldest(service->check)};
	struct feed_copy_facts facts = {.modified = feed_modified(&feed->body, &moment, &(bool){false}), .written = moment.present};
	feed_body_hash(&feed->body, facts.hash);
	feed_copies_write(service->copies, feed->key.text, &facts, feed->body.plain);
}

static void
serve_outcome(struct feed_waiter *waiter, struct feed *feed, enum feed_outcome outcome)
{
	if (outcome == FEED_MADE)
		serve(waiter, feed);
	else if (outcome == FEED_AWAY)
		serve_stale(waiter, feed);
	else
		feed_reply_none(waiter->request);
}

static void
making_ended(void *context, struct feed *feed, enum feed_outcome outcome)
{
	struct feed_service *service = context;
	struct feed_waiter *waiting = take_all(&feed->waiting), *next;
	if (outcome == FEED_AWAY)
		making_begun(service, feed); /* whoever came later learns the same */
	if (outcome == FEED_MADE) {
		feed_shelf_weigh(service->shelf, feed);
		keep_copy(service, feed);
	}
	if (outcome == FEED_NONE) {
		feed_body_clear(&feed->body);
		feed_copies_remove(service->copies, feed->key.text);
	}
	if (outcome != FEED_AWAY && feed->later != NULL)
		feed_making_start(&service->maker, feed);
	for (; waiting != NULL; waiting = next) {
		next = waiting->next;
		serve_outcome(waiting, feed, outcome);
	}
	if (outcome == FEED_AWAY)
		for (waiting = take_all(&feed->waiting); waiting != NULL; waiting = next) {
			next = waiting->next;
			serve_stale(waiting, feed);
		}
	feed_shelf_drop_empty(service->shelf, feed);
}

/* ---- requests ---- */

static bool
is_fresh(const struct feed_service *service, const struct feed *feed)
{
	return feed->body.plain != NULL && !feed->is_changed && strcmp(feed->body.today, feed_check_today(service->check)) == 0;
}

static void
checked(void *context, bool is_known)
{
	struct feed_waiter *waiter = context;
	struct feed_service *service = waiter->service;
	struct feed *feed = waiter->feed;
	feed->visitors--;
	if (!is_known) {
		serve_stale(waiter, feed);
	} else if (feed->making != NULL) {
		add_waiter(feed->is_changed ? &feed->later : &feed->waiting, waiter);
	} else if (is_fresh(service, feed)) {
		serve(waiter, feed);
	} else {
		add_waiter(&feed->waiting, waiter);
		feed_making_start(&service->maker, feed);
	}
}

static struct feed *
feed_of(struct feed_service *service, struct http_request *request)
{
	struct feed_key key;
	struct feed *feed = feed_shelf_take_target(service->shelf, http_path(request), http_query(request));
	if (feed != NULL || !feed_reply_read(request, &key))
		return feed;
	feed = feed_shelf_take(service->shelf, &key);
	feed_shelf_remember(service->shelf, http_path(request), http_query(request), feed);
	return feed;
}

void
feed_answer(struct http_request *request, const struct db_rows *rows)
{
	struct feed_service *service = request_tied(request, "feed");
	assert(service != NULL && rows == NULL);
	service->counts.requests++;
	struct feed *feed = feed_of(service, request);
	if (feed == NULL)
		return; /* refused */
	struct feed_waiter *waiter = arena_take(http_arena(request), sizeof *waiter);
	*waiter = (struct feed_waiter){.service = service, .request = request, .feed = feed};
	feed->visitors++;
	feed_check_join(service->check, checked, waiter);
}

/* ---- the service ---- */

static void
hear(void *context, const struct feed_news *news)
{
	struct feed_service *service = context;
	feed_shelf_hear(service->shelf, news);
}

/* The host of the public address, with which calendars get names that nobody else gives. */
static char *
host_of(const char *url)
{
	const char *colon = strstr(url, "://"), *host = colon == NULL ? url : colon + 3;
	char *copy = base_strdup(host);
	copy[strcspn(copy, ":/")] = '\0';
	return copy;
}

void
feed_settings_default(struct feed_settings *settings)
{
	*settings = (struct feed_settings){
		.public_url = "http://127.0.0.1:8080", .cache_bytes = 64 * 1024 * 1024, .copies_max = 4000,
		.copies_bytes = 512 * 1024 * 1024, .check_ms = 2000, .has_gzip = true,
	};
}

struct feed_service *
feed_service_new(struct event_base *base, struct db_pool *pool, const struct feed_settings *settings)
{
	struct feed_service *service = base_alloc(sizeof *service);
	struct feed_copies_settings copies = {.folder = settings->folder, .files_max = settings->copies_max, .bytes_max = settings->copies_bytes};
	service->base = base;
	service->public_url = base_strdup(settings->public_url);
	service->host = host_of(settings->public_url);
	service->has_gzip = settings->has_gzip;
	service->shelf = feed_shelf_new(settings->cache_bytes);
	service->check = feed_check_new(base, pool, settings->check_ms, hear, service);
	service->copies = feed_copies_new(base, &copies);
	service->maker = (struct feed_maker){
		.base = base, .pool = pool, .check = service->check, .public_url = service->public_url, .host = service->host,
		.begun = making_begun, .ended = making_ended, .context = service,
	};
	return service;
}

void
feed_service_free(struct feed_service *service)
{
	if (service == NULL)
		return;
	feed_check_free(service->check);
	for (struct feed *feed = feed_shelf_newest(service->shelf); feed != NULL; feed = feed->older) {
		feed_making_abandon(feed->making);
		feed_squeeze_abandon(feed->squeeze);
	}
	feed_copies_free(service->copies);
	feed_shelf_free(service->shelf);
	free(service->public_url);
	free(service->host);
	free(service);
}

void
feed_count(const struct feed_service *service, struct feed_counts *ret_counts)
{
	*ret_counts = service->counts;
	ret_counts->checks = feed_check_count(service->check);
	ret_counts->made = service->maker.made;
	ret_counts->entries_made = service->maker.entries_made;
	ret_counts->feeds = feed_shelf_count(service->shelf);
	ret_counts->bytes = feed_shelf_bytes(service->shelf);
}
