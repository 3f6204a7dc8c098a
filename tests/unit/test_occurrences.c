/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/occurrences.h"

#include "base/arena.h"
#include "base/str.h"
#include "check.h"
#include "ical/event.h"
#include "ical/read.h"
#include "ical/repeat.h"
#include "ical/write.h"

static int64_t
at(const char *text)
{
	int64_t time = 0;
	bool ignored;
	CHECK(repeat_read_time(text, &time, &ignored, &ignored));
	return time;
}

/* Events' own lines, each event from its UID on, in a calendar of Berlin; what takes place in a window as "SUMMARY start/end", one a line. */
static void
check_window(const char *events, const char *from, const char *before, size_t limit, const char *want)
{
	struct arena *arena = arena_new();
	struct str text = {0}, have = {0};
	struct ical_occurrences found;
	const char *error = "";
	str_print(&text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n%sEND:VCALENDAR\r\n", events);
	const struct ical_calendar *calendar = ical_read(arena, text.bytes, text.length, zone_find("Europe/Berlin"), &error);
	CHECK_TEXT(error, "");
	struct ical_window window = {from == NULL ? INT64_MIN : at(from), before == NULL ? INT64_MAX : at(before), limit};
	ical_calendar_occurrences(arena, calendar, &window, &found);
	for (size_t i = 0; i < found.count; i++) {
		char start[ICAL_TIME_SIZE], end[ICAL_TIME_SIZE];
		ical_print_local(found.list[i].start_local, start);
		ical_print_local(found.list[i].end_local, end);
		str_print(&have, "%s %s/%s%s\n", found.list[i].event->summary, start + 4, end + 4, found.list[i].is_cancelled ? " cancelled" : "");
	}
	for (size_t i = 0; i < found.incomplete_count; i++)
		str_print(&have, "%s\n", found.incomplete[i].code);
	CHECK_TEXT(str_text(&have), want);
	str_free(&text);
	str_free(&have);
	arena_free(arena);
}

#define EVENT(lines) "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\n"
#define ZONE ";TZID=Europe/Berlin:"

static void
a_moved_date_is_shown_twice_or_not_at_all(void)
{
	static const char events[] = EVENT("UID:a\r\nSUMMARY:Runde\r\nDTSTART" ZONE "20260302T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=4\r\n")
	    EVENT("UID:a\r\nSUMMARY:spaeter\r\nRECURRENCE-ID" ZONE "20260303T100000\r\nDTSTART" ZONE "20260310T140000\r\nDURATION:PT2H\r\n")
	    EVENT("UID:a\r\nSUMMARY:faellt aus\r\nSTATUS:CANCELLED\r\nRECURRENCE-ID:20260304T090000Z\r\nDTSTART:20260304T090000Z\r\nDURATION:PT1H\r\n");
	check_window(events, NULL, NULL, 10, "Runde 0302T100000/0302T110000\nfaellt aus 0304T090000/0304T100000 cancelled\n"
	    "Runde 0305T100000/0305T110000\nspaeter 0310T140000/0310T160000\n");
	check_window(events, "20260303T000000Z", "20260304T000000Z", 10, "");
	check_window(events, "20260310T000000Z", "20260311T000000Z", 10, "spaeter 0310T140000/0310T160000\n");
}

static void
this_and_all_following_dates_stay_where_they_were(void)
{
	static const char events[] = EVENT("UID:a\r\nSUMMARY:alt\r\nDTSTART" ZONE "20260302T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\n")
	    EVENT("UID:a\r\nSUMMARY:neu\r\nRECURRENCE-ID;RANGE=THISANDFUTURE" ZONE "20260316T100000\r\nDTSTART" ZONE "20260317T150000\r\nDURATION:PT2H\r\n")
	    EVENT("UID:a\r\nSUMMARY:einmal\r\nRECURRENCE-ID" ZONE "20260323T100000\r\nDTSTART" ZONE "20260323T100000\r\nDURATION:PT1H\r\n");
	check_window(events, NULL, NULL, 10, "alt 0302T100000/0302T110000\nalt 0309T100000/0309T110000\nneu 0317T150000/0317T170000\n"
	    "einmal 0323T100000/0323T110000\nneu 0331T150000/0331T170000\n");
	/* The last one was moved out of one window and into another. */
	check_window(events, "20260330T000000Z", "20260331T000000Z", 10, "");
	check_window(events, "20260331T000000Z", "20260401T000000Z", 10, "neu 0331T150000/0331T170000\n");
}

static void
dates_of_their_own_length_and_dates_left_out_are_lost(void)
{
	check_window(EVENT("UID:a\r\nSUMMARY:R\r\nDTSTART" ZONE "20260302T100000\r\nDTEND" ZONE "20260302T110000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"
	    "EXDATE" ZONE "20260303T100000\r\nRDATE;VALUE=PERIOD:20260310T090000Z/PT3H,20260311T090000Z/20260311T091500Z\r\nRDATE;TZID=America/New_York:20260305T060000\r\n"),
	    NULL, NULL, 10, "R 0302T100000/0302T110000\nR 0304T100000/0304T110000\nR 0305T120000/0305T130000\nR 0310T100000/0310T130000\nR 0311T100000/0311T101500\n");
}

static void
whole_days_and_nights_over_a_change_of_clocks_have_another_length(void)
{
	check_window(EVENT("UID:a\r\nSUMMARY:Tag\r\nDTSTART;VALUE=DATE:20260328\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE;VALUE=DATE:20260330\r\n"), NULL, NULL, 10,
	    "Tag 0328T000000/0329T000000\nTag 0329T000000/0330T000000\n");
	/* DTEND: exactly as long; DURATION in days: to the same time of day (RFC 5545 3.8.5.3). */
	check_window(EVENT("UID:a\r\nSUMMARY:Nacht\r\nDTSTART" ZONE "20260327T220000\r\nDTEND" ZONE "20260328T060000\r\nRRULE:FREQ=DAILY;COUNT=2\r\n")
	    EVENT("UID:b\r\nSUMMARY:Kurs\r\nDTSTART" ZONE "20260327T230000\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;COUNT=2\r\n"), NULL, NULL, 10,
	    "Nacht 0327T220000/0328T060000\nKurs 0327T230000/0328T230000\nNacht 0328T220000/0329T070000\nKurs 0328T230000/0329T230000\n");
}

static void
an_override_without_its_master_is_lost(void)
{
	check_window(EVENT("UID:a\r\nSUMMARY:allein\r\nRECURRENCE-ID" ZONE "20260303T100000\r\nDTSTART" ZONE "20260303T140000\r\nDURATION:PT1H\r\n"), NULL, NULL, 10,
	    "allein 0303T140000/0303T150000\n");
}

static void
a_series_that_is_not_whole_looks_whole(void)
{
	check_window(EVENT("UID:a\r\nSUMMARY:R\r\nDTSTART" ZONE "20260302T100000\r\nRRULE:FREQ=WEEKLY;BYDAY=1MO\r\n"), NULL, NULL, 10,
	    "R 0302T100000/0302T100000\nordinal-frequency\n");
	check_window(EVENT("UID:a\r\nSUMMARY:R\r\nDTSTART" ZONE "20260302T100000\r\nRRULE:FREQ=SECONDLY;INTERVAL=86400;BYSECOND=1\r\n"), NULL, NULL, 10,
	    "R 0302T100000/0302T100000\ntoo-expensive\n");
	check_window(EVENT("UID:a\r\nSUMMARY:R\r\nDTSTART" ZONE "20260302T100000\r\nRRULE:FREQ=DAILY\r\n"), NULL, NULL, 2,
	    "R 0302T100000/0302T100000\nR 0303T100000/0303T100000\ntoo-many\n");
}

static void
what_began_before_the_window_is_missed(void)
{
	static const char events[] = EVENT("UID:a\r\nSUMMARY:R\r\nDTSTART" ZONE "20200106T200000\r\nDURATION:P2DT1H\r\nRRULE:FREQ=WEEKLY\r\n");
	check_window(events, "20260304T190000Z", "20260304T193000Z", 10, "R 0302T200000/0304T210000\n");
	check_window(events, "20260304T200000Z", "20260304T203000Z", 10, "");
	check_window(events, "20260302T180000Z", "20260302T190000Z", 10, "");
}

TEST_MAIN(TEST(a_moved_date_is_shown_twice_or_not_at_all), TEST(this_and_all_following_dates_stay_where_they_were),
    TEST(dates_of_their_own_length_and_dates_left_out_are_lost), TEST(whole_days_and_nights_over_a_change_of_clocks_have_another_length),
    TEST(an_override_without_its_master_is_lost), TEST(a_series_that_is_not_whole_looks_whole), TEST(what_began_before_the_window_is_missed))
