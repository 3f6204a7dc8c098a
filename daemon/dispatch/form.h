/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A posted form (application/x-www-form-urlencoded; with files: multipart.h) as pairs of name and value. It knows no field's meaning.
 */
#ifndef HUBD_DISPATCH_FORM_H
#define HUBD_DISPATCH_FORM_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct form_field {
	const char *name, *value;
	const char *file_name; /* of a file: what its owner called it, "" when none was chosen; NULL: a text */
	size_t length;         /* of a file; its value may hold any bytes */
};
struct form {
	struct form_field *fields;
	size_t count;
};
enum { FORM_FIELDS_MAX = 500 };

/* Into the arena. False: a bad escape, no UTF-8, or more fields than FORM_FIELDS_MAX. */
bool form_parse(struct arena *arena, const char *body, size_t length, struct form *ret_form);
/* The index-th text of a name, or NULL. */
const char *form_find(const struct form *form, const char *name, size_t index);
/* The file of a name; NULL: none was chosen. */
const struct form_field *form_find_file(const struct form *form, const char *name);

#endif
