/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/csv.h"

#include <string.h>

#include "base/arena.h"

struct reader {
	struct arena *arena;
	const char *at;
	char divider;
	size_t line;
};

/* The one that the first line has most of. */
static char
find_divider(const char *text)
{
	static const char dividers[] = {'\t', ';', ','};
	char best = ',';
	size_t most = 0;
	for (size_t i = 0; i < sizeof dividers; i++) {
		size_t count = 0;
		for (const char *byte = text; *byte != '\0' && *byte != '\n'; byte++)
			count += *byte == dividers[i];
		if (count > most) {
			most = count;
			best = dividers[i];
		}
	}
	return best;
}

static bool
is_end(const struct reader *reader, char byte)
{
	return byte == '\0' || byte == '\n' || byte == '\r' || byte == reader->divider;
}

/* The end of a cell in quotes, at is behind the first one; NULL: it is never closed. Two of them inside are one. */
static const char *
closing_quote(const char *at)
{
	for (; *at != '\0'; at++)
		if (*at == '"' && *++at != '"')
			return at - 1;
	return NULL;
}

static const char *
read_quoted(struct reader *reader)
{
	const char *end = closing_quote(reader->at + 1);
	if (end == NULL)
		return NULL;
	char *cell = arena_take(reader->arena, (size_t)(end - reader->at)), *to = cell;
	for (const char *at = reader->at + 1; at < end; at++) {
		at += *at == '"';
		reader->line += *at == '\n';
		*to++ = *at;
	}
	reader->at = end + 1;
	return cell;
}

static const char *
trimmed(struct arena *arena, const char *text, size_t length)
{
	while (length > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		length--;
	}
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	return arena_copy(arena, text, length);
}

static enum csv_fault
read_cell(struct reader *reader, struct csv_row *row)
{
	bool is_quoted = *reader->at == '"';
	const char *cell = is_quoted ? read_quoted(reader) : NULL, *start = reader->at;
	if (row->count == CSV_CELLS_MAX)
		return CSV_TOO_WIDE;
	if (is_quoted && cell == NULL)
		return CSV_OPEN_QUOTE;
	while (!is_end(reader, *reader->at))
		reader->at++;
	row->cells[row->count++] = is_quoted ? cell : trimmed(reader->arena, start, (size_t)(reader->at - start));
	return CSV_IS_RIGHT;
}

static enum csv_fault
read_row(struct reader *reader, struct csv_row *row)
{
	*row = (struct csv_row){.line = reader->line, .cells = arena_take(reader->arena, CSV_CELLS_MAX * sizeof *row->cells)};
	for (;;) {
		enum csv_fault fault = read_cell(reader, row);
		if (fault != CSV_IS_RIGHT)
			return fault;
		if (*reader->at != reader->divider)
			break;
		reader->at++;
	}
	reader->at += *reader->at == '\r';
	if (*reader->at == '\n') {
		reader->at++;
		reader->line++;
	}
	return CSV_IS_RIGHT;
}

static bool
is_empty(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (*row->cells[i] != '\0')
			return false;
	return true;
}

enum csv_fault
csv_read(struct arena *arena, const char *text, struct csv *ret_csv, size_t *ret_line)
{
	static const char mark[] = "\xEF\xBB\xBF";
	if (strncmp(text, mark, 3) == 0)
		text += 3;
	struct reader reader = {.arena = arena, .at = text, .divider = find_divider(text), .line = 1};
	*ret_csv = (struct csv){.rows = arena_take(arena, CSV_ROWS_MAX * sizeof *ret_csv->rows)};
	while (*reader.at != '\0') {
		struct csv_row row;
		*ret_line = reader.line;
		enum csv_fault fault = ret_csv->count == CSV_ROWS_MAX ? CSV_TOO_LONG : read_row(&reader, &row);
		if (fault != CSV_IS_RIGHT)
			return fault;
		if (!is_empty(&row))
			ret_csv->rows[ret_csv->count++] = row;
	}
	return CSV_IS_RIGHT;
}
