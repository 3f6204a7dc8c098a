/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A link: one libpq connection that is made without waiting, watched, and made again with
 * exponential backoff and jitter whenever it is lost. Only the lookup of a host's name may
 * wait (libpq calls getaddrinfo): use hostaddr, or names that /etc/hosts knows.
 *
 * It does not know what is said over it: its owner sends and reads.
 */
#ifndef HUBD_DB_LINK_H
#define HUBD_DB_LINK_H

#include <stdbool.h>

#include <libpq-fe.h>

struct db_settings;
struct event_base;
struct link;

/* What a link tells its owner; it is never called from within link_flush() or link_lose_soon(). */
struct link_owner {
	void (*up)(void *context);       /* connected; link_conn() may be used until down */
	void (*readable)(void *context); /* input has been consumed: results may be there */
	void (*down)(void *context, const char *why); /* lost, or a try to connect failed */
};

struct link *link_new(struct event_base *base, const struct db_settings *settings, const struct link_owner *owner, void *context);
void link_free(struct link *link); /* NULL is fine; tells nobody */
/* NULL while it is not up. */
PGconn *link_conn(const struct link *link);
/* Sends what libpq holds back, now and when the socket takes more. */
void link_flush(struct link *link);
/* Closes the link, tells the owner, and tries again after a while. */
void link_lose(struct link *link, const char *why);
/* The same from the event loop's next turn, for those whom an owner's answer would surprise. */
void link_lose_soon(struct link *link);

#endif
