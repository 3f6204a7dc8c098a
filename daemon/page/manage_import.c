/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managers' programmes: a file is uploaded, the worker tries it, its report is looked at, and then it comes in. */
#include "page/manage.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/pages.h"

enum { NAME_MAX_BYTES = 200, FILE_MAX = 16 * 1024 * 1024, SHOWN = 20 };

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

static const char *
number(struct http_request *request, int64_t value)
{
	return arena_print(http_arena(request), "%lld", (long long)value);
}

/* ---- the report ---- */

/* The lists of a report, in the order in which people want to know; the text is "import.list_…". */
static const struct list {
	const char *name, *inside; /* inside: a map of the report that holds it, or NULL */
} lists[] = {{"conflicts", NULL}, {"added", NULL}, {"retimed", "changed"}, {"room_changed", "changed"}, {"retitled", "changed"}, {"other", "changed"},
	{"placed", NULL}, {"gone", NULL}, {"skipped", NULL}};

static const char *
when(struct http_request *request, const struct json *item, const char *start, const char *end)
{
	struct dates dates = manage_dates(request);
	const char *from = json_as_text(json_get(item, start)), *to = json_as_text(json_get(item, end));
	return from == NULL || to == NULL ? NULL : dates_span(&dates, dates_read(from), dates_read(to));
}

/* Why it did not come in: by its code where the locale knows it, else what the reader said. */
static const char *
why(struct http_request *request, const struct json *item)
{
	const char *name = arena_print(http_arena(request), "import.codes.%s", text_of(item, "code")), *text = page_text(request, name);
	return str_equal(text, name) ? json_as_text(json_get(item, "text")) : text;
}

static void
put_in_the_way(struct json_writer *writer, const struct json *others)
{
	json_open_list(writer, "in_the_way");
	for (size_t i = 0; i < json_size(others); i++) {
		const struct json *other = json_at(others, i);
		json_open_map(writer, NULL);
		json_put_value(writer, "title", json_get(other, "title"));
		json_put_value(writer, "resource", json_get(other, "resource"));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_item(struct http_request *request, struct json_writer *writer, const struct json *item)
{
	const char *title = text_of(item, "title");
	json_open_map(writer, NULL);
	json_put_text(writer, "name", *title != '\0' ? title : *text_of(item, "uid") != '\0' ? text_of(item, "uid") : page_text(request, "manage.untitled"));
	json_put_text(writer, "place", *text_of(item, "place") != '\0' ? text_of(item, "place") : NULL);
	json_put_text(writer, "when", when(request, item, "start", "end"));
	json_put_text(writer, "was", when(request, item, "was", "was_end"));
	json_put_text(writer, "why", json_get(item, "code") != NULL ? why(request, item) : NULL);
	put_in_the_way(writer, json_get(item, "in_the_way"));
	json_close_map(writer);
}

static void
put_list(struct http_request *request, struct json_writer *writer, const char *name, const struct json *list)
{
	size_t count = json_size(list);
	if (count == 0)
		return;
	json_open_map(writer, NULL);
	json_put_text(writer, "name", name);
	json_put_text(writer, "heading", page_text(request, arena_print(http_arena(request), "import.list_%s", name)));
	json_put_text(writer, "count", number(request, (int64_t)count));
	json_put_bool(writer, "is_conflict", str_equal(name, "conflicts"));
	json_open_list(writer, "items");
	for (size_t i = 0; i < count && i < SHOWN; i++)
		put_item(request, writer, json_at(list, i));
	json_close_list(writer);
	if (count > SHOWN)
		json_put_text(writer, "more", page_say(request, "import.more", "count", number(request, (int64_t)(count - SHOWN)), NULL));
	json_close_map(writer);
}

static void
put_rooms(struct http_request *request, struct json_writer *writer, const struct json *report)
{
	const struct json *made = json_get(report, "rooms_created"), *missing = json_get(report, "no_such_room");
	json_put_bool(writer, "has_rooms", json_size(made) > 0);
	json_put_value(writer, "rooms", made);
	json_put_bool(writer, "has_missing", json_size(missing) > 0);
	json_open_list(writer, "missing");
	for (size_t i = 0; i < json_size(missing) && i < SHOWN; i++) {
		json_open_map(writer, NULL);
		json_put_value(writer, "place", json_get(json_at(missing, i), "place"));
		json_put_text(writer, "events", number(request, json_as_integer(json_get(json_at(missing, i), "events"))));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_notes(struct http_request *request, struct json_writer *writer, const struct json *notes)
{
	json_put_bool(writer, "has_notes", json_size(notes) > 0);
	json_open_list(writer, "notes");
	for (size_t i = 0; i < json_size(notes); i++) {
		int64_t count = json_as_integer(json_get(json_at(notes, i), "count"));
		json_open_map(writer, NULL);
		json_put_text(writer, "text", why(request, json_at(notes, i)));
		json_put_text(writer, "count", count > 1 ? number(request, count) : NULL);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_report(struct http_request *request, struct json_writer *writer, const struct json *report)
{
	json_open_map(writer, "report");
	json_put_text(writer, "summary", page_say(request, "import.summary", "events", number(request, json_as_integer(json_get(report, "events"))), "unchanged",
	    number(request, json_as_integer(json_get(report, "unchanged"))), NULL));
	const char *source = json_as_text(json_get(report, "source"));
	json_put_text(writer, "source", source == NULL ? NULL : page_say(request, json_as_bool(json_get(report, "is_new_source")) ? "import.source_new" : "import.source_known", "name", source, NULL));
	json_open_list(writer, "lists");
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const struct json *holder = lists[i].inside == NULL ? report : json_get(report, lists[i].inside);
		put_list(request, writer, lists[i].name, json_get(holder, lists[i].name));
	}
	json_close_list(writer);
	put_rooms(request, writer, report);
	put_notes(request, writer, json_get(report, "notes"));
	json_close_map(writer);
}

/* ---- out ---- */

static void
put_upload(struct http_request *request, struct json_writer *writer, const char *name, const struct json *upload, const char *zone)
{
	struct dates dates = manage_dates(request);
	const char *state = text_of(upload, "state");
	int64_t made = dates_local(zone, dates_read(text_of(upload, "made")));
	json_open_map(writer, name);
	json_put_text(writer, "id", number(request, json_as_integer(json_get(upload, "id"))));
	json_put_value(writer, "name", json_get(upload, "name"));
	json_put_value(writer, "person", json_get(upload, "person"));
	json_put_text(writer, "made", arena_print(dates.arena, "%s, %s", dates_short_date(&dates, made), dates_time(&dates, made)));
	json_put_text(writer, "state", page_text(request, arena_print(dates.arena, "import.state_%s", state)));
	json_put_bool(writer, "is_waiting", str_equal(state, "reading") || str_equal(state, "applying"));
	json_put_bool(writer, "is_looked", str_equal(state, "looked"));
	json_put_bool(writer, "is_done", str_equal(state, "done"));
	json_put_bool(writer, "is_failed", str_equal(state, "failed"));
	json_close_map(writer);
}

static void
answer_list(struct http_request *request, const struct json *document)
{
	const struct json *uploads = json_get(document, "uploads");
	struct page_view view;
	manage_begin(request, document, &view, page_text(request, "manage.tab_import"), "import");
	json_put_bool(&view.writer, "has_uploads", json_size(uploads) > 0);
	json_open_list(&view.writer, "uploads");
	for (size_t i = 0; i < json_size(uploads); i++)
		put_upload(request, &view.writer, NULL, json_at(uploads, i), text_of(json_get(document, "hub"), "zone"));
	json_close_list(&view.writer);
	json_put_bool(&view.writer, "creates_rooms", manage_is_ticked(request, "creates_rooms"));
	manage_end(request, document, &view, "manage-import");
}

void
page_answer_manage_import(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		answer_list(request, document);
}

void
page_answer_manage_import_one(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *upload = json_get(document, "upload"), *report = json_get(upload, "report");
	struct page_view view;
	if (document == NULL)
		return;
	const char *error = json_as_text(json_get(upload, "error"));
	manage_begin(request, document, &view, text_of(upload, "name"), "import");
	put_upload(request, &view.writer, "upload", upload, text_of(json_get(document, "hub"), "zone"));
	json_put_text(&view.writer, "error", str_equal(error, "too-much") ? page_text(request, "import.too_much") : error);
	if (json_kind(report) == JSON_IS_MAP)
		put_report(request, &view.writer, report);
	json_open_list(&view.writer, "scripts");
	json_put_text(&view.writer, NULL, "again.js");
	json_close_list(&view.writer);
	manage_end(request, document, &view, "manage-import-one");
}

/* ---- in ---- */

/* "C:\Programme\fosdem.ics" as browsers of long ago said it, and what is too long for a list. */
static const char *
short_name(struct http_request *request, const char *name)
{
	const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
	name = slash != NULL ? slash + 1 : name;
	name = back != NULL && back >= name ? back + 1 : name;
	size_t length = strlen(name) < NAME_MAX_BYTES ? strlen(name) : NAME_MAX_BYTES;
	while (length > 0 && !str_is_utf8(name, length))
		length--;
	return length > 0 ? arena_copy(http_arena(request), name, length) : page_text(request, "import.unnamed");
}

bool
page_ask_manage_import(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct manage_form form;
	size_t length;
	const char *name = NULL, *bytes = request_file(request, "file", &length, &name);
	manage_form_begin(request, ret_ask, &form);
	if (bytes == NULL || length == 0)
		manage_form_fault(&form, "file", "Bitte eine Datei wählen, in der etwas steht.", "Please choose a file that is not empty.");
	if (length > FILE_MAX)
		manage_form_fault(&form, "file", "Die Datei ist größer als 16 MiB: bitte mit „hubd import“ auf dem Server einlesen.",
		    "The file is larger than 16 MiB: please read it in with \"hubd import\" on the server.");
	if (form.fault->detail == NULL) {
		char *data = arena_take(http_arena(request), DIGEST_BASE64_SIZE(length));
		digest_base64_encode(bytes, length, data);
		json_put_text(&form.writer, "data", data);
		json_put_text(&form.writer, "name", short_name(request, name));
	}
	json_put_bool(&form.writer, "creates_rooms", manage_is_ticked(request, "creates_rooms"));
	return manage_form_end(&form, ret_ask);
}

void
page_answer_manage_import_add(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	if (json_get(document, "done") == NULL)
		answer_list(request, document);
	else
		page_redirect(request, arena_print(http_arena(request), "/hubs/%s/manage/import/%lld", route_parameter(request, "hub"),
		    (long long)json_as_integer(json_get(json_get(document, "done"), "id"))));
}

void
page_answer_manage_import_apply(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		page_redirect(request, arena_print(http_arena(request), "/hubs/%s/manage/import/%lld", route_parameter(request, "hub"),
		    (long long)json_as_integer(json_get(document, "id"))));
}
