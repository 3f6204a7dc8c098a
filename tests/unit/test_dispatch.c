/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pure parts of the seam: which route, who asks, in which language, and what an end of a call means. */
#include "dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "check.h"
#include "dispatch/caller.h"
#include "dispatch/match.h"
#include "dispatch/outcome.h"
#include "dispatch/problem.h"
#include "ical/span.h"

static const struct route routes[] = {
	{.method = "GET", .path = "/"},
	{.method = "GET", .path = "/a"},
	{.method = "POST", .path = "/a"},
	{.method = "GET", .path = "/a/special"},
	{.method = "GET", .path = "/a/{id}"},
	{.method = "DELETE", .path = "/a/{id}"},
	{.method = "POST", .path = "/a/{id}/act"},
	{.method = "GET", .path = "/r/{hub}/{resource}"},
	{0},
};

static enum match_result
find(struct arena *arena, const char *method, const char *path, const struct route **route, struct match *match)
{
	*route = NULL;
	return match_find(arena, routes, method, path, route, match);
}

static void
paths_lead_to_their_routes(void)
{
	static const struct { const char *method, *path; int index; } cases[] = {
		{"GET", "/", 0}, {"GET", "/a", 1}, {"HEAD", "/a", 1}, {"POST", "/a", 2}, {"GET", "/a/special", 3}, {"GET", "/a/7", 4},
		{"DELETE", "/a/7", 5}, {"POST", "/a/7/act", 6}, {"GET", "/r/x/y", 7}};
	struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct route *route;
		struct match match;
		CHECK(find(arena, cases[i].method, cases[i].path, &route, &match) == MATCH_FOUND);
		CHECK_NUMBER(route - routes, cases[i].index);
	}
	arena_free(arena);
}

static void
what_is_no_path_of_ours_is_not_found(void)
{
	static const char *const paths[] = {"", "*", "//", "/a/", "/a/7/", "/a//act", "/b", "/a/7/act/x", "a", "/A", "/a/%zz", "/a/%00", "/a/%ff", "/a/.", "/a/..",
		"/a/%2e%2e", "/a%2f7", "/r/x", "/r//y"};
	struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		const struct route *route;
		struct match match;
		CHECK(find(arena, "GET", paths[i], &route, &match) == MATCH_NO_PATH);
	}
	arena_free(arena);
}

static void
parameters_are_decoded(void)
{
	struct arena *arena = arena_new();
	const struct route *route;
	struct match match;
	CHECK(find(arena, "GET", "/r/k%C3%B6ln/a%2Fb+c", &route, &match) == MATCH_FOUND);
	CHECK_NUMBER(match.count, 2);
	CHECK_TEXT(match.names[0], "hub");
	CHECK_TEXT(match.values[0], "köln");
	CHECK_TEXT(match.values[1], "a/b+c");
	arena_free(arena);
}

static void
allow_names_the_methods_of_the_path(void)
{
	struct arena *arena = arena_new();
	const struct route *route;
	struct match match;
	struct str allow = {0};
	CHECK(find(arena, "PUT", "/a/7", &route, &match) == MATCH_NO_METHOD);
	match_allow(routes, route, &allow);
	CHECK_TEXT(str_text(&allow), "OPTIONS, GET, HEAD, DELETE");
	CHECK(find(arena, "HEAD", "/a/7/act", &route, &match) == MATCH_NO_METHOD);
	str_free(&allow);
	arena_free(arena);
}

static void
tokens_are_found_where_they_may_be(void)
{
	struct arena *arena = arena_new();
	CHECK_TEXT(caller_parse_authorization(arena, "Bearer abc-._~+/12="), "abc-._~+/12=");
	CHECK_TEXT(caller_parse_authorization(arena, "bearer   abc"), "abc");
	CHECK_TEXT(caller_parse_authorization(arena, "Basic bWFyYTphYmM="), "abc");
	static const char *const wrong[] = {"", "Bearer", "Bearer ", "Bearer a b", "Bearer a=b", "Bearerabc", "Basic", "Basic ###", "Basic bWFyYQ==", "Basic bWFyYTo=",
		"Basic bWFyYTphYmM", "Digest abc", "Bearer \xc3\xa4"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK(caller_parse_authorization(arena, wrong[i]) == NULL);
	char longest[4000] = "Bearer ";
	memset(longest + 7, 'a', sizeof longest - 8);
	CHECK(caller_parse_authorization(arena, longest) == NULL);
	arena_free(arena);
}

static void
languages_are_chosen_as_asked(void)
{
	static const struct { const char *parameter, *field, *language; } cases[] = {
		{NULL, NULL, "de"}, {NULL, "", "de"}, {NULL, "en", "en"}, {NULL, "EN-us", "en"}, {NULL, "de,en", "de"}, {NULL, "en,de", "de"},
		{NULL, "en;q=0.9,de;q=0.8", "en"}, {NULL, "fr;q=1, en;q=0.1", "en"}, {NULL, "eng", "de"}, {NULL, "*", "de"}, {NULL, "de;q=0,*;q=0.1", "en"},
		{NULL, "en;q=x", "de"}, {NULL, ",,,;;;", "de"}, {"en", "de", "en"}, {"de", "en", "de"}, {"fr", "en", "en"}, {"", "en", "en"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_TEXT(caller_parse_language(cases[i].parameter, NULL, cases[i].field), cases[i].language);
	CHECK_TEXT(caller_parse_language(NULL, "en", "de"), "en");
	CHECK_TEXT(caller_parse_language("de", "en", "en"), "de");
	CHECK_TEXT(caller_parse_language(NULL, "fr", "en"), "en");
}

static void
tags_and_keys_are_read_or_refused(void)
{
	struct arena *arena = arena_new();
	CHECK_TEXT(caller_parse_tag(arena, "\"7\""), "7");
	CHECK_TEXT(caller_parse_tag(arena, "*"), "*");
	CHECK_TEXT(caller_parse_tag(arena, "W/\"7\""), "W/7");
	CHECK(caller_parse_tag(arena, "7") == NULL && caller_parse_tag(arena, "\"7") == NULL && caller_parse_tag(arena, "\"1\", \"2\"") == NULL);
	CHECK(caller_parse_tag(arena, "") == NULL);
	CHECK_TEXT(caller_parse_key(arena, "8e03978e-40d5"), "8e03978e-40d5");
	CHECK_TEXT(caller_parse_key(arena, "\"quoted\""), "quoted");
	CHECK(caller_parse_key(arena, "") == NULL && caller_parse_key(arena, "\"\"") == NULL && caller_parse_key(arena, "a b") == NULL);
	arena_free(arena);
}

static void
an_end_of_a_call_has_its_status(void)
{
	static const struct { enum db_outcome outcome; const char *sqlstate; bool is_write; int status; const char *problem; bool is_worth_repeating; } cases[] = {
		{DB_ERROR, "40001", true, 503, "busy", true}, {DB_ERROR, "40P01", true, 503, "busy", true}, {DB_ERROR, "55P03", true, 503, "busy", false},
		{DB_ERROR, "57014", false, 504, "timed-out", false}, {DB_ERROR, "57P01", true, 503, "database-away", false},
		{DB_ERROR, "53300", false, 503, "database-away", false}, {DB_ERROR, "22P02", true, 422, "malformed-value", false},
		{DB_ERROR, "23P01", true, 500, "defect", false}, {DB_ERROR, "23505", true, 500, "defect", false}, {DB_ERROR, "42883", false, 500, "defect", false},
		{DB_ERROR, "P0001", true, 500, "defect", false}, {DB_ERROR, "", true, 500, "defect", false}, {DB_BUSY, "", true, 503, "busy", false},
		{DB_AWAY, "", true, 503, "database-away", false}, {DB_LOST, "", true, 504, "outcome-unknown", false}, {DB_LATE, "", true, 504, "outcome-unknown", false},
		{DB_LOST, "", false, 504, "timed-out", false}, {DB_LATE, "", false, 504, "timed-out", false}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct outcome *outcome = outcome_find(cases[i].outcome, cases[i].sqlstate, cases[i].is_write);
		CHECK_NUMBER(outcome->status, cases[i].status);
		CHECK_TEXT(outcome->problem, cases[i].problem);
		CHECK(outcome->is_worth_repeating == cases[i].is_worth_repeating);
		CHECK(problem_find(outcome->problem) != NULL);
		CHECK(outcome->is_defect == (outcome->status == 500 || outcome->status == 422));
		CHECK((outcome->status != 503) || outcome->retry_after != NULL);
	}
}

static void
every_problem_is_told_in_both_languages_once(void)
{
	for (const struct problem *problem = problem_all(); problem->name != NULL; problem++) {
		CHECK(*problem->title_de != '\0' && *problem->title_en != '\0' && *problem->about_de != '\0' && *problem->about_en != '\0');
		CHECK(problem_find(problem->name) == problem);
		CHECK(strspn(problem->name, "abcdefghijklmnopqrstuvwxyz-") == strlen(problem->name));
	}
}

/* ---- spans ---- */

static enum span_fault
span_of(const char *start, const char *end, const char *duration, struct span *span)
{
	struct span_words words = {.start = start, .end = end, .duration = duration};
	*span = (struct span){0};
	return span_read(&words, zone_find("Europe/Berlin"), span);
}

static void
spans_mean_what_people_write(void)
{
	struct span span;
	CHECK(span_of("2026-11-23T09:00", "2026-11-23T10:30", NULL, &span) == SPAN_IS_RIGHT);
	CHECK_NUMBER(span.end - span.start, 5400);
	CHECK_NUMBER(span.local_start - span.start, 3600);
	CHECK(span_of("2026-03-29T01:00", NULL, "PT2H", &span) == SPAN_IS_RIGHT);
	CHECK_NUMBER(span.end - span.start, 7200);
	CHECK_NUMBER(span.local_end - span.local_start, 3 * 3600);
	CHECK(span_of("2026-03-29T02:30", "2026-03-29T04:00", NULL, &span) == SPAN_IS_RIGHT);
	CHECK(span.start_fit == ZONE_FIT_GAP && span.end_fit == ZONE_FIT_EXACT);
	CHECK(span_of("2026-10-25T02:30", "2026-10-25T02:30:00+01:00", NULL, &span) == SPAN_IS_RIGHT);
	CHECK(span.start_fit == ZONE_FIT_FOLD);
	CHECK_NUMBER(span.end - span.start, 3600);
}

static void
spans_that_mean_nothing_are_refused(void)
{
	static const struct { const char *start, *end, *duration; enum span_fault fault; } cases[] = {
		{NULL, "2026-01-01T10:00", NULL, SPAN_BAD_START}, {"2026-01-01", "2026-01-01T10:00", NULL, SPAN_BAD_START},
		{"2026-02-30T09:00", "2026-03-01T10:00", NULL, SPAN_BAD_START}, {"2026-01-01T09:00", "x", NULL, SPAN_BAD_END},
		{"2026-01-01T09:00", NULL, NULL, SPAN_NO_END}, {"2026-01-01T09:00", "2026-01-01T10:00", "PT1H", SPAN_TWO_ENDS},
		{"2026-01-01T09:00", NULL, "1h", SPAN_BAD_DURATION}, {"2026-01-01T09:00", NULL, "PT0S", SPAN_BAD_DURATION},
		{"2026-01-01T09:00", "2026-01-01T09:00", NULL, SPAN_IS_EMPTY}, {"2026-01-01T09:00", "2026-01-01T08:00", NULL, SPAN_IS_EMPTY},
		{"9999-12-31T23:00Z", NULL, "P900D", SPAN_BAD_DURATION}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span span;
		CHECK_NUMBER(span_of(cases[i].start, cases[i].end, cases[i].duration, &span), cases[i].fault);
		CHECK_NUMBER(span.end, 0);
	}
}

TEST_MAIN(TEST(paths_lead_to_their_routes), TEST(what_is_no_path_of_ours_is_not_found), TEST(parameters_are_decoded),
    TEST(allow_names_the_methods_of_the_path), TEST(tokens_are_found_where_they_may_be), TEST(languages_are_chosen_as_asked),
    TEST(tags_and_keys_are_read_or_refused), TEST(an_end_of_a_call_has_its_status), TEST(every_problem_is_told_in_both_languages_once),
    TEST(spans_mean_what_people_write), TEST(spans_that_mean_nothing_are_refused))
