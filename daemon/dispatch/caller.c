/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch/caller.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "dispatch/cookie.h"
#include "http/http.h"

enum { TOKEN_MAX = 512, KEY_MAX = 200, MAIL_MAX = 254 };

/* RFC 6750 2.1: b64token; ours are base64url. */
static bool
is_token(const char *text)
{
	size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");
	length += strspn(text + length, "=");
	return length > 0 && length <= TOKEN_MAX && text[length] == '\0';
}

/* What stands behind "scheme " in a field, or NULL when it names another scheme. */
static const char *
after_scheme(const char *field, const char *scheme)
{
	size_t length = strlen(scheme);
	if (strncasecmp(field, scheme, length) != 0 || field[length] != ' ')
		return NULL;
	return field + length + strspn(field + length, " ");
}

static const char *
basic_password(struct arena *arena, const char *encoded)
{
	unsigned char bytes[2 * TOKEN_MAX];
	long length = digest_base64_decode(encoded, strlen(encoded), bytes, sizeof bytes - 1);
	if (length < 0 || memchr(bytes, '\0', (size_t)length) != NULL)
		return NULL;
	char *pair = arena_copy(arena, bytes, (size_t)length);
	char *colon = strchr(pair, ':');
	return colon != NULL && is_token(colon + 1) ? colon + 1 : NULL;
}

const char *
caller_parse_authorization(struct arena *arena, const char *field)
{
	const char *rest = after_scheme(field, "Bearer");
	if (rest != NULL)
		return is_token(rest) ? rest : NULL;
	rest = after_scheme(field, "Basic");
	return rest != NULL ? basic_password(arena, rest) : NULL;
}

/* The quality of a language range: 1000 without ";q=", 0 where it is malformed. */
static int
quality(const char *parameters)
{
	const char *q = strstr(parameters, "q=");
	if (q == NULL)
		return 1000;
	double value = strtod(q + 2, NULL);
	return value > 0 && value <= 1 ? (int)(value * 1000) : 0;
}

static const char *
named_language(const char *name)
{
	if (name != NULL && strncasecmp(name, "en", 2) == 0)
		return "en";
	return name != NULL && strncasecmp(name, "de", 2) == 0 ? "de" : NULL;
}

const char *
caller_parse_language(const char *parameter, const char *cookie, const char *field)
{
	const char *chosen = named_language(parameter);
	chosen = chosen != NULL ? chosen : named_language(cookie);
	if (chosen != NULL)
		return chosen;
	int german = -1, english = -1, any = 0;
	while (field != NULL && *field != '\0') {
		field += strspn(field, ", \t");
		size_t length = strcspn(field, ",");
		char range[64] = {0};
		memcpy(range, field, length < sizeof range ? length : sizeof range - 1);
		size_t word = strcspn(range, "-; \t");
		if (word == 2 && strncasecmp(range, "de", 2) == 0 && quality(range) > german)
			german = quality(range);
		else if (word == 2 && strncasecmp(range, "en", 2) == 0 && quality(range) > english)
			english = quality(range);
		else if (word == 1 && *range == '*')
			any = quality(range);
		field += length;
	}
	german = german < 0 ? any : german;
	english = english < 0 ? any : english;
	return english > german ? "en" : "de";
}

const char *
caller_parse_tag(struct arena *arena, const char *field)
{
	if (str_equal(field, "*"))
		return field;
	bool is_weak = str_starts(field, "W/");
	const char *open = field + (is_weak ? 2 : 0);
	const char *close = *open == '"' ? strchr(open + 1, '"') : NULL;
	if (close == NULL || close[1] != '\0' || close - open > KEY_MAX)
		return NULL;
	const char *tag = arena_copy(arena, open + 1, (size_t)(close - open - 1));
	/* If-Match compares strongly (RFC 9110 13.1.1): a weak tag equals nothing, and a tag of ours has no slash. */
	return is_weak ? arena_print(arena, "W/%s", tag) : tag;
}

const char *
caller_parse_key(struct arena *arena, const char *field)
{
	size_t length = strlen(field);
	if (length >= 2 && field[0] == '"' && field[length - 1] == '"') {
		field++;
		length -= 2;
	}
	if (length == 0 || length > KEY_MAX)
		return NULL;
	for (size_t i = 0; i < length; i++)
		if (field[i] <= ' ' || field[i] >= 0x7f || field[i] == '"' || field[i] == '\\' || field[i] == ',')
			return NULL;
	return arena_copy(arena, field, length);
}

static bool
is_fault(struct caller_fault *ret_fault, int status, const char *problem, const char *de, const char *en)
{
	*ret_fault = (struct caller_fault){.status = status, .problem = problem, .detail_de = de, .detail_en = en};
	return false;
}

static const char *
hash_secret(struct http_request *request, const char *secret)
{
	char *hex = arena_take(http_arena(request), DIGEST_HEX_SIZE);
	digest_sha256_hex(secret, strlen(secret), hex);
	return hex;
}

static bool
read_authorization(struct http_request *request, struct caller *ret_caller, struct caller_fault *ret_fault)
{
	const char *field = http_field(request, "authorization");
	if (field == NULL)
		return true;
	const char *token = caller_parse_authorization(http_arena(request), field);
	if (token == NULL)
		return is_fault(ret_fault, 401, "malformed-authorization",
		    "Das Feld Authorization ist nicht lesbar; richtig ist: Authorization: Bearer TOKEN, oder Basic mit dem Token als Passwort.",
		    "The Authorization field cannot be read; right is: Authorization: Bearer TOKEN, or Basic with the token as password.");
	ret_caller->token = hash_secret(request, token);
	return true;
}

static bool
is_read(const struct http_request *request)
{
	return str_equal(http_method(request), "GET") || str_equal(http_method(request), "HEAD");
}

/* Nobody's address has a blank, and all have an at-sign inside; which of them is somebody's is SQL's to say. */
static bool
is_mail(const char *text)
{
	const char *at = strchr(text, '@');
	return at != NULL && at != text && at[1] != '\0' && strlen(text) <= MAIL_MAX && strpbrk(text, " \t,;<>\"") == NULL;
}

/* Like a cookie, the proxy's word comes along with whatever page a browser shows: what writes must come from our own. */
static void
read_proxy(struct http_request *request, const char *field, struct caller *ret_caller)
{
	const char *mail = field == NULL || *field == '\0' || !http_peer_is_trusted(request) ? NULL : http_field(request, field);
	if (ret_caller->token == NULL && mail != NULL && is_mail(mail) && str_is_utf8(mail, strlen(mail)) && (is_read(request) || origin_is_own(request)))
		ret_caller->proxy = mail;
}

static void
read_session(struct http_request *request, struct caller *ret_caller)
{
	const char *name = cookie_session_name(request), *cookie = name == NULL ? NULL : cookie_find(request, name);
	if (ret_caller->token == NULL && ret_caller->proxy == NULL && cookie != NULL && is_token(cookie) && (is_read(request) || origin_is_own(request)))
		ret_caller->session = hash_secret(request, cookie);
}

const char *
caller_hash_request(struct http_request *request)
{
	size_t length;
	const char *body = http_body(request, &length);
	char *hex = arena_take(http_arena(request), DIGEST_HEX_SIZE);
	struct digest *digest = digest_new();
	digest_add(digest, http_method(request), strlen(http_method(request)));
	digest_add(digest, "\n", 1);
	digest_add(digest, http_path(request), strlen(http_path(request)));
	digest_add(digest, "\n", 1);
	digest_add(digest, body, length);
	digest_end(digest, hex);
	return hex;
}

static bool
read_key(struct http_request *request, struct caller *ret_caller, struct caller_fault *ret_fault)
{
	const char *field = http_field(request, "idempotency-key");
	if (field == NULL)
		return true;
	ret_caller->key = caller_parse_key(http_arena(request), field);
	if (ret_caller->key == NULL)
		return is_fault(ret_fault, 400, "malformed-idempotency-key",
		    "Idempotency-Key muss aus 1 bis 200 sichtbaren ASCII-Zeichen ohne Komma bestehen, zum Beispiel eine UUID.",
		    "Idempotency-Key must be 1 to 200 visible ASCII characters without a comma, for example a UUID.");
	ret_caller->hash = caller_hash_request(request);
	return true;
}

static bool
read_if_match(struct http_request *request, struct caller *ret_caller, struct caller_fault *ret_fault)
{
	const char *field = http_field(request, "if-match");
	if (field == NULL)
		return true;
	const char *tag = caller_parse_tag(http_arena(request), field);
	if (tag == NULL)
		return is_fault(ret_fault, 400, "malformed-if-match",
		    "If-Match muss genau ein ETag enthalten, wie es gelesen wurde, zum Beispiel If-Match: \"7\".",
		    "If-Match must hold exactly one ETag as it was read, for example If-Match: \"7\".");
	ret_caller->revision = str_equal(tag, "*") ? NULL : tag;
	return true;
}

const char *
caller_language(struct http_request *request)
{
	return caller_parse_language(http_parameter(request, "lang"), cookie_find(request, "lang"), http_field(request, "accept-language"));
}

bool
caller_read(struct http_request *request, const char *sign_in_field, struct caller *ret_caller, struct caller_fault *ret_fault)
{
	*ret_caller = (struct caller){.language = caller_language(request)};
	if (!read_authorization(request, ret_caller, ret_fault))
		return false;
	read_proxy(request, sign_in_field, ret_caller);
	read_session(request, ret_caller);
	return read_key(request, ret_caller, ret_fault) &&
	    read_if_match(request, ret_caller, ret_fault);
}

const char *
caller_document(struct http_request *request, const struct caller *caller)
{
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "token", caller->token);
	json_put_text(&writer, "session", caller->session);
	json_put_text(&writer, "proxy", caller->proxy);
	json_put_text(&writer, "language", caller->language);
	json_put_text(&writer, "key", caller->key);
	json_put_text(&writer, "hash", caller->hash);
	json_put_text(&writer, "request", http_request_id(request));
	json_put_text(&writer, "revision", caller->revision);
	json_close_map(&writer);
	const char *document = arena_copy(http_arena(request), text.bytes, text.length);
	str_free(&text);
	return document;
}
