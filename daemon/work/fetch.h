/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP to somebody else's server, at an address that a user chose: bounded in time and size, https only, and never to an address
 * that is not public: judged when the socket is made, so for whatever a name resolves to, and again for every redirect.
 *
 * It keeps no cookies, uses no proxy and no credentials of an address. It does not know what is fetched or why. What goes wrong is a
 * sentence without the address, fit for a log.
 */
#ifndef HUBD_WORK_FETCH_H
#define HUBD_WORK_FETCH_H

#include <stdbool.h>
#include <stddef.h>

struct fetch_answer;
struct fetcher;
struct wire;

struct fetch_request {
	const char *url;
	const char *const *fields; /* "Name: value" each, ended by NULL; NULL: none */
	const char *body;          /* NULL: GET; else POST */
	size_t length;
	size_t answer_max;         /* bytes of the answer's body, decoded; beyond it is an error */
	int deadline_ms;           /* from start to the last byte */
	int redirects;             /* how many are followed; 0: one is an error */
};

/* error: NULL when an answer came, whatever its status; else what went wrong. The answer is valid until done returns. */
typedef void fetch_done(void *context, const char *error, const struct fetch_answer *answer);

/* allows_loopback (tests only): this machine's own addresses are fine, also without https. */
struct fetcher *fetcher_new(struct wire *wire, bool allows_loopback);
void fetcher_free(struct fetcher *fetcher); /* after the wire; NULL is fine */

/* What is given is copied. done is called from the loop, never from within fetch_start(). */
void fetch_start(struct fetcher *fetcher, const struct fetch_request *request, fetch_done *done, void *context);
/* NULL: such an address may be fetched, as far as it can be told from its text; else why not, in English. */
const char *fetch_refusal(const struct fetcher *fetcher, const char *url);

/* ---- an answer: NULL where there is none ---- */
int fetch_status(const struct fetch_answer *answer); /* 0 where there is none */
const char *fetch_body(const struct fetch_answer *answer, size_t *ret_length);
/* A field of the last answer, without regard to case; the first one where there are several. */
const char *fetch_field(const struct fetch_answer *answer, const char *name);

#endif
