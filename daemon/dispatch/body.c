/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of a request: its type, its encoding, its JSON. */
#include <string.h>

#include "base/json.h"
#include "dispatch/exchange.h"
#include "http/http.h"

/* "application/json; charset=utf-8": the type without parameters, and no other charset. */
static bool
is_json_type(const char *type)
{
	static const char *const types[] = {"application/json", "application/merge-patch+json", NULL};
	if (type == NULL)
		return false;
	size_t length = strcspn(type, "; \t");
	const char *charset = strcasestr(type + length, "charset=");
	if (charset != NULL && strncasecmp(charset + 8 + (charset[8] == '"'), "utf-8", 5) != 0)
		return false;
	for (size_t i = 0; types[i] != NULL; i++)
		if (strlen(types[i]) == length && strncasecmp(types[i], type, length) == 0)
			return true;
	return false;
}

static void
refuse_json(struct http_request *request, const struct json_error *error)
{
	static const char *const words[][2] = {
		[JSON_IS_BROKEN] = {"das ist kein JSON.", "this is no JSON."},
		[JSON_IS_TOO_DEEP] = {"zu tief verschachtelt.", "nested too deeply."},
		[JSON_HAS_NUL] = {"ein Text darf kein NUL-Zeichen enthalten.", "a text must not hold a NUL character."},
		[JSON_NAMES_TWICE] = {"ein Name steht zweimal im selben Objekt.", "a name stands twice in one object."},
		[JSON_ENDS_EARLY] = {"das JSON bricht ab.", "the JSON breaks off."},
		[JSON_GOES_ON] = {"hinter dem JSON steht noch etwas.", "something stands behind the JSON."},
		[JSON_IS_TOO_LARGE] = {"die Zahl ist zu groß.", "the number is too large."},
	};
	struct str detail = {0};
	bool is_english = str_equal(request_language(request), "en");
	str_print(&detail, "%s %d, %s %d: %s", is_english ? "line" : "Zeile", error->line, is_english ? "column" : "Spalte", error->column,
	    words[error->fault][is_english]);
	answer_problem_text(request, 400, "malformed-json", str_text(&detail), NULL, NULL);
	str_free(&detail);
}

bool
body_read(struct exchange *exchange)
{
	struct http_request *request = exchange->request;
	size_t length;
	struct json_error error;
	const char *bytes = http_body(request, &length);
	if (length == 0)
		return true;
	if (!is_json_type(http_field(request, "content-type"))) {
		http_add_field(request, str_equal(http_method(request), "PATCH") ? "Accept-Patch" : "Accept-Post", "application/json");
		answer_problem(request, 415, "unsupported-media-type", "Der Inhalt muss JSON sein: Content-Type: application/json.",
		    "The content must be JSON: Content-Type: application/json.");
		return false;
	}
	if (!str_is_utf8(bytes, length)) {
		answer_problem(request, 400, "malformed-json", "Der Inhalt ist kein UTF-8.", "The content is not UTF-8.");
		return false;
	}
	exchange->body = json_read_exactly(http_arena(request), bytes, length, &error);
	if (exchange->body == NULL) {
		refuse_json(request, &error);
		return false;
	}
	if (json_kind(exchange->body) == JSON_IS_MAP)
		return true;
	answer_problem(request, 400, "malformed-json", "Der Inhalt muss ein JSON-Objekt sein: { … }.",
	    "The content must be a JSON object: { … }.");
	return false;
}
