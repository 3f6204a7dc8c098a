/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP/1.1 (RFC 9110, 9112): bytes <-> requests and replies.
 *
 * A server reads whole requests (body included, within bounds), hands each to one function, and sends
 * the reply that the function's owner gives, at once or later, exactly once. One request at a time a
 * connection: what is pipelined waits in the socket. It does not know routes, SQL or calendars.
 */
#ifndef HUBD_HTTP_HTTP_H
#define HUBD_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct event_base;
struct http_bytes;
struct http_request;
struct http_server;
struct str;

/* Bounds and deadlines. All of them are absolute: a byte a second does not prolong one. */
struct http_settings {
	size_t line_max, head_max, fields_max, body_max; /* bytes, bytes, number, bytes */
	int head_ms;  /* from the first byte to the head's end, and from the connection to its first byte */
	int body_ms;  /* from the head's end to the body's */
	int reply_ms; /* from its start to its last byte taken, for each MiB begun; of a stream: until what waits is taken */
	int idle_ms;  /* between requests */
	size_t connections_max, connections_max_per_address; /* a trusted peer's connections count only in all */
	const char *const *trusted_peers; /* addresses or prefixes (10.0.0.0/8, ::1, unix) whose Forwarded fields count; NULL ends */
};
void http_settings_default(struct http_settings *settings);
/* True for what trusted_peers may hold: others are passed over, so check-config asks. */
bool http_is_peer_prefix(const char *text);

typedef void http_handle(struct http_request *request, void *context);

/* ---- the server ---- */
struct http_server *http_server_new(struct event_base *base, const struct http_settings *settings, http_handle *handle, void *context);
/*
 * "127.0.0.1:8080", "[::]:8080" (IPv6 only), "localhost:8080", "unix:/run/hubd/http.sock" (a stale socket is replaced,
 * a live one is not). On failure *ret_error is a sentence, valid until the next call.
 */
bool http_server_listen(struct http_server *server, const char *address, const char **ret_error);
bool http_server_adopt(struct http_server *server, int listening_socket, const char **ret_error); /* LISTEN_FDS */
void http_server_configure(struct http_server *server, const struct http_settings *settings);     /* on reload; copies */
/* Stops accepting, ends idle connections and streams, lets running requests finish; then calls drained once. */
void http_server_drain(struct http_server *server, void (*drained)(void *context), void *context);
/* Cuts what is left: nobody may reply to a request of it any more. NULL is fine. */
void http_server_free(struct http_server *server);

/*
 * The server refuses by itself what no handler sees: what is no HTTP, too long, too late, or too much (400, 408, 413, 414, 417, 431, 501,
 * 503, 505). put writes the body of such a reply and returns its media type: a problem of RFC 9457, or what accept asks for. detail is an
 * English sentence; accept and accept_language the fields as far as the head was read, or NULL. Without put its type is about:blank.
 */
typedef const char *http_put_refusal(struct str *out, int status, const char *detail, const char *accept, const char *accept_language);
void http_server_on_refusal(struct http_server *server, http_put_refusal *put);

/* Counters since the start, for /metrics and the status page. */
struct http_counts {
	uint64_t accepted, requests, refused_busy, malformed, timed_out;
	uint64_t replies_by_class[6]; /* index status / 100 */
	size_t connections, running;  /* now */
};
void http_server_count(const struct http_server *server, struct http_counts *ret_counts);

/*
 * ---- a request: everything in it lives as long as its arena, that is, until its reply is sent ----
 * Its owner may use it until it returns to the event loop after the reply. When the client goes before, nothing
 * is told: the request stays valid until it is replied to, and the reply is dropped.
 */
struct arena *http_arena(const struct http_request *request);
const char *http_method(const struct http_request *request);
const char *http_path(const struct http_request *request);      /* percent-encoding as sent; begins with '/', or "*" */
const char *http_query(const struct http_request *request);     /* what follows '?', as sent; "" without */
/* The first parameter of this name in the query, decoded as application/x-www-form-urlencoded; NULL without. */
const char *http_parameter(const struct http_request *request, const char *name);
/* All field lines of a name (lower case) joined by ", "; NULL without. */
const char *http_field(const struct http_request *request, const char *name);
const char *http_body(const struct http_request *request, size_t *ret_length); /* ends in NUL beyond its length */
const char *http_client(const struct http_request *request);    /* its address: the peer's, or what a trusted peer forwarded; "unix" */
const char *http_scheme(const struct http_request *request);    /* "http" or "https" */
const char *http_host(const struct http_request *request);      /* Host, or what a trusted peer forwarded */
bool http_peer_is_trusted(const struct http_request *request);
const char *http_request_id(const struct http_request *request); /* for the log and the reply's X-Request-Id */
/* Decodes %XX in place of a copy in the arena; NULL for a bad or a NUL escape. */
const char *http_decode(struct arena *arena, const char *text, size_t length, bool plus_is_space);
/* One thing a handler ties to the request. */
void http_set_state(struct http_request *request, void *state);
void *http_state(const struct http_request *request);

/* ---- the reply: fields first, then exactly one of http_reply*(), or a stream ---- */
void http_add_field(struct http_request *request, const char *name, const char *value); /* copies; CR and LF in a value are our mistake */
/*
 * Copies the body. A HEAD request gets the same head without it; 204 and 304 carry none. type may be NULL where there is no body.
 * Text from 1 KiB to 256 KiB is compressed when asked for, unless an ETag was set (it would name other bytes) or a stranger's
 * page may have sent the request with the cookie of who looks at it (BREACH: private text beside what the stranger chose). A browser says
 * who sent it in Sec-Fetch-Site: with a cookie only "same-origin" and "none" (its user's own hand) are compressed.
 */
void http_reply(struct http_request *request, int status, const char *type, const void *body, size_t length);
/*
 * Shares the body: no copy. gzip may be NULL; else it is the same content compressed, and is sent
 * (with Content-Encoding and Vary) when asked for. The caller set the validators: etag and gzip_etag
 * are quoted strings (RFC 9110 8.8.3) or NULL. http_reply() and this answer If-None-Match and If-Modified-Since
 * (last_modified 0: none) by 304 for GET and HEAD, where an etag or a date is given.
 */
struct http_entity {
	const char *type;
	struct http_bytes *plain, *gzip;
	const char *etag, *gzip_etag;
	int64_t last_modified;
};
void http_reply_entity(struct http_request *request, int status, const struct http_entity *entity);
bool http_is_replied(const struct http_request *request);
int http_status(const struct http_request *request); /* of the reply; 0 before it. Also while the arena runs what was deferred */

/* Reference-counted immutable bytes. _new takes bytes over (free()); _ref and _unref. */
struct http_bytes *http_bytes_new(char *bytes, size_t length);
struct http_bytes *http_bytes_ref(struct http_bytes *bytes);
void http_bytes_unref(struct http_bytes *bytes); /* NULL is fine */
const char *http_bytes_data(const struct http_bytes *bytes, size_t *ret_length);
/* gzip (RFC 1952) with a fixed header, so that equal bytes compress to equal bytes; NULL when it would not be smaller. */
struct http_bytes *http_bytes_gzip(const struct http_bytes *bytes);
/*
 * The same in slices, for what is too big for one turn of the loop: _new shares bytes, each step compresses at most
 * budget bytes of them and says whether all is done; _done frees it and returns the bytes, or NULL when they
 * would not be smaller; _free gives up.
 */
struct http_gzip;
struct http_gzip *http_gzip_new(struct http_bytes *bytes);
bool http_gzip_step(struct http_gzip *gzip, size_t budget);
struct http_bytes *http_gzip_done(struct http_gzip *gzip);
void http_gzip_free(struct http_gzip *gzip); /* NULL is fine */
/* True when Accept-Encoding asks for gzip with a quality above 0 (RFC 9110 12.5.3). */
bool http_accepts_gzip(const struct http_request *request);

/*
 * A stream: the head goes out now, bytes as they come, chunked (or until close for HTTP/1.0). closed is called once, from
 * the event loop, when the client goes, takes too little, or the server drains; after it, and after http_stream_close(),
 * the request is gone. It is not called after http_stream_close(). A HEAD request is closed at once.
 */
void http_stream_open(struct http_request *request, int status, const char *type, void (*closed)(void *context), void *context);
/* False when the client takes too little and its buffer (256 KiB) is full, or has gone: the stream is then being closed. */
bool http_stream_send(struct http_request *request, const void *bytes, size_t length);
void http_stream_close(struct http_request *request);

#endif
