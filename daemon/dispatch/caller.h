/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who asks, in which language, with which key and on which revision: the header fields that every route shares.
 *
 * The parsers are pure. Who a token belongs to, and what it may, is SQL's to say.
 */
#ifndef HUBD_DISPATCH_CALLER_H
#define HUBD_DISPATCH_CALLER_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct http_request;

struct caller {
	const char *language;            /* "de" or "en"; NULL: nobody has asked yet */
	const char *token;               /* SHA-256 of the token, hexadecimal; NULL: none was sent */
	const char *session;             /* the same of the session's cookie; NULL beside a token or proxy, and for another site's write */
	const char *proxy;               /* a mail address: who is signed in at a trusted proxy; NULL beside a token, and for another site's write */
	const char *key, *hash;          /* NULL without Idempotency-Key */
	const char *revision;            /* If-Match's tag; NULL without, and for * */
};

/* What is malformed: a problem, in both languages. */
struct caller_fault {
	int status;
	const char *problem, *detail_de, *detail_en;
};

/* The token of `Bearer TOKEN`, or Basic's password; NULL when malformed (RFC 6750 2.1, RFC 7617 2). */
const char *caller_parse_authorization(struct arena *arena, const char *field);
/* "de" or "en" by ?lang=, then the cookie, then Accept-Language (RFC 9110 12.5.4), then German; each may be NULL. */
const char *caller_parse_language(const char *parameter, const char *cookie, const char *field);
/* The key counts together with what was asked: the same key with another request is another request. */
const char *caller_hash_request(struct http_request *request);
/* The tag of one strong or weak entity tag without its quotes, or NULL when malformed. "*" is itself. */
const char *caller_parse_tag(struct arena *arena, const char *field);
/* The key without quotes; NULL when malformed: 1 to 200 visible ASCII characters, bare or as a quoted string. */
const char *caller_parse_key(struct arena *arena, const char *field);

/* "de" or "en". */
const char *caller_language(struct http_request *request);
/* False: *ret_fault says what is wrong; the language is set in any case. sign_in_field: dispatch_set_sign_in_field(), or NULL. */
bool caller_read(struct http_request *request, const char *sign_in_field, struct caller *ret_caller, struct caller_fault *ret_fault);
/* The caller document of sql/README.md, in the request's arena. */
const char *caller_document(struct http_request *request, const struct caller *caller);

#endif
