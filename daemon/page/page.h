/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages: a view (a JSON document that an answer puts together) and a template become HTML in the frame that all pages share.
 *
 * Templates, styles, static files and texts are read once at boot from the data directory; a malformed one is a reason not to
 * start. Made at boot and tied to dispatch as "page". It knows no rule: what may be seen or done is SQL's to say.
 *
 * An answer reads:   const struct json *document = page_document(request, rows);
 *                    if (document == NULL)
 *                            return;            (refused or redirected: it was answered)
 *                    struct page_view view;
 *                    page_begin(document, &view, page_text(request, "start.title"));
 *                    json_put_text(&view.writer, …);
 *                    page_end(request, &view, 200, "start");
 *
 * A template finds the view's members, then the frame's: lang, t (the texts), me, path, here, assets, key, … (README.md lists
 * them). `document` becomes nothing but `me`: an answer names what it shows.
 */
#ifndef HUBD_PAGE_PAGE_H
#define HUBD_PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

struct db_rows;
struct http_request;
struct pages;

struct page_settings {
	const char *data_directory; /* holds daemon/page and config/locale */
	const char *public_url;
	const char *operator_name, *operator_address, *operator_mail; /* of the imprint; "" where the installation says nothing */
	const char *responsibility_de, *responsibility_en;           /* who is responsible for a person in several hubs; "": the usual text */
	bool is_development;        /* files are read anew for every page, and /design is there */
};

/* NULL: *ret_error is a sentence that names the file and the line; free() it. The settings' texts must outlive it. */
struct pages *pages_new(const struct page_settings *settings, char **ret_error);
void pages_free(struct pages *pages); /* NULL is fine */

struct page_view {
	struct str text;
	struct json_writer writer; /* a map is open */
	bool may_be_framed;        /* by other sites: the embedded agenda only */
	bool has_secret;           /* that is shown once: no cache keeps the page, not even the browser's own */
};
/* Opens the view's map with its title and, from the document (may be NULL), who asks. */
void page_begin(const struct json *document, struct page_view *ret_view, const char *title);
/* Renders templates/NAME.mustache over the view, answers, and frees the view. */
void page_end(struct http_request *request, struct page_view *view, int status, const char *name);

/* The body and the status of an api.reply; NULL with status 500 for a row that is none. */
const struct json *page_read(struct http_request *request, const struct db_rows *rows, int *ret_status);
/* The body of a reply below 400; NULL: it was answered, with a page that says why not, or with the way to sign in. */
const struct json *page_document(struct http_request *request, const struct db_rows *rows);
/* 303 to an address of ours. */
void page_redirect(struct http_request *request, const char *location);
/* An error page; detail is in the asker's language. */
void page_refuse(struct http_request *request, int status, const char *title, const char *detail);
/* True for a path on this service ("/me?x"), never for another host's ("//x", "/\x"). */
bool page_is_local(const char *location);

/* The text of a dotted name ("start.title") in the asker's language; the name itself where the locale has none. */
const char *page_text(const struct http_request *request, const char *name);
/* The same with {name} replaced: page_say(request, "start.found", "count", "12", NULL). In the request's arena. */
const char *page_say(const struct http_request *request, const char *name, ...) __attribute__((sentinel));
bool page_is_english(const struct http_request *request);
const struct page_settings *page_settings_of(const struct http_request *request);

#endif
