/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managers' events: the lists, the form (new, changed, copied), a conflict with its alternatives as buttons, cancelling. */
#include "page/manage.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/zone.h"
#include "page/manage_series.h"
#include "page/pages.h"

enum { DAY = 86400, TITLE_MAX = 500, TEXT_MAX = 50000, LINE_MAX = 500, ADDRESS_MAX = 2000, PAGE_MAX = 10000, PAGE_SIZE = 100 };

static const char *const sorts[] = {"coming", "draft", "unplaced", "past", "cancelled", NULL};
static const char *const states[] = {"confirmed", "tentative", "draft", NULL};
static const char *const audiences[] = {"public", "members", "invited", NULL};

/* ---- the lists ---- */

static const char *
shown(const struct http_request *request)
{
	const char *wanted = http_parameter(request, "show");
	for (size_t i = 0; wanted != NULL && sorts[i] != NULL; i++)
		if (str_equal(sorts[i], wanted))
			return wanted;
	return "coming";
}

static int64_t
page_number(const struct http_request *request)
{
	const char *text = http_parameter(request, "page");
	int64_t number;
	return text != NULL && str_number(text, 1, PAGE_MAX, &number) ? number : 0;
}

bool
page_ask_manage_events(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "show", shown(request));
	json_put_integer(&writer, "page", page_number(request));
	json_close_map(&writer);
	return true;
}

static const char *
when_of(struct http_request *request, const struct json *event)
{
	struct dates dates = manage_dates(request);
	int64_t start = dates_read(json_as_text(json_get(event, "local_start"))), end = dates_read(json_as_text(json_get(event, "local_end")));
	return json_as_bool(json_get(event, "is_all_day")) ? dates_days(&dates, start, end) : dates_span(&dates, start, end);
}

static void
put_row(struct http_request *request, struct json_writer *writer, const struct json *event)
{
	const char *state = json_as_text(json_get(event, "state")), *places = "";
	const char *title_en = json_as_text(json_get(event, "title_en"));
	const struct json *resources = json_get(event, "resources");
	for (size_t i = 0; i < json_size(resources); i++)
		places = arena_print(http_arena(request), "%s%s%s", places, i > 0 ? ", " : "",
		    json_as_text(json_get(json_at(resources, i), page_is_english(request) ? "name_en" : "name")));
	json_open_map(writer, NULL);
	json_put_value(writer, "id", json_get(event, "id"));
	json_put_text(writer, "date", json_as_text(json_get(event, "recurrence_id")));
	json_put_text(writer, "title", page_is_english(request) && title_en != NULL && *title_en != '\0' ? title_en : json_as_text(json_get(event, "title")));
	json_put_text(writer, "when", when_of(request, event));
	json_put_text(writer, "places", *places != '\0' ? places : json_as_text(json_get(event, "place")));
	json_put_text(writer, "state", page_text(request, arena_print(http_arena(request), "manage.state_%s", state)));
	json_put_bool(writer, "is_plain", str_equal(state, "confirmed"));
	json_put_bool(writer, "is_cancelled", str_equal(state, "cancelled"));
	json_put_bool(writer, "is_unplaced", json_as_bool(json_get(event, "is_unplaced")) && !str_equal(state, "cancelled"));
	json_close_map(writer);
}

static void
put_sorts(struct http_request *request, struct json_writer *writer)
{
	json_open_list(writer, "sorts");
	for (size_t i = 0; sorts[i] != NULL; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "value", sorts[i]);
		json_put_text(writer, "label", page_text(request, arena_print(http_arena(request), "manage.show_%s", sorts[i])));
		json_put_bool(writer, "is_chosen", str_equal(sorts[i], shown(request)));
		json_close_map(writer);
	}
	json_close_list(writer);
}

void
page_answer_manage_events(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	const struct json *events = json_get(document, "events");
	int64_t page = page_number(request);
	manage_begin(request, document, &view, page_text(request, "manage.tab_events"), "events");
	put_sorts(request, &view.writer);
	json_put_text(&view.writer, "show", shown(request));
	json_put_bool(&view.writer, "has_events", json_size(events) > 0);
	json_open_list(&view.writer, "events");
	for (size_t i = 0; i < json_size(events); i++)
		put_row(request, &view.writer, json_at(events, i));
	json_close_list(&view.writer);
	json_put_text(&view.writer, "nothing", page_text(request, arena_print(http_arena(request), "manage.nothing_%s", shown(request))));
	if (page > 0)
		json_put_text(&view.writer, "page_before", arena_print(http_arena(request), "%lld", (long long)page - 1));
	if (json_size(events) == PAGE_SIZE)
		json_put_text(&view.writer, "page_after", arena_print(http_arena(request), "%lld", (long long)page + 1));
	manage_end(request, document, &view, "manage-events");
}

/* ---- the form, on its way out ---- */

bool
page_ask_manage_event(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *copy = http_parameter(request, "copy"), *date = http_parameter(request, "date"), *own = route_parameter(request, "id");
	int64_t id, local;
	bool is_local;
	if (!str_number(own != NULL ? own : copy != NULL ? copy : "", 1, INT64_MAX, &id))
		return manage_ask(request, NULL, ret_ask);
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_integer(&writer, "id", id);
	if (date != NULL && when_parse(date, &local, &is_local) && is_local)
		json_put_text(&writer, "date", date);
	json_close_map(&writer);
	return true;
}

/* What <input type="datetime-local"> holds: the posted value, else the stored wall clock; the last day of whole days, not the one after. */
static const char *
time_value(struct http_request *request, const struct json *event, const char *name, const char *stored)
{
	const char *posted = request_form(request, name), *text = json_as_text(json_get(event, stored));
	char printed[WHEN_TEXT_SIZE];
	if (posted != NULL || text == NULL)
		return posted != NULL ? posted : "";
	when_print(dates_read(text) - (json_as_bool(json_get(event, "is_all_day")) && str_equal(name, "end") ? DAY : 0), printed);
	return arena_copy(http_arena(request), printed, 16);
}

static void
put_choices(struct http_request *request, struct json_writer *writer, const char *name, const char *field, const struct json *all, const struct json *event)
{
	json_open_list(writer, name);
	for (size_t i = 0; i < json_size(all); i++) {
		const char *slug = json_as_text(json_get(json_at(all, i), "slug"));
		json_open_map(writer, NULL);
		json_put_text(writer, "value", slug);
		json_put_value(writer, "label", json_get(json_at(all, i), "name"));
		json_put_bool(writer, "is_chosen", manage_has(request, event, field, slug));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_values(struct http_request *request, struct json_writer *writer, const struct json *event)
{
	static const char *const names[] = {"title", "title_en", "text", "text_en", "place", "organiser", "price", "url", "online_url", "image_url", NULL};
	const struct json *speakers = json_get(event, "speakers");
	const char *lines = "";
	for (size_t i = 0; i < json_size(speakers); i++)
		lines = arena_print(http_arena(request), "%s%s\n", lines, json_as_text(json_at(speakers, i)));
	json_open_map(writer, "value");
	for (const char *const *name = names; *name != NULL; name++)
		json_put_text(writer, *name, manage_value(request, event, *name));
	json_put_text(writer, "speakers", request_form(request, "speakers") != NULL ? request_form(request, "speakers") : lines);
	json_put_text(writer, "start", time_value(request, event, "start", "local_start"));
	json_put_text(writer, "end", time_value(request, event, "end", "local_end"));
	json_put_bool(writer, "is_all_day", str_equal(http_method(request), "POST") ? manage_is_ticked(request, "is_all_day")
	    : json_as_bool(json_get(event, "is_all_day")));
	json_close_map(writer);
}

static void
put_event_choices(struct http_request *request, struct json_writer *writer, const struct json *document, const struct json *event)
{
	const char *state = manage_value(request, event, "state"), *audience = manage_value(request, event, "audience");
	manage_put_words(request, writer, "states", "state", states, *state != '\0' ? state : "confirmed");
	manage_put_words(request, writer, "audiences", "audience", audiences, *audience != '\0' ? audience : "public");
	put_choices(request, writer, "topics", "topics", json_get(document, "topics"), event);
	put_choices(request, writer, "resources", "resources", json_get(document, "resources"), event);
	json_put_bool(writer, "has_resources", json_size(json_get(document, "resources")) > 0);
}

static void
answer_form(struct http_request *request, const struct json *document)
{
	const struct json *event = json_get(document, "event");
	bool is_new = route_parameter(request, "id") == NULL;
	struct page_view view;
	manage_begin(request, document, &view, is_new ? page_text(request, "manage.new_event") : json_as_text(json_get(event, "title")), "events");
	json_put_bool(&view.writer, "is_new", is_new);
	json_open_list(&view.writer, "stored");
	if (!is_new)
		put_row(request, &view.writer, event);
	json_close_list(&view.writer);
	json_put_text(&view.writer, "revision", is_new ? "" : manage_value(request, event, "revision"));
	put_values(request, &view.writer, event);
	put_event_choices(request, &view.writer, document, event);
	manage_series_put_form(request, &view.writer, document, event);
	manage_end(request, document, &view, "manage-event");
}

void
page_answer_manage_event(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		answer_form(request, document);
}

/* ---- the form, on its way in ---- */

/* Whole days end on the midnight after the last of them. */
static void
put_days(struct manage_form *form, const struct zone *zone, const char *start, const char *end)
{
	struct arena *arena = http_arena(form->request);
	char text[WHEN_TEXT_SIZE];
	int64_t last;
	bool is_local = false;
	const char *midnight = end == NULL || strlen(end) < 10 ? NULL : arena_print(arena, "%.10sT00:00:00Z", end);
	if (midnight == NULL || !when_parse(midnight, &last, &is_local)) {
		manage_form_span(form, zone, start, NULL);
		return;
	}
	when_print(last + DAY, text);
	manage_form_span(form, zone, start != NULL && strlen(start) >= 10 ? arena_print(arena, "%.10sT00:00", start) : NULL,
	    arena_copy(arena, text, strlen(text) - 1));
}

/* Of a button that a refusal offered: "start end resource". */
static bool
put_alternative(struct manage_form *form, const struct zone *zone, const char *button)
{
	struct arena *arena = http_arena(form->request);
	const char *first = strchr(button, ' '), *second = first != NULL ? strchr(first + 1, ' ') : NULL;
	if (second == NULL)
		return false;
	manage_form_span(form, zone, arena_copy(arena, button, (size_t)(first - button)), arena_copy(arena, first + 1, (size_t)(second - first - 1)));
	bool is_one = request_form_at(form->request, "resources", 1) == NULL;
	if (second[1] != '\0' && is_one) {
		json_open_list(&form->writer, "resources");
		json_put_text(&form->writer, NULL, second + 1);
		json_close_list(&form->writer);
	} else {
		manage_form_list(form, "resources");
	}
	json_put_bool(&form->writer, "is_all_day", false);
	return true;
}

static void
put_when_and_where(struct manage_form *form, const struct zone *zone)
{
	const char *button = request_form(form->request, "alternative");
	const char *start = request_form(form->request, "start"), *end = request_form(form->request, "end");
	bool is_all_day = manage_is_ticked(form->request, "is_all_day");
	if (button != NULL && put_alternative(form, zone, button))
		return;
	if (is_all_day)
		put_days(form, zone, start, end);
	else
		manage_form_span(form, zone, start, end);
	manage_form_list(form, "resources");
	json_put_bool(&form->writer, "is_all_day", is_all_day);
}

/* Addresses end up in links: only what a browser may be sent to. */
static void
put_address(struct manage_form *form, const char *name)
{
	const char *text = request_form(form->request, name);
	if (text != NULL && *text != '\0' && ((!str_starts(text, "https://") && !str_starts(text, "http://")) || text[strcspn(text, " \t\r\n\"<>")] != '\0'))
		manage_form_fault(form, name, "Das ist keine Webadresse; richtig ist https://example.org/seite.", "This is no web address; right is https://example.org/page.");
	manage_form_text(form, name, ADDRESS_MAX);
}

static void
put_word(struct manage_form *form, const char *name, const char *const *words)
{
	const char *text = request_form(form->request, name);
	for (; text != NULL && *words != NULL; words++)
		if (str_equal(text, *words))
			json_put_text(&form->writer, name, text);
}

static void
put_texts(struct manage_form *form)
{
	const char *title = request_form(form->request, "title");
	if (title == NULL || title[strspn(title, " ")] == '\0')
		manage_form_fault(form, "title", "Der Titel fehlt.", "The title is missing.");
	manage_form_text(form, "title", TITLE_MAX);
	manage_form_text(form, "title_en", TITLE_MAX);
	manage_form_text(form, "text", TEXT_MAX);
	manage_form_text(form, "text_en", TEXT_MAX);
	manage_form_text(form, "place", LINE_MAX);
	manage_form_text(form, "organiser", LINE_MAX);
	manage_form_text(form, "price", LINE_MAX);
	put_address(form, "url");
	put_address(form, "online_url");
	put_address(form, "image_url");
}

bool
page_ask_manage_event_write(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	const struct zone *zone;
	struct manage_form form;
	const char *revision = request_form(request, "revision");
	if (!manage_series_has_looked(request, looked, ret_ask, &zone))
		return true;
	manage_form_begin(request, ret_ask, &form);
	put_texts(&form);
	if (manage_series_repeats(looked)) {
		manage_series_put_change(&form, looked, zone);
		manage_form_list(&form, "resources");
	} else {
		put_when_and_where(&form, zone);
		manage_series_put_new(&form, looked, zone);
	}
	put_word(&form, "state", states);
	put_word(&form, "audience", audiences);
	manage_form_list(&form, "topics");
	manage_form_split(&form, "speakers", "\n");
	if (revision != NULL && *revision != '\0')
		json_put_text(&form.writer, "revision", revision);
	return manage_form_end(&form, ret_ask);
}

void
page_answer_manage_event_write(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL && !manage_redirect(request, document, "/events", route_parameter(request, "id") == NULL ? "event_made" : "event_changed"))
		answer_form(request, document);
}

bool
page_ask_manage_event_cancel(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	const struct zone *zone;
	struct json_writer writer = {.out = &ret_ask->input};
	int64_t id;
	if (!str_number(route_parameter(request, "id"), 1, INT64_MAX, &id))
		return manage_ask(request, looked, ret_ask);
	if (!manage_series_has_looked(request, looked, ret_ask, &zone))
		return true;
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_integer(&writer, "id", id);
	bool is_right = manage_series_put_cancel(request, ret_ask, looked, &writer);
	json_close_map(&writer);
	return is_right;
}

void
page_answer_manage_event_cancel(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		manage_redirect(request, document, "/events", "event_cancelled");
}
