/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables that people paste: what of a manager's list would be read as something else. */
#include "page/csv.h"

#include "base/arena.h"
#include "check.h"

static struct arena *arena;

static struct csv
read(const char *text)
{
	struct csv csv = {0};
	size_t line;
	arena_free(arena);
	arena = arena_new();
	CHECK_NUMBER(csv_read(arena, text, &csv, &line), CSV_IS_RIGHT);
	return csv;
}

static void
the_first_line_tells_what_divides(void)
{
	static const char *const tables[] = {"a,b\n1,2;x\n", "a;b\r\n1;2;x", "a\tb\n1\t2;x\n", "\xEF\xBB\xBF" "a , b\n 1 , 2;x"};
	for (size_t i = 0; i < 4; i++) {
		struct csv csv = read(tables[i]);
		CHECK_NUMBER(csv.count, 2);
		CHECK_NUMBER(csv.rows[0].count, 2);
		CHECK_TEXT(csv.rows[0].cells[0], "a");
		CHECK_TEXT(csv.rows[0].cells[1], "b");
		CHECK_TEXT(csv.rows[1].cells[0], "1");
	}
}

static void
quotes_hold_dividers_quotes_and_lines(void)
{
	struct csv csv = read("a,b\n\"x, \"\"y\"\"\nz\",\"\"\n\n  \nc,d");
	CHECK_NUMBER(csv.count, 3);
	CHECK_TEXT(csv.rows[1].cells[0], "x, \"y\"\nz");
	CHECK_TEXT(csv.rows[1].cells[1], "");
	CHECK_NUMBER(csv.rows[1].line, 2);
	CHECK_NUMBER(csv.rows[2].line, 6);
	csv = read("a,b\n5\" pipe,2");
	CHECK_TEXT(csv.rows[1].cells[0], "5\" pipe");
	CHECK_NUMBER(read("").count, 0);
	CHECK_NUMBER(read("\n\n , \n").count, 0);
}

static void
what_is_no_table_is_said_with_its_line(void)
{
	static const struct {
		const char *text;
		enum csv_fault fault;
		size_t line;
	} wrong[] = {{"a\n\"b", CSV_OPEN_QUOTE, 2}, {"a\n\nb\n\"\"\"", CSV_OPEN_QUOTE, 4}, {"\"", CSV_OPEN_QUOTE, 1},
		{",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,", CSV_TOO_WIDE, 1}};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct csv csv;
		size_t line = 0;
		CHECK_NUMBER(csv_read(arena, wrong[i].text, &csv, &line), wrong[i].fault);
		CHECK_NUMBER(line, wrong[i].line);
	}
}

static void
a_table_has_an_end(void)
{
	char text[2 * (CSV_ROWS_MAX + 1) + 1];
	struct csv csv;
	size_t line;
	for (size_t i = 0; i <= CSV_ROWS_MAX; i++)
		memcpy(text + 2 * i, "a\n", 3);
	CHECK_NUMBER(csv_read(arena, text, &csv, &line), CSV_TOO_LONG);
	text[2 * CSV_ROWS_MAX] = '\0';
	CHECK_NUMBER(csv_read(arena, text, &csv, &line), CSV_IS_RIGHT);
	CHECK_NUMBER(csv.count, CSV_ROWS_MAX);
	arena_free(arena);
}

TEST_MAIN(TEST(the_first_line_tells_what_divides), TEST(quotes_hold_dividers_quotes_and_lines), TEST(what_is_no_table_is_said_with_its_line),
    TEST(a_table_has_an_end))
