/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file stores: masters with their overrides, what is split, what is listed date by date. */
#include "check.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/event.h"
#include "ical/read.h"
#include "ical/repeat.h"
#include "ical/intake.h"
#include "ical/zone.h"

#define CALENDAR(events) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" events "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\n"
#define BERLIN ";TZID=Europe/Berlin:"
#define WEEKLY EVENT("UID:a\r\nSUMMARY:Kreis\r\nDTSTART" BERLIN "20261005T180000\r\nDTEND" BERLIN "20261005T200000\r\nRRULE:FREQ=WEEKLY;COUNT=6\r\n")

static struct arena *arena;
static struct ical_calendar *calendar;

static struct ical_intake
take(const char *text)
{
	const char *error = NULL;

	if (arena == NULL)
		arena = arena_new(); /* for the whole program */
	calendar = ical_read(arena, text, strlen(text), zone_find("Europe/Berlin"), &error);
	CHECK(calendar != NULL);
	return ical_take_in(arena, calendar, when_days(2026, 9, 1) * 86400);
}

static bool
starts(const struct ical_taken *series, size_t date, const char *instant)
{
	char text[WHEN_TEXT_SIZE];

	if (date >= series->dates.count)
		return false;
	when_print(series->dates.list[date].start, text);
	return strcmp(text, instant) == 0;
}

static void
a_weekly_event_slips_by_an_hour_when_summer_time_ends(void)
{
	struct ical_intake intake = take(CALENDAR(WEEKLY));

	CHECK(intake.count == 1 && intake.list[0].repeats && intake.list[0].dates.count == 6 && !intake.list[0].dates.goes_on);
	CHECK(starts(&intake.list[0], 0, "2026-10-05T16:00:00Z") && starts(&intake.list[0], 3, "2026-10-26T17:00:00Z"));
}

static void
a_moved_date_is_shown_twice(void)
{
	struct ical_intake intake = take(CALENDAR(WEEKLY EVENT("UID:a\r\nSUMMARY:Anders\r\nRECURRENCE-ID:20261012T160000Z\r\n"
	    "DTSTART" BERLIN "20261013T090000\r\nDURATION:PT1H\r\n")));

	CHECK(intake.count == 1 && intake.list[0].dates.count == 5 && intake.list[0].override_count == 1);
	CHECK(intake.list[0].overrides[0].recurrence == intake.list[0].recur.local_start + 7 * 86400);
}

static void
a_change_for_good_is_taken_for_a_change_of_one_date(void)
{
	struct ical_intake intake = take(CALENDAR(WEEKLY EVENT("UID:a\r\nSUMMARY:Neu\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261019T180000\r\n"
	    "DTSTART" BERLIN "20261019T190000\r\nDURATION:PT1H\r\n") EVENT("UID:a\r\nSUMMARY:Einmal\r\nRECURRENCE-ID" BERLIN "20261102T180000\r\n"
	    "DTSTART" BERLIN "20261103T190000\r\nDURATION:PT1H\r\n")));

	CHECK(intake.count == 2);
	CHECK(intake.list[0].dates.count == 2 && intake.list[1].dates.count == 3 && intake.list[1].override_count == 1);
	CHECK_TEXT(intake.list[1].event->summary, "Neu");
	CHECK_TEXT(intake.list[1].uid, "a-20261019T180000");
	CHECK_TEXT(intake.list[0].recur.rrule, "FREQ=WEEKLY;UNTIL=20261019T155959Z");
	CHECK(starts(&intake.list[1], 0, "2026-10-19T17:00:00Z") && starts(&intake.list[1], 2, "2026-11-09T18:00:00Z"));
}

static void
days_moved_for_good_fall_back_to_the_rule(void)
{
	struct ical_intake intake = take(CALENDAR(WEEKLY EVENT("UID:a\r\nSUMMARY:Neu\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261019T180000\r\n"
	    "DTSTART" BERLIN "20261021T180000\r\nDURATION:PT1H\r\n")));

	CHECK(intake.count == 2 && intake.list[1].recur.rrule == NULL && intake.list[1].dates.count == 4);
	CHECK(starts(&intake.list[1], 0, "2026-10-21T16:00:00Z") && starts(&intake.list[1], 3, "2026-11-11T17:00:00Z"));
	CHECK_TEXT(calendar->notes[calendar->note_count - 1].code, "dates");
}

static void
a_date_whose_series_is_elsewhere_is_lost(void)
{
	struct ical_intake intake = take(CALENDAR(EVENT("UID:a\r\nSUMMARY:Rest\r\nRECURRENCE-ID:20261012T160000Z\r\nDTSTART:20261012T160000Z\r\nDURATION:PT1H\r\n")));

	CHECK(intake.count == 1 && !intake.list[0].repeats);
	CHECK_TEXT(intake.list[0].uid, "a-20261012T160000Z");
	CHECK_TEXT(calendar->notes[calendar->note_count - 1].code, "no-master");
}

static void
a_day_off_is_not_off(void)
{
	struct ical_intake intake = take(CALENDAR(EVENT("UID:a\r\nDTSTART" BERLIN "20261005T080000\r\nDURATION:PT1H\r\n"
	    "RRULE:FREQ=DAILY;BYHOUR=8,16;COUNT=6\r\nEXDATE;VALUE=DATE:20261006\r\n")));

	CHECK(intake.count == 1 && intake.list[0].dates.count == 4);
	for (size_t i = 0; i < intake.list[0].recur.exdate_count; i++)
		CHECK(!intake.list[0].recur.exdates[i].is_day && !intake.list[0].recur.exdates[i].is_utc);
}

static void
a_rule_that_ended_before_it_began_takes_its_event_along(void)
{
	struct ical_intake intake = take(CALENDAR(EVENT("UID:a\r\nDTSTART;VALUE=DATE:20261005\r\nRRULE:FREQ=WEEKLY;UNTIL=20261001\r\n")));

	CHECK(intake.count == 1 && intake.list[0].dates.count == 1);
}

static void
one_bad_rule_costs_the_other_events(void)
{
	struct ical_intake intake = take(CALENDAR(EVENT("UID:often\r\nDTSTART:20200101T000000Z\r\nRRULE:FREQ=SECONDLY\r\n")
	    EVENT("UID:bad\r\nDTSTART:20260701T000000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=1MO\r\n") WEEKLY));

	CHECK(intake.count == 1 && calendar->skipped_count == 2);
	CHECK_TEXT(calendar->skipped[0].reason.code, "bad-rule");
	CHECK_TEXT(calendar->skipped[1].reason.code, "too-many");
}

static void
a_file_of_costly_rules_never_comes_to_an_end(void)
{
	struct str text = {0};
	struct ical_intake intake;
	size_t late = 0;

	str_put(&text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
	for (int i = 0; i < 150; i++)
		str_print(&text, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20000101T000000Z\r\nRRULE:FREQ=DAILY;COUNT=9999\r\nEND:VEVENT\r\n", i);
	str_put(&text, "END:VCALENDAR\r\n");
	intake = take(str_text(&text));
	for (size_t i = 0; i < calendar->skipped_count; i++)
		late += strcmp(calendar->skipped[i].reason.code, "too-many") == 0;
	CHECK(intake.count >= 90 && intake.count + late == 150 && late > 0);
	str_free(&text);
}

static void
a_series_that_changes_for_ever_exhausts_the_stack(void)
{
	struct str text = {0};

	str_put(&text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260101T080000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n");
	for (int i = 0; i < 150; i++)
		str_print(&text, "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:2026%02d%02dT080000Z\r\nDTSTART:2026%02d%02dT080000Z\r\nEND:VEVENT\r\n",
		    1 + i / 28, 1 + i % 28, 1 + i / 28, 1 + i % 28);
	str_put(&text, "END:VCALENDAR\r\n");
	CHECK(take(str_text(&text)).count == 0 && calendar->skipped_count == 1);
	str_free(&text);
}

static void
a_series_in_a_zone_without_a_name_comes_at_the_wrong_time(void)
{
	struct ical_intake intake = take(CALENDAR("BEGIN:VTIMEZONE\r\nTZID:Eigene\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0117\r\n"
	    "TZOFFSETTO:+0117\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n" EVENT("UID:a\r\nDTSTART;TZID=Eigene:20260701T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3\r\n")));

	CHECK(intake.count == 1 && intake.list[0].recur.zone == zone_utc() && intake.list[0].dates.count == 3);
	CHECK(starts(&intake.list[0], 0, "2026-07-01T07:43:00Z") && starts(&intake.list[0], 2, "2026-07-03T07:43:00Z"));
}

TEST_MAIN(TEST(a_weekly_event_slips_by_an_hour_when_summer_time_ends),
    TEST(a_moved_date_is_shown_twice),
    TEST(a_change_for_good_is_taken_for_a_change_of_one_date),
    TEST(days_moved_for_good_fall_back_to_the_rule),
    TEST(a_date_whose_series_is_elsewhere_is_lost),
    TEST(a_day_off_is_not_off),
    TEST(a_rule_that_ended_before_it_began_takes_its_event_along),
    TEST(one_bad_rule_costs_the_other_events),
    TEST(a_file_of_costly_rules_never_comes_to_an_end),
    TEST(a_series_that_changes_for_ever_exhausts_the_stack),
    TEST(a_series_in_a_zone_without_a_name_comes_at_the_wrong_time))
