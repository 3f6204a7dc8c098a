/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch/form.h"

#include <string.h>

#include "base/arena.h"
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

/* The form's own key: whoever sends the same rendered form twice asks once. */
static bool
take_key(struct exchange *exchange)
{
	const char *key = form_find(&exchange->form, "key", 0);
	if (key == NULL || *key == '\0')
		return true;
	exchange->caller.key = caller_parse_key(http_arena(exchange->request), key);
	exchange->caller.hash = caller_hash_request(exchange->request);
	return exchange->caller.key != NULL;
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
	if (is_read && take_key(exchange))
		return true;
	answer_problem(request, 400, "malformed-request", "Das Formular ist nicht lesbar.", "The form cannot be read.");
	return false;
}
