/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/page.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/mustache.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/library.h"
#include "page/pages.h"
#include "page/place.h"

struct pages {
	struct page_settings settings;
	struct library *library;
};

struct pages *
pages_new(const struct page_settings *settings, char **ret_error)
{
	struct library *library = library_load(settings->data_directory, ret_error);
	if (library == NULL)
		return NULL;
	struct pages *pages = base_alloc(sizeof *pages);
	pages->settings = *settings;
	pages->library = library;
	return pages;
}

void
pages_free(struct pages *pages)
{
	if (pages == NULL)
		return;
	library_free(pages->library);
	free(pages);
}

static const struct pages *
pages_of(const struct http_request *request)
{
	return request_tied(request, "page");
}

const struct page_settings *
page_settings_of(const struct http_request *request)
{
	return &pages_of(request)->settings;
}

const struct library *
page_library(const struct http_request *request)
{
	return pages_of(request)->library;
}

/* In development what is edited shows at the next page; a mistake is logged and the last good ones stay. */
static void
reload(struct http_request *request)
{
	struct pages *pages = request_tied(request, "page");
	char *error = NULL;
	if (!pages->settings.is_development)
		return;
	struct library *fresh = library_load(pages->settings.data_directory, &error);
	if (fresh == NULL) {
		log_event(LOG_LEVEL_ERROR, "page-malformed", "why", error, NULL);
		free(error);
		return;
	}
	library_free(pages->library);
	pages->library = fresh;
}

/* ---- texts ---- */

bool
page_is_english(const struct http_request *request)
{
	return str_equal(request_language(request), "en");
}

const char *
page_text(const struct http_request *request, const char *name)
{
	const struct json *at = json_get(library_texts(pages_of(request)->library, page_is_english(request)), "t");
	const char *rest = name;
	while (*rest != '\0') {
		size_t length = strcspn(rest, ".");
		at = json_get(at, arena_copy(http_arena(request), rest, length));
		rest += length + (rest[length] == '.');
	}
	const char *text = json_as_text(at);
	return text != NULL ? text : name;
}

/* Replaces every {name} of text. */
static void
replace(const char *text, const char *name, const char *value, struct str *out)
{
	size_t length = strlen(name);
	for (; *text != '\0'; text++) {
		if (*text == '{' && strncmp(text + 1, name, length) == 0 && text[length + 1] == '}') {
			str_put(out, value != NULL ? value : "");
			text += length + 1;
		} else {
			str_char(out, *text);
		}
	}
}

const char *
page_say(const struct http_request *request, const char *name, ...)
{
	const char *text = page_text(request, name), *part;
	va_list pairs;
	va_start(pairs, name);
	while ((part = va_arg(pairs, const char *)) != NULL) {
		struct str out = {0};
		replace(text, part, va_arg(pairs, const char *), &out);
		text = arena_copy(http_arena(request), str_text(&out), out.length);
		str_free(&out);
	}
	va_end(pairs);
	return text;
}

/* ---- the frame ---- */

/* The address asked for, with another language: "/hubs/berlin?from=…&lang=en". */
static const char *
address_in(const struct http_request *request, const char *language)
{
	struct str text = {0};
	const char *query = http_query(request);
	str_print(&text, "%s?", http_path(request));
	while (*query != '\0') {
		size_t length = strcspn(query, "&");
		if (length > 0 && strncmp(query, "lang=", 5) != 0) {
			str_add(&text, query, length);
			str_char(&text, '&');
		}
		query += length + (query[length] == '&');
	}
	str_print(&text, "lang=%s", language);
	const char *address = arena_copy(http_arena(request), text.bytes, text.length);
	str_free(&text);
	return address;
}

static const char *
here(const struct http_request *request)
{
	const char *query = http_query(request);
	bool is_get = str_equal(http_method(request), "GET");
	return *query == '\0' || !is_get ? http_path(request) : arena_print(http_arena(request), "%s?%s", http_path(request), query);
}

static void
put_scheme(const struct http_request *request, struct json_writer *writer)
{
	const char *cookie = request_cookie(request, "scheme");
	bool is_light = str_equal(cookie, "light"), is_dark = str_equal(cookie, "dark");
	json_put_text(writer, "scheme", is_light || is_dark ? cookie : "auto");
	json_put_bool(writer, "is_light", is_light);
	json_put_bool(writer, "is_dark", is_dark);
	json_put_bool(writer, "is_auto", !is_light && !is_dark);
}

static void
put_operator(const struct page_settings *settings, struct json_writer *writer)
{
	json_put_text(writer, "public_url", settings->public_url);
	json_put_text(writer, "operator_name", settings->operator_name);
	json_put_text(writer, "operator_address", settings->operator_address);
	json_put_text(writer, "operator_mail", settings->operator_mail);
	json_put_bool(writer, "is_development", settings->is_development);
}

static const struct json *
make_frame(const struct http_request *request)
{
	const struct pages *pages = pages_of(request);
	bool is_english = page_is_english(request);
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	const char *error;
	json_open_map(&writer, NULL);
	json_put_text(&writer, "lang", is_english ? "en" : "de");
	json_put_bool(&writer, "is_english", is_english);
	json_put_text(&writer, "other_lang", is_english ? "de" : "en");
	json_put_text(&writer, "other_address", address_in(request, is_english ? "de" : "en"));
	json_put_text(&writer, "path", http_path(request));
	json_put_text(&writer, "here", here(request));
	json_put_text(&writer, "assets", arena_print(http_arena(request), "/static/%s", library_fingerprint(pages->library)));
	json_put_text(&writer, "key", request_form_key(request));
	json_put_bool(&writer, "has_session", request_has_session(request));
	put_scheme(request, &writer);
	put_operator(&pages->settings, &writer);
	json_close_map(&writer);
	const struct json *frame = json_read(http_arena(request), text.bytes, text.length, &error);
	str_free(&text);
	return frame;
}

/* ---- rendering ---- */

void
page_begin(const struct json *document, struct page_view *ret_view, const char *title)
{
	*ret_view = (struct page_view){0};
	ret_view->writer.out = &ret_view->text;
	json_open_map(&ret_view->writer, NULL);
	json_put_text(&ret_view->writer, "title", title);
	if (json_kind(json_get(document, "me")) == JSON_IS_MAP)
		json_put_value(&ret_view->writer, "me", json_get(document, "me"));
}

/* Without exceptions: no script or style in a page, nothing from elsewhere. */
#define POLICY "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; " \
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "

static void
add_fields(struct http_request *request, const struct page_view *view)
{
	const char *chosen = http_parameter(request, "lang");
	http_add_field(request, "Content-Security-Policy", view->may_be_framed ? POLICY "*" : POLICY "'none'");
	http_add_field(request, "X-Content-Type-Options", "nosniff");
	http_add_field(request, "Referrer-Policy", "same-origin");
	http_add_field(request, "Cross-Origin-Opener-Policy", "same-origin");
	http_add_field(request, "Cache-Control", view->has_secret ? "no-store" : "private, no-cache");
	http_add_field(request, "Vary", "Cookie, Accept-Language, Accept");
	http_add_field(request, "Content-Language", request_language(request));
	if (str_equal(chosen, "de") || str_equal(chosen, "en"))
		http_add_field(request, "Set-Cookie", arena_print(http_arena(request), "lang=%s; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", chosen));
}

void
page_end(struct http_request *request, struct page_view *view, int status, const char *name)
{
	reload(request); /* no text of the old library is used below */
	const struct pages *pages = pages_of(request);
	const struct mustache *template = library_template(pages->library, name);
	const char *error;
	struct str html = {0};
	assert(template != NULL && "a page without its template");
	json_close_map(&view->writer);
	const struct json *contexts[] = {library_texts(pages->library, page_is_english(request)), make_frame(request),
		json_read(http_arena(request), view->text.bytes, view->text.length, &error)};
	assert(contexts[2] != NULL && "a view that is no JSON");
	mustache_render(template, contexts, 3, library_template, pages->library, &html);
	add_fields(request, view);
	http_reply(request, status, "text/html; charset=utf-8", str_text(&html), html.length);
	str_free(&html);
	str_free(&view->text);
}

/* ---- replies of the database ---- */

const struct json *
page_read(struct http_request *request, const struct db_rows *rows, int *ret_status)
{
	const char *error, *body = db_count(rows) == 1 ? db_text(rows, 0, "body") : NULL;
	const struct json *document = body == NULL ? NULL : json_read(http_arena(request), body, db_length(rows, 0, "body"), &error);
	*ret_status = document == NULL ? 500 : (int)db_number(rows, 0, "status");
	return document;
}

/* A session that is a day old goes on under a new cookie: a page that is only looked at takes the way over /sign-in/renew. */
static bool
must_renew(const struct http_request *request, const struct json *document)
{
	const char *site = http_field(request, "sec-fetch-dest");
	bool is_page = site == NULL || str_equal(site, "document");
	return str_equal(http_method(request), "GET") && is_page && json_as_bool(json_get(json_get(document, "me"), "must_renew"));
}

const struct json *
page_document(struct http_request *request, const struct db_rows *rows)
{
	int status;
	const struct json *document = page_read(request, rows, &status);
	if (document != NULL && status < 400 && !must_renew(request, document))
		return document;
	if (document != NULL && status < 400)
		page_redirect(request, arena_print(http_arena(request), "/sign-in/renew?next=%s", place_escape(http_arena(request), here(request))));
	else if (document == NULL)
		answer_problem(request, 500, "defect", "Das ist ein Fehler in hubd, nicht in der Anfrage.", "This is a defect of hubd, not of the request.");
	else if (status == 401)
		page_redirect(request, arena_print(http_arena(request), "/sign-in?next=%s", http_path(request)));
	else
		page_refuse(request, status, json_as_text(json_get(document, "title")), json_as_text(json_get(document, "detail")));
	return NULL;
}

bool
page_is_local(const char *location)
{
	if (location == NULL || location[0] != '/' || location[1] == '/' || location[1] == '\\')
		return false;
	for (; *location != '\0'; location++)
		if ((unsigned char)*location <= ' ' || *location == 0x7f || *location == '\\')
			return false;
	return true;
}

void
page_redirect(struct http_request *request, const char *location)
{
	assert(page_is_local(location));
	http_add_field(request, "Location", location);
	http_add_field(request, "Cache-Control", "no-store");
	http_reply(request, 303, NULL, "", 0);
}
