/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When tokens and sessions were last used: gathered in memory and told to the database once a minute in one call, so that no answer waits
 * for it and no request becomes a write. What a killed process had gathered is lost: a minute of it.
 */
#ifndef HUBD_SERVICE_USES_H
#define HUBD_SERVICE_USES_H

struct db_pool;
struct event_base;
struct uses;

struct uses *uses_new(struct event_base *base, struct db_pool *pool, int interval_ms);
/* A dispatch_credential_used. Beyond 4096 different ones in an interval, further ones are told by their next use. */
void uses_note(void *uses, const char *sha256);
void uses_free(struct uses *uses); /* NULL is fine */

#endif
