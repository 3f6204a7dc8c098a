/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in by a link that works once: opening it shows a button, pressing the button uses it up. Signing out. */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/digest.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/page.h"
#include "page/pages.h"

static bool
refuse_insecure(struct http_request *request, struct ask *ret_ask)
{
	return ask_refuse(request, ret_ask, 403, "sign-in-insecure", NULL, "Anmelden geht nur über https: sonst könnten andere die Sitzung mitlesen.",
	    "Signing in works over https only: otherwise others could read the session.");
}

static void
put_hash(struct json_writer *writer, const char *name, const char *secret)
{
	char hash[DIGEST_HEX_SIZE];
	digest_sha256_hex(secret, strlen(secret), hash);
	json_put_text(writer, name, hash);
}

static const char *
next_address(const char *wanted)
{
	return page_is_local(wanted) ? wanted : "/";
}

/* ---- GET /sign-in ---- */

bool
page_ask_sign_in(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *code = http_parameter(request, "code");
	struct json_writer writer = {.out = &ret_ask->input};
	if (request_session_cookie(request) == NULL)
		return refuse_insecure(request, ret_ask);
	json_open_map(&writer, NULL);
	put_hash(&writer, "sha256", code != NULL ? code : "");
	json_close_map(&writer);
	return true;
}

void
page_answer_sign_in(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	const char *code = http_parameter(request, "code");
	struct page_view view;
	if (document == NULL)
		return;
	bool is_live = str_equal(json_as_text(json_get(document, "link")), "live");
	page_begin(document, &view, page_text(request, "sign_in.title"));
	json_put_bool(&view.writer, "is_live", is_live);
	json_put_bool(&view.writer, "is_dead", code != NULL && !is_live);
	json_put_text(&view.writer, "code", is_live ? code : NULL);
	json_put_text(&view.writer, "next", next_address(http_parameter(request, "next")));
	if (is_live)
		json_put_text(&view.writer, "as", page_say(request, "sign_in.as", "name", json_as_text(json_get(document, "name")), NULL));
	page_end(request, &view, 200, "sign-in");
}

/* ---- POST /sign-in ---- */

static const char *
device_of(const struct http_request *request)
{
	const char *agent = http_field(request, "user-agent");
	if (agent == NULL)
		return "";
	return strcasestr(agent, "mobi") != NULL ? "phone" : "desk";
}

bool
page_ask_signing_in(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *code = request_form(request, "code");
	char *session = arena_take(http_arena(request), DIGEST_TOKEN_SIZE);
	struct json_writer writer = {.out = &ret_ask->input};
	if (request_session_cookie(request) == NULL)
		return refuse_insecure(request, ret_ask);
	digest_random_token(session);
	request_keep(request, session);
	json_open_map(&writer, NULL);
	put_hash(&writer, "sha256", code != NULL ? code : "");
	put_hash(&writer, "session", session);
	json_put_text(&writer, "device", device_of(request));
	json_close_map(&writer);
	return true;
}

static void
set_cookie(struct http_request *request, const char *value, const char *max_age)
{
	const char *name = request_session_cookie(request);
	bool is_secure = str_starts(name, "__Host-");
	http_add_field(request, "Set-Cookie", arena_print(http_arena(request), "%s=%s; Path=/; Max-Age=%s; HttpOnly; SameSite=Lax%s", name, value,
	    max_age, is_secure ? "; Secure" : ""));
}

void
page_answer_signing_in(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	const char *language = json_as_text(json_get(document, "language"));
	set_cookie(request, request_kept(request), "2592000");
	/* The person's own language, unless this browser has chosen one. */
	if (request_cookie(request, "lang") == NULL && language != NULL)
		http_add_field(request, "Set-Cookie", arena_print(http_arena(request), "lang=%s; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", language));
	page_redirect(request, next_address(request_form(request, "next")));
}

/* ---- POST /sign-out ---- */

bool
page_ask_sign_out(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)request;
	(void)looked;
	str_put(&ret_ask->input, "{}");
	return true;
}

void
page_answer_sign_out(struct http_request *request, const struct db_rows *rows)
{
	if (page_document(request, rows) == NULL)
		return;
	if (request_session_cookie(request) != NULL)
		set_cookie(request, "", "0");
	page_redirect(request, "/");
}
