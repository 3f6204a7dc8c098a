/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/feed.h"

#include <assert.h>
#include <stdio.h>
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
#include "feed/fetches.h"
#include "feed/making.h"
#include "feed/reply.h"
#include "feed/shelf.h"
#include "feed/squeeze.h"
#include "http/http.h"

/* How long a secret feed is served without the database, which alone knows whether it was revoked. */
enum { SECRET_SECONDS = 24 * 60 * 60, FORGOTTEN_MAX = 4096, FORGOTTEN_DAYS = 31 };

static const struct db_statement statements[] = {
	{"feed_same", "SELECT is_same, present, today FROM api.feed_same($1::text)", 1, false},
	{"feed_changes", "SELECT snapshot, oldest, present, today, is_all, scopes FROM api.feed_changes($1::text)", 1, false},
	{"feed_head", "SELECT * FROM api.feed_head($1::jsonb, $2::jsonb)", 2, false},
	{"feed_fetched", "SELECT api.feed_fetched($1::jsonb)", 1, true},
	{"feed_forgotten", "SELECT scopes FROM api.feed_forgotten($1::bigint)", 1, false},
	{"feed_page", "SELECT * FROM api.feed_page($1::jsonb, $2::jsonb, $3::bigint[], $4::bigint[])", 4, false},
};

struct feed_service {
	struct event_base *base;
	struct feed_shelf *shelf;
	struct feed_check *check;
	struct feed_copies *copies;
	struct feed_fetches *fetches;
	struct feed_maker maker;
	char *public_url, *host;
	bool has_gzip;
	struct feed_counts counts;
	int asking;     /* calls whose answer holds the service */
	bool is_freed;
};

static void service_free_rest(struct feed_service *service);

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
	feed_shelf_let_go(service->shelf, feed);
}

/* Its owner sees when a secret feed was last fetched, and whether that was the newest version. */
static void
note_fetch(struct feed_service *service, struct feed *feed)
{
	char etag[FEED_HASH_SIZE];
	if (feed->key.secret == NULL || feed->is_changed)
		return;
	feed_body_hash(&feed->body, etag);
	feed_fetches_note(service->fetches, &(struct feed_fetch){
		.secret = feed->key.secret, .etag = etag, .snapshot = feed_check_snapshot(service->check),
		.at = feed_check_present(service->check), .revised = feed->body.revised,
	});
}

static void
serve(struct feed_waiter *waiter, struct feed *feed)
{
	struct feed_service *service = waiter->service;
	note_fetch(service, feed);
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
	bool is_too_old = feed->key.secret != NULL && when_now() - feed->body.good_at > SECRET_SECONDS;
	if (feed->body.plain == NULL || feed->is_gone || is_too_old) {
		http_add_field(waiter->request, "Retry-After", "10");
		answer_problem(waiter->request, 503, "database-away",
		    "Die Datenbank ist gerade nicht erreichbar, und von diesem Kalender ist keine letzte Fassung aufgehoben, die noch gezeigt werden darf. Bitte gleich noch einmal versuchen.",
		    "The database cannot be reached just now, and no last copy of this calendar is kept that may still be shown. Please try again in a moment.");
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
	if (bytes != NULL && feed->body.plain == NULL && !feed->is_gone) {
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
	struct feed_copy_facts facts = {.modified = feed_modified(&feed->body, &moment, &(bool){false}), .written = moment.present,
	    .scopes = feed->scopes, .scope_count = feed->scope_count};
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
		if (!feed->is_gone)
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
	if (feed->is_gone)
		feed_shelf_let_go(service->shelf, feed);
	else
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

/* ---- what must be gone ---- */

/* "SCOPE@TIME …", or with prefix "forget:SCOPE" among others: copies on disk that say it. */
static void
forget_copies(struct feed_service *service, const char *scopes, const char *prefix)
{
	struct feed_forgotten *list = NULL;
	size_t count = 0;
	for (const char *at = scopes, *end; *at != '\0' && count < FORGOTTEN_MAX; at = *end == '\0' ? end : end + 1) {
		end = at + strcspn(at, " ");
		if (!str_starts(at, prefix))
			continue;
		const char *name = at + strlen(prefix), *time = memchr(name, '@', (size_t)(end - name));
		list = base_realloc(list, (count + 1) * sizeof list[0]);
		list[count++] = (struct feed_forgotten){
			.scope = feed_scope_hash(name, (size_t)((time == NULL ? end : time) - name)),
			.before = time == NULL ? INT64_MAX : strtoll(time + 1, NULL, 10),
		};
	}
	feed_copies_forget(service->copies, list, count);
	free(list);
}

static void
forgotten_heard(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct feed_service *service = context;
	const char *scopes = outcome == DB_ROWS && db_count(rows) == 1 ? db_text(rows, 0, "scopes") : NULL;
	if (scopes != NULL && !service->is_freed)
		forget_copies(service, scopes, "");
	if (--service->asking == 0 && service->is_freed)
		service_free_rest(service);
}

/* Of what was committed while nobody here listened, copies may tell what must not be told any more. */
static void
ask_forgotten(struct feed_service *service)
{
	char since[24];
	snprintf(since, sizeof since, "%lld", (long long)(feed_check_present(service->check) - FORGOTTEN_DAYS * 24 * 60 * 60));
	service->asking++;
	db_call(service->maker.pool, "feed_forgotten", (const char *const[]){since}, forgotten_heard, service);
}

static void
hear(void *context, const struct feed_news *news)
{
	struct feed_service *service = context;
	feed_shelf_hear(service->shelf, news);
	if (strstr(news->scopes, FEED_FORGET) != NULL)
		forget_copies(service, news->scopes, FEED_FORGET);
	if (news->is_all)
		ask_forgotten(service);
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
		.copies_bytes = 512 * 1024 * 1024, .check_ms = 2000, .fetches_ms = 30000, .has_gzip = true,
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
	service->fetches = feed_fetches_new(base, pool, settings->fetches_ms);
	service->maker = (struct feed_maker){
		.base = base, .pool = pool, .check = service->check, .public_url = service->public_url, .host = service->host,
		.begun = making_begun, .ended = making_ended, .context = service,
	};
	return service;
}

static void
service_free_rest(struct feed_service *service)
{
	free(service->public_url);
	free(service->host);
	free(service);
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
	feed_fetches_free(service->fetches);
	feed_copies_free(service->copies);
	feed_shelf_free(service->shelf);
	service->is_freed = true;
	if (service->asking == 0)
		service_free_rest(service);
}

const char *
feed_public_url(const struct feed_service *service)
{
	return service->public_url;
}

void
feed_count(const struct feed_service *service, struct feed_counts *ret_counts)
{
	*ret_counts = service->counts;
	ret_counts->checks = feed_check_count(service->check);
	ret_counts->made = service->maker.made;
	ret_counts->entries_made = service->maker.entries_made;
	ret_counts->fetches_told = feed_fetches_told(service->fetches);
	ret_counts->fetches_dropped = feed_fetches_dropped(service->fetches);
	ret_counts->feeds = feed_shelf_count(service->shelf);
	ret_counts->bytes = feed_shelf_bytes(service->shelf);
}
