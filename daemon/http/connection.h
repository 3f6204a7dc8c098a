/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection: reads a request, lets it be handled, writes its reply, and again.
 *
 * One request at a time: while one is handled nothing is fed to the reader, and what else has come waits. Each state has one
 * absolute deadline. A connection outlives its socket while a handler still has its request.
 */
#ifndef HUBD_HTTP_CONNECTION_H
#define HUBD_HTTP_CONNECTION_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

#include "base/str.h"
#include "http/forwarded.h"
#include "http/reader.h"
#include "http/request.h"

struct evbuffer;
struct http_bytes;
struct http_server;

enum http_connection_state {
	HTTP_READING,   /* a request, or waiting for one */
	HTTP_RUNNING,   /* a handler has the request */
	HTTP_WRITING,   /* a reply that the socket has not taken yet */
	HTTP_STREAMING, /* a stream is open */
	HTTP_SENT,      /* all is written; the request ends when the handler has returned to the loop */
	HTTP_LINGERING, /* refused, our side is shut: what still comes is thrown away, so that the refusal arrives */
	HTTP_CLOSED,    /* the socket is closed; freed from the loop */
};

struct http_connection {
	LIST_ENTRY(http_connection) entry;
	SLIST_ENTRY(http_connection) later;
	struct http_server *server;
	enum http_connection_state state;
	int socket; /* -1: closed */
	struct event readable, writable, timer;
	int64_t deadline, timer_at; /* milliseconds of when_monotonic_ms(); INT64_MAX: none */
	struct http_address address;
	char peer[HTTP_ADDRESS_TEXT], id[HTTP_REQUEST_ID];
	bool is_trusted;
	bool is_counted;    /* in the server's bounds */
	bool is_later;      /* is in the server's list */
	bool is_in_handler;
	bool is_in_body;    /* the head is whole, the deadline is the body's */
	bool is_used;       /* had a request before */
	bool has_ended;     /* the peer sends no more */
	bool must_close;    /* after this reply */
	bool must_linger;
	bool stream_is_lost; /* closed() is due */
	size_t lingered;
	struct http_reader reader;
	struct http_request request;
	struct str pending;      /* came while a request was handled */
	struct evbuffer *output; /* what the socket did not take; NULL before it is needed */
};

/* Takes the socket over. is_over: it is beyond a bound, and gets a 503. */
void http_connection_new(struct http_server *server, int socket, const struct http_address *address, bool is_over);
/* What was put off: ends requests, calls closed(), frees the connection. */
void http_connection_later(struct http_connection *connection);
/* The drain begins: ends it if it is idle or streams. */
void http_connection_drain(struct http_connection *connection);
/* Cuts it off and frees it, with its request. */
void http_connection_free(struct http_connection *connection);

/* Sends head and body of a reply in one call where the socket takes them; shared (or NULL) holds the body's bytes. */
void http_connection_reply(struct http_connection *connection, const struct str *head, const void *body, size_t length,
    struct http_bytes *shared);
/* Sends a part of a stream; false when the client is gone or takes too little. */
bool http_connection_stream(struct http_connection *connection, const struct str *head, const void *body, size_t length);
/* The stream has no body to send (HEAD): closed() is due at once. */
void http_connection_end_stream(struct http_connection *connection);
/* No more will be sent for this request. */
void http_connection_end_reply(struct http_connection *connection);
/* After this request the connection cannot or will not go on. */
bool http_connection_will_close(const struct http_connection *connection);

/* ---- reply.c ---- */
/* A refusal by the server itself: a problem document (RFC 9457), and the connection closes. */
void http_refuse(struct http_connection *connection, int status, const char *detail);

#endif
