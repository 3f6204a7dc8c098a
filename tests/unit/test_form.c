/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands between a stranger's page and somebody's session: cookies, origins, posted forms. */
#include "dispatch/cookie.h"
#include "dispatch/form.h"

#include "base/arena.h"
#include "check.h"

static void
a_cookie_is_found_by_its_whole_name(void)
{
	struct arena *arena = arena_new();
	CHECK_TEXT(cookie_parse(arena, "a=1; hubd=xyz; b=2", "hubd"), "xyz");
	CHECK_TEXT(cookie_parse(arena, "hubd=xyz", "hubd"), "xyz");
	CHECK_TEXT(cookie_parse(arena, "a=1;hubd=x=y ", "hubd"), "x=y");
	CHECK_TEXT(cookie_parse(arena, "a=1, hubd=xyz", "hubd"), "xyz");
	CHECK_TEXT(cookie_parse(arena, "hubd=", "hubd"), "");
	static const char *const others[] = {NULL, "", "nohubd=1", "hubd2=1", "a=hubd=1", "hubd", "__Host-hubd=1", "; ; ;"};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		CHECK(cookie_parse(arena, others[i], "hubd") == NULL);
	arena_free(arena);
}

static void
only_loopback_names_are_loopback(void)
{
	CHECK(cookie_is_loopback("127.0.0.1:8080") && cookie_is_loopback("localhost") && cookie_is_loopback("[::1]:80"));
	CHECK(!cookie_is_loopback("127.0.0.1.evil.example") && !cookie_is_loopback("localhost.example") && !cookie_is_loopback(NULL));
	CHECK(!cookie_is_loopback("10.0.0.1") && !cookie_is_loopback(""));
}

static void
a_form_of_another_site_is_told_apart(void)
{
	CHECK(origin_parse("same-origin", NULL, "https", "hubs.example"));
	CHECK(origin_parse(NULL, "https://hubs.example", "https", "hubs.example"));
	CHECK(origin_parse("same-origin", "http://127.0.0.1:8080", "http", "127.0.0.1:8080"));
	CHECK(!origin_parse(NULL, NULL, "https", "hubs.example"));
	CHECK(!origin_parse("cross-site", NULL, "https", "hubs.example") && !origin_parse("same-site", NULL, "https", "hubs.example"));
	CHECK(!origin_parse("none", NULL, "https", "hubs.example"));
	CHECK(!origin_parse("same-origin", "https://evil.example", "https", "hubs.example"));
	CHECK(!origin_parse("cross-site", "https://hubs.example", "https", "hubs.example"));
	CHECK(!origin_parse(NULL, "null", "https", "hubs.example") && !origin_parse(NULL, "http://hubs.example", "https", "hubs.example"));
	CHECK(!origin_parse(NULL, "https://hubs.example.evil.example", "https", "hubs.example"));
	CHECK(!origin_parse(NULL, "https://hubs.example:444", "https", "hubs.example"));
}

static void
fields_are_decoded_in_their_order(void)
{
	struct arena *arena = arena_new();
	struct form form;
	static const char body[] = "title=Caf%C3%A9+%26+Co&topic=ai&topic=iot&empty=&flag&&=x";
	CHECK(form_parse(arena, body, sizeof body - 1, &form));
	CHECK_TEXT(form_find(&form, "title", 0), "Café & Co");
	CHECK_TEXT(form_find(&form, "topic", 1), "iot");
	CHECK(form_find(&form, "topic", 2) == NULL && form_find(&form, "other", 0) == NULL);
	CHECK_TEXT(form_find(&form, "empty", 0), "");
	CHECK_TEXT(form_find(&form, "flag", 0), "");
	CHECK(form_parse(arena, "", 0, &form) && form.count == 0);
	arena_free(arena);
}

static void
what_cannot_be_text_is_refused(void)
{
	struct arena *arena = arena_new();
	struct form form;
	static const char *const wrong[] = {"a=%zz", "a=%00", "a=%ff", "%ff=1", "a=%c3"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK(!form_parse(arena, wrong[i], strlen(wrong[i]), &form));
	char many[2 * (FORM_FIELDS_MAX + 1)];
	for (size_t i = 0; i < sizeof many; i++)
		many[i] = i % 2 == 0 ? 'a' : '&';
	CHECK(!form_parse(arena, many, sizeof many, &form));
	CHECK(form_parse(arena, many, sizeof many - 2, &form) && form.count == FORM_FIELDS_MAX);
	arena_free(arena);
}

TEST_MAIN(TEST(a_cookie_is_found_by_its_whole_name), TEST(only_loopback_names_are_loopback), TEST(a_form_of_another_site_is_told_apart),
    TEST(fields_are_decoded_in_their_order), TEST(what_cannot_be_text_is_refused))
