/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request as the module sees it: what the reader read, who asks, and the reply as far as it is made.
 * Unit tests make one without a connection.
 */
#ifndef HUBD_HTTP_REQUEST_H
#define HUBD_HTTP_REQUEST_H

#include "base/str.h"
#include "http/forwarded.h"
#include "http/http.h"

struct http_connection;
struct http_reader;

enum { HTTP_REQUEST_ID = 17 };

struct http_request {
	struct http_connection *connection; /* NULL in unit tests */
	const struct http_reader *reader;
	struct arena *arena;
	const char *client, *scheme, *host, *id;
	bool is_trusted;
	void *state;

	/* The reply. */
	bool is_replied;
	int status;                  /* of the reply */
	struct str fields;           /* "Name: value\r\n" each */
	const char *etag, *last_modified; /* among them; in the arena; or NULL */
	void (*closed)(void *context); /* of a stream */
	void *closed_context;
	bool is_chunked;
};

/* Makes a zeroed (or ended) request of what the reader has; the peer's text must live as long. */
void http_request_begin(struct http_request *request, const struct http_reader *reader, const char *peer, bool is_trusted,
    const char *id);
/* Applies what a trusted peer says about whom it asks for. */
void http_request_forward(struct http_request *request, const struct http_trust *trust);
/* Frees the arena; keeps the buffer of the fields. */
void http_request_end(struct http_request *request);
/* True when the conditional fields make this a 304 for a GET or HEAD. Each may be missing: NULL, 0. */
bool http_request_is_unchanged(const struct http_request *request, const char *etag, const char *other_etag, int64_t last_modified);

#endif
