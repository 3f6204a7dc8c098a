/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON (RFC 8259): reading through jansson into values that live as long as an arena, and a writer.
 *
 * Reading refuses what jansson refuses, duplicate names, NUL inside strings, more than 32 levels, and anything behind
 * the value. It does not know schemas: callers ask for kinds.
 */
#ifndef HUBD_BASE_JSON_H
#define HUBD_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct json; /* a value; owned by the arena it was read into */

enum json_kind { JSON_IS_MISSING, JSON_IS_NULL, JSON_IS_BOOL, JSON_IS_INTEGER, JSON_IS_REAL, JSON_IS_TEXT, JSON_IS_LIST, JSON_IS_MAP };

enum json_fault { JSON_IS_BROKEN, JSON_IS_TOO_DEEP, JSON_HAS_NUL, JSON_NAMES_TWICE, JSON_ENDS_EARLY, JSON_GOES_ON, JSON_IS_TOO_LARGE };
struct json_error {
	enum json_fault fault;
	int line, column;
	const char *text; /* in English, in the arena or constant */
};

/* NULL for what is not JSON; then *ret_error says what and where. */
const struct json *json_read_exactly(struct arena *arena, const char *text, size_t length, struct json_error *ret_error);

/* NULL for what is not JSON; then *ret_error is one sentence with line and column, in the arena. */
const struct json *json_read(struct arena *arena, const char *text, size_t length, const char **ret_error);
enum json_kind json_kind(const struct json *value);                 /* NULL is JSON_IS_MISSING */
const struct json *json_get(const struct json *map, const char *name); /* NULL when missing or not a map */
size_t json_size(const struct json *list_or_map);                   /* 0 for anything else */
const struct json *json_at(const struct json *list, size_t index);
const char *json_as_text(const struct json *value);                    /* NULL unless a string */
int64_t json_as_integer(const struct json *value);                     /* 0 unless an integer */
double json_as_real(const struct json *value);                         /* 0 unless a number */
bool json_as_bool(const struct json *value);
/* The names of a map in the order of the text: index from 0; NULL beyond. */
const char *json_name_at(const struct json *map, size_t index);
const struct json *json_value_at(const struct json *map, size_t index);

/*
 * The writer puts commas itself: json_put_*(w, name, …) inside a map, name NULL inside a list and for the outermost value.
 * A text of NULL becomes null. Text must be UTF-8 (it was checked where it came in); control characters are escaped.
 */
struct json_writer {
	struct str *out;
	bool needs_comma;
};
void json_open_map(struct json_writer *writer, const char *name);
void json_close_map(struct json_writer *writer);
void json_open_list(struct json_writer *writer, const char *name);
void json_close_list(struct json_writer *writer);
void json_put_text(struct json_writer *writer, const char *name, const char *text);
void json_put_integer(struct json_writer *writer, const char *name, int64_t number);
void json_put_real(struct json_writer *writer, const char *name, double number);
void json_put_bool(struct json_writer *writer, const char *name, bool value);
void json_put_null(struct json_writer *writer, const char *name);
void json_put_raw(struct json_writer *writer, const char *name, const char *json); /* JSON made elsewhere */
void json_put_value(struct json_writer *writer, const char *name, const struct json *value); /* a copy of what was read */
void json_quote(struct str *out, const char *text); /* one string with its quotes */

#endif
