/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person/token.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"

enum { NAME_MAX = 200, SCOPES_MAX = 4, ID_DIGITS = 18 };

static const struct ask_member members[] = {
	{"name", ASK_TEXT, 1, NAME_MAX, false}, {"scopes", ASK_LIST, 1, SCOPES_MAX, false}, {"expires", ASK_TEXT, 10, 10, true}, {"dry_run", ASK_BOOL, 0, 0, false}, {0}};

static const struct ask_member end_members[] = {{"dry_run", ASK_BOOL, 0, 0, false}, {0}};

static bool
has_scopes(struct http_request *request, struct ask *ask, const struct json *scopes)
{
	if (scopes == NULL)
		return ask_refuse(request, ask, 422, "missing-member", "/scopes", "„scopes“ fehlt: was das Token darf, zum Beispiel [\"read\"].",
		    "\"scopes\" is missing: what the token may, for example [\"read\"].");
	for (size_t i = 0; i < json_size(scopes); i++)
		if (json_as_text(json_at(scopes, i)) == NULL)
			return ask_refuse(request, ask, 422, "malformed-value", arena_print(http_arena(request), "/scopes/%zu", i),
			    "Es gibt \"read\", \"write\", \"feed\" und \"calendar\".", "There are \"read\", \"write\", \"feed\" and \"calendar\".");
	return true;
}

/* A day is good until its end, in UTC. */
static bool
put_expiry(struct http_request *request, struct ask *ask, struct json_writer *writer, const char *day)
{
	char text[WHEN_TEXT_SIZE];
	int64_t days;
	if (day == NULL)
		return true;
	if (!when_parse_date(day, &days))
		return ask_refuse(request, ask, 422, "malformed-value", "/expires", "„%s“ ist kein Tag, wie 2027-01-31 einer ist.",
		    "\"%s\" is no day, as 2027-01-31 is one.", day);
	when_print((days + 1) * 86400, text);
	json_put_text(writer, "expires", text);
	return true;
}

bool
token_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const struct json *body = request_json(request);
	char *token = arena_take(http_arena(request), DIGEST_TOKEN_SIZE), hash[DIGEST_HEX_SIZE];
	struct json_writer writer = {.out = &ret_ask->input};
	if (!ask_knows(request, ret_ask, body, "", members) || !has_scopes(request, ret_ask, json_get(body, "scopes")))
		return false;
	if (json_as_text(json_get(body, "name")) == NULL)
		return ask_refuse(request, ret_ask, 422, "missing-member", "/name", "„name“ fehlt: wofür das Token ist.", "\"name\" is missing: what the token is for.");
	digest_random_token(token);
	digest_sha256_hex(token, strlen(token), hash);
	request_keep(request, token);
	json_open_map(&writer, NULL);
	json_put_value(&writer, "name", json_get(body, "name"));
	json_put_value(&writer, "scopes", json_get(body, "scopes"));
	json_put_text(&writer, "sha256", hash);
	json_put_bool(&writer, "dry_run", request_is_dry_run(request));
	bool is_right = put_expiry(request, ret_ask, &writer, json_as_text(json_get(body, "expires")));
	json_close_map(&writer);
	return is_right;
}

static bool
put_end(struct http_request *request, struct ask *ask, const char *also)
{
	const char *id = route_parameter(request, "id");
	struct json_writer writer = {.out = &ask->input};
	size_t digits = strspn(id, "0123456789");
	bool is_number = digits > 0 && digits <= ID_DIGITS && id[digits] == '\0';
	if (!is_number && !str_equal(id, also))
		return ask_refuse(request, ask, 404, "not-found", NULL, "„%s“ ist keine Nummer aus der Liste.", "\"%s\" is no number of the list.", id);
	if (!ask_knows(request, ask, request_json(request), "", end_members))
		return false;
	json_open_map(&writer, NULL);
	json_put_text(&writer, "id", id);
	json_put_bool(&writer, "dry_run", request_is_dry_run(request));
	json_close_map(&writer);
	return true;
}

bool
token_ask_end(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	return put_end(request, ret_ask, NULL);
}

bool
session_ask_end(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	return put_end(request, ret_ask, "others");
}

void
token_answer_made(struct http_request *request, const struct db_rows *rows)
{
	const char *error;
	const struct json *document = json_read(http_arena(request), db_text(rows, 0, "body"), db_length(rows, 0, "body"), &error);
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	if (db_number(rows, 0, "status") != 201) {
		answer_reply(request, rows);
		return;
	}
	json_open_map(&writer, NULL);
	for (size_t i = 0; i < json_size(document); i++)
		json_put_value(&writer, json_name_at(document, i), json_value_at(document, i));
	json_put_text(&writer, "token", request_kept(request));
	json_close_map(&writer);
	http_add_field(request, "Cache-Control", "no-store");
	http_add_field(request, "Location", db_text(rows, 0, "location"));
	http_reply(request, 201, "application/json", str_text(&text), text.length);
	str_free(&text);
}
