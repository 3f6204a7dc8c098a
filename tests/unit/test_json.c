/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON: what is read is what was written, and what is no JSON is no value. */
#include "base/json.h"

#include <string.h>

#include "base/arena.h"
#include "check.h"

static const struct json *
read_text(struct arena *arena, const char *text, const char **ret_error)
{
	*ret_error = NULL;
	return json_read(arena, text, strlen(text), ret_error);
}

static void
values_of_all_kinds_are_read(void)
{
	struct arena *arena = arena_new();
	const char *error;
	const struct json *map = read_text(arena, " {\"t\":\"ä\\n\",\"i\":-9223372036854775808,\"r\":1.5,\"b\":true,\"n\":null,\"l\":[1,[],{}],\"m\":{\"x\":1}} ", &error);
	CHECK(map != NULL);
	CHECK_TEXT(json_as_text(json_get(map, "t")), "ä\n");
	CHECK(json_as_integer(json_get(map, "i")) == INT64_MIN);
	CHECK(json_as_real(json_get(map, "r")) > 1.4 && json_as_real(json_get(map, "i")) < 0);
	CHECK(json_as_bool(json_get(map, "b")));
	CHECK(json_kind(json_get(map, "n")) == JSON_IS_NULL);
	CHECK(json_kind(json_get(map, "missing")) == JSON_IS_MISSING);
	CHECK_NUMBER(json_size(json_get(map, "l")), 3);
	CHECK_NUMBER(json_as_integer(json_at(json_get(map, "l"), 0)), 1);
	CHECK(json_at(json_get(map, "l"), 3) == NULL);
	CHECK_NUMBER(json_size(map), 7);
	CHECK_TEXT(json_name_at(map, 0), "t");
	CHECK_TEXT(json_name_at(map, 6), "m");
	CHECK(json_name_at(map, 7) == NULL && json_value_at(map, 7) == NULL);
	CHECK(json_kind(json_value_at(map, 3)) == JSON_IS_BOOL);
	arena_free(arena);
}

static void
asking_for_another_kind_gives_nothing_and_harms_nothing(void)
{
	struct arena *arena = arena_new();
	const char *error;
	const struct json *list = read_text(arena, "[1,\"x\",{}]", &error);
	CHECK(json_get(list, "a") == NULL);
	CHECK(json_name_at(list, 0) == NULL);
	CHECK(json_as_text(json_at(list, 0)) == NULL);
	CHECK_NUMBER(json_as_integer(json_at(list, 1)), 0);
	CHECK(!json_as_bool(json_at(list, 0)));
	CHECK(json_at(json_at(list, 2), 0) == NULL);
	CHECK(json_get(NULL, "a") == NULL && json_at(NULL, 0) == NULL && json_size(NULL) == 0 && json_as_text(NULL) == NULL);
	arena_free(arena);
}

static void
what_is_no_json_is_refused_with_a_place(void)
{
	static const char *const wrong[] = {"", " ", "{", "}", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "nul", "01", "1 2", "{} x", "'a'", "\"\\u0000\"",
		"\"\\ud800\"", "\"\t\"", "{a:1}", "[1e999]", "99999999999999999999", "\xff", "[\"\xc3\"]"};
	struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const char *error;
		CHECK(read_text(arena, wrong[i], &error) == NULL);
		CHECK(error != NULL && strstr(error, "line") != NULL);
	}
	const char *error;
	CHECK(json_read(arena, "1\0", 2, &error) == NULL);
	arena_free(arena);
}

static void
depth_is_bounded_before_anything_recurses(void)
{
	struct arena *arena = arena_new();
	const char *error;
	char deep[200001];
	memset(deep, '[', 200000);
	deep[200000] = '\0';
	CHECK(read_text(arena, deep, &error) == NULL);
	CHECK(strstr(error, "32") != NULL);
	char fits[65] = {0};
	memset(fits, '[', 32);
	memset(fits + 32, ']', 32);
	CHECK(read_text(arena, fits, &error) != NULL);
	CHECK(read_text(arena, "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]", &error) != NULL);
	arena_free(arena);
}

static void
what_is_written_reads_back_the_same(void)
{
	struct arena *arena = arena_new();
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	const char *error;
	json_open_map(&writer, NULL);
	json_put_text(&writer, "a\"\\", "\x01\x1f\n\r\t\"\\/ ä 😀");
	json_put_text(&writer, "none", NULL);
	json_open_list(&writer, "list");
	json_put_integer(&writer, NULL, INT64_MIN);
	json_put_real(&writer, NULL, 0.1);
	json_put_bool(&writer, NULL, false);
	json_open_map(&writer, NULL);
	json_close_map(&writer);
	json_put_raw(&writer, NULL, "[1]");
	json_close_list(&writer);
	json_put_null(&writer, "null");
	json_close_map(&writer);
	const struct json *map = json_read(arena, text.bytes, text.length, &error);
	CHECK(map != NULL);
	CHECK_TEXT(json_as_text(json_get(map, "a\"\\")), "\x01\x1f\n\r\t\"\\/ ä 😀");
	CHECK(json_kind(json_get(map, "none")) == JSON_IS_NULL);
	CHECK(json_as_integer(json_at(json_get(map, "list"), 0)) == INT64_MIN);
	CHECK_NUMBER(json_size(json_get(map, "list")), 5);
	str_clear(&text);
	writer = (struct json_writer){.out = &text};
	json_put_value(&writer, NULL, json_get(map, "list"));
	CHECK(strstr(str_text(&text), "0.1") != NULL && text.bytes[0] == '[');
	str_free(&text);
	arena_free(arena);
}

TEST_MAIN(TEST(values_of_all_kinds_are_read), TEST(asking_for_another_kind_gives_nothing_and_harms_nothing),
    TEST(what_is_no_json_is_refused_with_a_place), TEST(depth_is_bounded_before_anything_recurses), TEST(what_is_written_reads_back_the_same))
