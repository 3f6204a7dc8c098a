/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compresses a feed's body for those who ask for gzip, once a body and in slices; they wait for it. A body that changes meanwhile is
 * finished for them all the same: it was right when they asked.
 */
#ifndef HUBD_FEED_SQUEEZE_H
#define HUBD_FEED_SQUEEZE_H

struct event_base;
struct feed;
struct feed_squeeze;
struct http_bytes;

/* Sets feed->squeeze; done is called once, with feed->squeeze NULL again, and the bytes (NULL: they would not be smaller) and those they are of. */
void feed_squeeze_start(struct event_base *base, struct feed *feed,
    void (*done)(void *context, struct feed *feed, struct http_bytes *plain, struct http_bytes *gzip), void *context);
void feed_squeeze_abandon(struct feed_squeeze *squeeze); /* NULL is fine */

#endif
