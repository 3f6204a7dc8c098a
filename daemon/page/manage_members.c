/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Managers' members: who asks, who is invited, who has which role, who comes for a day; and a table of people to invite. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/csv.h"
#include "page/manage.h"
#include "page/pages.h"
#include "page/people.h"

enum { TABLE_MAX = 200000, CELL_MAX = 254 };

static const char *const roles[] = {"member", "trainer", "manager", NULL};

/* What a column may be called; the first name is the input's. */
static const char *const columns[][5] = {
	{"mail", "e-mail", "email", "adresse", NULL}, {"name", "vor- und nachname", NULL, NULL, NULL}, {"role", "rolle", NULL, NULL, NULL},
	{"language", "sprache", NULL, NULL, NULL}};
enum { COLUMNS = sizeof columns / sizeof columns[0] };
static const struct word {
	const char *said, *meant;
} words[] = {{"member", "member"}, {"mitglied", "member"}, {"trainer", "trainer"}, {"trainerin", "trainer"}, {"manager", "manager"}, {"managerin", "manager"},
	{"de", "de"}, {"en", "en"}, {"hub-manager", "manager"}, {"hubmanager", "manager"}, {"deutsch", "de"}, {"englisch", "en"},
	{"german", "de"}, {"english", "en"}, {NULL, NULL}};

/* ---- the page ---- */

static const char *
join(struct http_request *request, const struct json *list, bool is_role)
{
	const char *joined = "";
	for (size_t i = 0; i < json_size(list); i++) {
		const char *text = json_as_text(json_at(list, i));
		joined = arena_print(http_arena(request), "%s%s%s", joined, i > 0 ? ", " : "", is_role ? people_word(request, "role", text) : text);
	}
	return joined;
}

static void
put_roles(struct http_request *request, struct json_writer *writer, const struct json *held)
{
	json_open_list(writer, "roles");
	for (const char *const *role = roles; *role != NULL; role++) {
		bool has = false;
		for (size_t i = 0; i < json_size(held); i++)
			has |= str_equal(json_as_text(json_at(held, i)), *role);
		json_open_map(writer, NULL);
		json_put_text(writer, "value", *role);
		json_put_text(writer, "label", people_word(request, "role", *role));
		json_put_bool(writer, "is_held", has);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_person(struct http_request *request, struct json_writer *writer, const struct json *person, const char *id)
{
	json_put_text(writer, id, arena_print(http_arena(request), "%lld", (long long)json_as_integer(json_get(person, id))));
	json_put_value(writer, "name", json_get(person, "name"));
	json_put_value(writer, "mail", json_get(person, "mail"));
	json_put_text(writer, "organisations", join(request, json_get(person, "organisations"), false));
}

static void
put_people(struct http_request *request, struct json_writer *writer, const struct json *people)
{
	json_open_list(writer, "people");
	for (size_t i = 0; i < json_size(people); i++) {
		json_open_map(writer, NULL);
		put_person(request, writer, json_at(people, i), "id");
		json_put_text(writer, "role_words", join(request, json_get(json_at(people, i), "roles"), true));
		put_roles(request, writer, json_get(json_at(people, i), "roles"));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_requests(struct http_request *request, struct json_writer *writer, const struct json *requests)
{
	json_put_bool(writer, "has_requests", json_size(requests) > 0);
	json_open_list(writer, "requests");
	for (size_t i = 0; i < json_size(requests); i++) {
		json_open_map(writer, NULL);
		put_person(request, writer, json_at(requests, i), "id");
		json_put_value(writer, "note", json_get(json_at(requests, i), "note"));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_passes(struct http_request *request, struct json_writer *writer, const struct json *passes)
{
	struct dates dates = manage_dates(request);
	json_put_bool(writer, "has_passes", json_size(passes) > 0);
	json_open_list(writer, "passes");
	for (size_t i = 0; i < json_size(passes); i++) {
		const char *day = json_as_text(json_get(json_at(passes, i), "day"));
		json_open_map(writer, NULL);
		put_person(request, writer, json_at(passes, i), "id");
		json_put_text(writer, "day", dates_date(&dates, dates_read(arena_print(http_arena(request), "%sT00:00:00", day))));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* GET /hubs/{hub}/manage/members */
void
page_answer_manage_members(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	manage_begin(request, document, &view, page_text(request, "people.members"), "members");
	put_requests(request, &view.writer, json_get(document, "requests"));
	put_people(request, &view.writer, json_get(document, "people"));
	put_roles(request, &view.writer, NULL);
	people_put_invitations(request, &view.writer, "invitations", json_get(document, "invitations"));
	put_passes(request, &view.writer, json_get(document, "passes"));
	json_put_value(&view.writer, "today", json_get(document, "today"));
	manage_end(request, document, &view, "manage-members");
}

/* ---- the table ---- */

static size_t
find_column(const char *name)
{
	for (size_t i = 0; i < COLUMNS; i++)
		for (size_t j = 0; columns[i][j] != NULL; j++)
			if (str_equal_nocase(columns[i][j], name))
				return i;
	return COLUMNS;
}

static const char *
meaning(const char *said)
{
	for (const struct word *word = words; word->said != NULL; word++)
		if (str_equal_nocase(word->said, said))
			return word->meant;
	return said;
}

/* NULL: the table is read, and its first line has a mail and a name. */
static const char *
read_table(struct http_request *request, struct csv *ret_csv)
{
	static const char *const faults[] = {[CSV_OPEN_QUOTE] = "manage.csv_open_quote", [CSV_TOO_WIDE] = "manage.csv_too_wide", [CSV_TOO_LONG] = "manage.csv_too_long"};
	const char *text = request_form(request, "table");
	size_t line = 1;
	bool has[COLUMNS] = {false};
	if (text == NULL || strlen(text) > TABLE_MAX)
		return page_text(request, text == NULL ? "manage.csv_empty" : "manage.csv_too_big");
	enum csv_fault fault = csv_read(http_arena(request), text, ret_csv, &line);
	if (fault != CSV_IS_RIGHT)
		return page_say(request, faults[fault], "line", arena_print(http_arena(request), "%zu", line), NULL);
	if (ret_csv->count < 2)
		return page_text(request, "manage.csv_empty");
	for (size_t i = 0; i < ret_csv->rows[0].count; i++) {
		size_t column = find_column(ret_csv->rows[0].cells[i]);
		if (column == COLUMNS || has[column])
			return page_say(request, column == COLUMNS ? "people.csv_unknown_column" : "manage.csv_twice", "name", ret_csv->rows[0].cells[i], NULL);
		has[column] = true;
	}
	return has[0] && has[1] ? NULL : page_text(request, "people.csv_no_mail");
}

static void
put_line(struct json_writer *writer, const struct csv_row *names, const struct csv_row *row)
{
	json_open_map(writer, NULL);
	json_put_integer(writer, "line", (int64_t)row->line);
	for (size_t i = 0; i < row->count && i < names->count; i++) {
		size_t column = find_column(names->cells[i]);
		if (*row->cells[i] != '\0' && strlen(row->cells[i]) <= CELL_MAX)
			json_put_text(writer, columns[column][0], column >= 2 ? meaning(row->cells[i]) : row->cells[i]);
	}
	json_close_map(writer);
}

/* POST /hubs/{hub}/manage/members/csv. A table that cannot be read has no rows: the answer says why. */
bool
page_ask_manage_members_csv(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	struct csv csv = {0};
	const char *fault = read_table(request, &csv);
	request_keep(request, (void *)(uintptr_t)fault);
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_open_list(&writer, "rows");
	for (size_t i = 1; fault == NULL && i < csv.count; i++)
		put_line(&writer, &csv.rows[0], &csv.rows[i]);
	json_close_list(&writer);
	json_put_bool(&writer, "dry_run", fault != NULL || !str_equal(request_form(request, "step"), "apply"));
	json_close_map(&writer);
	return true;
}

static void
put_report(struct http_request *request, struct json_writer *writer, const struct json *rows)
{
	json_put_bool(writer, "has_rows", json_size(rows) > 0);
	json_open_list(writer, "rows");
	for (size_t i = 0; i < json_size(rows); i++) {
		const struct json *row = json_at(rows, i);
		const char *state = json_as_text(json_get(row, "state"));
		json_open_map(writer, NULL);
		json_put_value(writer, "line", json_get(row, "line"));
		json_put_value(writer, "mail", json_get(row, "mail"));
		json_put_value(writer, "detail", json_get(row, "detail"));
		json_put_text(writer, "state", people_word(request, "csv", state));
		json_put_bool(writer, "is_wrong", str_equal(state, "wrong"));
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
show_csv(struct http_request *request, const struct json *document, const struct json *report, const char *fault, int status)
{
	const char *table = request_form(request, "table"), *hub = route_parameter(request, "hub");
	struct page_view view;
	page_begin(document, &view, page_text(request, "people.csv_title"));
	json_put_text(&view.writer, "base", arena_print(http_arena(request), "/hubs/%s/manage/members", hub));
	json_put_text(&view.writer, "table", table != NULL ? table : "");
	json_put_text(&view.writer, "fault", fault);
	put_report(request, &view.writer, json_get(report, "rows"));
	json_put_bool(&view.writer, "may_apply", status == 200 && fault == NULL && json_as_integer(json_get(report, "invited")) > 0);
	page_end(request, &view, fault != NULL ? 422 : status, "manage-members-csv");
}

/* GET of the same: the empty form. */
void
page_answer_manage_members_csv(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document != NULL)
		show_csv(request, document, NULL, NULL, 200);
}

void
page_answer_manage_members_import(struct http_request *request, const struct db_rows *rows)
{
	int status;
	const struct json *report = page_read(request, rows, &status);
	const char *fault = request_kept(request);
	/* 422 with rows is the report itself; anything else above 400 is a refusal like others. */
	if ((status >= 400 && json_get(report, "rows") == NULL) || report == NULL) {
		page_document(request, rows);
		return;
	}
	if (status == 200 && fault == NULL && str_equal(request_form(request, "step"), "apply"))
		page_redirect(request, arena_print(http_arena(request), "/hubs/%s/manage/members?done=invited", route_parameter(request, "hub")));
	else
		show_csv(request, NULL, report, fault, status);
}
