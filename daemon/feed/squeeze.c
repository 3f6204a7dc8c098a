/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/squeeze.h"

#include <stdlib.h>

#include <event2/event.h>

#include "base/arena.h"
#include "feed/shelf.h"
#include "http/http.h"

enum { SLICE_BYTES = 128 * 1024 };

struct feed_squeeze {
	struct feed *feed;
	struct http_bytes *plain;
	struct http_gzip *gzip;
	struct event *turn;
	void (*done)(void *context, struct feed *feed, struct http_bytes *plain, struct http_bytes *gzip);
	void *context;
};

void
feed_squeeze_abandon(struct feed_squeeze *squeeze)
{
	if (squeeze == NULL)
		return;
	http_gzip_free(squeeze->gzip);
	http_bytes_unref(squeeze->plain);
	event_free(squeeze->turn);
	free(squeeze);
}

static void
step(evutil_socket_t none, short what, void *context)
{
	struct feed_squeeze *squeeze = context;
	(void)none;
	(void)what;
	if (!http_gzip_step(squeeze->gzip, SLICE_BYTES)) {
		event_add(squeeze->turn, &(struct timeval){0});
		return;
	}
	struct http_bytes *gzip = http_gzip_done(squeeze->gzip);
	squeeze->gzip = NULL;
	squeeze->feed->squeeze = NULL;
	squeeze->done(squeeze->context, squeeze->feed, squeeze->plain, gzip);
	http_bytes_unref(gzip);
	feed_squeeze_abandon(squeeze);
}

void
feed_squeeze_start(struct event_base *base, struct feed *feed,
    void (*done)(void *context, struct feed *feed, struct http_bytes *plain, struct http_bytes *gzip), void *context)
{
	struct feed_squeeze *squeeze = base_alloc(sizeof *squeeze);
	squeeze->feed = feed;
	squeeze->plain = http_bytes_ref(feed->body.plain);
	squeeze->gzip = http_gzip_new(squeeze->plain);
	squeeze->turn = event_new(base, -1, 0, step, squeeze);
	squeeze->done = done;
	squeeze->context = context;
	if (squeeze->turn == NULL || event_add(squeeze->turn, &(struct timeval){0}) != 0)
		abort();
	feed->squeeze = squeeze;
}
