/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is the service ready? It asks the database something trivial and answers when that is back: a connection that stands says
 * nothing of a server that hangs. One question at a time serves all who ask meanwhile. It knows no table.
 */
#ifndef HUBD_SERVICE_READY_H
#define HUBD_SERVICE_READY_H

struct db_pool;
struct http_request;
struct ready;

struct ready *ready_new(struct db_pool *pool);
/* After the pool, which answers whoever still waits. NULL is fine. */
void ready_free(struct ready *ready);

/* Replies later: 200, or 503 with a line that says why not. */
void ready_ask(struct ready *ready, struct http_request *request);

#endif
