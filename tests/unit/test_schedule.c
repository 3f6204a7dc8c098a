/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/schedule.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "base/xml.h"
#include "check.h"
#include "ical/event.h"
#include "ical/read.h"
#include "ical/zone.h"

static struct arena *arena;
static const char *error;

static struct ical_calendar *
read_text(const char *text)
{
	arena_free(arena);
	arena = arena_new();
	error = NULL;
	return ical_read_any(arena, text, strlen(text), zone_find("Europe/Berlin"), &error);
}

static int64_t
at(int year, int month, int day, int hour, int minute)
{
	return when_from_civil(&(struct civil){year, month, day, hour, minute, 0});
}

#define FRAB(conference, events)                                                                            \
	"\n<?xml version='1.0' encoding='utf-8'?>\n<schedule><conference><title>Werk Statt 2026</title>" conference \
	"</conference><day index='1' date='2026-07-01'><room name='Saal 1'>" events "</room></day></schedule>"

static void
a_talk_after_midnight_is_listed_a_day_early(void)
{
	struct ical_calendar *calendar = read_text(FRAB("<day_change>04:00:00</day_change>",
	    "<event id='7'><start>23:30</start><duration>01:00</duration><title>Spät</title></event>"
	    "<event id='8'><start>00:30</start><duration>00:45</duration><title>Nacht</title></event>"
	    "<event id='9'><start>04:00</start><duration>1:00:00</duration><title>Früh</title></event>"));
	CHECK(calendar != NULL && calendar->count == 3);
	CHECK_NUMBER(calendar->events[0].start_utc, at(2026, 7, 1, 21, 30));
	CHECK_NUMBER(calendar->events[0].end_utc, at(2026, 7, 1, 22, 30));
	CHECK_NUMBER(calendar->events[1].start_utc, at(2026, 7, 1, 22, 30));
	CHECK_NUMBER(calendar->events[1].start_local, at(2026, 7, 2, 0, 30));
	CHECK_NUMBER(calendar->events[2].start_utc, at(2026, 7, 1, 2, 0));
	CHECK_NUMBER(calendar->events[2].end_utc, at(2026, 7, 1, 3, 0));
}

static void
a_new_edition_of_a_programme_doubles_every_talk(void)
{
	struct ical_calendar *calendar = read_text(FRAB("<acronym>ws26</acronym>",
	    "<event guid='0f184598-dcab-50b3-a6da-8d5d87d3df57' id='7'><start>09:30</start><duration>00:25</duration></event>"
	    "<event id='8'><start>10:30</start><duration>00:25</duration></event>"
	    "<event><start>11:30</start><duration>00:25</duration></event>"));
	CHECK(calendar != NULL && calendar->count == 3);
	CHECK_TEXT(calendar->events[0].uid, "0f184598-dcab-50b3-a6da-8d5d87d3df57");
	CHECK_TEXT(calendar->events[1].uid, "8@ws26");
	CHECK(str_starts(calendar->events[2].uid, "derived-"));
	calendar = read_text(FRAB("", "<event id='8'><start>10:30</start><duration>00:25</duration></event>"));
	CHECK_TEXT(calendar->events[0].uid, "8@werk-statt-2026");
}

static void
a_talk_loses_its_text_room_or_zone(void)
{
	struct ical_calendar *calendar = read_text(FRAB("<time_zone_name>Europe/Lisbon</time_zone_name>",
	    "<event id='7'><date>2026-07-01T09:30:00+02:00</date><start>08:30</start><duration>00:25</duration><title> Löten &amp; Kleben </title>"
	    "<subtitle>Teil 1</subtitle><track>Bau</track><url>https://hub.example/7</url>"
	    "<abstract>&lt;p&gt;Wir l&amp;#39;öten.&lt;/p&gt;&lt;p&gt;5 &lt; 7&lt;/p&gt;</abstract></event>"
	    "<event id='8'><start>10:30</start><duration>00:25</duration><title>B</title><room>Saal 2</room></event>"));
	CHECK(calendar != NULL && calendar->count == 2);
	CHECK_TEXT(calendar->name, "Werk Statt 2026");
	CHECK_NUMBER(calendar->events[0].start_utc, at(2026, 7, 1, 7, 30));
	CHECK_NUMBER(calendar->events[0].start_local, at(2026, 7, 1, 8, 30));
	CHECK_TEXT(calendar->events[0].zone_id, "Europe/Lisbon");
	CHECK_TEXT(calendar->events[0].summary, "Löten & Kleben");
	CHECK_TEXT(calendar->events[0].description, "Teil 1\n\nWir l'öten.\n5 < 7");
	CHECK_TEXT(calendar->events[0].location, "Saal 1");
	CHECK_TEXT(calendar->events[0].categories[0], "Bau");
	CHECK_TEXT(calendar->events[0].url, "https://hub.example/7");
	CHECK_NUMBER(calendar->events[1].start_utc, at(2026, 7, 1, 9, 30));
	CHECK_TEXT(calendar->events[1].location, "Saal 2");
}

static void
a_talk_in_several_rooms_or_given_twice_is_lost(void)
{
	struct ical_calendar *calendar = read_text("<schedule><day date='2014-07-21'>"
	    "<entry id='1'><start>0930</start><duration>30</duration><room>C01, B05/B06</room><title>Breakfast</title></entry>"
	    "<entry id='1'><start>1230</start><duration>90</duration><room>ALL</room><title>Lunch</title></entry></day></schedule>");
	CHECK(calendar != NULL && calendar->count == 2);
	CHECK_TEXT(calendar->events[0].uid, "ep2014-1-2014-07-21-0930");
	CHECK_TEXT(calendar->events[1].uid, "ep2014-1-2014-07-21-1230");
	CHECK_TEXT(calendar->events[0].location, "C01, B05/B06");
	CHECK_NUMBER(calendar->events[1].end_utc, at(2014, 7, 21, 12, 0));
}

#define DAYS(rooms) "{\"schedule\":{\"conference\":{\"title\":\"T\",\"days\":[{\"date\":\"2026-07-01\",\"rooms\":" rooms "}]}}}"

static void
a_programme_from_pretalx_does_not_come_in(void)
{
	struct ical_calendar *calendar = read_text(DAYS("{\"Saal\":[{\"id\":5,\"date\":\"2026-07-01T09:00:00+02:00\",\"duration\":\"00:30\",\"title\":\"A\"},"
	    "{\"id\":\"6\",\"guid\":\"g\",\"start\":\"10:00\",\"duration\":\"PT45M\",\"title\":\"B\",\"room\":\"Labor\",\"track\":null}],\"Leer\":[]}"));
	CHECK(calendar != NULL && calendar->count == 2);
	CHECK_TEXT(calendar->events[0].uid, "5@t");
	CHECK_TEXT(calendar->events[0].location, "Saal");
	CHECK_NUMBER(calendar->events[0].start_utc, at(2026, 7, 1, 7, 0));
	CHECK_TEXT(calendar->events[1].uid, "g");
	CHECK_TEXT(calendar->events[1].location, "Labor");
	CHECK_NUMBER(calendar->events[1].end_utc, at(2026, 7, 1, 8, 45));
}

static void
one_bad_entry_costs_the_others(void)
{
	struct ical_calendar *calendar = read_text(FRAB("", "<event id='7'><start>24:30</start><duration>00:25</duration><title>A</title></event>"
	    "<event id='8'><start>10:30</start><duration>soon</duration><title>B</title></event>"
	    "<event id='9'><start>10:30</start><duration>00:00</duration><title>C</title></event>"
	    "<event id='9'><start>11:30</start><duration>00:10</duration><title>D</title></event>"));
	CHECK(calendar != NULL && calendar->count == 1 && calendar->skipped_count == 3);
	CHECK_TEXT(calendar->skipped[0].reason.code, "bad-start");
	CHECK_TEXT(calendar->skipped[0].summary, "A");
	CHECK_TEXT(calendar->skipped[1].reason.code, "bad-duration");
	CHECK_TEXT(calendar->skipped[2].reason.code, "duplicate");
}

static void
check_refused(const char *text, const char *part)
{
	CHECK(read_text(text) == NULL);
	CHECK(error != NULL && strstr(error, part) != NULL);
	if (error != NULL && strstr(error, part) == NULL)
		printf("\"%s\" lacks \"%s\"\n", error, part);
}

static void
a_hostile_or_broken_file_is_taken_in_or_refused_without_a_reason(void)
{
	struct str deep = {0};
	check_refused("", "empty");
	check_refused("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bbbb'>]><schedule>&b;</schedule>", "DOCTYPE");
	check_refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><schedule/>", "DOCTYPE");
	check_refused("<schedule>&b;</schedule>", "not well-formed");
	check_refused("<schedule><day>", "not well-formed");
	check_refused("<html></html>", "root is <html>");
	check_refused("<schedule/>", "no events");
	check_refused("{\"schedule\":", "line");
	check_refused("[]", "no \"schedule\"");
	check_refused("{\"schedule\":{}}", "conference");
	check_refused("{\"schedule\":{\"conference\":{}}}", "days");
	check_refused("{\"schedule\":{\"conference\":{\"days\":[]},\"rooms\":[]}}", "rooms");
	check_refused(DAYS("[]"), "no rooms");
	check_refused(DAYS("{\"A\":[1]}"), "no event");
	for (int i = 0; i < 100000; i++)
		str_put(&deep, "<schedule>");
	check_refused(str_text(&deep), "nested too deep");
	str_clear(&deep);
	str_put(&deep, "{\"schedule\":{\"conference\":{\"days\":[{\"rooms\":{\"A\":[{}");
	for (int i = 0; i < ICAL_READ_EVENTS; i++)
		str_put(&deep, ",{}");
	str_put(&deep, "]}}]}}}");
	check_refused(str_text(&deep), "more than 200000 entries");
	str_free(&deep);
	check_refused("hello", "BEGIN:VCALENDAR");
	arena_free(arena); /* the last test: nothing is left behind */
	arena = NULL;
}

TEST_MAIN(TEST(a_talk_after_midnight_is_listed_a_day_early), TEST(a_new_edition_of_a_programme_doubles_every_talk),
    TEST(a_talk_loses_its_text_room_or_zone), TEST(a_talk_in_several_rooms_or_given_twice_is_lost),
    TEST(a_programme_from_pretalx_does_not_come_in), TEST(one_bad_entry_costs_the_others),
    TEST(a_hostile_or_broken_file_is_taken_in_or_refused_without_a_reason))
