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
};

struct feed_copies *feed_copies_new(struct event_base *base, const struct feed_copies_settings *settings);
/* Writes what is queued, then ends the thread; whoever waits for a copy is told nothing. */
void feed_copies_free(struct feed_copies *copies);

/* A newer copy of the same key replaces one that still waits. Shares the bytes. */
void feed_copies_write(struct feed_copies *copies, const char *key, const struct feed_copy_facts *facts, struct http_bytes *bytes);
void feed_copies_remove(struct feed_copies *copies, const char *key);
/* done is called once from the event loop; bytes NULL: there is none. It takes a reference where it keeps them. */
typedef void feed_copy_read(void *context, struct http_bytes *bytes, const struct feed_copy_facts *facts);
void feed_copies_read(struct feed_copies *copies, const char *key, feed_copy_read *done, void *context);

#endif
