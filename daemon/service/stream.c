/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/stream.h"

#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/http.h"

struct stream {
	LIST_ENTRY(stream) line;
	struct streams *streams;
	struct http_request *request;
};

struct streams {
	LIST_HEAD(, stream) open;
	size_t count, max;
	struct event *heartbeat;
};

static void
send_all(struct streams *streams, const struct str *bytes)
{
	struct stream *stream;
	/* One that takes too little is closed by http, which then tells forget() from the event loop. */
	LIST_FOREACH(stream, &streams->open, line)
		http_stream_send(stream->request, bytes->bytes, bytes->length);
}

static void
beat(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	struct str comment = {0};
	str_put(&comment, ":\n\n");
	send_all(context, &comment);
	str_free(&comment);
}

struct streams *
streams_new(struct event_base *base, size_t max, int heartbeat_ms)
{
	struct streams *streams = base_alloc(sizeof *streams);
	LIST_INIT(&streams->open);
	streams->max = max;
	streams->heartbeat = event_new(base, -1, EV_PERSIST, beat, streams);
	struct timeval interval = {.tv_sec = heartbeat_ms / 1000, .tv_usec = heartbeat_ms % 1000 * 1000};
	if (streams->heartbeat == NULL || event_add(streams->heartbeat, &interval) != 0)
		abort();
	return streams;
}

void
streams_set_max(struct streams *streams, size_t max)
{
	streams->max = max;
}

void
streams_free(struct streams *streams)
{
	if (streams == NULL)
		return;
	while (!LIST_EMPTY(&streams->open)) {
		struct stream *stream = LIST_FIRST(&streams->open);
		LIST_REMOVE(stream, line);
		free(stream);
	}
	event_free(streams->heartbeat);
	free(streams);
}

size_t
streams_count(const struct streams *streams)
{
	return streams->count;
}

static void
forget(void *context)
{
	struct stream *stream = context;
	LIST_REMOVE(stream, line);
	stream->streams->count--;
	free(stream);
}

bool
streams_open(struct streams *streams, struct http_request *request)
{
	if (streams->count >= streams->max)
		return false;
	struct stream *stream = base_alloc(sizeof *stream);
	stream->streams = streams;
	stream->request = request;
	LIST_INSERT_HEAD(&streams->open, stream, line);
	streams->count++;
	http_add_field(request, "Cache-Control", "no-store");
	http_add_field(request, "X-Accel-Buffering", "no"); /* nginx holds a stream back otherwise */
	http_stream_open(request, 200, "text/event-stream; charset=utf-8", forget, stream);
	return true;
}

void
streams_tell(struct streams *streams, const char *event, const char *data)
{
	struct str bytes = {0};
	str_print(&bytes, "event: %s\ndata: %s\n\n", event, data);
	send_all(streams, &bytes);
	str_free(&bytes);
}
