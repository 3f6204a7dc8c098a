/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /me/settings: language, mail that can wait, reminders; and the address in mails that ends those that are not necessary. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"

/* The reminders that the page offers; the API takes any. */
static const struct {
	int minutes;
	const char *field, *text;
} reminders[] = {{10080, "remind_10080", "settings.week"}, {1440, "remind_1440", "settings.day"}, {60, "remind_60", "settings.hour"},
	{15, "remind_15", "settings.quarter"}};
enum { REMINDERS = sizeof reminders / sizeof reminders[0] };

static const char *const waiting[] = {"now", "daily", "none"};
static const char *const languages[] = {"de", "en"};

static bool
has_reminder(const struct json *own, int minutes)
{
	const struct json *list = json_get(own, "reminders");
	for (size_t i = 0; i < json_size(list); i++)
		if (json_as_integer(json_at(list, i)) == minutes)
			return true;
	return false;
}

static void
put_choice(struct http_request *request, struct json_writer *writer, const char *section, const char *value, const char *chosen)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "value", value);
	json_put_text(writer, "label", page_text(request, arena_print(http_arena(request), "settings.%s_%s", section, value)));
	json_put_bool(writer, "is_chosen", str_equal(value, chosen));
	json_close_map(writer);
}

static void
put_choices(struct http_request *request, struct json_writer *writer, const struct json *own)
{
	json_open_list(writer, "languages");
	for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
		put_choice(request, writer, "language", languages[i], json_as_text(json_get(own, "language")));
	json_close_list(writer);
	json_open_list(writer, "waiting");
	for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++)
		put_choice(request, writer, "waiting", waiting[i], json_as_text(json_get(own, "mail_waiting")));
	json_close_list(writer);
	json_open_list(writer, "reminders");
	for (size_t i = 0; i < REMINDERS; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "field", reminders[i].field);
		json_put_text(writer, "label", page_text(request, reminders[i].text));
		json_put_bool(writer, "is_chosen", has_reminder(own, reminders[i].minutes));
		json_close_map(writer);
	}
	json_close_list(writer);
}

void
page_answer_my_settings(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, page_text(request, "settings.title"));
	json_put_bool(&view.writer, "has_breadcrumb", true);
	json_open_list(&view.writer, "breadcrumb");
	parts_put_crumb(&view.writer, page_text(request, "my.title"), "/me");
	parts_put_crumb(&view.writer, page_text(request, "settings.title"), NULL);
	json_close_list(&view.writer);
	json_put_bool(&view.writer, "is_saved", str_equal(parts_parameter(request, "done"), "saved"));
	put_choices(request, &view.writer, json_get(document, "own"));
	page_end(request, &view, 200, "my-settings");
}

/* The form as PATCH /api/v1/people/me would have it. */
bool
page_ask_my_settings(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "person", "me");
	if (request_form(request, "language") != NULL)
		json_put_text(&writer, "language", request_form(request, "language"));
	if (request_form(request, "waiting") != NULL)
		json_put_text(&writer, "mail_waiting", request_form(request, "waiting"));
	json_open_list(&writer, "reminders");
	for (size_t i = 0; i < REMINDERS; i++)
		if (request_form(request, reminders[i].field) != NULL)
			json_put_integer(&writer, NULL, reminders[i].minutes);
	json_close_list(&writer);
	json_close_map(&writer);
	return true;
}

void
page_answer_settings_saved(struct http_request *request, const struct db_rows *rows)
{
	if (page_document(request, rows) != NULL)
		page_redirect(request, "/me/settings?done=saved");
}

/* ---- /unsubscribe/{token}/{class}: works without signing in, for whoever holds the mail ---- */

static void
show(struct http_request *request, const struct db_rows *rows, bool is_done)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, page_text(request, is_done ? "settings.stopped" : "settings.stop"));
	json_put_bool(&view.writer, "is_done", is_done);
	page_end(request, &view, 200, "unsubscribe");
}

/* Only looks: programs that open every address of a mail must not unsubscribe anybody. */
void
page_answer_unsubscribe(struct http_request *request, const struct db_rows *rows)
{
	show(request, rows, false);
}

void
page_answer_unsubscribed(struct http_request *request, const struct db_rows *rows)
{
	show(request, rows, true);
}
