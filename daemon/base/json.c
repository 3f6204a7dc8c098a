/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { DEPTH_MAX = 32 };

/* struct json is jansson's json_t under our name: nobody else includes jansson.h. */
static const json_t *
inner(const struct json *value)
{
	return (const json_t *)(const void *)value;
}

static const struct json *
outer(const json_t *value)
{
	return (const struct json *)(const void *)value;
}

static void
release(void *value)
{
	json_decref(value);
}

/* Nesting is judged before jansson recurses into it. */
static bool
is_too_deep(const char *text, size_t length)
{
	int depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < length; i++) {
		char byte = text[i];
		if (quoted) {
			if (byte == '\\')
				i++;
			else if (byte == '"')
				quoted = false;
		} else if (byte == '"') {
			quoted = true;
		} else if (byte == '[' || byte == '{') {
			if (++depth > DEPTH_MAX)
				return true;
		} else if (byte == ']' || byte == '}') {
			depth--;
		}
	}
	return false;
}

static enum json_fault
fault_of(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_null_character:
	case json_error_null_byte_in_key: return JSON_HAS_NUL;
	case json_error_duplicate_key: return JSON_NAMES_TWICE;
	case json_error_premature_end_of_input: return JSON_ENDS_EARLY;
	case json_error_end_of_input_expected: return JSON_GOES_ON;
	case json_error_numeric_overflow: return JSON_IS_TOO_LARGE;
	default: return JSON_IS_BROKEN;
	}
}

const struct json *
json_read_exactly(struct arena *arena, const char *text, size_t length, struct json_error *ret_error)
{
	json_error_t error;
	if (is_too_deep(text, length)) {
		*ret_error = (struct json_error){JSON_IS_TOO_DEEP, 1, 1, arena_print(arena, "more than %d levels of nesting", DEPTH_MAX)};
		return NULL;
	}
	/* jansson takes a NUL byte for the end, and would not see what stands behind it. */
	if (memchr(text, '\0', length) != NULL) {
		*ret_error = (struct json_error){JSON_HAS_NUL, 1, 1, "line 1: a NUL byte is no JSON"};
		return NULL;
	}
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (root == NULL) {
		*ret_error = (struct json_error){fault_of(&error), error.line, error.column,
			arena_print(arena, "line %d, column %d: %s", error.line, error.column, error.text)};
		return NULL;
	}
	arena_defer(arena, release, root);
	return outer(root);
}

const struct json *
json_read(struct arena *arena, const char *text, size_t length, const char **ret_error)
{
	struct json_error error;
	const struct json *root = json_read_exactly(arena, text, length, &error);
	if (root == NULL)
		*ret_error = error.text;
	return root;
}

enum json_kind
json_kind(const struct json *value)
{
	if (value == NULL)
		return JSON_IS_MISSING;
	switch (json_typeof(inner(value))) {
	case JSON_OBJECT: return JSON_IS_MAP;
	case JSON_ARRAY: return JSON_IS_LIST;
	case JSON_STRING: return JSON_IS_TEXT;
	case JSON_INTEGER: return JSON_IS_INTEGER;
	case JSON_REAL: return JSON_IS_REAL;
	case JSON_TRUE:
	case JSON_FALSE: return JSON_IS_BOOL;
	default: return JSON_IS_NULL;
	}
}

const struct json *
json_get(const struct json *map, const char *name)
{
	return map == NULL ? NULL : outer(json_object_get(inner(map), name));
}

size_t
json_size(const struct json *list_or_map)
{
	if (list_or_map == NULL)
		return 0;
	const json_t *value = inner(list_or_map);
	return json_is_array(value) ? json_array_size(value) : json_object_size(value);
}

const struct json *
json_at(const struct json *list, size_t index)
{
	return list == NULL ? NULL : outer(json_array_get(inner(list), index));
}

const char *
json_as_text(const struct json *value)
{
	return value == NULL ? NULL : json_string_value(inner(value));
}

int64_t
json_as_integer(const struct json *value)
{
	return value == NULL ? 0 : json_integer_value(inner(value));
}

double
json_as_real(const struct json *value)
{
	return value == NULL ? 0 : json_number_value(inner(value));
}

bool
json_as_bool(const struct json *value)
{
	return value != NULL && json_is_boolean(inner(value)) && json_boolean_value(inner(value));
}

/* jansson's iterators want a non-const object but do not change it. */
static void *
iterator_at(const struct json *map, size_t index)
{
	if (map == NULL)
		return NULL;
	json_t *object = (json_t *)(uintptr_t)map;
	void *iterator = json_object_iter(object);
	while (iterator != NULL && index-- > 0)
		iterator = json_object_iter_next(object, iterator);
	return iterator;
}

const char *
json_name_at(const struct json *map, size_t index)
{
	void *iterator = iterator_at(map, index);
	return iterator == NULL ? NULL : json_object_iter_key(iterator);
}

const struct json *
json_value_at(const struct json *map, size_t index)
{
	void *iterator = iterator_at(map, index);
	return iterator == NULL ? NULL : outer(json_object_iter_value(iterator));
}

void
json_quote(struct str *out, const char *text)
{
	str_char(out, '"');
	const char *start = text;
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte >= ' ' && byte != '"' && byte != '\\')
			continue;
		str_add(out, start, (size_t)(text - start));
		start = text + 1;
		if (byte == '\n')
			str_put(out, "\\n");
		else if (byte < ' ')
			str_print(out, "\\u%04x", byte);
		else
			str_print(out, "\\%c", byte);
	}
	str_add(out, start, (size_t)(text - start));
	str_char(out, '"');
}

static void
put_name(struct json_writer *writer, const char *name)
{
	if (writer->needs_comma)
		str_char(writer->out, ',');
	if (name != NULL) {
		json_quote(writer->out, name);
		str_char(writer->out, ':');
	}
	writer->needs_comma = true;
}

static void
open_with(struct json_writer *writer, const char *name, char bracket)
{
	put_name(writer, name);
	str_char(writer->out, bracket);
	writer->needs_comma = false;
}

static void
close_with(struct json_writer *writer, char bracket)
{
	str_char(writer->out, bracket);
	writer->needs_comma = true;
}

void
json_open_map(struct json_writer *writer, const char *name)
{
	open_with(writer, name, '{');
}

void
json_close_map(struct json_writer *writer)
{
	close_with(writer, '}');
}

void
json_open_list(struct json_writer *writer, const char *name)
{
	open_with(writer, name, '[');
}

void
json_close_list(struct json_writer *writer)
{
	close_with(writer, ']');
}

void
json_put_text(struct json_writer *writer, const char *name, const char *text)
{
	put_name(writer, name);
	if (text == NULL)
		str_put(writer->out, "null");
	else
		json_quote(writer->out, text);
}

void
json_put_integer(struct json_writer *writer, const char *name, int64_t number)
{
	put_name(writer, name);
	str_print(writer->out, "%lld", (long long)number);
}

void
json_put_real(struct json_writer *writer, const char *name, double number)
{
	put_name(writer, name);
	if (isfinite(number))
		str_print(writer->out, "%.17g", number);
	else
		str_put(writer->out, "null"); /* JSON has no other word for it */
}

void
json_put_bool(struct json_writer *writer, const char *name, bool value)
{
	put_name(writer, name);
	str_put(writer->out, value ? "true" : "false");
}

void
json_put_null(struct json_writer *writer, const char *name)
{
	put_name(writer, name);
	str_put(writer->out, "null");
}

void
json_put_raw(struct json_writer *writer, const char *name, const char *json)
{
	put_name(writer, name);
	str_put(writer->out, json);
}

void
json_put_value(struct json_writer *writer, const char *name, const struct json *value)
{
	if (value == NULL) {
		json_put_null(writer, name);
		return;
	}
	char *text = json_dumps(inner(value), JSON_COMPACT | JSON_ENCODE_ANY);
	if (text == NULL)
		abort();
	json_put_raw(writer, name, text);
	free(text);
}
