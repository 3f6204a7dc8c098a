/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/dates.h"

#include "base/arena.h"
#include "check.h"

static struct dates de, en;

static int64_t
at(const char *text)
{
	return dates_read(text);
}

static void
test_a_span_reads_as_people_say_it(void)
{
	CHECK_TEXT(dates_span(&de, at("2026-03-03T14:00:00"), at("2026-03-03T16:00:00")), "Dienstag, 3. März 2026, 14 bis 16 Uhr");
	CHECK_TEXT(dates_span(&en, at("2026-03-03T14:00:00"), at("2026-03-03T16:00:00")), "Tuesday 3 March 2026, 2 to 4 pm");
	CHECK_TEXT(dates_span(&en, at("2026-03-03T10:30:00"), at("2026-03-03T13:00:00")), "Tuesday 3 March 2026, 10:30 am to 1 pm");
	CHECK_TEXT(dates_span(&de, at("2026-03-03T09:05:00"), at("2026-03-03T09:50:00")), "Dienstag, 3. März 2026, 9:05 bis 9:50 Uhr");
}

static void
test_over_midnight_both_dates_are_named(void)
{
	CHECK_TEXT(dates_span(&de, at("2026-12-31T22:00:00"), at("2027-01-01T02:00:00")),
	    "Donnerstag, 31. Dezember 2026, 22 Uhr bis Freitag, 1. Januar 2027, 2 Uhr");
	CHECK_TEXT(dates_span(&de, at("2026-12-31T22:00:00"), at("2027-01-01T00:00:00")), "Donnerstag, 31. Dezember 2026, 22 bis 24 Uhr");
	CHECK_TEXT(dates_span(&en, at("2026-12-31T22:00:00"), at("2027-01-01T00:00:00")), "Thursday 31 December 2026, 10 pm to midnight");
}

static void
test_an_event_without_an_end_has_one_time(void)
{
	CHECK_TEXT(dates_span(&de, at("2026-03-03T14:00:00"), at("2026-03-03T14:00:00")), "Dienstag, 3. März 2026, 14 Uhr");
	CHECK_TEXT(dates_time(&en, at("2026-03-03T12:00:00")), "noon");
	CHECK_TEXT(dates_time(&en, at("2026-03-03T00:30:00")), "12:30 am");
}

static void
test_whole_days_end_before_the_next(void)
{
	CHECK_TEXT(dates_days(&de, at("2026-03-03T00:00:00"), at("2026-03-04T00:00:00")), "Dienstag, 3. März 2026");
	CHECK_TEXT(dates_days(&en, at("2026-03-03T00:00:00"), at("2026-03-06T00:00:00")), "Tuesday 3 March 2026 to Thursday 5 March 2026");
}

static void
test_today_and_tomorrow_are_words(void)
{
	int64_t today = at("2026-02-28T23:59:00");
	CHECK_TEXT(dates_day_label(&de, at("2026-02-28T00:00:00"), today), "Heute");
	CHECK_TEXT(dates_day_label(&en, at("2026-03-01T08:00:00"), today), "Tomorrow");
	CHECK_TEXT(dates_day_label(&de, at("2026-03-02T08:00:00"), today), "Montag, 2. März");
}

static void
test_instants_are_shown_on_the_sites_clock(void)
{
	CHECK_TEXT(dates_clock(&de, dates_local("Europe/Berlin", at("2026-07-01T09:00:00Z"))), "11:00");
	CHECK_TEXT(dates_clock(&de, dates_local("Europe/Berlin", at("2026-01-01T09:00:00Z"))), "10:00");
	CHECK_TEXT(dates_clock(&de, dates_local("No/Where", at("2026-01-01T09:00:00Z"))), "09:00");
}

static void
test_durations_and_dates_for_machines(void)
{
	char text[DATES_DATE_SIZE];
	CHECK_TEXT(dates_duration(&de, 5400), "1 Stunde 30 Minuten");
	CHECK_TEXT(dates_duration(&en, 7200), "2 hours");
	CHECK_TEXT(dates_duration(&de, 60), "1 Minute");
	dates_print_date(at("2026-03-03T23:59:59"), text);
	CHECK_TEXT(text, "2026-03-03");
	dates_print_date(-1, text);
	CHECK_TEXT(text, "1969-12-31");
}

static void
run_all(void (*test)(void))
{
	struct arena *arena = arena_new();
	de = (struct dates){.arena = arena};
	en = (struct dates){.arena = arena, .is_english = true};
	test();
	arena_free(arena);
}

#define IN_ARENA(test) static void test##_(void) { run_all(test); }
IN_ARENA(test_a_span_reads_as_people_say_it)
IN_ARENA(test_over_midnight_both_dates_are_named)
IN_ARENA(test_an_event_without_an_end_has_one_time)
IN_ARENA(test_whole_days_end_before_the_next)
IN_ARENA(test_today_and_tomorrow_are_words)
IN_ARENA(test_instants_are_shown_on_the_sites_clock)
IN_ARENA(test_durations_and_dates_for_machines)

TEST_MAIN(TEST(test_a_span_reads_as_people_say_it_), TEST(test_over_midnight_both_dates_are_named_),
    TEST(test_an_event_without_an_end_has_one_time_), TEST(test_whole_days_end_before_the_next_), TEST(test_today_and_tomorrow_are_words_),
    TEST(test_instants_are_shown_on_the_sites_clock_), TEST(test_durations_and_dates_for_machines_))
