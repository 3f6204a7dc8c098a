/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What pages are made of: templates, texts and static files, read from the data directory. Immutable once loaded.
 *
 * daemon/page/templates/NAME.mustache, config/locale/{de,en}/SECTION.json (SECTION is the first part of a text's name),
 * daemon/page/static/FILE, and daemon/page/styles/NN-NAME.css, which together are the static file hubd.css.
 */
#ifndef HUBD_PAGE_LIBRARY_H
#define HUBD_PAGE_LIBRARY_H

#include <stdbool.h>

struct http_bytes;
struct json;
struct library;
struct mustache;

struct asset {
	const char *name, *type;
	struct http_bytes *plain, *gzip; /* gzip may be NULL */
	const char *etag, *gzip_etag;
};

/* NULL: *ret_error is a sentence with file and line; free() it. */
struct library *library_load(const char *data_directory, char **ret_error);
void library_free(struct library *library); /* NULL is fine */

/* A mustache_find: the context is the library. */
const struct mustache *library_template(void *library, const char *name);
/* {"t": {section: {name: text}}} */
const struct json *library_texts(const struct library *library, bool is_english);
const struct asset *library_asset(const struct library *library, const char *name);
/* One for all static files, so that modules that import each other agree. */
const char *library_fingerprint(const struct library *library);

#endif
