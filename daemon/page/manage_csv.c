/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Managers' resources from a table: pasted, looked at line by line, then taken over whole or not at all. Here words become numbers
 * and slugs; whether a line fits the hub is SQL's.
 */
#include "page/manage.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/csv.h"
#include "page/pages.h"

enum { TABLE_MAX = 200000, CELL_MAX = 5000 };
enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_LIST, COLUMN_KIND, COLUMN_YES };

/* What a column may be called; the first name is the input's. An empty cell is left out. */
static const struct column {
	const char *names[4];
	enum column_kind kind;
	int low, high;
} columns[] = {
	{{"slug", "kurzname", "short name"}, COLUMN_TEXT, 0, 0},
	{{"name_de", "name", "name (deutsch)", "name deutsch"}, COLUMN_TEXT, 0, 0},
	{{"name_en", "name (englisch)", "name englisch", "english name"}, COLUMN_TEXT, 0, 0},
	{{"kind", "art"}, COLUMN_KIND, 0, 0},
	{{"site", "standort"}, COLUMN_TEXT, 0, 0},
	{{"capacity", "plätze", "personen", "places"}, COLUMN_NUMBER, 1, 100000},
	{{"features", "ausstattung"}, COLUMN_LIST, 0, 0},
	{{"pool", "anzahl", "number"}, COLUMN_NUMBER, 1, 1000},
	{{"parts", "teile"}, COLUMN_LIST, 0, 0},
	{{"setup_minutes", "vorlauf", "setup"}, COLUMN_NUMBER, 0, 1440},
	{{"turnover_minutes", "nachlauf", "turnover"}, COLUMN_NUMBER, 0, 1440},
	{{"is_bookable", "buchbar", "bookable"}, COLUMN_YES, 0, 0},
	{{"about_de", "beschreibung"}, COLUMN_TEXT, 0, 0},
	{{"about_en", "description"}, COLUMN_TEXT, 0, 0},
	{{"instructions_de", "anleitung"}, COLUMN_TEXT, 0, 0},
	{{"instructions_en", "instructions"}, COLUMN_TEXT, 0, 0},
	{{"safety_de", "sicherheit"}, COLUMN_TEXT, 0, 0},
	{{"safety_en", "safety"}, COLUMN_TEXT, 0, 0},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const struct word {
	const char *said, *meant;
} kind_words[] = {{"raum", "room"}, {"arbeitsplatz", "desk"}, {"tisch", "table"}, {"maschine", "machine"}, {"ausstattung", "equipment"},
	{"gerät", "equipment"}, {NULL, NULL}},
  yes_words[] = {{"ja", "yes"}, {"yes", "yes"}, {"1", "yes"}, {"x", "yes"}, {"true", "yes"}, {"nein", "no"}, {"no", "no"}, {"0", "no"}, {"false", "no"}, {NULL, NULL}};

static const char *
meaning(const struct word *words, const char *said)
{
	for (; words->said != NULL; words++)
		if (str_equal_nocase(words->said, said))
			return words->meant;
	return NULL;
}

static const struct column *
find_column(const char *name)
{
	for (size_t i = 0; i < COLUMNS; i++)
		for (size_t j = 0; j < 4 && columns[i].names[j] != NULL; j++)
			if (str_equal_nocase(columns[i].names[j], name))
				return &columns[i];
	return NULL;
}

/* ---- one line ---- */

static void
put_error(struct json_writer *errors, const char *field, const char *detail)
{
	json_open_map(errors, NULL);
	json_put_text(errors, "pointer", field);
	json_put_text(errors, "detail", detail);
	json_close_map(errors);
}

static void
put_list(struct arena *arena, struct json_writer *writer, const char *name, const char *cell)
{
	json_open_list(writer, name);
	while (*cell != '\0') {
		size_t length = strcspn(cell, ",;|+"), start = strspn(cell, " "), end = length;
		while (end > start && cell[end - 1] == ' ')
			end--;
		if (end > start)
			json_put_text(writer, NULL, arena_copy(arena, cell + start, end - start));
		cell += length + (cell[length] != '\0');
	}
	json_close_list(writer);
}

static void
put_cell(struct http_request *request, struct json_writer *writer, struct json_writer *errors, const char *said, const char *cell)
{
	struct arena *arena = http_arena(request);
	const struct column *column = find_column(said);
	const char *name = column->names[0];
	int64_t number;
	if (*cell == '\0')
		return;
	if (strlen(cell) > CELL_MAX) {
		put_error(errors, name, page_say(request, "manage.csv_cell_too_long", "name", said, NULL));
	} else if (column->kind == COLUMN_LIST) {
		put_list(arena, writer, name, cell);
	} else if (column->kind == COLUMN_KIND) {
		json_put_text(writer, name, meaning(kind_words, cell) != NULL ? meaning(kind_words, cell) : cell);
	} else if (column->kind == COLUMN_YES) {
		if (meaning(yes_words, cell) == NULL)
			put_error(errors, name, page_say(request, "manage.csv_no_yes", "value", cell, NULL));
		else
			json_put_bool(writer, name, str_equal(meaning(yes_words, cell), "yes"));
	} else if (column->kind == COLUMN_NUMBER) {
		if (str_number(cell, column->low, column->high, &number))
			json_put_integer(writer, name, number);
		else
			put_error(errors, name, page_say(request, "manage.csv_no_number", "name", said, "value", cell, "low", arena_print(arena, "%d", column->low),
			    "high", arena_print(arena, "%d", column->high), NULL));
	} else {
		json_put_text(writer, name, cell);
	}
}

static void
put_line(struct http_request *request, struct json_writer *writer, const struct csv_row *names, const struct csv_row *row)
{
	struct str text = {0};
	struct json_writer errors = {.out = &text};
	json_open_map(writer, NULL);
	json_put_integer(writer, "line", (int64_t)row->line);
	json_open_map(writer, "resource");
	for (size_t i = 0; i < row->count && i < names->count; i++)
		put_cell(request, writer, &errors, names->cells[i], row->cells[i]);
	json_close_map(writer);
	if (row->count > names->count)
		put_error(&errors, NULL, page_text(request, "manage.csv_too_many_cells"));
	if (text.length > 0)
		json_put_raw(writer, "errors", arena_print(http_arena(request), "[%s]", str_text(&text)));
	json_close_map(writer);
	str_free(&text);
}

/* ---- in ---- */

static const char *
fault_of(struct http_request *request, enum csv_fault fault, size_t line)
{
	static const char *const names[] = {[CSV_OPEN_QUOTE] = "manage.csv_open_quote", [CSV_TOO_WIDE] = "manage.csv_too_wide",
		[CSV_TOO_LONG] = "manage.csv_too_long"};
	return page_say(request, names[fault], "line", arena_print(http_arena(request), "%zu", line), NULL);
}

/* Every name must be known once, and one of them the German name. */
static const char *
fault_of_names(struct http_request *request, const struct csv_row *names)
{
	bool has_name = false;
	for (size_t i = 0; i < names->count; i++) {
		const struct column *column = find_column(names->cells[i]);
		if (column == NULL)
			return page_say(request, "manage.csv_unknown_column", "name", names->cells[i], NULL);
		for (size_t j = 0; j < i; j++)
			if (find_column(names->cells[j]) == column)
				return page_say(request, "manage.csv_twice", "name", names->cells[i], NULL);
		has_name |= str_equal(column->names[0], "name_de");
	}
	return has_name ? NULL : page_text(request, "manage.csv_no_name");
}

static const char *
read_table(struct http_request *request, const char *text, struct csv *ret_csv)
{
	size_t line = 1;
	if (text == NULL || strlen(text) > TABLE_MAX)
		return page_text(request, text == NULL ? "manage.csv_empty" : "manage.csv_too_big");
	enum csv_fault fault = csv_read(http_arena(request), text, ret_csv, &line);
	if (fault != CSV_IS_RIGHT)
		return fault_of(request, fault, line);
	if (ret_csv->count < 2)
		return page_text(request, "manage.csv_empty");
	return fault_of_names(request, &ret_csv->rows[0]);
}

bool
page_ask_manage_csv(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct manage_form form;
	struct csv csv;
	manage_form_begin(request, ret_ask, &form);
	const char *fault = read_table(request, request_form(request, "table"), &csv);
	if (fault != NULL)
		manage_form_fault(&form, "table", fault, fault);
	json_open_list(&form.writer, "rows");
	for (size_t i = 1; fault == NULL && i < csv.count; i++)
		put_line(request, &form.writer, &csv.rows[0], &csv.rows[i]);
	json_close_list(&form.writer);
	json_put_bool(&form.writer, "apply", str_equal(request_form(request, "step"), "apply"));
	return manage_form_end(&form, ret_ask);
}

/* ---- out ---- */

static void
put_result(struct http_request *request, struct json_writer *writer, const struct json *row)
{
	const struct json *errors = json_get(row, "errors");
	bool is_wrong = json_as_bool(json_get(row, "is_wrong")), is_new = json_as_bool(json_get(row, "is_new"));
	json_open_map(writer, NULL);
	json_put_value(writer, "line", json_get(row, "line"));
	if (!is_wrong)
		json_put_value(writer, "slug", json_get(row, "slug"));
	json_put_bool(writer, "is_wrong", is_wrong);
	json_put_text(writer, "state", page_text(request, is_wrong ? "manage.csv_wrong" : is_new ? "manage.csv_new"
	    : json_as_bool(json_get(row, "is_changed")) ? "manage.csv_changed" : "manage.csv_same"));
	json_open_list(writer, "errors");
	for (size_t i = 0; i < json_size(errors); i++)
		json_put_value(writer, NULL, json_get(json_at(errors, i), "detail"));
	json_close_list(writer);
	json_close_map(writer);
}

static size_t
put_results(struct http_request *request, struct json_writer *writer, const struct json *rows)
{
	size_t wrong = 0;
	json_put_bool(writer, "has_rows", json_size(rows) > 0);
	json_open_list(writer, "rows");
	for (size_t i = 0; i < json_size(rows); i++) {
		wrong += json_as_bool(json_get(json_at(rows, i), "is_wrong"));
		put_result(request, writer, json_at(rows, i));
	}
	json_close_list(writer);
	return wrong;
}

void
page_answer_manage_csv(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	const char *table = request_form(request, "table");
	struct page_view view;
	if (document == NULL)
		return;
	if (json_as_bool(json_get(document, "is_applied"))) {
		page_redirect(request, arena_print(http_arena(request), "/hubs/%s/manage/resources?done=imported", route_parameter(request, "hub")));
		return;
	}
	const struct json *results = json_get(document, "rows");
	manage_begin(request, document, &view, page_text(request, "manage.csv_title"), "resources");
	json_put_text(&view.writer, "table", table != NULL ? table : "");
	size_t wrong = put_results(request, &view.writer, results);
	json_put_bool(&view.writer, "may_apply", json_size(results) > 0 && wrong == 0);
	if (wrong > 0)
		json_put_text(&view.writer, "wrong", page_say(request, wrong == 1 ? "manage.csv_wrong_one" : "manage.csv_wrong_many", "count",
		    arena_print(http_arena(request), "%zu", wrong), NULL));
	manage_end(request, document, &view, "manage-csv");
}
