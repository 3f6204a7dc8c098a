/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What handlers say and ask while they make a request's input: refusals by name, and the members that are known. */
#include "dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/json.h"
#include "dispatch/cookie.h"
#include "dispatch/exchange.h"
#include "http/http.h"

enum { NAMES_MAX = 64 };

struct exchange *
exchange_of(const struct http_request *request)
{
	return http_state(request);
}

const char *
route_parameter(const struct http_request *request, const char *name)
{
	const struct match *match = &exchange_of(request)->match;
	for (size_t i = 0; i < match->count; i++)
		if (str_equal(match->names[i], name))
			return match->values[i];
	return NULL;
}

const char *
request_statement(const struct http_request *request)
{
	return exchange_of(request)->route->statement;
}

const char *
request_pattern(const struct http_request *request)
{
	return exchange_of(request)->route->path;
}

const char *
request_language(const struct http_request *request)
{
	struct exchange *exchange = exchange_of(request);
	if (exchange->caller.language == NULL)
		exchange->caller.language = caller_language(exchange->request);
	return exchange->caller.language;
}

const struct json *
request_json(const struct http_request *request)
{
	return exchange_of(request)->body;
}

const char *
request_form_at(const struct http_request *request, const char *name, size_t index)
{
	return form_find(&exchange_of(request)->form, name, index);
}

const char *
request_file(const struct http_request *request, const char *name, size_t *ret_length, const char **ret_name)
{
	const struct form_field *file = form_find_file(&exchange_of(request)->form, name);
	*ret_length = file == NULL ? 0 : file->length;
	if (ret_name != NULL)
		*ret_name = file == NULL ? NULL : file->file_name;
	return file == NULL ? NULL : file->value;
}

const char *
request_form(const struct http_request *request, const char *name)
{
	return request_form_at(request, name, 0);
}

void
request_keep(struct http_request *request, void *thing)
{
	exchange_of(request)->kept = thing;
}

void *
request_kept(const struct http_request *request)
{
	return exchange_of(request)->kept;
}

const char *
request_cookie(const struct http_request *request, const char *name)
{
	return cookie_find(request, name);
}

const char *
request_session_cookie(const struct http_request *request)
{
	return cookie_session_name(request);
}

bool
request_has_session(const struct http_request *request)
{
	const char *name = cookie_session_name(request);
	return name != NULL && cookie_find(request, name) != NULL;
}

bool
request_is_dry_run(const struct http_request *request)
{
	return json_as_bool(json_get(exchange_of(request)->body, "dry_run"));
}

static bool
says_english(const struct http_request *request)
{
	return str_equal(request_language(request), "en");
}

/* Adds an error to the list; the first one is the problem's own. Takes detail over. */
static bool
add_error(struct http_request *request, struct ask *ask, int status, const char *problem, const char *pointer, char *detail)
{
	struct json_writer writer = {.out = &ask->errors, .needs_comma = ask->errors.length > 0};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "pointer", pointer);
	json_put_text(&writer, "detail", detail);
	json_close_map(&writer);
	if (ask->status == 0) {
		ask->status = status;
		ask->problem = problem;
		ask->pointer = arena_text(http_arena(request), pointer);
		ask->detail = arena_text(http_arena(request), detail);
	}
	free(detail);
	return false;
}

bool
ask_refuse(struct http_request *request, struct ask *ret_ask, int status, const char *problem, const char *pointer,
    const char *format_de, const char *format_en, ...)
{
	char *detail = NULL;
	va_list arguments;
	va_start(arguments, format_en);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* one of two literals of the caller */
	if (vasprintf(&detail, says_english(request) ? format_en : format_de, arguments) < 0)
		abort();
#pragma GCC diagnostic pop
	va_end(arguments);
	return add_error(request, ret_ask, status, problem, pointer, detail);
}

/* ---- members of a map ---- */

static const struct ask_member *
find_member(const struct ask_member *members, const char *name)
{
	for (; members->name != NULL; members++)
		if (str_equal(members->name, name))
			return members;
	return NULL;
}

static bool
refuse_unknown(struct http_request *request, struct ask *ask, const char *problem, const char *pointer, const char *name,
    const char *const *names)
{
	const char *nearest = conf_nearest(name, names);
	if (nearest != NULL)
		return ask_refuse(request, ask, 422, problem, pointer, "„%s“ ist hier nicht bekannt; gemeint ist vielleicht „%s“.",
		    "\"%s\" is not known here; did you mean \"%s\"?", name, nearest);
	if (names[0] == NULL)
		return ask_refuse(request, ask, 422, problem, pointer, "„%s“ ist hier nicht bekannt; es gibt hier keine.",
		    "\"%s\" is not known here; there are none.", name);
	struct str list = {0};
	for (size_t i = 0; names[i] != NULL; i++)
		str_print(&list, "%s%s", i > 0 ? ", " : "", names[i]);
	ask_refuse(request, ask, 422, problem, pointer, "„%s“ ist hier nicht bekannt; möglich sind: %s.",
	    "\"%s\" is not known here; known are: %s.", name, str_text(&list));
	str_free(&list);
	return false;
}

static bool
refuse_unknown_member(struct http_request *request, struct ask *ask, const char *pointer, const char *name, const struct ask_member *members)
{
	const char *names[NAMES_MAX + 1] = {0};
	for (size_t i = 0; i < NAMES_MAX && members[i].name != NULL; i++)
		names[i] = members[i].name;
	return refuse_unknown(request, ask, "unknown-member", pointer, name, names);
}

static bool
is_kind(const struct ask_member *member, enum json_kind kind)
{
	static const enum json_kind wanted[] = {
		[ASK_TEXT] = JSON_IS_TEXT, [ASK_INTEGER] = JSON_IS_INTEGER, [ASK_BOOL] = JSON_IS_BOOL, [ASK_LIST] = JSON_IS_LIST,
		[ASK_MAP] = JSON_IS_MAP};
	return kind == wanted[member->kind] || (member->may_be_null && kind == JSON_IS_NULL);
}

static bool
refuse_kind(struct http_request *request, struct ask *ask, const char *pointer, const struct ask_member *member)
{
	static const char *const de[] = {"ein Text", "eine ganze Zahl", "true oder false", "eine Liste", "ein Objekt"};
	static const char *const en[] = {"a text", "an integer", "true or false", "a list", "an object"};
	const char *kind = (says_english(request) ? en : de)[member->kind];
	return ask_refuse(request, ask, 422, "malformed-value", pointer, "„%s“ muss %s sein.", "\"%s\" must be %s.", member->name, kind);
}

static int64_t
measure(const struct ask_member *member, const struct json *value)
{
	if (member->kind == ASK_TEXT)
		return (int64_t)strlen(json_as_text(value));
	return member->kind == ASK_INTEGER ? json_as_integer(value) : (int64_t)json_size(value);
}

static bool
check_bounds(struct http_request *request, struct ask *ask, const char *pointer, const struct ask_member *member, const struct json *value)
{
	static const char *const de[] = {"„%s“ muss %lld bis %lld Bytes lang sein.", "„%s“ muss von %lld bis %lld sein.", "",
		"„%s“ muss %lld bis %lld Einträge haben.", ""};
	static const char *const en[] = {"\"%s\" must be %lld to %lld bytes long.", "\"%s\" must be from %lld to %lld.", "",
		"\"%s\" must have %lld to %lld entries.", ""};
	bool is_bounded = (member->low != 0 || member->high != 0) && member->kind != ASK_BOOL && member->kind != ASK_MAP;
	if (!is_bounded || json_kind(value) == JSON_IS_NULL)
		return true;
	int64_t size = measure(member, value);
	if (size >= member->low && size <= member->high)
		return true;
	return ask_refuse(request, ask, 422, "malformed-value", pointer, de[member->kind], en[member->kind], member->name,
	    (long long)member->low, (long long)member->high);
}

/* A reference token of RFC 6901: ~ and / are escaped. */
static const char *
make_pointer(struct arena *arena, const char *where, const char *name)
{
	struct str text = {0};
	str_print(&text, "%s/", where);
	for (; *name != '\0'; name++) {
		if (*name == '~' || *name == '/')
			str_put(&text, *name == '~' ? "~0" : "~1");
		else
			str_char(&text, *name);
	}
	const char *pointer = arena_copy(arena, text.bytes, text.length);
	str_free(&text);
	return pointer;
}

bool
ask_knows(struct http_request *request, struct ask *ret_ask, const struct json *map, const char *where, const struct ask_member *members)
{
	bool is_known = true;
	const char *name;
	/* Asking for the n-th member costs n steps, so that a stranger's map is bounded first. */
	if (json_size(map) > NAMES_MAX)
		return ask_refuse(request, ret_ask, 422, "malformed-value", where, "Zu viele Felder: höchstens %d.",
		    "Too many members: at most %d.", (int)NAMES_MAX);
	for (size_t i = 0; (name = json_name_at(map, i)) != NULL; i++) {
		const struct json *value = json_value_at(map, i);
		const char *pointer = make_pointer(http_arena(request), where, name);
		const struct ask_member *member = find_member(members, name);
		if (member == NULL)
			is_known = refuse_unknown_member(request, ret_ask, pointer, name, members);
		else if (!is_kind(member, json_kind(value)))
			is_known = refuse_kind(request, ret_ask, pointer, member);
		else
			is_known = check_bounds(request, ret_ask, pointer, member, value) && is_known;
	}
	return is_known;
}

/* ---- the query ---- */

static bool
is_in(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (str_equal(name, *names))
			return true;
	return false;
}

/* Takes the next "name=value" off a query: its decoded name, or NULL at the end; a name that cannot be decoded is "". */
static const char *
next_parameter(struct arena *arena, const char **query, const char **ret_value)
{
	*query += strspn(*query, "&");
	if (**query == '\0')
		return NULL;
	size_t length = strcspn(*query, "&"), name_length = strcspn(*query, "=&");
	const char *name = http_decode(arena, *query, name_length, true);
	*ret_value = name_length < length ? http_decode(arena, *query + name_length + 1, length - name_length - 1, true) : "";
	*query += length;
	return name != NULL ? name : "";
}

#define UNCLEAR_DE "Der Parameter „%s“ ist nicht lesbar (UTF-8, %%XX), oder steht doppelt."
#define UNCLEAR_EN "The parameter \"%s\" cannot be read (UTF-8, %%XX), or stands twice."

static bool
refuse_parameter(struct http_request *request, struct ask *ret_ask, const char *name)
{
	return ask_refuse(request, ret_ask, 400, "malformed-request", name, UNCLEAR_DE, UNCLEAR_EN, name);
}

static bool
is_readable(const char *name, const char *value)
{
	return value != NULL && str_is_utf8(name, strlen(name)) && str_is_utf8(value, strlen(value));
}

bool
ask_put_parameters(struct http_request *request, struct ask *ret_ask, struct json_writer *writer)
{
	const char *query = http_query(request), *name, *value;
	while ((name = next_parameter(http_arena(request), &query, &value)) != NULL) {
		if (!is_readable(name, value) || !str_equal(value, http_parameter(request, name)))
			return refuse_parameter(request, ret_ask, is_readable(name, "") ? name : "?");
		if (!str_equal(name, "lang") && route_parameter(request, name) == NULL)
			json_put_text(writer, name, value);
	}
	return true;
}

bool
ask_knows_parameters(struct http_request *request, struct ask *ret_ask, const char *const *names)
{
	const char *query = http_query(request), *name, *value;
	while ((name = next_parameter(http_arena(request), &query, &value)) != NULL) {
		if (!is_readable(name, value) || !str_equal(value, http_parameter(request, name)))
			return refuse_parameter(request, ret_ask, is_readable(name, "") ? name : "?");
		if (!str_equal(name, "lang") && !is_in(name, names))
			return refuse_unknown(request, ret_ask, "unknown-parameter", name, name, names);
	}
	return true;
}

bool
request_has_clear_parameters(struct http_request *request)
{
	struct arena *arena = http_arena(request);
	const char *query = http_query(request), *name, *value;
	while ((name = next_parameter(arena, &query, &value)) != NULL) {
		if (is_readable(name, value) && str_equal(value, http_parameter(request, name)))
			continue;
		name = is_readable(name, "") ? name : "?";
		answer_problem(request, 400, "malformed-request", arena_print(arena, UNCLEAR_DE, name), arena_print(arena, UNCLEAR_EN, name));
		return false;
	}
	return true;
}
