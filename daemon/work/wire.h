/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libcurl's transfers on the event loop: nothing waits, names are looked up in libcurl's own thread.
 *
 * Whoever has a transfer sets up an easy handle and gives it here; it does not know what is sent or fetched.
 */
#ifndef HUBD_WORK_WIRE_H
#define HUBD_WORK_WIRE_H

#include <curl/curl.h>

struct event_base;
struct wire;

/* Called once a transfer, from the loop, never from within wire_add(); the handle is the caller's again: clean it up here. */
typedef void wire_done(void *context, CURLcode code);

/* connections: at a time; further transfers wait inside. */
struct wire *wire_new(struct event_base *base, long connections);
/* Takes CURLOPT_PRIVATE for itself. */
void wire_add(struct wire *wire, CURL *easy, wire_done *done, void *context);
/* What is under way ends with CURLE_ABORTED_BY_CALLBACK. NULL is fine. */
void wire_free(struct wire *wire);

#endif
