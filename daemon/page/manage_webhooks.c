/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managers' webhooks: what is called when something happens, how it went last, sending it again. */
#include "page/manage.h"

#include "base/arena.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/pages.h"
#include "page/parts.h"

enum { URL_MAX = 2000, NUMBER_MAX = 20 };

/* What can be told, and its text. */
static const struct happening {
	const char *name, *text;
} happenings[] = {{"booking.confirmed", "webhooks.booking_confirmed"}, {"booking.moved", "webhooks.booking_moved"},
    {"booking.cancelled", "webhooks.booking_cancelled"}, {"event.created", "webhooks.event_created"}, {"event.changed", "webhooks.event_changed"},
    {"event.cancelled", "webhooks.event_cancelled"}};
enum { HAPPENINGS = sizeof happenings / sizeof happenings[0] };

static const char *
number(struct http_request *request, const struct json *document, const char *name)
{
	return arena_print(http_arena(request), "%lld", (long long)json_as_integer(json_get(document, name)));
}

static const char *
happening_of(struct http_request *request, const char *name)
{
	for (size_t i = 0; i < HAPPENINGS; i++)
		if (str_equal(happenings[i].name, name))
			return page_text(request, happenings[i].text);
	return name;
}

/* ---- GET /hubs/{hub}/manage/webhooks ---- */

static void
put_delivery(struct http_request *request, struct json_writer *writer, const struct json *delivery, const char *webhook)
{
	const char *state = json_as_text(json_get(delivery, "state"));
	json_open_map(writer, NULL);
	json_put_text(writer, "id", number(request, delivery, "id"));
	json_put_text(writer, "webhook", webhook);
	json_put_text(writer, "what", happening_of(request, json_as_text(json_get(delivery, "event"))));
	json_put_text(writer, "when", parts_say_moment(request, json_as_text(json_get(delivery, "created"))));
	json_put_text(writer, "state", page_text(request, arena_print(http_arena(request), "webhooks.state_%s", state)));
	json_put_bool(writer, "is_over", !str_equal(state, "waiting"));
	json_put_bool(writer, "is_bad", !str_equal(state, "delivered") && json_as_integer(json_get(delivery, "attempts")) > 0);
	json_put_text(writer, "attempts", number(request, delivery, "attempts"));
	if (json_kind(json_get(delivery, "status")) == JSON_IS_INTEGER)
		json_put_text(writer, "status", number(request, delivery, "status"));
	json_put_value(writer, "answer", json_get(delivery, "answer"));
	json_close_map(writer);
}

static void
put_told(struct http_request *request, struct json_writer *writer, const struct json *events)
{
	struct str words = {0};
	for (size_t i = 0; i < json_size(events); i++)
		str_print(&words, "%s%s", i > 0 ? ", " : "", happening_of(request, json_as_text(json_at(events, i))));
	json_put_text(writer, "told", str_text(&words));
	str_free(&words);
}

static void
put_webhook(struct http_request *request, struct json_writer *writer, const struct json *webhook)
{
	const struct json *deliveries = json_get(webhook, "deliveries");
	const char *id = number(request, webhook, "id");
	json_open_map(writer, NULL);
	json_put_text(writer, "id", id);
	json_put_value(writer, "url", json_get(webhook, "url"));
	json_put_bool(writer, "is_active", json_as_bool(json_get(webhook, "active")));
	put_told(request, writer, json_get(webhook, "events"));
	json_put_text(writer, "since", parts_say_moment(request, json_as_text(json_get(webhook, "created"))));
	json_put_bool(writer, "has_deliveries", json_size(deliveries) > 0);
	json_open_list(writer, "deliveries");
	for (size_t i = 0; i < json_size(deliveries); i++)
		put_delivery(request, writer, json_at(deliveries, i), id);
	json_close_list(writer);
	json_close_map(writer);
}

static void
put_choices(struct http_request *request, struct json_writer *writer)
{
	json_open_list(writer, "choices");
	for (size_t i = 0; i < HAPPENINGS; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "value", happenings[i].name);
		json_put_text(writer, "label", page_text(request, happenings[i].text));
		json_put_bool(writer, "is_chosen", manage_has(request, NULL, "events", happenings[i].name));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* The only page that ever shows the secret: the answer to the form, so that no address leads to it. */
static void
put_made(struct json_writer *writer, const struct json *made)
{
	if (made == NULL)
		return;
	json_open_map(writer, "made");
	json_put_value(writer, "url", json_get(made, "url"));
	json_put_value(writer, "secret", json_get(made, "secret"));
	json_close_map(writer);
}

void
page_answer_manage_webhooks(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *webhooks = json_get(document, "webhooks"), *made = json_get(document, "made");
	struct page_view view;
	if (document == NULL)
		return;
	manage_begin(request, document, &view, page_text(request, "manage.tab_webhooks"), "webhooks");
	view.has_secret = made != NULL;
	put_made(&view.writer, made);
	json_put_text(&view.writer, "url_typed", made == NULL ? manage_value(request, NULL, "url") : "");
	put_choices(request, &view.writer);
	json_put_bool(&view.writer, "has_webhooks", json_size(webhooks) > 0);
	json_open_list(&view.writer, "webhooks");
	for (size_t i = 0; i < json_size(webhooks); i++)
		put_webhook(request, &view.writer, json_at(webhooks, i));
	json_close_list(&view.writer);
	manage_end(request, document, &view, "manage-webhooks");
}

/* ---- the forms ---- */

bool
page_ask_manage_webhook(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct manage_form form;
	manage_form_begin(request, ret_ask, &form);
	manage_form_text(&form, "url", URL_MAX);
	if (request_form(request, "url") == NULL)
		manage_form_fault(&form, "url", "Die Adresse fehlt.", "The address is missing.");
	manage_form_list(&form, "events");
	return manage_form_end(&form, ret_ask);
}

bool
page_ask_manage_replay(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct manage_form form;
	manage_form_begin(request, ret_ask, &form);
	json_put_text(&form.writer, "delivery", arena_print(http_arena(request), "%.*s", (int)NUMBER_MAX, route_parameter(request, "delivery")));
	return manage_form_end(&form, ret_ask);
}

static void
lead_back(struct http_request *request, const struct db_rows *rows, const char *done)
{
	if (page_document(request, rows) != NULL)
		page_redirect(request, arena_print(http_arena(request), "/hubs/%s/manage/webhooks?done=%s", route_parameter(request, "hub"), done));
}

void
page_answer_manage_replayed(struct http_request *request, const struct db_rows *rows)
{
	lead_back(request, rows, "replayed");
}

void
page_answer_manage_webhook_ended(struct http_request *request, const struct db_rows *rows)
{
	lead_back(request, rows, "unhooked");
}
