/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Error pages: the same frame, one sentence of what happened, and ways on. They need no database. */
#include "page/page.h"
#include "page/pages.h"

#include <stdio.h>

#include "base/str.h"
#include "http/http.h"

void
page_refuse(struct http_request *request, int status, const char *title, const char *detail)
{
	struct page_view view;
	char number[16];
	snprintf(number, sizeof number, "%d", status);
	page_begin(NULL, &view, title != NULL ? title : number);
	json_put_text(&view.writer, "status", number);
	json_put_text(&view.writer, "detail", detail);
	json_put_bool(&view.writer, "is_missing", status == 404);
	json_put_bool(&view.writer, "is_ours", status >= 500);
	json_put_bool(&view.writer, "may_try_again", status == 503 || status == 504);
	json_put_text(&view.writer, "request_id", http_request_id(request));
	page_end(request, &view, status, "error");
}

bool
page_answer_problem(struct http_request *request, int status, const char *problem, const char *title, const char *detail)
{
	(void)problem;
	page_refuse(request, status, title, detail);
	return true;
}
