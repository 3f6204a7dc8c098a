/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A feed's request and its reply in HTTP: which feed is asked for, and a body with the fields and validators of
 * CALENDARS.md. It waits for nothing.
 */
#ifndef HUBD_FEED_REPLY_H
#define HUBD_FEED_REPLY_H

#include <stdbool.h>
#include <stdint.h>

struct feed;
struct feed_body;
struct feed_key;
struct http_request;

/* The database's clock and the oldest transaction that ran, at a check. */
struct feed_moment {
	int64_t present, oldest;
};

/* False: the request was refused and is answered. The key lives in the request's arena. */
bool feed_reply_read(struct http_request *request, struct feed_key *ret_key);
/* It asks for gzip, and not ?gzip=no. */
bool feed_reply_wants_gzip(struct http_request *request);
/* The feed has a body. moment NULL: the database is away, it is the last good copy and is marked so. Raises body.modified. */
void feed_reply_body(struct http_request *request, struct feed *feed, const struct feed_moment *moment, bool has_gzip);
void feed_reply_none(struct http_request *request);

/*
 * Last-Modified of a body now. It is not settled while the newest change is young or a transaction older than it still runs: one that
 * commits later may bear an earlier time. Then dates decide nothing, and the one sent is a second earlier, so that who comes
 * back with it gets the body once more.
 */
int64_t feed_modified(struct feed_body *body, const struct feed_moment *moment, bool *ret_is_settled);

#endif
