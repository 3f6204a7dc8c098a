/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Last good copies: what was served last, a file a feed, for the time when the database is away.
 *
 * One helper thread writes and reads them, so that no disk holds up the loop; files are replaced whole (rename). The queue, the
 * number of files and their bytes are bounded: the oldest go, and what the queue cannot hold is not kept. Several processes may share a folder.
 * It does not know what a feed says.
 */
#ifndef HUBD_FEED_COPIES_H
#define HUBD_FEED_COPIES_H

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct feed_copies;
struct http_bytes;

struct feed_copies_settings {
	const char *folder;         /* made where it is missing, 0700; "" or NULL: nothing is kept */
	size_t files_max, bytes_max;
};

/* Validators and age of a copy. */
struct feed_copy_facts {
	int64_t modified;  /* Last-Modified as it was sent */
	int64_t written;   /* when it was known to be good */
	char hash[33];     /* of the bytes, 32 hexadecimal digits */
	const uint64_t *scopes; /* of a write: marks of the scopes that concern it, copied */
	size_t scope_count;
};

/* Copies that a scope concerns and that were written before a time must go. */
struct feed_forgotten {
	uint64_t scope;
	int64_t before;
};

struct feed_copies *feed_copies_new(struct event_base *base, const struct feed_copies_settings *settings);
/* Writes what is queued, then ends the thread; whoever waits for a copy is told nothing. */
void feed_copies_free(struct feed_copies *copies);

/* A newer copy of the same key replaces one that still waits. Shares the bytes. */
void feed_copies_write(struct feed_copies *copies, const char *key, const struct feed_copy_facts *facts, struct http_bytes *bytes);
void feed_copies_remove(struct feed_copies *copies, const char *key);
/* Copies the list. Looks at every file, on the helper thread; a write that was queued before is looked at too. */
void feed_copies_forget(struct feed_copies *copies, const struct feed_forgotten *list, size_t count);
/* done is called once from the event loop; bytes NULL: there is none. It takes a reference where it keeps them. */
typedef void feed_copy_read(void *context, struct http_bytes *bytes, const struct feed_copy_facts *facts);
void feed_copies_read(struct feed_copies *copies, const char *key, feed_copy_read *done, void *context);

#endif
