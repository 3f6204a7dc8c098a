/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch/form.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "dispatch/cookie.h"
#include "dispatch/exchange.h"
#include "dispatch/multipart.h"
#include "http/http.h"

static const char *
decode(struct arena *arena, const char *text, size_t length)
{
	const char *decoded = http_decode(arena, text, length, true);
	return decoded != NULL && str_is_utf8(decoded, strlen(decoded)) ? decoded : NULL;
}

static bool
parse_field(struct arena *arena, const char *text, size_t length, struct form_field *ret_field)
{
	const char *equals = memchr(text, '=', length);
	size_t name_length = equals == NULL ? length : (size_t)(equals - text);
	ret_field->name = decode(arena, text, name_length);
	ret_field->value = equals == NULL ? "" : decode(arena, equals + 1, length - name_length - 1);
	return ret_field->name != NULL && ret_field->value != NULL;
}

bool
form_parse(struct arena *arena, const char *body, size_t length, struct form *ret_form)
{
	*ret_form = (struct form){.fields = arena_take(arena, FORM_FIELDS_MAX * sizeof *ret_form->fields)};
	const char *end = body + length;
	while (body < end) {
		const char *next = memchr(body, '&', (size_t)(end - body));
		size_t size = (size_t)((next == NULL ? end : next) - body);
		if (size > 0 && (ret_form->count == FORM_FIELDS_MAX || !parse_field(arena, body, size, &ret_form->fields[ret_form->count++])))
			return false;
		body = next == NULL ? end : next + 1;
	}
	return true;
}

const char *
form_find(const struct form *form, const char *name, size_t index)
{
	for (size_t i = 0; i < form->count; i++)
		if (form->fields[i].file_name == NULL && str_equal(form->fields[i].name, name) && index-- == 0)
			return form->fields[i].value;
	return NULL;
}

const struct form_field *
form_find_file(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct form_field *field = &form->fields[i];
		if (field->file_name != NULL && str_equal(field->name, name) && (*field->file_name != '\0' || field->length > 0))
			return field;
	}
	return NULL;
}

static bool
is_form_type(const char *type)
{
	static const char wanted[] = "application/x-www-form-urlencoded";
	return type != NULL && strncasecmp(type, wanted, sizeof wanted - 1) == 0 && strchr("; \t", type[sizeof wanted - 1]) != NULL;
}

/* ---- the form's own key ---- */

/*
 * NONCE.MAC, the MAC of the nonce with the lasting part of the session's cookie, which no other site and no script can read. The
 * nonce is new in every page, so that what compresses the page tells nothing of it (BREACH).
 */
enum { MAC_LENGTH = 32 };

/* The cookie's part before the dot: it stays when the session is renewed, so that a page that was open then still works. */
static const char *
lasting_part(const struct http_request *request)
{
	const char *name = cookie_session_name(request), *cookie = name == NULL ? NULL : cookie_find(request, name);
	return cookie == NULL ? NULL : arena_copy(http_arena(request), cookie, strcspn(cookie, "."));
}

static bool
is_own_key(const struct http_request *request, const char *key)
{
	const char *dot = key == NULL ? NULL : strrchr(key, '.'), *secret = lasting_part(request);
	char mac[DIGEST_HEX_SIZE];
	unsigned char difference = 0;
	if (dot == NULL || secret == NULL || *secret == '\0' || strlen(dot + 1) != MAC_LENGTH)
		return false;
	digest_hmac_sha256_hex(secret, key, (size_t)(dot - key), mac);
	for (size_t i = 0; i < MAC_LENGTH; i++)
		difference |= (unsigned char)(mac[i] ^ dot[1 + i]);
	return difference == 0;
}

const char *
request_form_key(const struct http_request *request)
{
	const char *secret = lasting_part(request);
	char nonce[DIGEST_TOKEN_SIZE], mac[DIGEST_HEX_SIZE];
	digest_random_token(nonce);
	if (secret == NULL || *secret == '\0')
		return arena_text(http_arena(request), nonce);
	digest_hmac_sha256_hex(secret, nonce, strlen(nonce), mac);
	return arena_print(http_arena(request), "%s.%.*s", nonce, MAC_LENGTH, mac);
}

/*
 * Whoever sends the same rendered form twice asks once; who goes back, corrects and sends it again asks anew. So what counts as the
 * Idempotency-Key is the hash of the whole, the form's key among it.
 */
static void
take_key(struct exchange *exchange)
{
	const char *key = form_find(&exchange->form, "key", 0);
	exchange->caller.hash = caller_hash_request(exchange->request);
	exchange->caller.key = key == NULL || *key == '\0' ? NULL : exchange->caller.hash;
}

bool
form_read(struct exchange *exchange)
{
	struct http_request *request = exchange->request;
	size_t length;
	const char *body = http_body(request, &length);
	if (!origin_is_own(request)) {
		answer_problem(request, 403, "cross-site", "Dieses Formular kam nicht von unserer eigenen Seite: bitte die Seite neu öffnen und dort absenden.",
		    "This form did not come from our own page: please open the page again and send it from there.");
		return false;
	}
	const char *type = http_field(request, "content-type"), *boundary = multipart_boundary(http_arena(request), type);
	if (length > 0 && boundary == NULL && !is_form_type(type)) {
		answer_problem(request, 415, "unsupported-media-type", "Hier wird ein Formular erwartet: application/x-www-form-urlencoded oder multipart/form-data.",
		    "A form is expected here: application/x-www-form-urlencoded or multipart/form-data.");
		return false;
	}
	bool is_read = boundary != NULL ? multipart_parse(http_arena(request), body, length, boundary, &exchange->form)
	                                : form_parse(http_arena(request), body, length, &exchange->form);
	if (!is_read) {
		answer_problem(request, 400, "malformed-request", "Das Formular ist nicht lesbar.", "The form cannot be read.");
		return false;
	}
	take_key(exchange);
	if (exchange->caller.session == NULL || is_own_key(request, form_find(&exchange->form, "key", 0)))
		return true;
	answer_problem(request, 403, "cross-site", "Dieses Formular gehört nicht zu dieser Anmeldung: bitte die Seite neu öffnen und dort absenden.",
	    "This form does not belong to this sign-in: please open the page again and send it from there.");
	return false;
}
