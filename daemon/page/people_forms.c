/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forms about people: what each statement takes from its form, and where it leads when it is done. They post to the functions of the
 * API; the question that these ask back (what becomes of the bookings ahead?) is shown as a form of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"

enum { TEXT_MAX = 2000, FORMS_FIELDS = 9 };
enum field_kind { FIELD_TEXT, FIELD_WORD, FIELD_YES, FIELD_NUMBER, FIELD_DAY, FIELD_LIST };

/* A text that is empty is sent, a word that is empty is not: there "nothing chosen" differs from "nothing". */
static const struct field {
	const char *name;
	enum field_kind kind;
} fields[] = {
	{"mail", FIELD_TEXT}, {"name", FIELD_TEXT}, {"note", FIELD_TEXT}, {"answer", FIELD_TEXT}, {"sentence", FIELD_TEXT}, {"about", FIELD_TEXT},
	{"url", FIELD_TEXT}, {"size_class", FIELD_TEXT}, {"organisation", FIELD_TEXT}, {"kind", FIELD_WORD}, {"state", FIELD_WORD}, {"role", FIELD_WORD},
	{"bookings", FIELD_WORD}, {"language", FIELD_WORD}, {"drop_domain", FIELD_WORD}, {"accept", FIELD_YES}, {"is_admin", FIELD_YES},
	{"claim_domain", FIELD_YES}, {"delegate", FIELD_YES}, {"to", FIELD_NUMBER}, {"person", FIELD_NUMBER}, {"day", FIELD_DAY}, {"topics", FIELD_LIST}};

/* What stands in braces in done is the path's, or a member of what was answered. */
static const struct form_row {
	const char *path, *done;
	const char *fields[FORMS_FIELDS];
} forms[] = {
	{"/hubs/{hub}/join", "/hubs/{hub}/join?done={state}", {"mail", "name", "note"}},
	{"/join/{token}", "/hubs/{hub}/join?done=waiting", {NULL}},
	{"/invitations/{token}", "/invitations/{token}?done={state}", {"accept", "name"}},
	{"/me/invitations/{id}", "/me/organisations?done={state}", {"accept"}},
	{"/me/organisations", "/me/organisations?done=made", {"name", "kind", "size_class", "url", "claim_domain"}},
	{"/me/organisations/{organisation}", "/me/organisations/{organisation}?done=changed", {"name", "kind", "size_class", "url", "topics", "claim_domain", "drop_domain"}},
	{"/me/organisations/{organisation}/join", "/me/organisations/{organisation}?done=entered", {NULL}},
	{"/me/organisations/{organisation}/invite", "/me/organisations/{organisation}?done=invited", {"mail", "name", "role", "sentence"}},
	{"/me/organisations/{organisation}/members/{person}", "/me/organisations/{organisation}?done=changed", {"is_admin"}},
	{"/me/organisations/{organisation}/members/{person}/leave", "/me/organisations?done=left", {"bookings", "to"}},
	{"/me/organisation", "/me/organisations?done=changed", {"organisation"}},
	{"/me/teams", "/me/teams?done=made", {"name", "about"}},
	{"/me/teams/{team}", "/me/teams/{team}?done=changed", {"name", "about"}},
	{"/me/teams/{team}/invite", "/me/teams/{team}?done=invited", {"mail", "name", "role", "sentence"}},
	{"/me/teams/{team}/members/{person}", "/me/teams/{team}?done=changed", {"is_admin"}},
	{"/me/teams/{team}/members/{person}/leave", "/me/teams?done=left", {"bookings", "to"}},
	{"/me/delegates", "/me/delegates?done=invited", {"mail", "name", "sentence"}},
	{"/me/delegates/{person}/end", "/me/delegates?done=ended", {NULL}},
	{"/me/hubs/{hub}/leave", "/me?done=left", {"bookings"}},
	{"/hubs/{hub}/manage/members/invite", "/hubs/{hub}/manage/members?done=invited", {"mail", "name", "role", "language", "sentence"}},
	{"/hubs/{hub}/manage/members/day-pass", "/hubs/{hub}/manage/members?done=passed", {"mail", "name", "day", "language", "sentence"}},
	{"/hubs/{hub}/manage/members/roles", "/hubs/{hub}/manage/members?done=roles", {"person", "role"}},
	{"/hubs/{hub}/manage/members/{person}/end", "/hubs/{hub}/manage/members?done=roles", {"role", "bookings"}},
	{"/hubs/{hub}/manage/requests/{id}", "/hubs/{hub}/manage/members?done=answered", {"state", "answer"}},
	{"/hubs/{hub}/manage/invitations/{id}/revoke", "/hubs/{hub}/manage/members?done=revoked", {NULL}},
	{"/hubs/{hub}/manage/day-passes/{id}/revoke", "/hubs/{hub}/manage/members?done=revoked", {NULL}},
};
static const char *const in_path[] = {"hub", "person", "organisation", "team"};

static const struct form_row *
find_row(const struct http_request *request)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (str_equal(forms[i].path, request_pattern(request)))
			return &forms[i];
	abort();
}

static const struct field *
find_field(const char *name)
{
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (str_equal(fields[i].name, name))
			return &fields[i];
	abort();
}

/* ---- in ---- */

/* The token of a mail ends here; an id that is no number names nothing. */
static void
put_path(struct http_request *request, struct json_writer *writer)
{
	const char *token = route_parameter(request, "token"), *id = route_parameter(request, "id");
	char hash[DIGEST_HEX_SIZE];
	int64_t number = 0;
	for (size_t i = 0; i < sizeof in_path / sizeof in_path[0]; i++)
		if (route_parameter(request, in_path[i]) != NULL)
			json_put_text(writer, in_path[i], route_parameter(request, in_path[i]));
	if (id != NULL)
		json_put_integer(writer, "id", str_number(id, 1, INT64_MAX, &number) ? number : 0);
	if (token == NULL)
		return;
	digest_sha256_hex(token, strlen(token), hash);
	json_put_text(writer, "sha256", hash);
}

bool
page_ask_people(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	put_path(request, &writer);
	json_close_map(&writer);
	return true;
}

static bool
put_number(struct http_request *request, struct ask *ask, struct json_writer *writer, const char *name, const char *text)
{
	int64_t number;
	if (*text == '\0')
		return true;
	if (!str_number(text, 1, INT64_MAX, &number))
		return ask_refuse(request, ask, 422, "malformed-value", name, "„%s“ ist keine Nummer.", "\"%s\" is no number.", text);
	json_put_integer(writer, name, number);
	return true;
}

static void
put_list(struct http_request *request, struct json_writer *writer, const char *name)
{
	const char *value;
	json_open_list(writer, name);
	for (size_t i = 0; (value = request_form_at(request, name, i)) != NULL; i++)
		if (*value != '\0')
			json_put_text(writer, NULL, value);
	json_close_list(writer);
}

static bool
put_field(struct http_request *request, struct ask *ask, struct json_writer *writer, const struct field *field)
{
	const char *text = request_form(request, field->name);
	int64_t days;
	if (text == NULL)
		return true;
	if (strlen(text) > TEXT_MAX)
		return ask_refuse(request, ask, 422, "malformed-value", field->name, "Der Text ist zu lang: höchstens %d Zeichen.",
		    "The text is too long: at most %d characters.", (int)TEXT_MAX);
	if (field->kind == FIELD_NUMBER)
		return put_number(request, ask, writer, field->name, text);
	if (field->kind == FIELD_DAY && !when_parse_date(text, &days))
		return ask_refuse(request, ask, 422, "malformed-value", field->name, "Bitte einen Tag angeben.", "Please give a day.");
	if (field->kind == FIELD_YES)
		json_put_bool(writer, field->name, str_equal(text, "yes"));
	else if (field->kind == FIELD_LIST)
		put_list(request, writer, field->name);
	else if (field->kind != FIELD_WORD || *text != '\0')
		json_put_text(writer, field->name, text);
	return true;
}

bool
page_ask_people_form(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const struct form_row *row = find_row(request);
	struct json_writer writer = {.out = &ret_ask->input};
	bool is_right = true;
	json_open_map(&writer, NULL);
	put_path(request, &writer);
	for (size_t i = 0; i < FORMS_FIELDS && row->fields[i] != NULL; i++)
		is_right = put_field(request, ret_ask, &writer, find_field(row->fields[i])) && is_right;
	if (str_equal(row->path, "/me/delegates"))
		json_put_bool(&writer, "delegate", true);
	if (str_equal(row->path, "/me/organisation"))
		json_put_text(&writer, "person", "me");
	if (str_equal(row->path, "/me/hubs/{hub}/leave"))
		json_put_text(&writer, "person", "me");
	json_close_map(&writer);
	return is_right;
}

/* ---- out ---- */

/* The address with what the path and the answer name. */
static const char *
fill(struct http_request *request, const struct json *document, const char *address)
{
	struct str text = {0};
	while (*address != '\0') {
		const char *end = *address == '{' ? strchr(address, '}') : NULL;
		if (end == NULL) {
			str_char(&text, *address++);
			continue;
		}
		const char *name = arena_copy(http_arena(request), address + 1, (size_t)(end - address) - 1), *value = route_parameter(request, name);
		if (value == NULL)
			value = json_as_text(json_get(document, name));
		str_put(&text, value != NULL ? value : "");
		address = end + 1;
	}
	const char *filled = arena_copy(http_arena(request), str_text(&text), text.length);
	str_free(&text);
	return filled;
}

static void
put_ahead(struct http_request *request, struct json_writer *writer, const struct json *bookings)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	json_open_list(writer, "ahead");
	for (size_t i = 0; i < json_size(bookings); i++) {
		const struct json *booking = json_at(bookings, i);
		int64_t start = dates_read(json_as_text(json_get(booking, "local_start"))), end = dates_read(json_as_text(json_get(booking, "local_end")));
		json_open_map(writer, NULL);
		json_put_value(writer, "id", json_get(booking, "id"));
		json_put_value(writer, "what", json_get(booking, "title"));
		json_put_value(writer, "hub", json_get(booking, "hub"));
		json_put_text(writer, "when", dates_span(&dates, start, end));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* Whoever leaves is asked what becomes of what they have booked; what they had said before is said again with the answer. */
static void
ask_back(struct http_request *request, const struct json *problem)
{
	const struct form_row *row = find_row(request);
	const struct json *choices = json_get(problem, "choices");
	struct page_view view;
	page_begin(NULL, &view, page_text(request, "people.leave_title"));
	json_put_text(&view.writer, "action", http_path(request));
	json_put_value(&view.writer, "count", json_get(problem, "count"));
	json_put_bool(&view.writer, "may_hand_over", json_size(choices) > 2 && json_size(json_get(problem, "heirs")) > 0);
	json_put_value(&view.writer, "heirs", json_get(problem, "heirs"));
	put_ahead(request, &view.writer, json_get(problem, "bookings"));
	json_open_list(&view.writer, "again");
	for (size_t i = 0; i < FORMS_FIELDS && row->fields[i] != NULL; i++) {
		const char *value = request_form(request, row->fields[i]);
		if (value == NULL || *value == '\0' || str_equal(row->fields[i], "bookings") || str_equal(row->fields[i], "to"))
			continue;
		json_open_map(&view.writer, NULL);
		json_put_text(&view.writer, "field", row->fields[i]);
		json_put_text(&view.writer, "value", value);
		json_close_map(&view.writer);
	}
	json_close_list(&view.writer);
	page_end(request, &view, 409, "people-leave");
}

void
page_answer_people_form(struct http_request *request, const struct db_rows *rows)
{
	int status;
	const struct json *document = page_read(request, rows, &status);
	if (str_equal(json_as_text(json_get(document, "type")), "/problems/bookings-ahead")) {
		ask_back(request, document);
		return;
	}
	if (page_document(request, rows) != NULL)
		page_redirect(request, fill(request, document, find_row(request)->done));
}
