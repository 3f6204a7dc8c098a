/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people read: templates (base/mustache), and texts in German and English. Read once from two folders; immutable then.
 *
 * FOLDER/NAME.mustache; LOCALE/{de,en}/SECTION.json, where SECTION is the first part of a text's name. It does not know
 * whether pages or mails are made of them.
 */
#ifndef HUBD_BASE_WORDING_H
#define HUBD_BASE_WORDING_H

#include <stdbool.h>

struct json;
struct mustache;
struct wording;

/* NULL: *ret_error is a sentence with file and line; free() it. */
struct wording *wording_load(const char *templates, const char *locale, char **ret_error);
void wording_free(struct wording *wording); /* NULL is fine */

/* A mustache_find: the context is the wording. */
const struct mustache *wording_template(void *wording, const char *name);
/* {"t": {section: {name: text}}} */
const struct json *wording_texts(const struct wording *wording, bool is_english);

#endif
