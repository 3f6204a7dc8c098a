/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mustache (mustache(5) and its published specification): logic-less templates over JSON documents.
 *
 * Variables ({{name}} escaped for HTML, {{{name}}} and {{&name}} as they are), sections, inverted sections, partials,
 * comments, changed delimiters, dotted names, the implicit iterator. No lambdas, no inheritance. False are: missing,
 * null, false, an empty list, an empty text and the number 0. It knows neither files nor HTTP.
 */
#ifndef HUBD_BASE_MUSTACHE_H
#define HUBD_BASE_MUSTACHE_H

#include <stdbool.h>
#include <stddef.h>

struct json;
struct mustache;
struct str;

/* Copies what it needs of text. NULL for a malformed template: then *ret_error is a sentence with its line; free() it. */
struct mustache *mustache_new(const char *text, size_t length, char **ret_error);
void mustache_free(struct mustache *template); /* NULL is fine */

/* Finds a partial by name; NULL renders nothing. */
typedef const struct mustache *mustache_find(void *context, const char *name);

/*
 * Adds the rendered template to out. The contexts are searched from the last to the first. Partials nest at most 16 deep:
 * beyond that they render nothing (the specification's recursion ends by its data; a mistake must end too).
 */
void mustache_render(const struct mustache *template, const struct json *const *contexts, size_t count, mustache_find *find,
    void *find_context, struct str *out);
/* The same for what is no HTML: {{name}} is not escaped either. */
void mustache_render_plain(const struct mustache *template, const struct json *const *contexts, size_t count, mustache_find *find,
    void *find_context, struct str *out);

#endif
