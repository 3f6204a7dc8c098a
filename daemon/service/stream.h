/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Server-sent events: open streams, bounded in number, told alike, kept open by a heartbeat.
 */
#ifndef HUBD_SERVICE_STREAM_H
#define HUBD_SERVICE_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct http_request;
struct streams;

struct streams *streams_new(struct event_base *base, size_t max, int heartbeat_ms);
void streams_set_max(struct streams *streams, size_t max);
void streams_free(struct streams *streams); /* the server has closed them; NULL is fine */
size_t streams_count(const struct streams *streams);
/* False: there are too many already, and nothing was answered. */
bool streams_open(struct streams *streams, struct http_request *request);
/* One event to all of them: data is one line. */
void streams_tell(struct streams *streams, const char *event, const char *data);

#endif
