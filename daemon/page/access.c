/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /me/access: where one is signed in, and one's tokens for programs: named, shown once, ended at once. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/booking_form.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"

enum { NAME_MAX_BYTES = 200 };

/* What a token may: the choices of the form, and the texts access.may_… that explain them. */
static const char *const scopes[] = {"read", "write", "calendar", "feed"};
enum { SCOPES = sizeof scopes / sizeof scopes[0] };

static void
put_crumbs(struct http_request *request, struct json_writer *writer)
{
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, page_text(request, "my.title"), "/me");
	parts_put_crumb(writer, page_text(request, "access.title"), NULL);
	json_close_list(writer);
}

/* "Heute, 14:03", or NULL where it never was. */
static const char *
moment_of(struct http_request *request, const struct json *item, const char *name)
{
	const char *instant = json_as_text(json_get(item, name));
	return instant == NULL ? NULL : parts_say_moment(request, instant);
}

static const char *
id_of(struct http_request *request, const struct json *item)
{
	return arena_print(http_arena(request), "%lld", (long long)json_as_integer(json_get(item, "id")));
}

/* ---- GET /me/access ---- */

static void
put_sessions(struct http_request *request, struct json_writer *writer, const struct json *sessions)
{
	json_put_bool(writer, "has_others", json_size(sessions) > 1);
	json_open_list(writer, "sessions");
	for (size_t i = 0; i < json_size(sessions); i++) {
		const struct json *session = json_at(sessions, i);
		const char *device = json_as_text(json_get(session, "device"));
		json_open_map(writer, NULL);
		json_put_text(writer, "id", id_of(request, session));
		json_put_text(writer, "device", page_text(request, str_equal(device, "phone") ? "access.phone" : str_equal(device, "desk") ? "access.desk" : "access.device"));
		json_put_text(writer, "created", moment_of(request, session, "created"));
		json_put_text(writer, "used", moment_of(request, session, "used"));
		json_put_bool(writer, "is_this", json_as_bool(json_get(session, "is_this")));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static const char *
scopes_in_words(struct http_request *request, const struct json *token)
{
	struct str out = {0};
	const struct json *list = json_get(token, "scopes");
	for (size_t i = 0; i < json_size(list); i++)
		str_print(&out, "%s%s", i > 0 ? ", " : "", page_text(request, arena_print(http_arena(request), "access.short_%s", json_as_text(json_at(list, i)))));
	const char *words = arena_copy(http_arena(request), str_text(&out), out.length);
	str_free(&out);
	return words;
}

static void
put_tokens(struct http_request *request, struct json_writer *writer, const struct json *tokens)
{
	json_put_bool(writer, "has_tokens", json_size(tokens) > 0);
	json_open_list(writer, "tokens");
	for (size_t i = 0; i < json_size(tokens); i++) {
		const struct json *token = json_at(tokens, i);
		json_open_map(writer, NULL);
		json_put_text(writer, "id", id_of(request, token));
		json_put_value(writer, "name", json_get(token, "name"));
		json_put_text(writer, "may", scopes_in_words(request, token));
		json_put_text(writer, "created", moment_of(request, token, "created"));
		json_put_text(writer, "used", moment_of(request, token, "used"));
		json_put_text(writer, "expires", moment_of(request, token, "expires"));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_choices(struct http_request *request, struct json_writer *writer)
{
	json_open_list(writer, "choices");
	for (size_t i = 0; i < SCOPES; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "scope", scopes[i]);
		json_put_text(writer, "what", page_text(request, arena_print(http_arena(request), "access.may_%s", scopes[i])));
		json_put_bool(writer, "is_chosen", i == 0);
		json_close_map(writer);
	}
	json_close_list(writer);
}

void
page_answer_access(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, page_text(request, "access.title"));
	put_crumbs(request, &view.writer);
	json_put_bool(&view.writer, "is_done", parts_parameter(request, "done") != NULL);
	put_sessions(request, &view.writer, json_get(document, "sessions"));
	put_tokens(request, &view.writer, json_get(document, "tokens"));
	put_choices(request, &view.writer);
	page_end(request, &view, 200, "access");
}

/* ---- POST /me/access/tokens ---- */

bool
page_ask_token_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *name = request_form(request, "name"), *scope;
	char *token = arena_take(http_arena(request), DIGEST_TOKEN_SIZE), hash[DIGEST_HEX_SIZE];
	struct json_writer writer = {.out = &ret_ask->input};
	if (name == NULL || *name == '\0' || strlen(name) > NAME_MAX_BYTES)
		return ask_refuse(request, ret_ask, 422, "malformed-value", "name", "Das Token braucht einen Namen von höchstens %d Zeichen: wofür es ist.",
		    "The token needs a name of at most %d characters: what it is for.", (int)NAME_MAX_BYTES);
	digest_random_token(token);
	digest_sha256_hex(token, strlen(token), hash);
	request_keep(request, token);
	json_open_map(&writer, NULL);
	json_put_text(&writer, "name", name);
	json_put_text(&writer, "sha256", hash);
	json_open_list(&writer, "scopes");
	for (size_t i = 0; (scope = request_form_at(request, "scope", i)) != NULL; i++)
		json_put_text(&writer, NULL, scope);
	json_close_list(&writer);
	json_close_map(&writer);
	return true;
}

/* The only page that ever shows the token: the answer to the form, so that no address leads to it. */
void
page_answer_token_made(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, page_text(request, "access.made_title"));
	view.has_secret = true;
	put_crumbs(request, &view.writer);
	json_put_value(&view.writer, "name", json_get(document, "name"));
	json_put_text(&view.writer, "may", scopes_in_words(request, document));
	json_put_text(&view.writer, "token", request_kept(request));
	page_end(request, &view, 200, "access-token");
}

/* ---- ending ---- */

bool
page_ask_session_end(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	if (!str_equal(route_parameter(request, "id"), "others"))
		return page_ask_my_booking(request, looked, ret_ask);
	str_put(&ret_ask->input, "{\"id\": \"others\"}");
	return true;
}

void
page_answer_access_ended(struct http_request *request, const struct db_rows *rows)
{
	if (page_document(request, rows) != NULL)
		page_redirect(request, "/me/access?done=1");
}
