/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/read.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "check.h"
#include "ical/event.h"
#include "ical/zone.h"

#define CALENDAR(body) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" body "END:VCALENDAR\r\n"
#define EVENT(body) "BEGIN:VEVENT\r\n" body "END:VEVENT\r\n"
#define GOOD(uid) EVENT("UID:" uid "\r\nDTSTART:20260701T070000Z\r\nDTEND:20260701T080000Z\r\nSUMMARY:Lötkurs\r\n")

static struct arena *arena;
static const char *error;

static struct ical_calendar *
read_bytes(const char *bytes, size_t length)
{
	arena_free(arena);
	arena = arena_new();
	error = NULL;
	return ical_read(arena, bytes, length, zone_find("Europe/Berlin"), &error);
}

static struct ical_calendar *
read_text(const char *text)
{
	struct ical_calendar *calendar = read_bytes(text, strlen(text));
	if (calendar == NULL)
		printf("refused: %s\n", error);
	return calendar;
}

/* The only event of a calendar with these lines; NULL when it was skipped. */
static const struct ical_event *
read_one(const char *lines)
{
	struct str text = {0};
	str_print(&text, CALENDAR("BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:S\r\n%sEND:VEVENT\r\n"), lines);
	struct ical_calendar *calendar = read_text(str_text(&text));
	str_free(&text);
	return calendar != NULL && calendar->count == 1 ? calendar->events : NULL;
}

static bool
has_note(const struct ical_event *event, const char *code)
{
	for (size_t i = 0; i < event->note_count; i++)
		if (strcmp(event->notes[i].code, code) == 0)
			return true;
	return false;
}

static int64_t
at(int year, int month, int day, int hour, int minute)
{
	return when_from_civil(&(struct civil){year, month, day, hour, minute, 0});
}

static void
check_times(const char *lines, int64_t start, int64_t end, const char *code)
{
	const struct ical_event *event = read_one(lines);
	CHECK(event != NULL);
	if (event == NULL)
		return;
	CHECK_NUMBER(event->start_utc, start);
	CHECK_NUMBER(event->end_utc, end);
	CHECK(code == NULL ? event->note_count == 0 : has_note(event, code));
}

static void
check_skipped(const char *lines, const char *code)
{
	struct str text = {0};
	str_print(&text, CALENDAR("%s" "BEGIN:VEVENT\r\nUID:odd\r\nSUMMARY:Odd\r\n%sEND:VEVENT\r\n" "%s"), GOOD("1"), lines, GOOD("2"));
	struct ical_calendar *calendar = read_text(str_text(&text));
	CHECK(calendar != NULL && calendar->count == 2 && calendar->skipped_count == 1);
	if (calendar != NULL && calendar->skipped_count == 1) {
		CHECK_TEXT(calendar->skipped[0].reason.code, code);
		CHECK_TEXT(calendar->skipped[0].uid, "odd");
		CHECK_TEXT(calendar->skipped[0].summary, "Odd");
		CHECK_NUMBER(calendar->skipped[0].line, 9);
	}
	str_free(&text);
}

static void
check_refused(const char *bytes, size_t length, const char *part)
{
	CHECK(read_bytes(bytes, length) == NULL);
	CHECK(error != NULL && strstr(error, part) != NULL);
	if (error != NULL && strstr(error, part) == NULL)
		printf("\"%s\" lacks \"%s\"\n", error, part);
}

static void
an_event_loses_its_texts_on_the_way_in(void)
{
	const struct ical_event *event = read_one("DTSTART;TZID=Europe/Berlin:20260701T090000\r\nDTEND;TZID=Europe/Berlin:20260701T1\r\n 03000\r\n"
	    "DESCRIPTION:Kaffee\\, Kuchen\\; mehr\\nZeile zwei \\\\ Ende\r\nLOCATION:Saal ü\r\n"
	    "CATEGORIES:KI\\, Daten,Bau\r\nCATEGORIES:Energie\r\nURL:https://hub.example/e?a=1;b=2,3\r\nSEQUENCE:4\r\n"
	    "ORGANIZER;CN=\"Hub: Nord\":mailto:x@hub.example\r\nSTATUS:tentative\r\nCLASS:X-SECRET\r\nTRANSP:TRANSPARENT\r\n"
	    "GEO:53.551086;9.993682\r\nX-COST;CURRENCY=EUR:5\\,00\r\nATTACH:https://hub.example/a.pdf\r\nCONTACT:\r\n"
	    "STRUCTURED-DATA;VALUE=TEXT:{}\r\nX-LIC-ERROR:old\r\nATTENDEE:mailto:a@b.example\r\n"
	    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nX-IN-ALARM:1\r\nDTSTART:20200101T000000Z\r\nEND:VALARM\r\n");
	CHECK(event != NULL);
	if (event == NULL)
		return;
	CHECK_NUMBER(event->start_utc, at(2026, 7, 1, 7, 0));
	CHECK_NUMBER(event->end_local, at(2026, 7, 1, 10, 30));
	CHECK_TEXT(event->zone_id, "Europe/Berlin");
	CHECK_TEXT(event->description, "Kaffee, Kuchen; mehr\nZeile zwei \\ Ende");
	CHECK_TEXT(event->location, "Saal ü");
	CHECK_NUMBER(event->category_count, 3);
	CHECK_TEXT(event->categories[0], "KI, Daten");
	CHECK_TEXT(event->categories[2], "Energie");
	CHECK_TEXT(event->url, "https://hub.example/e?a=1;b=2,3");
	CHECK_NUMBER(event->sequence, 4);
	CHECK_TEXT(event->organizer_name, "Hub: Nord");
	CHECK_TEXT(event->status, "TENTATIVE");
	CHECK_TEXT(event->class, "PRIVATE");
	CHECK_TEXT(event->transp, "TRANSPARENT");
	CHECK(event->has_geo && event->latitude > 53.55 && event->longitude < 10);
	CHECK_NUMBER(event->kept_count, 8);
	CHECK_TEXT(event->kept[0], "X-COST;CURRENCY=EUR:5\\,00");
	CHECK_TEXT(event->kept[2], "STRUCTURED-DATA;VALUE=TEXT:{}");
	CHECK_TEXT(event->kept[3], "BEGIN:VALARM");
	CHECK_TEXT(event->kept[5], "X-IN-ALARM:1");
	CHECK(has_note(event, "attendees") && has_note(event, "errors"));
}

static void
an_event_comes_in_at_another_time(void)
{
	check_times("DTSTART:20260701T070000Z\r\nDURATION:PT1H30M\r\n", at(2026, 7, 1, 7, 0), at(2026, 7, 1, 8, 30), NULL);
	check_times("DTSTART;TZID=Europe/Berlin:20260328T120000\r\nDURATION:P1D\r\n", at(2026, 3, 28, 11, 0), at(2026, 3, 29, 10, 0), NULL);
	check_times("DTSTART;TZID=Europe/Berlin:20260328T120000\r\nDURATION:PT24H\r\n", at(2026, 3, 28, 11, 0), at(2026, 3, 29, 11, 0), NULL);
	check_times("DTSTART:20260701T090000\r\nDURATION:PT1H\r\n", at(2026, 7, 1, 7, 0), at(2026, 7, 1, 8, 0), "floating");
	check_times("DTSTART;TZID=Mars/Olympus:20260701T090000\r\nDURATION:PT1H\r\n", at(2026, 7, 1, 7, 0), at(2026, 7, 1, 8, 0), "zone");
	check_times("DTSTART;TZID=W. Europe Standard Time:20260701T090000\r\nDURATION:PT1H\r\n", at(2026, 7, 1, 7, 0), at(2026, 7, 1, 8, 0), NULL);
	check_times("DTSTART;TZID=Europe/Berlin:20260329T023000\r\nDURATION:PT1H\r\n", at(2026, 3, 29, 1, 30), at(2026, 3, 29, 2, 30), "gap");
	check_times("DTSTART;TZID=Europe/Berlin:20261025T023000\r\nDURATION:PT1H\r\n", at(2026, 10, 25, 0, 30), at(2026, 10, 25, 1, 30), "fold");
	check_times("DTSTART:20260701T070000Z\r\n", at(2026, 7, 1, 7, 0), at(2026, 7, 1, 7, 0), "no-end");
	check_times("BEGIN:VALARM\r\nDTEND:20260701T080000Z\r\nDURATION:PT5H\r\nEND:VALARM\r\nDTSTART:20260701T070000Z\r\n", at(2026, 7, 1, 7, 0),
	    at(2026, 7, 1, 7, 0), "no-end");
	check_times("DTSTART:20260701T070000Z\r\nDTEND:20260701T080000Z\r\nDURATION:PT5H\r\n", at(2026, 7, 1, 7, 0), at(2026, 7, 1, 8, 0),
	    "end-and-duration");
	check_times("DTSTART:20260701T070000Z\r\nDTEND;VALUE=DATE:20260702\r\n", at(2026, 7, 1, 7, 0), at(2026, 7, 2, 0, 0), "mixed-end");
	check_times("DTSTART:20261231T235960Z\r\nDURATION:PT1S\r\n", at(2026, 12, 31, 23, 59) + 59, at(2027, 1, 1, 0, 0), NULL);
}

static void
a_day_becomes_two_or_none(void)
{
	/* The last Sundays of March and October have 23 and 25 hours. */
	check_times("DTSTART;VALUE=DATE:20260701\r\n", at(2026, 6, 30, 22, 0), at(2026, 7, 1, 22, 0), NULL);
	check_times("DTSTART;VALUE=DATE:20260329\r\nDTEND;VALUE=DATE:20260330\r\n", at(2026, 3, 28, 23, 0), at(2026, 3, 29, 22, 0), NULL);
	check_times("DTSTART;VALUE=DATE:20261025\r\nDURATION:P1D\r\n", at(2026, 10, 24, 22, 0), at(2026, 10, 25, 23, 0), NULL);
	check_times("DTSTART;VALUE=DATE:20260701\r\nDTEND;VALUE=DATE:20260701\r\n", at(2026, 6, 30, 22, 0), at(2026, 7, 1, 22, 0), "empty-day");
	const struct ical_event *event = read_one("DTSTART;VALUE=DATE:20260701\r\nDTEND;VALUE=DATE:20260704\r\n");
	CHECK(event != NULL && event->is_all_day && event->zone_id == NULL);
	CHECK(event != NULL && event->start_local == at(2026, 7, 1, 0, 0) && event->end_local == at(2026, 7, 4, 0, 0));
}

static void
one_bad_event_costs_the_others(void)
{
	check_skipped("DTSTART;VALUE=DATE:20260230\r\n", "bad-start");
	check_skipped("DTSTART:20261301T090000Z\r\n", "bad-start");
	check_skipped("DTSTART:20260101T250000Z\r\n", "bad-start");
	check_skipped("DTSTART:tomorrow\r\n", "bad-start");
	check_skipped("DTSTART:\r\n", "no-start");
	check_skipped("", "no-start");
	check_skipped("DTSTART:20260701T070000Z\r\nDTSTART:20260702T070000Z\r\n", "two-starts");
	check_skipped("DTSTART:20260701T070000Z\r\nDTEND:20260230T070000Z\r\n", "bad-end");
	check_skipped("DTSTART:20260701T070000Z\r\nDTEND:20260701T060000Z\r\n", "end-before-start");
	check_skipped("DTSTART:20260701T070000Z\r\nDURATION:-PT1H\r\n", "negative-duration");
	check_skipped("DTSTART:20260701T070000Z\r\nDURATION:P99999D\r\n", "too-long");
	check_skipped("DTSTART:20260701T070000Z\r\nDURATION:an hour\r\n", "bad-end");
	check_skipped("DTSTART:20260701T070000Z\r\nDTEND:20860701T070000Z\r\n", "too-long");
	check_skipped("DTSTART:20260701T070000Z\r\nRECURRENCE-ID:20260231T070000Z\r\n", "bad-recurrence-id");
}

static void
an_event_without_uid_comes_in_twice_at_the_next_import(void)
{
	char first[200];
	const char *text = CALENDAR(EVENT("DTSTART:20260701T070000Z\r\nSUMMARY:A\r\nLOCATION:B\r\n"));
	struct ical_calendar *calendar = read_text(text);
	CHECK(calendar != NULL && calendar->count == 1 && has_note(&calendar->events[0], "no-uid"));
	snprintf(first, sizeof first, "%s", calendar->events[0].uid);
	CHECK_TEXT(read_text(text)->events[0].uid, first);
	CHECK(!str_equal(read_text(CALENDAR(EVENT("DTSTART:20260701T080000Z\r\nSUMMARY:A\r\nLOCATION:B\r\n")))->events[0].uid, first));
}

static void
an_old_version_of_an_event_wins_over_the_new_one(void)
{
	struct ical_calendar *calendar = read_text(CALENDAR(EVENT("UID:a\r\nSEQUENCE:2\r\nSUMMARY:new\r\nDTSTART:20260701T070000Z\r\n")
	    EVENT("UID:a\r\nSEQUENCE:1\r\nSUMMARY:old\r\nDTSTART:20260702T070000Z\r\n")
	    EVENT("UID:a\r\nRECURRENCE-ID:20260701T070000Z\r\nSUMMARY:moved\r\nDTSTART:20260703T070000Z\r\n")));
	CHECK(calendar != NULL && calendar->count == 2 && calendar->skipped_count == 1);
	CHECK_TEXT(calendar->events[0].summary, "new");
	CHECK_TEXT(calendar->events[1].summary, "moved");
	CHECK_TEXT(calendar->skipped[0].reason.code, "duplicate");
	CHECK_TEXT(calendar->skipped[0].summary, "old");
	calendar = read_text(CALENDAR(EVENT("UID:a\r\nDTSTAMP:20260102T000000Z\r\nSUMMARY:late\r\nDTSTART:20260701T070000Z\r\n")
	    EVENT("UID:a\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:early\r\nDTSTART:20260702T070000Z\r\n")));
	CHECK_TEXT(calendar->events[0].summary, "late");
}

static void
a_series_is_read_as_a_single_event(void)
{
	const struct ical_event *event = read_one("DTSTART;TZID=Europe/Berlin:20260701T090000\r\nDURATION:PT1H\r\n"
	    "RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20261231T000000Z\r\nEXDATE;TZID=Europe/Berlin:20260708T090000,20260715T090000\r\n"
	    "RDATE;VALUE=PERIOD:20260801T070000Z/PT2H\r\n");
	CHECK(event != NULL && event->has_recurrence && event->exdate_count == 1 && event->rdate_count == 1);
	CHECK_TEXT(event->rrule, "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261231T000000Z");
	CHECK_TEXT(event->exdates[0], "EXDATE;TZID=Europe/Berlin:20260708T090000,20260715T090000");
	event = read_one("DTSTART:20260701T070000Z\r\nDURATION:PT1H\r\nDESCRIPTION:\\ö \\;\\\\n \\N.\r\n");
	CHECK_TEXT(event->description, "ö ;\\n \n.");
	event = read_one("DTSTART;TZID=Europe/Berlin:20260709T100000\r\nDURATION:PT1H\r\nRECURRENCE-ID;TZID=Europe/Berlin;RANGE=THISANDFUTURE:20260708T090000\r\n");
	CHECK(event != NULL && event->is_this_and_future && !event->has_recurrence);
	CHECK_TEXT(event->recurrence_id, "20260708T090000");
	CHECK_NUMBER(event->recurrence_utc, at(2026, 7, 8, 7, 0));
}

#define OWN_ZONE(tzid, daylight, standard)                                                                               \
	"BEGIN:VTIMEZONE\r\nTZID:" tzid "\r\nBEGIN:STANDARD\r\nDTSTART:16011028T030000\r\nRRULE:" standard "\r\n"        \
	"TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010325T020000\r\n"        \
	"RRULE:" daylight "\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
#define IN_ZONE(tzid) EVENT("UID:a\r\nDTSTART;TZID=" tzid ":20260701T090000\r\nDURATION:PT1H\r\n")

static void
a_zone_that_only_the_file_knows_moves_its_events(void)
{
	/* Behind its event, and with the rules of Berlin. */
	struct ical_calendar *calendar = read_text(CALENDAR(IN_ZONE("Custom 1") OWN_ZONE("Custom 1", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")));
	CHECK(calendar != NULL && calendar->count == 1 && has_note(&calendar->events[0], "zone"));
	CHECK_TEXT(calendar->events[0].zone_id, "Europe/Berlin");
	CHECK_NUMBER(calendar->events[0].start_utc, at(2026, 7, 1, 7, 0));
	/* Rules like nobody's: the first Monday of July is the 6th, so on the 1st it is still winter. */
	calendar = read_text(CALENDAR(OWN_ZONE("Custom 2", "FREQ=YEARLY;BYDAY=MO;BYMONTHDAY=1,2,3,4,5,6,7;BYMONTH=7", "FREQ=YEARLY;BYDAY=2MO;BYMONTH=9") IN_ZONE("Custom 2")));
	CHECK(calendar != NULL && calendar->count == 1 && has_note(&calendar->events[0], "zone"));
	CHECK_TEXT(calendar->events[0].zone_id, "UTC");
	CHECK_NUMBER(calendar->events[0].start_utc, at(2026, 7, 1, 8, 0));
	CHECK_NUMBER(calendar->events[0].start_local, at(2026, 7, 1, 8, 0));
}

static void
two_calendars_in_one_file_lose_the_second(void)
{
	struct ical_calendar *calendar = read_text("\xef\xbb\xbf" CALENDAR("X-WR-CALNAME:Werk\\, Statt\r\nX-WR-TIMEZONE:America/New_York\r\n" GOOD("1"))
	    "\r\n" CALENDAR(GOOD("2") EVENT("UID:3\r\nDTSTART:20260701T090000\r\nDURATION:PT1H\r\n") "BEGIN:VTODO\r\nEND:VTODO\r\n"));
	CHECK(calendar != NULL && calendar->count == 3 && calendar->note_count == 2);
	CHECK_TEXT(calendar->name, "Werk, Statt");
	CHECK_TEXT(calendar->zone_id, "America/New_York");
	CHECK_NUMBER(calendar->events[2].start_utc, at(2026, 7, 1, 13, 0));
	calendar = read_text("BEGIN:VCALENDAR\nBEGIN:VCALENDAR\n" GOOD("1") "END:VCALENDAR\nend:vcalendar\n");
	CHECK(calendar != NULL && calendar->count == 1);
}

static void
a_file_that_is_no_calendar_is_refused_without_a_reason(void)
{
	static const struct {
		const char *text, *part;
	} cases[] = {
	    {"", "does not begin"},
	    {"hello\r\n", "does not begin"},
	    {"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "does not begin"},
	    {"BEGIN:VCALENDAR\r\n" GOOD("1"), "breaks off inside the VCALENDAR that begins in line 1"},
	    {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTST", "breaks off inside the VEVENT that begins in line 2"},
	    {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "Line 3"},
	    {CALENDAR("") "UID:1\r\n", "Line 4 stands outside"},
	    {CALENDAR("BEGIN:A\r\nBEGIN:B\r\nBEGIN:C\r\nBEGIN:D\r\nEND:D\r\nEND:C\r\nEND:B\r\nEND:A\r\n"), "Line 6 nests"},
	    {CALENDAR(EVENT("SUMMARY:L\xf6tkurs\r\n")), "Line 4 is not UTF-8"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_refused(cases[i].text, strlen(cases[i].text), cases[i].part);
	check_refused("B\0E\0G\0", 6, "NUL");
}

static char *
repeat(const char *before, const char *each, size_t count, const char *after)
{
	struct str text = {0};
	str_put(&text, before);
	for (size_t i = 0; i < count; i++)
		str_put(&text, each);
	str_put(&text, after);
	return str_steal(&text, NULL);
}

/* Each is one more than what is read: a file, and its events. */
static void
a_file_without_end_fills_the_memory(void)
{
	size_t length = ICAL_READ_BYTES + 1;
	char *long_one = repeat("", " ", length, "");
	memcpy(long_one, "BEGIN:VCALENDAR\r\n", 17);
	check_refused(long_one, length, "at most 67108864 are read");
	free(long_one);
	char *many = repeat("BEGIN:VCALENDAR\r\n", "BEGIN:VEVENT\r\nEND:VEVENT\r\n", ICAL_READ_EVENTS + 1, "END:VCALENDAR\r\n");
	check_refused(many, strlen(many), "more than 200000 events");
	free(many);
}

static void
a_hostile_file_stops_the_server(void)
{
	char *deep = repeat("BEGIN:VCALENDAR\r\n", "BEGIN:VEVENT\r\n", 100000, "");
	check_refused(deep, strlen(deep), "nests");
	free(deep);
	char *wide = repeat("BEGIN:VCALENDAR\r\nX-A:", "xxxxxxxxxxxxxxxx", 65536, "\r\nEND:VCALENDAR\r\n");
	check_refused(wide, strlen(wide), "Line 2 is longer");
	free(wide);
	char *folded = repeat(CALENDAR(GOOD("1")) "BEGIN:VCALENDAR\r\nX-A:", "xxxxxxxxxxxxxxxx\r\n ", 65536, "\r\nEND:VCALENDAR\r\n");
	struct ical_calendar *calendar = read_text(folded);
	CHECK(calendar != NULL && calendar->count == 1 && calendar->error_count == 1);
	free(folded);
	char *many = repeat("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260701T070000Z\r\n", "ATTENDEE:mailto:a@b\r\nX-B:c\r\nCATEGORIES:a,b\r\n", 20000,
	    "END:VEVENT\r\nEND:VCALENDAR\r\n");
	calendar = read_text(many);
	CHECK(calendar != NULL && calendar->count == 1 && has_note(&calendar->events[0], "kept"));
	free(many);
	calendar = read_text(CALENDAR(EVENT("UID:1\r\nDTSTART:20260701T070000Z\r\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\nSUMMARY:a\x01\x1b[31mb\r\n")));
	CHECK(calendar != NULL && calendar->count == 1);
	CHECK_TEXT(calendar->events[0].summary, "a[31mb");
	arena_free(arena); /* the last test: nothing is left behind */
	arena = NULL;
}

TEST_MAIN(TEST(an_event_loses_its_texts_on_the_way_in), TEST(an_event_comes_in_at_another_time), TEST(a_day_becomes_two_or_none),
    TEST(one_bad_event_costs_the_others), TEST(an_event_without_uid_comes_in_twice_at_the_next_import),
    TEST(an_old_version_of_an_event_wins_over_the_new_one), TEST(a_series_is_read_as_a_single_event),
    TEST(a_zone_that_only_the_file_knows_moves_its_events), TEST(two_calendars_in_one_file_lose_the_second),
    TEST(a_file_that_is_no_calendar_is_refused_without_a_reason),
    TEST(a_file_without_end_fills_the_memory), TEST(a_hostile_file_stops_the_server))
