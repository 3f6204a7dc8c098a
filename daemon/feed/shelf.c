/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/shelf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "feed/check.h"
#include "http/http.h"

enum { BUCKETS = 1024, FEED_OVERHEAD = 4096, SCOPES_MAX = 4096, TARGETS = 4096, TARGET_MAX = 256 };

/* A request's target as it was sent, and the feed that it meant. */
struct target {
	char text[TARGET_MAX]; /* path, '?', query */
	struct feed *feed;     /* NULL: a free place */
};

struct feed_shelf {
	struct feed *buckets[BUCKETS];
	struct target targets[TARGETS];
	struct feed *newest, *oldest;
	size_t count, bytes, bytes_max;
};

/* FNV-1a, 64 bits. */
static uint64_t
hash_bytes(const char *bytes, size_t length)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
	return hash;
}

uint64_t
feed_scope_hash(const char *scope, size_t length)
{
	return hash_bytes(scope, length);
}

static struct feed **
bucket_of(struct feed_shelf *shelf, const char *text)
{
	return &shelf->buckets[hash_bytes(text, strlen(text)) % BUCKETS];
}

static void
unlink_age(struct feed_shelf *shelf, struct feed *feed)
{
	*(feed->newer != NULL ? &feed->newer->older : &shelf->newest) = feed->older;
	*(feed->older != NULL ? &feed->older->newer : &shelf->oldest) = feed->newer;
	feed->newer = feed->older = NULL;
}

static void
link_newest(struct feed_shelf *shelf, struct feed *feed)
{
	feed->older = shelf->newest;
	*(shelf->newest != NULL ? &shelf->newest->newer : &shelf->oldest) = feed;
	shelf->newest = feed;
}

static struct feed *
feed_new(const struct feed_key *key)
{
	struct feed *feed = base_alloc(sizeof *feed);
	feed->arena = arena_new();
	feed_key_copy(feed->arena, key, &feed->key);
	feed->disposition = arena_print(feed->arena, "inline; filename=\"%s\"", feed_key_file(feed->arena, key));
	feed->is_changed = true;
	return feed;
}

static void
touch(struct feed_shelf *shelf, struct feed *feed)
{
	if (shelf->newest == feed)
		return;
	unlink_age(shelf, feed);
	link_newest(shelf, feed);
}

static struct target *
place_of(struct feed_shelf *shelf, const char *path, size_t path_length, const char *query, size_t query_length)
{
	uint64_t hash = hash_bytes(path, path_length) * 31 + hash_bytes(query, query_length);
	return &shelf->targets[hash % TARGETS];
}

struct feed *
feed_shelf_take_target(struct feed_shelf *shelf, const char *path, const char *query)
{
	size_t path_length = strlen(path), query_length = strlen(query);
	const struct target *place = place_of(shelf, path, path_length, query, query_length);
	if (place->feed == NULL || strncmp(place->text, path, path_length) != 0 || place->text[path_length] != '?' ||
	    strcmp(place->text + path_length + 1, query) != 0)
		return NULL;
	touch(shelf, place->feed);
	return place->feed;
}

void
feed_shelf_remember(struct feed_shelf *shelf, const char *path, const char *query, struct feed *feed)
{
	size_t path_length = strlen(path), query_length = strlen(query);
	if (path_length + query_length + 2 > TARGET_MAX)
		return;
	struct target *place = place_of(shelf, path, path_length, query, query_length);
	memcpy(place->text, path, path_length);
	place->text[path_length] = '?';
	memcpy(place->text + path_length + 1, query, query_length + 1);
	place->feed = feed;
}

struct feed *
feed_shelf_take(struct feed_shelf *shelf, const struct feed_key *key)
{
	struct feed **bucket = bucket_of(shelf, key->text), *feed = *bucket;
	while (feed != NULL && strcmp(feed->key.text, key->text) != 0)
		feed = feed->next_of_hash;
	if (feed != NULL) {
		touch(shelf, feed);
		return feed;
	}
	feed = feed_new(key);
	feed->next_of_hash = *bucket;
	*bucket = feed;
	link_newest(shelf, feed);
	shelf->count++;
	feed_shelf_weigh(shelf, feed);
	return feed;
}

void
feed_body_clear(struct feed_body *body)
{
	http_bytes_unref(body->plain);
	http_bytes_unref(body->gzip);
	free(body->parts);
	*body = (struct feed_body){0};
}

void
feed_body_name(struct feed_body *body, const char *hash)
{
	snprintf(body->etag, sizeof body->etag, "\"%.*s\"", FEED_HASH_SIZE - 1, hash);
	snprintf(body->gzip_etag, sizeof body->gzip_etag, "\"%.*s-gzip\"", FEED_HASH_SIZE - 1, hash);
}

void
feed_body_hash(const struct feed_body *body, char ret_hash[static FEED_HASH_SIZE])
{
	snprintf(ret_hash, FEED_HASH_SIZE, "%.*s", FEED_HASH_SIZE - 1, body->etag + 1);
}

static void
feed_free(struct feed *feed)
{
	feed_body_clear(&feed->body);
	free(feed->scopes);
	arena_free(feed->arena);
	free(feed);
}

static bool
is_worked_on(const struct feed *feed)
{
	return feed->visitors > 0 || feed->making != NULL || feed->squeeze != NULL || feed->is_reading || feed->waiting != NULL || feed->later != NULL;
}

static void
feed_shelf_drop(struct feed_shelf *shelf, struct feed *feed)
{
	struct feed **at = bucket_of(shelf, feed->key.text);
	assert(!is_worked_on(feed));
	while (*at != feed)
		at = &(*at)->next_of_hash;
	*at = feed->next_of_hash;
	for (size_t i = 0; i < TARGETS; i++)
		if (shelf->targets[i].feed == feed)
			shelf->targets[i].feed = NULL;
	unlink_age(shelf, feed);
	shelf->count--;
	shelf->bytes -= feed->charged;
	feed_free(feed);
}

void
feed_shelf_drop_empty(struct feed_shelf *shelf, struct feed *feed)
{
	if (feed->body.plain == NULL && !is_worked_on(feed))
		feed_shelf_drop(shelf, feed);
}

static size_t
weight(const struct feed *feed)
{
	size_t plain = 0, gzip = 0;
	if (feed->body.plain != NULL)
		http_bytes_data(feed->body.plain, &plain);
	if (feed->body.gzip != NULL)
		http_bytes_data(feed->body.gzip, &gzip);
	return FEED_OVERHEAD + plain + gzip + feed->body.part_count * sizeof feed->body.parts[0] + feed->scope_count * sizeof feed->scopes[0];
}

void
feed_shelf_weigh(struct feed_shelf *shelf, struct feed *feed)
{
	size_t now = weight(feed);
	shelf->bytes += now - feed->charged;
	feed->charged = now;
	for (struct feed *old = shelf->oldest, *next; old != NULL && shelf->bytes > shelf->bytes_max; old = next) {
		next = old->newer;
		if (old != feed && !is_worked_on(old))
			feed_shelf_drop(shelf, old);
	}
}

void
feed_set_scopes(struct feed *feed, const char *scopes)
{
	feed->scope_count = 0;
	for (const char *at = scopes, *end; *at != '\0'; at = *end == '\0' ? end : end + 1) {
		end = at + strcspn(at, " ");
		feed->scopes = base_realloc(feed->scopes, (feed->scope_count + 1) * sizeof feed->scopes[0]);
		feed->scopes[feed->scope_count++] = hash_bytes(at, (size_t)(end - at));
	}
}

/* A feed whose scopes are not known yet is concerned by everything. */
static bool
concerns(const struct feed *feed, const uint64_t *news, size_t count)
{
	if (feed->scope_count == 0)
		return true;
	for (size_t i = 0; i < feed->scope_count; i++)
		for (size_t k = 0; k < count; k++)
			if (feed->scopes[i] == news[k])
				return true;
	return false;
}

static size_t
hash_news(const char *scopes, uint64_t *ret_hashes)
{
	size_t count = 0;
	for (const char *at = scopes, *end; *at != '\0'; at = *end == '\0' ? end : end + 1) {
		end = at + strcspn(at, " ");
		if (count == SCOPES_MAX)
			return SIZE_MAX;
		ret_hashes[count++] = hash_bytes(at, (size_t)(end - at));
	}
	return count;
}

/* "forget:SCOPE" beside SCOPE: the bytes themselves must go. */
static bool
is_to_forget(const struct feed *feed, const char *scopes)
{
	for (const char *at = scopes, *end; *at != '\0'; at = *end == '\0' ? end : end + 1) {
		end = at + strcspn(at, " ");
		if (!str_starts(at, FEED_FORGET))
			continue;
		at += sizeof FEED_FORGET - 1;
		uint64_t hash = hash_bytes(at, (size_t)(end - at));
		for (size_t i = 0; i < feed->scope_count; i++)
			if (feed->scopes[i] == hash)
				return true;
	}
	return false;
}

void
feed_shelf_let_go(struct feed_shelf *shelf, struct feed *feed)
{
	if (!feed->is_gone || is_worked_on(feed) || feed->squeezing != NULL)
		return;
	feed_body_clear(&feed->body);
	feed_shelf_drop_empty(shelf, feed);
}

/* Versions that another server gave mean nothing here. */
static void
forget_parts(struct feed *feed)
{
	free(feed->body.parts);
	feed->body.parts = NULL;
	feed->body.part_count = 0;
	feed->is_forgotten = true;
}

void
feed_shelf_hear(struct feed_shelf *shelf, const struct feed_news *news)
{
	uint64_t hashes[SCOPES_MAX];
	size_t count = hash_news(news->scopes, hashes);
	if (count == 0 && !news->is_all)
		return;
	bool has_forgotten = strstr(news->scopes, FEED_FORGET) != NULL;
	for (struct feed *feed = shelf->newest, *next; feed != NULL; feed = next) {
		next = feed->older;
		if (news->is_all)
			forget_parts(feed);
		if (news->is_all || count == SIZE_MAX || (!feed->is_changed && concerns(feed, hashes, count)))
			feed->is_changed = true;
		if (has_forgotten && is_to_forget(feed, news->scopes)) {
			feed->is_gone = feed->is_changed = feed->is_forgotten = true;
			feed_shelf_let_go(shelf, feed);
		}
	}
}

struct feed_shelf *
feed_shelf_new(size_t bytes_max)
{
	struct feed_shelf *shelf = base_alloc(sizeof *shelf);
	shelf->bytes_max = bytes_max;
	return shelf;
}

void
feed_shelf_free(struct feed_shelf *shelf)
{
	if (shelf == NULL)
		return;
	for (struct feed *feed = shelf->newest, *next; feed != NULL; feed = next) {
		next = feed->older;
		feed_free(feed);
	}
	free(shelf);
}

struct feed *
feed_shelf_newest(const struct feed_shelf *shelf)
{
	return shelf->newest;
}

size_t
feed_shelf_count(const struct feed_shelf *shelf)
{
	return shelf->count;
}

size_t
feed_shelf_bytes(const struct feed_shelf *shelf)
{
	return shelf->bytes;
}
