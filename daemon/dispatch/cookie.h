/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cookies of a request (RFC 6265), which of them is the session's, and whether a request comes from our own pages.
 *
 * What a session means is SQL's to say.
 */
#ifndef HUBD_DISPATCH_COOKIE_H
#define HUBD_DISPATCH_COOKIE_H

#include <stdbool.h>

struct arena;
struct http_request;

/* The value of the first cookie of this name in a Cookie field (may be NULL), in the arena; NULL without. */
const char *cookie_parse(struct arena *arena, const char *field, const char *name);
const char *cookie_find(const struct http_request *request, const char *name);
/* "__Host-hubd" over https, "hubd" for http from this machine to this machine, NULL otherwise: others could read along. */
const char *cookie_session_name(const struct http_request *request);
/* True for "127.0.0.1:8080", "localhost", "[::1]:80". */
bool cookie_is_loopback(const char *host);

/*
 * True when a browser says that one of our own pages sent this: Sec-Fetch-Site and Origin, one of them must be there and none
 * may say otherwise. Nothing said is no: a form is sent by browsers, and all of them say it.
 */
bool origin_is_own(const struct http_request *request);
/* The same of the fields' values; each may be NULL. */
bool origin_parse(const char *fetch_site, const char *origin, const char *scheme, const char *host);

#endif
