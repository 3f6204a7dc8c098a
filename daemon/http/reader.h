/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The strict HTTP/1.1 reader: bytes in, one whole request or one refusal out (RFC 9110, 9112).
 *
 * It is pure: no socket, no clock, no libevent, so that fuzzers and unit tests reach all of it. How the bytes
 * are cut into feeds changes nothing in what comes out. Where RFC 9112 lets a recipient be lenient (bare LF,
 * obs-fold, both framings at once) it refuses: a proxy in front may have read it otherwise.
 */
#ifndef HUBD_HTTP_READER_H
#define HUBD_HTTP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct http_limits {
	size_t line, head, fields, body; /* bytes of a line, bytes of the head, number of fields, bytes of the body */
};

enum http_reader_state {
	HTTP_READ_LINE,       /* the request line; nothing may have come yet */
	HTTP_READ_FIELDS,
	HTTP_READ_BODY,       /* Content-Length */
	HTTP_READ_CHUNK_SIZE,
	HTTP_READ_CHUNK,
	HTTP_READ_CHUNK_END,
	HTTP_READ_TRAILERS,
	HTTP_READ_DONE,       /* a whole request */
	HTTP_READ_REFUSED,    /* status and detail say why; the connection cannot go on */
};

struct http_field_line {
	uint32_t name, name_length, value, value_length; /* offsets into head; both end in NUL, names are lower case */
};

struct http_reader {
	enum http_reader_state state;
	struct http_limits limits;
	bool after_request;          /* one empty line may come before the request line (RFC 9112 2.2) */
	struct str head;             /* the head's bytes, NUL after each part */
	size_t line;                 /* where in head the line that is being read begins */
	struct http_field_line *fields;
	size_t field_count, field_room;
	size_t target, target_length;
	struct str body;             /* ends in NUL */
	struct str extra;            /* the chunk-size line or trailer line that is being read */
	size_t extra_total, trailer_count;
	uint64_t left;               /* bytes that the body or the chunk still lacks */
	bool is_too_large;           /* Content-Length above the bound: refused with the body's first byte */

	/* Set once the head is whole; they live until the reader is reset. */
	const char *method, *path, *query, *host;
	int minor;                   /* 0 or 1 */
	bool keep_alive;
	bool wants_continue;         /* 100 (Continue) is expected: the caller sends it and clears this */

	int status;                  /* of the refusal */
	const char *detail;          /* one English sentence */
};

/* A zeroed reader is made ready by http_reader_start(). */
void http_reader_start(struct http_reader *reader, const struct http_limits *limits);
/* Takes bytes up to the end of the request, or of what it needs to refuse; tells how many. */
size_t http_reader_feed(struct http_reader *reader, const char *bytes, size_t length);
/* The first line of a field (its name in lower case) among those read so far, also after a refusal; NULL without. */
const char *http_reader_field(const struct http_reader *reader, const char *name);
/* Forgets the request and waits for the next one of the connection; keeps small buffers. */
void http_reader_reset(struct http_reader *reader, const struct http_limits *limits);
void http_reader_free(struct http_reader *reader); /* its buffers */
/* True while not one byte of a request has come. */
bool http_reader_is_idle(const struct http_reader *reader);
/* True while the head is not whole. */
bool http_reader_is_in_head(const struct http_reader *reader);

#endif
