/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's inside, for the files of this module: what all connections share.
 */
#ifndef HUBD_HTTP_SERVER_H
#define HUBD_HTTP_SERVER_H

#include <sys/queue.h>

#include "base/str.h"
#include "base/when.h"
#include "http/forwarded.h"
#include "http/http.h"
#include "http/reader.h"

struct event;
struct http_connection;
struct http_listener;
struct http_peers;

enum { HTTP_INPUT_SIZE = 64 * 1024 };

LIST_HEAD(http_connection_list, http_connection);
SLIST_HEAD(http_listener_list, http_listener);
SLIST_HEAD(http_later_list, http_connection);

struct http_server {
	struct event_base *base;
	struct http_settings settings; /* without trusted_peers: those are in trust */
	struct http_limits limits;
	struct http_trust trust;
	http_handle *handle;
	void *context;
	http_put_refusal *put_refusal;

	struct http_listener_list listeners;
	struct event *resume;          /* accepting again after descriptors ran out */
	bool is_paused, was_exhausted;

	struct http_connection_list connections;
	struct http_peers *peers;      /* connections by address */
	size_t lingering;              /* refused connections that may still read their refusal */
	struct http_counts counts;

	struct event *later;           /* what must not happen within a handler's call */
	struct http_later_list later_list;

	bool is_draining, is_drained;
	void (*drained)(void *context);
	void *drained_context;

	char *input;                   /* HTTP_INPUT_SIZE bytes, for the connection that reads now */
	struct str head;               /* the reply head that is being made */
	int64_t date_second;
	char date[WHEN_TEXT_SIZE];
	uint64_t next_id;
	struct str error;
};

/* Calls connection_later() from the loop; twice is once. */
void http_server_later(struct http_server *server, struct http_connection *connection);
/* The value of Date, printed once a second. */
const char *http_server_date(struct http_server *server);
/* A fresh id for a request: 16 hexadecimal digits. */
void http_server_id(struct http_server *server, char ret_id[static 17]);
/* A connection has ended: the drain may be complete. */
void http_server_lost_one(struct http_server *server);

/* ---- listener.c ---- */
/* Accepts what waits; pauses all listeners when descriptors run out. */
void http_listeners_accept(struct http_server *server);
void http_listeners_close(struct http_server *server);

#endif
