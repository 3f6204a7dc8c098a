/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/expand.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "check.h"
#include "ical/plan.h"

enum { HOUR = 3600, DAY = 86400 };

static int64_t
local(const char *text)
{
	int64_t time = 0;
	bool is_local;
	CHECK(when_parse(text, &time, &is_local));
	return time;
}

/* "start/end" of each date, in UTC and without the year. */
static void
check_dates(const struct expand_words *words, const char *want)
{
	struct arena *arena = arena_new();
	struct expansion found;
	struct str have = {0};
	CHECK(expand_dates(arena, words, INT64_MIN, INT64_MAX, &found) == EXPAND_IS_RIGHT);
	for (size_t i = 0; i < found.count; i++) {
		char start[WHEN_TEXT_SIZE], end[WHEN_TEXT_SIZE];
		when_print(found.list[i].start, start);
		when_print(found.list[i].end, end);
		str_print(&have, "%s%.11s/%.11s%s", i > 0 ? " " : "", start + 5, end + 5,
		    found.list[i].fit == ZONE_FIT_GAP ? " gap" : found.list[i].fit == ZONE_FIT_FOLD ? " fold" : "");
	}
	CHECK_TEXT(str_text(&have), want);
	str_free(&have);
	arena_free(arena);
}

static void
two_hours_are_three_or_a_meeting_ends_at_another_hour_when_clocks_change(void)
{
	struct expand_words words = {.zone = zone_find("Europe/Berlin"), .local_start = local("2026-03-28T01:00"), .length = 3 * HOUR, .rrule = "FREQ=DAILY;COUNT=2"};
	check_dates(&words, "03-28T00:00/03-28T03:00 03-29T00:00/03-29T02:00");
	words.is_elapsed = true;
	check_dates(&words, "03-28T00:00/03-28T03:00 03-29T00:00/03-29T03:00");
}

static void
a_date_in_the_lost_hour_ends_before_it_begins(void)
{
	struct expand_words words = {.zone = zone_find("Europe/Berlin"), .local_start = local("2026-03-28T02:30"), .length = HOUR / 2, .rrule = "FREQ=DAILY;COUNT=2"};
	check_dates(&words, "03-28T01:30/03-28T02:00 03-29T01:30/03-29T02:00 gap");
	words.local_start = local("2026-10-24T02:30");
	check_dates(&words, "10-24T00:30/10-24T01:00 10-25T00:30/10-25T02:00 fold");
}

static void
a_series_is_longer_than_what_one_decision_may_book(void)
{
	struct arena *arena = arena_new();
	struct expand_words words = {.zone = zone_utc(), .local_start = local("2026-01-01T09:00"), .length = HOUR, .rrule = "FREQ=DAILY"};
	int64_t until = words.local_start + (int64_t)EXPAND_HORIZON * DAY;
	struct expansion found;
	CHECK(expand_dates(arena, &words, INT64_MIN, until, &found) == EXPAND_IS_RIGHT && found.count == 400 && found.goes_on);
	CHECK(expand_dates(arena, &words, until - DAY, until, &found) == EXPAND_IS_RIGHT && found.count == 1);
	words.rrule = "FREQ=DAILY;COUNT=500";
	CHECK(expand_dates(arena, &words, INT64_MIN, INT64_MAX, &found) == EXPAND_IS_RIGHT && found.count == EXPAND_MAX && !found.goes_on);
	words.rrule = "FREQ=DAILY;COUNT=501";
	CHECK(expand_dates(arena, &words, INT64_MIN, INT64_MAX, &found) == EXPAND_TOO_MANY);
	arena_free(arena);
}

static void
a_rule_that_cannot_book_is_expanded_all_the_same(void)
{
	static const struct {
		const char *rrule;
		enum expand_fault fault;
	} rules[] = {{"FREQ=HOURLY;COUNT=2", EXPAND_TOO_OFTEN}, {"FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", EXPAND_TOO_OFTEN}, {"FREQ=WEEKLY;BYDAY=1MO", EXPAND_BAD_RULE},
	  {"FREQ=WEEKLY;BYDAY=TU", EXPAND_OUT_OF_STEP}, {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", EXPAND_OUT_OF_STEP}};
	struct arena *arena = arena_new();
	struct expansion found;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct expand_words words = {.zone = zone_utc(), .local_start = local("2026-03-02T09:00"), .length = HOUR, .rrule = rules[i].rrule};
		CHECK(expand_dates(arena, &words, INT64_MIN, INT64_MAX, &found) == rules[i].fault);
	}
	CHECK(!found.has_first);
	arena_free(arena);
}

static void
an_edited_rule_loses_its_last_date_or_its_weekdays(void)
{
	struct arena *arena = arena_new();
	const struct zone *berlin = zone_find("Europe/Berlin");
	CHECK_TEXT(expand_rule_until(arena, "FREQ=WEEKLY;COUNT=9;BYDAY=MO", local("2026-03-02T09:00")), "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260302T085959Z");
	CHECK_TEXT(expand_rule_until(arena, "FREQ=DAILY;UNTIL=20270101T000000Z", local("2026-03-02T09:00")), "FREQ=DAILY;UNTIL=20260302T085959Z");
	CHECK_TEXT(expand_rule_until(arena, "", 0), "");
	CHECK_TEXT(expand_rule_less(arena, "FREQ=DAILY;COUNT=9", 4), "FREQ=DAILY;COUNT=5");
	CHECK_TEXT(expand_rule_less(arena, "FREQ=DAILY", 4), "FREQ=DAILY");
	/* To Tuesday at ten, over the change of clocks; and a day back over the week's edge. */
	CHECK_TEXT(expand_rule_moved(arena, "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260413T070000Z", berlin, local("2026-03-02T09:00"), local("2026-03-03T10:00")),
	    "FREQ=WEEKLY;UNTIL=20260414T080000Z;BYDAY=TU,TH");
	CHECK_TEXT(expand_rule_moved(arena, "FREQ=WEEKLY;BYDAY=MO,SA", berlin, local("2026-03-02T09:00"), local("2026-03-01T09:00")), "FREQ=WEEKLY;BYDAY=SU,FR");
	CHECK_TEXT(expand_rule_moved(arena, "FREQ=MONTHLY;BYDAY=1MO", berlin, local("2026-03-02T09:00"), local("2026-03-03T09:00")), "FREQ=MONTHLY;BYDAY=1MO");
	CHECK_TEXT(expand_rule_moved(arena, "FREQ=WEEKLY;BYDAY=MO", berlin, local("2026-03-02T09:00"), local("2026-03-02T17:00")), "FREQ=WEEKLY;BYDAY=MO");
	arena_free(arena);
}

/* What a change writes for SQL, of a series of Mondays at nine in Berlin since 2 March 2026. */
static const char *
change(struct arena *arena, const char *present, const struct plan_words *words, struct plan *ret_plan)
{
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	struct plan_row row = {.zone = "Europe/Berlin", .present = present, .revision = "3", .local_start = "2026-03-02T09:00:00", .length = "3600",
		.is_elapsed = "t", .rrule = "FREQ=WEEKLY;COUNT=5", .rdates = "[]", .exdates = "[\"2026-03-16T09:00:00\"]"};
	*ret_plan = (struct plan){.arena = arena, .is_english = true};
	CHECK(plan_read_row(ret_plan, &row));
	json_open_map(&writer, NULL);
	bool is_right = plan_change(ret_plan, words, &writer);
	json_close_map(&writer);
	const char *result = is_right ? arena_text(arena, str_text(&text)) : NULL;
	str_free(&text);
	return result;
}

static void
what_has_begun_is_moved_with_the_rest(void)
{
	struct arena *arena = arena_new();
	struct plan plan;
	struct plan_words words = {.scope = PLAN_ALL, .start = "2026-03-02T11:00"};
	const char *text = change(arena, "2026-03-01T00:00:00Z", &words, &plan);
	CHECK(text != NULL && strstr(text, "\"scope\":\"all\"") != NULL && strstr(text, "old_rrule") == NULL && strstr(text, "\"exdates\":[\"2026-03-16T11:00:00\"]") != NULL);
	/* All that are still to come: on the tenth, the four from the sixteenth on, less the one that was deleted. */
	words = (struct plan_words){.scope = PLAN_ALL, .duration = "PT2H"};
	text = change(arena, "2026-03-10T00:00:00Z", &words, &plan);
	CHECK(text != NULL && strstr(text, "\"scope\":\"following\",\"date\":\"2026-03-16T09:00:00\"") != NULL);
	CHECK(text != NULL && strstr(text, "\"old_rrule\":\"FREQ=WEEKLY;UNTIL=20260316T075959Z\"") != NULL && strstr(text, "\"rrule\":\"FREQ=WEEKLY;COUNT=3\"") != NULL);
	words = (struct plan_words){.scope = PLAN_FOLLOWING, .date = "2026-03-09T09:00"};
	CHECK(change(arena, "2026-03-10T00:00:00Z", &words, &plan) == NULL && str_equal(plan.refusal.problem, "in-the-past"));
	words.scope = PLAN_ALL;
	CHECK(change(arena, "2027-03-10T00:00:00Z", &words, &plan) == NULL && plan.refusal.status == 409);
	arena_free(arena);
}

TEST_MAIN(TEST(two_hours_are_three_or_a_meeting_ends_at_another_hour_when_clocks_change), TEST(a_date_in_the_lost_hour_ends_before_it_begins),
    TEST(a_series_is_longer_than_what_one_decision_may_book), TEST(a_rule_that_cannot_book_is_expanded_all_the_same),
    TEST(an_edited_rule_loses_its_last_date_or_its_weekdays), TEST(what_has_begun_is_moved_with_the_rest))
