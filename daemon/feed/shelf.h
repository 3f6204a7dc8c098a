/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feeds in memory, by key: their bytes, what they are put together from, and whether something has changed since. Bounded in
 * bytes: the feed that nobody asked for longest goes first. It does not know how a feed is made or served.
 */
#ifndef HUBD_FEED_SHELF_H
#define HUBD_FEED_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feed/key.h"

struct arena;
struct feed_making;
struct feed_news;
struct feed_shelf;
struct feed_squeeze;
struct feed_waiter;
struct http_bytes;
struct zone;

/* One entry in a body: the rows it was rendered from (id, version), and where its bytes are. */
struct feed_part {
	int64_t id, version;
	size_t at;
	uint32_t length, name_length; /* name: the bytes before DTSTAMP, which hold the UID */
	const struct zone *zone;      /* of its TZID, or NULL */
	int64_t start, end;
	bool is_cancelled, is_hidden; /* hidden: another hub's entry with the same UID stands for it */
};

enum { FEED_ETAG_SIZE = 48 };

/* A body with its validators; bytes NULL: none yet. */
struct feed_body {
	struct http_bytes *plain, *gzip;
	char etag[FEED_ETAG_SIZE], gzip_etag[FEED_ETAG_SIZE];
	bool is_incompressible;
	struct feed_part *parts;
	size_t part_count;
	char today[16];            /* the UTC date on which its window rests; "" for a copy from disk */
	int64_t midnight;          /* when that date began */
	int64_t revised, xid;      /* the newest change of its scopes, and who wrote it */
	int64_t modified;          /* the latest Last-Modified sent: it never goes back */
	int64_t good_at;           /* when it was last known to be right */
};

struct feed {
	struct feed *next_of_hash, *newer, *older; /* the shelf's */
	struct arena *arena;
	struct feed_key key;
	const char *disposition; /* of an answer: it names the file */
	size_t visitors;         /* requests that hold it while they wait for their check */
	uint64_t *scopes; /* hashes; a collision only makes a feed anew */
	size_t scope_count;
	bool is_changed;  /* a scope of it has changed since the body, or what is being made, was begun */
	bool is_gone;      /* what its bytes say must not be said any more: they go as soon as nobody works on them, and no copy is kept */
	bool is_forgotten; /* versions from before mean nothing any more: what is being made starts from nothing */
	struct feed_body body;
	struct feed_making *making;   /* NULL: it is not being made */
	struct feed_squeeze *squeeze; /* NULL: it is not being compressed */
	struct feed_waiter *squeezing;
	struct feed_waiter *waiting;  /* for what is being made */
	struct feed_waiter *later;    /* came after a change that it may lack: for the next making */
	bool is_reading;              /* the copy on disk */
	struct feed_waiter *reading;
	size_t charged;               /* bytes that the shelf counts for it */
};

struct feed_shelf *feed_shelf_new(size_t bytes_max);
void feed_shelf_free(struct feed_shelf *shelf);

/* Finds it or makes an empty one; it is then the one used last. */
struct feed *feed_shelf_take(struct feed_shelf *shelf, const struct feed_key *key);
/* The same for a target that was remembered, without reading it again; NULL when it was not, or its feed was dropped. */
struct feed *feed_shelf_take_target(struct feed_shelf *shelf, const char *path, const char *query);
void feed_shelf_remember(struct feed_shelf *shelf, const char *path, const char *query, struct feed *feed);
/* Counts anew what a feed holds, and drops others, those used longest ago first, until all fit. */
void feed_shelf_weigh(struct feed_shelf *shelf, struct feed *feed);
/* Forgets a feed that has no body and on which nobody works. */
void feed_shelf_drop_empty(struct feed_shelf *shelf, struct feed *feed);
/* Marks the feeds that the news concern. is_all: their parts are forgotten too. */
void feed_shelf_hear(struct feed_shelf *shelf, const struct feed_news *news);
/* A scope's mark, as feeds and copies keep it. */
uint64_t feed_scope_hash(const char *scope, size_t length);
/* Drops the bytes of a feed that is gone, unless somebody works on them. */
void feed_shelf_let_go(struct feed_shelf *shelf, struct feed *feed);
void feed_set_scopes(struct feed *feed, const char *scopes);
void feed_body_clear(struct feed_body *body);
/* The entity tags of a body are its bytes' hash, in hexadecimal digits; of its compressed form the same and a word. */
enum { FEED_HASH_SIZE = 33 };
void feed_body_name(struct feed_body *body, const char *hash);
void feed_body_hash(const struct feed_body *body, char ret_hash[static FEED_HASH_SIZE]);

/* The one used last; the others follow by ->older. */
struct feed *feed_shelf_newest(const struct feed_shelf *shelf);
size_t feed_shelf_count(const struct feed_shelf *shelf);
size_t feed_shelf_bytes(const struct feed_shelf *shelf);

#endif
