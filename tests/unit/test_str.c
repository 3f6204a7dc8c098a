/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/str.h"

#include <stdlib.h>

#include "base/arena.h"
#include "check.h"

static void
a_long_text_grows_without_losing_a_byte(void)
{
	struct str text = {0};
	CHECK_TEXT(str_text(&text), "");
	for (int i = 0; i < 5000; i++)
		str_print(&text, "%d,", i);
	CHECK_NUMBER(text.length, strlen(text.bytes));
	CHECK(str_starts(text.bytes, "0,1,2,") && str_ends(text.bytes, ",4998,4999,"));
	str_clear(&text);
	CHECK_NUMBER(text.length, 0);
	CHECK_TEXT(str_text(&text), "");
	str_char(&text, 'a');
	str_add(&text, "b\0c", 3);
	CHECK(text.length == 4 && memcmp(text.bytes, "ab\0c", 5) == 0);
	str_free(&text);
	CHECK(text.bytes == NULL && text.length == 0 && text.room == 0);
}

static void
what_is_handed_over_belongs_to_the_taker(void)
{
	struct str text = {0};
	size_t length = 9;
	char *empty = str_steal(&text, &length);
	CHECK_TEXT(empty, "");
	CHECK_NUMBER(length, 0);
	free(empty);
	str_put(&text, "abc");
	char *bytes = str_steal(&text, NULL);
	CHECK_TEXT(bytes, "abc");
	CHECK(text.bytes == NULL);
	free(bytes);
}

static void
texts_compare_the_same_in_every_locale(void)
{
	CHECK(str_equal("a", "a") && !str_equal("a", "A") && !str_equal("a", NULL) && str_equal(NULL, NULL));
	CHECK(str_equal_nocase("Content-Type", "content-tYPE") && !str_equal_nocase("a", "ab") && !str_equal_nocase("ab", "a"));
	CHECK(str_equal_nocase("", "") && !str_equal_nocase("[", "{") && !str_equal_nocase("\303\204", "\303\244"));
	CHECK(str_starts("abc", "ab") && str_starts("abc", "") && !str_starts("a", "ab"));
	CHECK(str_ends("abc", "bc") && str_ends("abc", "") && !str_ends("c", "bc"));
	CHECK(str_same_secret("abc", "abc") && !str_same_secret("abc", "abd") && !str_same_secret("abc", "ab") && str_same_secret("", ""));
}

static void
only_whole_numbers_in_range_are_numbers(void)
{
	static const struct {
		const char *text;
		int64_t low, high, number;
		bool good;
	} cases[] = {
	    {"0", 0, 9, 0, true}, {"-0", 0, 9, 0, true}, {"+7", 0, 9, 7, true}, {"007", 0, 9, 7, true}, {"10", 0, 9, 0, false},
	    {"-1", 0, 9, 0, false}, {"", 0, 9, 0, false}, {"-", 0, 9, 0, false}, {"+", 0, 9, 0, false}, {"1 ", 0, 9, 0, false},
	    {" 1", 0, 9, 0, false}, {"1.5", 0, 9, 0, false}, {"0x5", 0, 9, 0, false}, {"+-1", -9, 9, 0, false},
	    {"9223372036854775807", 0, INT64_MAX, INT64_MAX, true}, {"9223372036854775808", 0, INT64_MAX, 0, false},
	    {"-9223372036854775808", INT64_MIN, 0, INT64_MIN, true}, {"-9223372036854775809", INT64_MIN, 0, 0, false},
	    {"99999999999999999999999", 0, INT64_MAX, 0, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t number = 4711;
		bool good = str_number(cases[i].text, cases[i].low, cases[i].high, &number);
		if (good != cases[i].good)
			printf("\"%s\"\n", cases[i].text);
		CHECK_NUMBER(good, cases[i].good);
		CHECK_NUMBER(number, cases[i].good ? cases[i].number : 4711);
	}
}

static void
only_well_formed_utf8_comes_in(void)
{
	static const struct {
		const char *bytes;
		bool good;
	} cases[] = {
	    {"", true}, {"abc", true}, {"K\303\266ln", true}, {"\342\202\254", true}, {"\360\237\230\200", true}, {"\364\217\277\277", true},
	    {"\355\237\277", true}, {"\357\277\277", true}, {"\200", false}, {"\303", false}, {"\303(", false}, {"\300\200", false},
	    {"\301\277", false}, {"\340\237\277", false}, {"\355\240\200", false}, {"\360\217\277\277", false}, {"\364\220\200\200", false},
	    {"\365\200\200\200", false}, {"\342\202", false}, {"\377", false}, {"a\342\202\254\342\202", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_NUMBER(str_is_utf8(cases[i].bytes, strlen(cases[i].bytes)), cases[i].good);
	CHECK(str_is_utf8("a\0b", 3));
}

/* ---- the arena ---- */

static char order[8];

static void
note(void *thing)
{
	strncat(order, thing, 1);
}

static void
an_arena_gives_aligned_zeroed_memory_and_ends_what_was_tied_to_it(void)
{
	static char a[] = "a", b[] = "b", c[] = "c";
	struct arena *arena = arena_new();
	order[0] = '\0';
	arena_defer(arena, note, a);
	for (size_t size = 0; size < 20000; size = size * 2 + 1) {
		unsigned char *memory = arena_take(arena, size);
		CHECK_NUMBER((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			CHECK_NUMBER(memory[i], 0);
		memset(memory, 0xee, size);
	}
	arena_defer(arena, note, b);
	CHECK(arena_size(arena) > 32000);
	char *kept = arena_print(arena, "%s-%d", "x", 7);
	for (int i = 0; i < 10000; i++)
		arena_take(arena, 40);
	CHECK_TEXT(kept, "x-7");
	CHECK_TEXT(arena_copy(arena, "abc", 2), "ab");
	CHECK_TEXT(arena_copy(arena, NULL, 0), "");
	CHECK(arena_text(arena, NULL) == NULL);
	arena_defer(arena, note, c);
	arena_free(arena);
	CHECK_TEXT(order, "cba");
	arena_free(NULL);
}

TEST_MAIN(TEST(a_long_text_grows_without_losing_a_byte), TEST(what_is_handed_over_belongs_to_the_taker),
    TEST(texts_compare_the_same_in_every_locale), TEST(only_whole_numbers_in_range_are_numbers), TEST(only_well_formed_utf8_comes_in),
    TEST(an_arena_gives_aligned_zeroed_memory_and_ends_what_was_tied_to_it))
