/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/subscriptions.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"
#include "dispatch.h"
#include "feed/feed.h"
#include "http/http.h"

enum { NAME_MAX_BYTES = 200, SLUG_MAX = 100 };

static const struct ask_member members[] = {
	{"name", ASK_TEXT, 1, NAME_MAX_BYTES, false}, {"of", ASK_TEXT, 1, 20, false}, {"hub", ASK_TEXT, 1, SLUG_MAX, false},
	{"organisation", ASK_TEXT, 1, SLUG_MAX, false}, {"team", ASK_TEXT, 1, SLUG_MAX, false}, {"dry_run", ASK_BOOL, 0, 0, false}, {0}};
static const struct ask_member act_members[] = {{"dry_run", ASK_BOOL, 0, 0, false}, {0}};
/* Of what an address can be; the first needs no name, and the first two are found by the token alone. */
static const char *const subjects[] = {"mine", "hub", "organisation", "team"};
enum { SUBJECTS = sizeof subjects / sizeof subjects[0] };

static size_t
find_subject(const char *of)
{
	size_t at = 0;
	while (at < SUBJECTS && !str_equal(subjects[at], of))
		at++;
	return at;
}

bool
feed_ask_add(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const struct json *body = request_json(request);
	const char *of = json_get(body, "of") == NULL ? "mine" : json_as_text(json_get(body, "of"));
	char *token = arena_take(http_arena(request), DIGEST_TOKEN_SIZE), hash[DIGEST_HEX_SIZE];
	struct json_writer writer = {.out = &ret_ask->input};
	if (!ask_knows(request, ret_ask, body, "", members))
		return false;
	if (json_get(body, "name") == NULL)
		return ask_refuse(request, ret_ask, 422, "missing-member", "/name", "Es fehlt „name“: wo abonniert wird, zum Beispiel \"Handy\".",
		    "\"name\" is missing: where it is subscribed to, for example \"phone\".");
	size_t subject = find_subject(of);
	if (subject == SUBJECTS)
		return ask_refuse(request, ret_ask, 422, "malformed-value", "/of", "„of“ ist mine, hub, organisation oder team.",
		    "\"of\" is mine, hub, organisation or team.");
	if (subject > 0 && json_get(body, of) == NULL)
		return ask_refuse(request, ret_ask, 422, "missing-member", arena_print(http_arena(request), "/%s", of),
		    "Es fehlt „%s“: wovon.", "\"%s\" is missing: of which.", of);
	digest_random_token(token);
	digest_sha256_hex(token, strlen(token), hash);
	request_keep(request, token);
	json_open_map(&writer, NULL);
	json_put_value(&writer, "name", json_get(body, "name"));
	json_put_text(&writer, "of", of);
	if (subject > 0)
		json_put_value(&writer, of, json_get(body, of));
	json_put_text(&writer, "sha256", hash);
	json_put_bool(&writer, "dry_run", request_is_dry_run(request));
	json_close_map(&writer);
	return true;
}

/* The only answer that ever says the address. */
void
feed_answer_add(struct http_request *request, const struct db_rows *rows)
{
	struct arena *arena = http_arena(request);
	const char *error, *token = request_kept(request), *text = db_text(rows, 0, "body");
	if (db_number(rows, 0, "status") != 201 || request_is_dry_run(request)) {
		answer_reply(request, rows);
		return;
	}
	const struct json *document = json_read(arena, text, strlen(text), &error);
	const char *of = json_as_text(json_get(document, "of")), *named = json_as_text(json_get(document, of));
	struct str out = {0}, address = {0};
	struct json_writer writer = {.out = &out};
	json_open_map(&writer, NULL);
	for (size_t i = 0; i < json_size(document); i++)
		json_put_value(&writer, json_name_at(document, i), json_value_at(document, i));
	str_put(&address, feed_public_url(request_tied(request, "feed")));
	if (find_subject(of) < 2)
		str_print(&address, "/feeds/private/%s.ics", token);
	else
		str_print(&address, "/feeds/%s/%s.ics?key=%s", of, named, token);
	json_put_text(&writer, "address", str_text(&address));
	json_close_map(&writer);
	http_add_field(request, "Cache-Control", "no-store");
	http_add_field(request, "Location", db_text(rows, 0, "location"));
	http_reply(request, 201, "application/json", out.bytes, out.length);
	str_free(&out);
	str_free(&address);
}

bool
feed_ask_revoke(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	int64_t id;
	const char *text = route_parameter(request, "id");
	struct json_writer writer = {.out = &ret_ask->input};
	if (!str_number(text, 1, INT64_MAX, &id))
		return ask_refuse(request, ret_ask, 404, "not-found", NULL, "Es gibt keine Adresse „%s“.", "There is no address \"%s\".", text);
	if (!ask_knows(request, ret_ask, request_json(request), "", act_members))
		return false;
	json_open_map(&writer, NULL);
	json_put_integer(&writer, "id", id);
	json_put_bool(&writer, "dry_run", request_is_dry_run(request));
	json_close_map(&writer);
	return true;
}
