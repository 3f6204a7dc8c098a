/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing in without a password: a mail with a link and a six-digit code. Opening the link shows a button, and only pressing it uses the link up,
 * for programs look at mails too; the code works in the browser that asked. Renewing a session's cookie, signing out.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/digest.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"
#include "page/place.h"

enum { MAIL_MAX = 254, CODE_LENGTH = 6, CODES = 1000000, SECRET_MAX = 100, FAMILY_LENGTH = 22 };
#define THIRTY_DAYS "2592000"
#define QUARTER_HOUR "900"

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

/* ---- cookies ---- */

static void
set_cookie(struct http_request *request, const char *name, const char *value, const char *max_age)
{
	bool is_secure = str_starts(name, "__Host-");
	http_add_field(request, "Set-Cookie", arena_print(http_arena(request), "%s=%s; Path=/; Max-Age=%s; HttpOnly; SameSite=Lax%s", name, value,
	    max_age, is_secure ? "; Secure" : ""));
}

/* Keeps the secret of an attempt in the browser that asked. */
static const char *
attempt_cookie(const struct http_request *request)
{
	return arena_print(http_arena(request), "%s-ask", request_session_cookie(request));
}

static const char *
attempt_secret(const struct http_request *request)
{
	const char *secret = request_cookie(request, attempt_cookie(request));
	return secret != NULL && strlen(secret) <= SECRET_MAX ? secret : "";
}

/* FAMILY.SECRET: the first part stays when the session is renewed, and forms are made for it; both are secret. */
static const char *
new_session(struct http_request *request, const char *old)
{
	char family[DIGEST_TOKEN_SIZE], secret[DIGEST_TOKEN_SIZE];
	digest_random_token(family);
	digest_random_token(secret);
	if (old != NULL)
		return arena_print(http_arena(request), "%.*s.%s", (int)strcspn(old, "."), old, secret);
	return arena_print(http_arena(request), "%.*s.%s", FAMILY_LENGTH, family, secret);
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

/* What begins a session, whichever grant it comes of. */
static void
put_session(struct http_request *request, struct json_writer *writer)
{
	const char *session = new_session(request, NULL);
	request_keep(request, arena_text(http_arena(request), session));
	put_hash(writer, "session", session);
	json_put_text(writer, "device", device_of(request));
}

bool
page_ask_signing_in(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *code = request_form(request, "code");
	struct json_writer writer = {.out = &ret_ask->input};
	if (request_session_cookie(request) == NULL)
		return refuse_insecure(request, ret_ask);
	json_open_map(&writer, NULL);
	put_hash(&writer, "sha256", code != NULL ? code : "");
	put_session(request, &writer);
	json_close_map(&writer);
	return true;
}

static void
begin_session(struct http_request *request, const struct json *document)
{
	const char *language = json_as_text(json_get(document, "language"));
	set_cookie(request, request_session_cookie(request), request_kept(request), THIRTY_DAYS);
	/* The person's own language, unless this browser has chosen one. */
	if (request_cookie(request, "lang") == NULL && language != NULL)
		http_add_field(request, "Set-Cookie", arena_print(http_arena(request), "lang=%s; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", language));
	page_redirect(request, next_address(request_form(request, "next")));
}

void
page_answer_signing_in(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		begin_session(request, document);
}

/* ---- POST /sign-in/ask ---- */

/* The address as somebody typed it, without the blanks around it; NULL where no mail could go there. */
static const char *
mail_of(struct http_request *request)
{
	const char *typed = request_form(request, "mail");
	if (typed == NULL)
		return NULL;
	typed += strspn(typed, " \t");
	const char *mail = arena_copy(http_arena(request), typed, strcspn(typed, " \t")), *at = strchr(mail, '@');
	size_t rest = strlen(mail) + strspn(typed + strlen(mail), " \t");
	bool is_right = at != NULL && at != mail && strchr(at, '.') != NULL && typed[rest] == '\0' && strlen(mail) <= MAIL_MAX && strpbrk(mail, ",;<>\"\\()") == NULL;
	return is_right ? mail : NULL;
}

/* Who is counted as one: an address, of IPv6 the network of its first 64 bits, which one subscriber has whole. */
static void
put_client(struct http_request *request, struct json_writer *writer)
{
	unsigned char bytes[16];
	char hash[DIGEST_HEX_SIZE];
	const char *client = http_client(request);
	if (inet_pton(AF_INET6, client, bytes) == 1)
		digest_sha256_hex(bytes, 8, hash);
	else
		digest_sha256_hex(client, strlen(client), hash);
	json_put_text(writer, "client", hash);
}

/* A code is short: what makes its hash worthless to a thief of the database is the secret, which only the browser has. */
static void
put_code_hash(struct http_request *request, struct json_writer *writer, const char *secret, const char *code)
{
	put_hash(writer, "code_sha256", arena_print(http_arena(request), "%s %s", secret, code));
}

static void
put_grant(struct http_request *request, struct json_writer *writer, const char *secret, const char *mail)
{
	char link[DIGEST_TOKEN_SIZE], code[CODE_LENGTH + 1];
	uint64_t number;
	digest_random_token(link);
	digest_random(&number, sizeof number);
	snprintf(code, sizeof code, "%06u", (unsigned)(number % CODES));
	json_put_text(writer, "mail", mail);
	put_hash(writer, "attempt", secret);
	json_put_text(writer, "code", code);
	put_code_hash(request, writer, secret, code);
	put_hash(writer, "link_sha256", link);
	json_put_text(writer, "url", arena_print(http_arena(request), "/sign-in?code=%s", link));
	put_client(request, writer);
}

bool
page_ask_sign_in_mail(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *mail = mail_of(request);
	char *secret = arena_take(http_arena(request), DIGEST_TOKEN_SIZE);
	struct json_writer writer = {.out = &ret_ask->input};
	if (request_session_cookie(request) == NULL)
		return refuse_insecure(request, ret_ask);
	if (mail == NULL)
		return ask_refuse(request, ret_ask, 422, "malformed-value", "mail", "Das ist keine Mailadresse; richtig ist zum Beispiel name@example.org.",
		    "This is no mail address; right is, for example, name@example.org.");
	digest_random_token(secret);
	request_keep(request, secret);
	json_open_map(&writer, NULL);
	put_grant(request, &writer, secret, mail);
	json_close_map(&writer);
	return true;
}

void
page_answer_sign_in_mail(struct http_request *request, const struct db_rows *rows)
{
	if (page_document(request, rows) == NULL)
		return;
	const char *next = place_escape(http_arena(request), next_address(request_form(request, "next")));
	set_cookie(request, attempt_cookie(request), request_kept(request), QUARTER_HOUR);
	page_redirect(request, arena_print(http_arena(request), "/sign-in/code?next=%s", next));
}

/* ---- /sign-in/code ---- */

static void
show_code_form(struct http_request *request, const struct json *document, int status, const char *next)
{
	struct page_view view;
	const char *title = json_as_text(json_get(document, "title")), *detail = json_as_text(json_get(document, "detail"));
	bool is_spent = str_equal(json_as_text(json_get(document, "type")), "/problems/sign-in-code-spent") ||
	    str_equal(json_as_text(json_get(document, "type")), "/problems/sign-in-link-spent");
	page_begin(document, &view, page_text(request, "sign_in.code_title"));
	json_put_bool(&view.writer, "is_wrong", status != 200);
	json_put_bool(&view.writer, "is_spent", is_spent);
	json_put_text(&view.writer, "wrong", status != 200 ? title : NULL);
	json_put_text(&view.writer, "why", status != 200 ? detail : NULL);
	json_put_text(&view.writer, "next", next_address(next));
	page_end(request, &view, status, "sign-in-code");
}

void
page_answer_sign_in_code(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		show_code_form(request, document, 200, parts_parameter(request, "next"));
}

bool
page_ask_signing_in_code(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *typed = request_form(request, "digits");
	char code[CODE_LENGTH + 1] = "";
	size_t length = 0;
	struct json_writer writer = {.out = &ret_ask->input};
	if (request_session_cookie(request) == NULL)
		return refuse_insecure(request, ret_ask);
	/* People type the blank that a mail program puts in the middle. */
	for (; typed != NULL && *typed != '\0' && length < CODE_LENGTH; typed++)
		if (*typed >= '0' && *typed <= '9')
			code[length++] = *typed;
	json_open_map(&writer, NULL);
	put_hash(&writer, "attempt", attempt_secret(request));
	put_code_hash(request, &writer, attempt_secret(request), code);
	put_session(request, &writer);
	json_close_map(&writer);
	return true;
}

void
page_answer_signing_in_code(struct http_request *request, const struct db_rows *rows)
{
	int status;
	const struct json *document = page_read(request, rows, &status);
	if (document == NULL || status == 200) {
		if (document != NULL)
			set_cookie(request, attempt_cookie(request), "", "0");
		page_answer_signing_in(request, rows);
		return;
	}
	show_code_form(request, document, status, request_form(request, "next"));
}

/* ---- GET /sign-in/renew ---- */

bool
page_ask_renew(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *name = request_session_cookie(request), *old = name == NULL ? NULL : request_cookie(request, name);
	const char *session = new_session(request, old);
	struct json_writer writer = {.out = &ret_ask->input};
	request_keep(request, arena_text(http_arena(request), session));
	json_open_map(&writer, NULL);
	put_hash(&writer, "session", session);
	json_close_map(&writer);
	return true;
}

/* A cookie that was renewed meanwhile, by another tab, stays: the page that follows came with the new one or comes within the minute. */
void
page_answer_renew(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	if (json_as_bool(json_get(document, "is_renewed")) && request_session_cookie(request) != NULL)
		set_cookie(request, request_session_cookie(request), request_kept(request), THIRTY_DAYS);
	page_redirect(request, next_address(parts_parameter(request, "next")));
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
		set_cookie(request, request_session_cookie(request), "", "0");
	page_redirect(request, "/");
}
