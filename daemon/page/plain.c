/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that are texts, and what everybody may set for themselves without signing in. */
#include "base/arena.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/page.h"
#include "page/pages.h"

static void
answer_text(struct http_request *request, const struct db_rows *rows, const char *title, const char *template)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, page_text(request, title));
	json_put_bool(&view.writer, page_is_english(request) ? "in_english" : "in_german", true);
	page_end(request, &view, 200, template);
}

void
page_answer_imprint(struct http_request *request, const struct db_rows *rows)
{
	answer_text(request, rows, "frame.imprint", "imprint");
}

void
page_answer_accessibility(struct http_request *request, const struct db_rows *rows)
{
	answer_text(request, rows, "frame.accessibility", "accessibility");
}

void
page_answer_design(struct http_request *request, const struct db_rows *rows)
{
	if (page_settings_of(request)->is_development)
		answer_text(request, rows, "frame.design", "design");
	else
		answer_problem(request, 404, "not-found", "Unter dieser Adresse gibt es nichts.", "There is nothing at this address.");
}

void
page_answer_settings(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	const char *scheme = request_form(request, "scheme"), *back = request_form(request, "back");
	bool is_chosen = str_equal(scheme, "light") || str_equal(scheme, "dark");
	http_add_field(request, "Set-Cookie", is_chosen
	    ? arena_print(http_arena(request), "scheme=%s; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", scheme)
	    : "scheme=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly");
	page_redirect(request, page_is_local(back) ? back : "/");
}
