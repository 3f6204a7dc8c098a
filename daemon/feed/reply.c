/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/reply.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "dispatch.h"
#include "feed/key.h"
#include "feed/render.h"
#include "feed/shelf.h"
#include "http/http.h"

enum { YOUNG_SECONDS = 30 };

static const char prefix[] = "/feeds/";

void
feed_reply_none(struct http_request *request)
{
	answer_problem(request, 404, "not-found",
	    "Diesen Kalender gibt es nicht. Die Adresse eines Kalenders endet auf .ics, .atom oder .json: /feeds/all.ics, /feeds/hub/NAME.ics.",
	    "There is no such calendar. A calendar's address ends in .ics, .atom or .json: /feeds/all.ics, /feeds/hub/NAME.ics.");
}

static void
refuse_window(struct http_request *request, const char *which)
{
	struct arena *arena = http_arena(request);
	const char *value = http_parameter(request, which);
	answer_problem(request, 422, "malformed-value",
	    arena_print(arena, "%s=%s geht nicht: from und to sind Tage wie 2026-03-01, to nicht vor from und höchstens %d Jahre danach.",
	        which, value == NULL ? "" : value, FEED_YEARS_MAX),
	    arena_print(arena, "%s=%s is not possible: from and to are days like 2026-03-01, to not before from and at most %d years after it.",
	        which, value == NULL ? "" : value, FEED_YEARS_MAX));
}

bool
feed_reply_read(struct http_request *request, struct feed_key *ret_key)
{
	const char *path = http_path(request), *wrong = NULL;
	if (!request_has_clear_parameters(request))
		return false;
	struct feed_query query = {
		.from = http_parameter(request, "from"), .to = http_parameter(request, "to"), .token = http_parameter(request, "key"),
		.is_english = str_equal(http_parameter(request, "lang"), "en"),
	};
	path = http_decode(http_arena(request), path, strlen(path), false);
	bool is_feed = path != NULL && str_starts(path, prefix) &&
	    feed_key_read(http_arena(request), path + strlen(prefix), &query, ret_key, &wrong);
	if (is_feed && wrong == NULL)
		return true;
	if (is_feed)
		refuse_window(request, wrong);
	else
		feed_reply_none(request);
	return false;
}

bool
feed_reply_wants_gzip(struct http_request *request)
{
	return !str_equal(http_parameter(request, "gzip"), "no") && http_accepts_gzip(request);
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t
feed_modified(struct feed_body *body, const struct feed_moment *moment, bool *ret_is_settled)
{
	*ret_is_settled = false;
	if (moment == NULL)
		return body->modified;
	/* The window moves at midnight, without a change. */
	*ret_is_settled = body->revised + YOUNG_SECONDS <= moment->present && body->xid < moment->oldest;
	body->modified = larger(body->modified, larger(body->revised - !*ret_is_settled, body->midnight));
	return body->modified;
}

static void
add_date(struct http_request *request, const char *name, int64_t instant)
{
	char text[WHEN_TEXT_SIZE];
	when_print_http(instant, text);
	http_add_field(request, name, text);
}

static void
add_staleness(struct http_request *request, const struct feed_body *body)
{
	char since[WHEN_TEXT_SIZE];
	when_print(body->good_at, since);
	http_add_field(request, "X-Hubd-Stale", since);
}

void
feed_reply_body(struct http_request *request, struct feed *feed, const struct feed_moment *moment, bool has_gzip)
{
	struct feed_body *body = &feed->body;
	bool is_settled, may_gzip = has_gzip && !str_equal(http_parameter(request, "gzip"), "no");
	int64_t modified = feed_modified(body, moment, &is_settled);
	http_add_field(request, "Cache-Control", feed->key.secret != NULL ? "private, max-age=900" : "public, max-age=900");
	http_add_field(request, "Content-Disposition", feed->disposition);
	if (!is_settled)
		add_date(request, "Last-Modified", modified < when_now() ? modified : when_now());
	if (moment == NULL)
		add_staleness(request, body);
	http_reply_entity(request, 200, &(struct http_entity){
		.type = feed_form(feed->key.format)->type,
		.plain = body->plain,
		.gzip = may_gzip ? body->gzip : NULL,
		.etag = body->etag,
		.gzip_etag = may_gzip ? body->gzip_etag : NULL,
		.last_modified = is_settled ? modified : 0,
	});
}
