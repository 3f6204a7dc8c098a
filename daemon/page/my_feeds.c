/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private addresses of one's calendar: named, shown once, revoked at once. */
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/booking_form.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"
#include "page/place.h"

enum { NAME_MAX_BYTES = 200 };

static void
put_crumbs(struct http_request *request, struct json_writer *writer)
{
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, page_text(request, "my.title"), "/me");
	parts_put_crumb(writer, page_text(request, "feeds.title"), NULL);
	json_close_list(writer);
}

/* ---- GET /me/feeds ---- */

/* Whether the subscriber has the newest version, in words. */
static const char *
version_of(struct http_request *request, const struct json *feed)
{
	const struct json *behind = json_get(feed, "behind");
	if (json_kind(behind) != JSON_IS_INTEGER)
		return NULL;
	long long count = (long long)json_as_integer(behind);
	if (count == 0)
		return page_text(request, "feeds.newest");
	return arena_print(http_arena(request), "%lld %s", count, page_text(request, count == 1 ? "feeds.behind_one" : "feeds.behind"));
}

static void
put_feed(struct http_request *request, struct json_writer *writer, const struct json *feed)
{
	const char *fetched = json_as_text(json_get(feed, "fetched"));
	json_open_map(writer, NULL);
	json_put_text(writer, "id", arena_print(http_arena(request), "%lld", (long long)json_as_integer(json_get(feed, "id"))));
	json_put_value(writer, "name", json_get(feed, "name"));
	json_put_value(writer, "of", json_get(feed, "title"));
	json_put_text(writer, "created", parts_say_moment(request, json_as_text(json_get(feed, "created"))));
	json_put_text(writer, "used", fetched != NULL ? parts_say_moment(request, fetched) : NULL);
	json_put_text(writer, "version", version_of(request, feed));
	json_close_map(writer);
}

static void
put_choice(struct http_request *request, struct json_writer *writer, const struct json *choice)
{
	const char *subject = json_as_text(json_get(choice, "subject"));
	json_open_map(writer, NULL);
	json_put_value(writer, "of", json_get(choice, "of"));
	json_put_value(writer, "title", json_get(choice, "title"));
	json_put_text(writer, "kind", str_equal(subject, "mine") ? NULL : page_text(request, arena_print(http_arena(request), "feeds.of_%s", subject)));
	json_close_map(writer);
}

void
page_answer_my_feeds(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const struct json *feeds = json_get(document, "feeds"), *choices = json_get(document, "choices");
	page_begin(document, &view, page_text(request, "feeds.title"));
	put_crumbs(request, &view.writer);
	json_put_bool(&view.writer, "is_revoked_now", str_equal(parts_parameter(request, "done"), "revoked"));
	json_put_bool(&view.writer, "has_addresses", json_size(feeds) > 0);
	json_open_list(&view.writer, "addresses");
	for (size_t i = 0; i < json_size(feeds); i++)
		put_feed(request, &view.writer, json_at(feeds, i));
	json_close_list(&view.writer);
	json_open_list(&view.writer, "choices");
	for (size_t i = 0; i < json_size(choices); i++)
		put_choice(request, &view.writer, json_at(choices, i));
	json_close_list(&view.writer);
	page_end(request, &view, 200, "my-feeds");
}

/* ---- POST /me/feeds ---- */

bool
page_ask_feed_add(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *name = request_form(request, "name");
	char *token = arena_take(http_arena(request), DIGEST_TOKEN_SIZE), hash[DIGEST_HEX_SIZE];
	struct json_writer writer = {.out = &ret_ask->input};
	if (name == NULL || *name == '\0' || strlen(name) > NAME_MAX_BYTES)
		return ask_refuse(request, ret_ask, 422, "malformed-value", "name", "Die Adresse braucht einen Namen von höchstens %d Zeichen: wo Sie abonnieren.",
		    "The address needs a name of at most %d characters: where you subscribe.", (int)NAME_MAX_BYTES);
	digest_random_token(token);
	digest_sha256_hex(token, strlen(token), hash);
	request_keep(request, token);
	json_open_map(&writer, NULL);
	json_put_text(&writer, "name", name);
	json_put_text(&writer, "of", request_form(request, "of"));
	json_put_text(&writer, "sha256", hash);
	json_close_map(&writer);
	return true;
}

/* What belongs to the person alone or to a hub is found by the token; an organisation's and a team's address names it. */
static const char *
address_of(struct http_request *request, const struct json *document)
{
	struct arena *arena = http_arena(request);
	const char *of = json_as_text(json_get(document, "of")), *token = request_kept(request);
	if (str_equal(of, "organisation") || str_equal(of, "team"))
		return arena_print(arena, "/feeds/%s/%s.ics?key=%s", of, json_as_text(json_get(document, of)), token);
	return arena_print(arena, "/feeds/private/%s.ics", token);
}

/* The only page that ever shows the address; it is the answer to the form, so that no other address leads to it. */
void
page_answer_feed_add(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const char *path = address_of(request, document);
	page_begin(document, &view, page_text(request, "feeds.new_title"));
	put_crumbs(request, &view.writer);
	json_put_value(&view.writer, "name", json_get(document, "name"));
	place_put_subscribe(request, &view.writer, path, json_as_text(json_get(document, "title")), path);
	page_end(request, &view, 200, "my-feed-new");
}

/* ---- POST /me/feeds/{id}/revoke ---- */

void
page_answer_feed_revoke(struct http_request *request, const struct db_rows *rows)
{
	if (page_document(request, rows) != NULL)
		page_redirect(request, "/me/feeds?done=revoked");
}
