/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stranger's title, or a mistake of ours, would do to every page. The published specification is tests/api/test_mustache.py's. */
#include "base/mustache.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "check.h"

static struct mustache *itself;

static const struct mustache *
find(void *context, const char *name)
{
	(void)context;
	return strcmp(name, "itself") == 0 ? itself : NULL;
}

static void
check_renders(const char *text, const char *under, const char *over, const char *want)
{
	struct arena *arena = arena_new();
	const char *problem;
	char *error = NULL;
	const struct json *contexts[] = {json_read(arena, under, strlen(under), &problem), json_read(arena, over, strlen(over), &problem)};
	struct mustache *template = mustache_new(text, strlen(text), &error);
	struct str out = {0};
	CHECK(template != NULL && contexts[0] != NULL && contexts[1] != NULL);
	if (template != NULL)
		mustache_render(template, contexts, 2, find, NULL, &out);
	CHECK_TEXT(str_text(&out), want);
	str_free(&out);
	mustache_free(template);
	free(error);
	arena_free(arena);
}

static void
a_title_never_becomes_markup(void)
{
	check_renders("<p title=\"{{t}}\">{{t}}</p>", "{}", "{\"t\": \"<b>\\\"'&amp;\"}",
	    "<p title=\"&lt;b&gt;&quot;&#39;&amp;amp;\">&lt;b&gt;&quot;&#39;&amp;amp;</p>");
	check_renders("{{t}}", "{}", "{\"t\": \"{{u}}\", \"u\": \"x\"}", "{{u}}");
}

static void
the_view_wins_over_the_frame(void)
{
	check_renders("{{a}}{{b}}{{c}}", "{\"a\": \"1\", \"b\": \"2\"}", "{\"b\": \"3\"}", "13");
	check_renders("{{#list}}{{a}}{{.}}{{/list}}", "{\"a\": \"-\"}", "{\"list\": [\"x\", \"y\"]}", "-x-y");
}

static void
what_is_empty_is_false(void)
{
	check_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{}", "{\"a\": \"\"}", "0");
	check_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{}", "{\"a\": []}", "0");
	check_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{}", "{\"a\": null}", "0");
	check_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{}", "{\"a\": \"no\"}", "1");
}

static void
what_is_no_html_is_not_escaped(void)
{
	struct arena *arena = arena_new();
	static const char text[] = "{\"t\": \"Müller & Söhne\"}";
	const char *problem;
	char *error = NULL;
	const struct json *context = json_read(arena, text, sizeof text - 1, &problem);
	struct mustache *template = mustache_new("{{t}}", 5, &error);
	struct str out = {0};
	mustache_render_plain(template, &context, 1, NULL, NULL, &out);
	CHECK_TEXT(str_text(&out), "Müller & Söhne");
	str_free(&out);
	mustache_free(template);
	arena_free(arena);
}

static void
a_partial_of_itself_ends(void)
{
	static const char text[] = "x{{>itself}}";
	char *error = NULL;
	itself = mustache_new(text, sizeof text - 1, &error);
	struct arena *arena = arena_new();
	const char *problem;
	const struct json *empty = json_read(arena, "{}", 2, &problem);
	struct str out = {0};
	mustache_render(itself, &empty, 1, find, NULL, &out);
	CHECK(out.length > 1 && out.length <= 20);
	str_free(&out);
	arena_free(arena);
	mustache_free(itself);
	itself = NULL;
}

static void
a_malformed_template_says_its_line(void)
{
	static const struct { const char *text, *line; } cases[] = {
		{"a\n{{#b}}", "2"}, {"{{/b}}", "1"}, {"a\nb\n{{#c}}{{/d}}", "3"}, {"{{a", "1"}, {"\n{{{a}}", "2"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *error = NULL;
		struct mustache *template = mustache_new(cases[i].text, strlen(cases[i].text), &error);
		CHECK(template == NULL && error != NULL && strstr(error, cases[i].line) != NULL);
		mustache_free(template);
		free(error);
	}
}

TEST_MAIN(TEST(a_title_never_becomes_markup), TEST(the_view_wins_over_the_frame), TEST(what_is_empty_is_false), TEST(what_is_no_html_is_not_escaped), TEST(a_partial_of_itself_ends),
    TEST(a_malformed_template_says_its_line))
