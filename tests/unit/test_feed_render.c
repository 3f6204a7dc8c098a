/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of feeds, row by row of CALENDARS.md: structs in, bytes out. */
#include "feed/render.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "check.h"
#include "feed/color.h"
#include "feed/key.h"
#include "feed/series.h"
#include "ical/zone.h"

static const struct feed_entry plain = {
	.uid = "a@example.org", .sequence = 3, .revised = 1795334400, .created = 1795334000, .start = 1795453200, .end = 1795460400,
	.zone = "Europe/Berlin", .state = "confirmed", .title = "Abend", .page = "https://example.org/events/7",
	.hub = "Hub; Nord, West", .hub_page = "https://example.org/hubs/nord",
};

static const char *
entry_text(const struct feed_entry *entry)
{
	static struct str out;
	str_clear(&out);
	feed_put_entry(&out, entry);
	return str_text(&out);
}

static bool
has_line(const char *text, const char *line)
{
	struct str wanted = {0};
	str_print(&wanted, "\r\n%s\r\n", line);
	bool found = strstr(text, str_text(&wanted)) != NULL;
	str_free(&wanted);
	return found;
}

/* Longest line in octets, and whether every line end is CRLF. */
static size_t
longest_line(const char *text)
{
	size_t longest = 0;
	for (const char *at = text, *end; *at != '\0'; at = end + 2) {
		end = strstr(at, "\r\n");
		if (end == NULL)
			return 9999;
		if (memchr(at, '\n', (size_t)(end - at)) != NULL)
			return 9999;
		longest = (size_t)(end - at) > longest ? (size_t)(end - at) : longest;
	}
	return longest;
}

static void
an_event_has_its_rows(void)
{
	const char *text = entry_text(&plain);
	CHECK(str_starts(text, "BEGIN:VEVENT\r\nUID:a@example.org\r\nDTSTAMP:20261122T080000Z\r\nLAST-MODIFIED:20261122T080000Z\r\n"));
	CHECK(has_line(text, "SEQUENCE:3"));
	CHECK(has_line(text, "DTSTART;TZID=Europe/Berlin:20261123T180000"));
	CHECK(has_line(text, "DTEND;TZID=Europe/Berlin:20261123T200000"));
	CHECK(has_line(text, "STATUS:CONFIRMED"));
	CHECK(has_line(text, "URL:https://example.org/events/7"));
	CHECK(has_line(text, "ORGANIZER;CN=\"Hub; Nord, West\":https://example.org/hubs/nord"));
	CHECK(strstr(text, "METHOD") == NULL && strstr(text, "ATTENDEE") == NULL && strstr(text, "VALARM") == NULL);
	CHECK(longest_line(text) <= 75);
	CHECK(str_ends(text, "END:VEVENT\r\n"));
}

static void
the_zone_of_an_event_is_told_for_the_vtimezone(void)
{
	struct str out = {0};
	struct feed_entry utc = plain;
	CHECK(feed_put_entry(&out, &plain) == zone_find("Europe/Berlin"));
	utc.zone = "UTC";
	CHECK(feed_put_entry(&out, &utc) == NULL);
	str_free(&out);
	CHECK(has_line(entry_text(&utc), "DTSTART:20261123T170000Z"));
	utc.zone = "Nowhere/Atlantis";
	CHECK(has_line(entry_text(&utc), "DTSTART:20261123T170000Z"));
}

static void
an_hour_that_comes_twice_is_written_in_utc(void)
{
	static const struct civil first = {2026, 10, 25, 0, 30, 0};
	struct feed_entry night = plain;
	night.start = when_from_civil(&first); /* 02:30 in Berlin */
	night.end = night.start + 600;
	CHECK(has_line(entry_text(&night), "DTSTART:20261025T003000Z") && strstr(entry_text(&night), "TZID") == NULL);
	night.start += 3600; /* 02:30 once more */
	night.end += 3600;
	CHECK(has_line(entry_text(&night), "DTSTART:20261025T013000Z") && strstr(entry_text(&night), "TZID") == NULL);
	night.start += 3600;
	night.end += 3600;
	CHECK(has_line(entry_text(&night), "DTSTART;TZID=Europe/Berlin:20261025T033000"));
}

static void
an_instant_has_no_end(void)
{
	struct feed_entry instant = plain;
	instant.end = instant.start;
	CHECK(strstr(entry_text(&instant), "DTEND") == NULL);
	CHECK(has_line(entry_text(&instant), "DTSTART;TZID=Europe/Berlin:20261123T180000"));
}

static void
a_day_is_a_date_with_an_exclusive_end(void)
{
	struct feed_entry day = plain;
	day.is_all_day = true;
	day.local_start = when_days(2026, 11, 24) * 86400;
	day.local_end = when_days(2026, 11, 26) * 86400;
	const char *text = entry_text(&day);
	CHECK(has_line(text, "DTSTART;VALUE=DATE:20261124") && has_line(text, "DTEND;VALUE=DATE:20261126") && has_line(text, "TRANSP:TRANSPARENT"));
	day.blocks = true;
	CHECK(has_line(entry_text(&day), "TRANSP:OPAQUE"));
	day.local_end = day.local_start;
	CHECK(strstr(entry_text(&day), "DTEND") == NULL);
	day.local_end = day.local_start + 3600;
	CHECK(has_line(entry_text(&day), "DTEND;VALUE=DATE:20261125"));
}

static void
what_is_private_says_only_that_it_is_so(void)
{
	struct feed_entry busy = {.uid = "b@example.org", .revised = 1795334400, .start = 1795453200, .end = 1795460400,
	    .zone = "Europe/Berlin", .state = "tentative"};
	CHECK(has_line(entry_text(&busy), "SUMMARY:Belegt") && has_line(entry_text(&busy), "STATUS:TENTATIVE"));
	CHECK(strstr(entry_text(&busy), "DESCRIPTION") == NULL && strstr(entry_text(&busy), "ORGANIZER") == NULL);
	busy.is_english = true;
	CHECK(has_line(entry_text(&busy), "SUMMARY:Busy"));
}

static void
texts_keep_every_character(void)
{
	struct feed_entry rich = plain;
	rich.title = "Öl, Netze; \\ Meer";
	rich.text = "Eins\nZwei";
	rich.speakers = "Ada, Grace";
	rich.organiser = "Verein";
	rich.price = "5 €";
	rich.link = "https://example.org/x";
	rich.categories = "KI\x1fVortrag, lang";
	const char *text = entry_text(&rich);
	CHECK(has_line(text, "SUMMARY:Öl\\, Netze\\; \\\\ Meer"));
	CHECK(strstr(text, "DESCRIPTION:Eins\\nZwei\\n\\nMit: Ada\\, Grace\\n\\nVeranstalter: Verein\\n\\nPre") != NULL);
	CHECK(has_line(text, "CATEGORIES:KI,Vortrag\\, lang"));
	rich.title = "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü";
	CHECK(longest_line(entry_text(&rich)) <= 75);
}

static void
a_place_has_six_decimals_and_addresses_are_whole(void)
{
	struct feed_entry place = plain;
	place.has_geo = true;
	place.latitude = 53.5436;
	place.longitude = -0.5;
	place.location = "Saal, Kai 1";
	place.online = "https://stream.example.org/a?b=c";
	place.image = "https://example.org/i.png";
	const char *text = entry_text(&place);
	CHECK(has_line(text, "GEO:53.543600;-0.500000") && has_line(text, "LOCATION:Saal\\, Kai 1"));
	CHECK(has_line(text, "IMAGE;VALUE=URI;DISPLAY=BADGE:https://example.org/i.png"));
	CHECK(strstr(text, "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Stream:") != NULL);
	place.online = "javascript alert(1)";
	place.image = "https://example.org/\r\nX-EVIL:1";
	CHECK(strstr(entry_text(&place), "CONFERENCE") == NULL && strstr(entry_text(&place), "EVIL") == NULL);
}

/* Tuesdays from 24 November 2026, 09:00 to 10:00 in Berlin. */
static const char *
series_text(struct arena *arena, struct feed_entry *entry, const char *document)
{
	int64_t start, end, last;
	entry->local_start = when_days(2026, 11, 24) * 86400 + 9 * 3600;
	entry->local_end = entry->local_start + 3600;
	entry->shown_from = INT64_MIN;
	entry->shown_to = INT64_MAX;
	entry->series = feed_series_read(arena, document, entry);
	feed_series_span(entry, &start, &end, &last);
	entry->start = start;
	entry->end = end;
	return entry_text(entry);
}

static size_t
count_of(const char *text, const char *word)
{
	size_t count = 0;
	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		count++;
	return count;
}

static void
a_series_is_its_master_and_what_differs(void)
{
	struct arena *arena = arena_new();
	struct feed_entry entry = plain;
	const char *text = series_text(arena, &entry, "{\"rrule\": \"FREQ=WEEKLY;COUNT=10\", \"rdates\": [[1795680000, null]], \"exdates\": [1796115600], \"last\": 1801300000,"
	    " \"overrides\": [{\"recurrence\": 1796720400, \"start\": 1796810400, \"end\": 1796814000, \"local_start\": 1796814000, \"local_end\": 1796817600,"
	    " \"title\": \"Anders\", \"state\": \"confirmed\", \"sequence\": 7, \"revised\": 1795334999}]}");
	CHECK(count_of(text, "BEGIN:VEVENT") == 2 && count_of(text, "UID:a@example.org") == 2);
	CHECK(has_line(text, "DTSTART;TZID=Europe/Berlin:20261124T090000") && has_line(text, "DTEND;TZID=Europe/Berlin:20261124T100000"));
	CHECK(has_line(text, "RRULE:FREQ=WEEKLY;COUNT=10"));
	CHECK(has_line(text, "RDATE;TZID=Europe/Berlin:20261126T080000") && has_line(text, "EXDATE;TZID=Europe/Berlin:20261201T090000"));
	CHECK(has_line(text, "RECURRENCE-ID;TZID=Europe/Berlin:20261208T090000") && has_line(text, "DTSTART;TZID=Europe/Berlin:20261209T110000"));
	CHECK(has_line(text, "SUMMARY:Anders") && has_line(text, "SEQUENCE:7") && has_line(text, "SEQUENCE:3"));
	entry.is_all_day = true;
	text = series_text(arena, &entry, "{\"rrule\": \"FREQ=WEEKLY;COUNT=3\", \"rdates\": [], \"exdates\": [1796083200], \"last\": 1801300000, \"overrides\": []}");
	CHECK(has_line(text, "EXDATE;VALUE=DATE:20261201"));
	arena_free(arena);
}

static void
what_outlook_cannot_read_is_single_events_with_names_of_their_own(void)
{
	static const char *const unreadable[] = {"FREQ=WEEKLY;COUNT=1", "FREQ=MONTHLY;BYDAY=1MO,3WE;COUNT=4", "FREQ=DAILY;COUNT=1200",
	    "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10"}; /* the last: its start is a Tuesday */
	struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
		struct feed_entry entry = plain;
		struct str document = {0};
		str_print(&document, "{\"rrule\": \"%s\", \"rdates\": [], \"exdates\": [], \"last\": 4000000000, \"overrides\": []}", unreadable[i]);
		const char *text = series_text(arena, &entry, str_text(&document));
		CHECK(strstr(text, "RRULE") == NULL && strstr(text, "RECURRENCE-ID") == NULL);
		CHECK(has_line(text, "UID:20261124T090000-a@example.org"));
		str_free(&document);
	}
	struct feed_entry entry = plain;
	const char *text = series_text(arena, &entry, "{\"rrule\": \"FREQ=DAILY;COUNT=5000\", \"rdates\": [], \"exdates\": [], \"last\": 4000000000, \"overrides\": []}");
	CHECK(count_of(text, "BEGIN:VEVENT") == FEED_SINGLES_MAX); /* bounded */
	entry.shown_from = entry.start + 86400;
	entry.shown_to = entry.start + 10 * 86400;
	text = entry_text(&entry);
	CHECK(count_of(text, "BEGIN:VEVENT") == 9 && strstr(text, "UID:20261124T090000-") == NULL);
	arena_free(arena);
}

static void
a_calendar_has_its_rows(void)
{
	struct str out = {0};
	struct feed_head head = {.uid = "feed-hub-nord@example.org", .name = "Hub Nord", .description = "Was hier ist", .zone = "Europe/Berlin",
	    .color = "#dc143c", .page = "https://example.org/hubs/nord", .source = "https://example.org/feeds/hub/nord.ics", .revised = 1795334400};
	feed_put_head(&out, &head);
	feed_put_end(&out);
	static const char *const lines[] = {
		"VERSION:2.0", "uid:feed-hub-nord@example.org", "NAME:Hub Nord", "X-WR-CALNAME:Hub Nord", "DESCRIPTION:Was hier ist",
		"X-WR-CALDESC:Was hier ist", "X-WR-TIMEZONE:Europe/Berlin", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
		"COLOR:crimson", "X-APPLE-CALENDAR-COLOR:#dc143c", "URL:https://example.org/hubs/nord",
		"SOURCE;VALUE=URI:https://example.org/feeds/hub/nord.ics", "LAST-MODIFIED:20261122T080000Z",
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		CHECK(has_line(str_text(&out), lines[i]));
	CHECK(strstr(str_text(&out), "METHOD") == NULL && str_ends(str_text(&out), "END:VCALENDAR\r\n"));
	str_clear(&out);
	head.description = "";
	feed_put_head(&out, &head);
	CHECK(has_line(str_text(&out), "X-WR-CALDESC:Hub Nord"));
	str_free(&out);
}

static void
colours_have_names(void)
{
	CHECK_TEXT(feed_color_name("#dc143c"), "crimson");
	CHECK_TEXT(feed_color_name("#000001"), "black");
	CHECK_TEXT(feed_color_name("#FFFFFF"), "white");
	CHECK(feed_color_name("red") == NULL && feed_color_name(NULL) == NULL && feed_color_name("#12345g") == NULL);
}

static void
addresses_name_feeds_and_nothing_else(void)
{
	static const struct {
		const char *path, *from, *to, *text, *wrong;
	} cases[] = {
		{"all.ics", NULL, NULL, "all", NULL},
		{"hub/nord.ics", NULL, NULL, "hub/nord", NULL},
		{"resource/nord/saal-a.ics", NULL, NULL, "resource/nord/saal-a", NULL},
		{"event/12.ics", NULL, NULL, "event/12", NULL},
		{"hub/nord.atom", NULL, NULL, "hub/nord.atom", NULL}, {"all.json", NULL, NULL, "all.json", NULL},
		{"hub/nord/freebusy.ics", NULL, NULL, "hub/nord/freebusy", NULL},
		{"resource/nord/saal/freebusy.ics", NULL, NULL, "resource/nord/saal/freebusy", NULL},
		{"resource/nord/freebusy.ics", NULL, NULL, NULL, NULL}, {"all/freebusy.ics", NULL, NULL, NULL, NULL}, {"hub/freebusy.ics", NULL, NULL, NULL, NULL},
		{"hub/nord.ics", "2026-01-01", "2026-12-31", "hub/nord?from=2026-01-01&to=2026-12-31", NULL},
		{"hub/nord.ics", "2024-02-29", NULL, "hub/nord?from=2024-02-29&to=2027-02-28", NULL},
		{"hub/nord.ics", NULL, "2026-01-01", "hub/nord?from=2023-01-01&to=2026-01-01", NULL},
		{"hub/nord.ics", "2026-02-30", NULL, NULL, "from"},
		{"hub/nord.ics", "2026-01-01", "2029-01-02", NULL, "to"},
		{"hub/nord.ics", "2026-01-02", "2026-01-01", NULL, "to"},
		{"hub/nord", NULL, NULL, NULL, NULL}, {"hub.ics", NULL, NULL, NULL, NULL}, {"hub/nord/x.ics", NULL, NULL, NULL, NULL},
		{"all/x.ics", NULL, NULL, NULL, NULL}, {"hub/Nord.ics", NULL, NULL, NULL, NULL}, {"hub/-a.ics", NULL, NULL, NULL, NULL},
		{"event/012.ics", NULL, NULL, NULL, NULL}, {"event/0.ics", NULL, NULL, NULL, NULL}, {"event/99999999999999999999.ics", NULL, NULL, NULL, NULL},
		{"hub/.ics", NULL, NULL, NULL, NULL}, {".ics", NULL, NULL, NULL, NULL}, {"hub/a--b.ics", NULL, NULL, NULL, NULL}, {"hub//a.ics", NULL, NULL, NULL, NULL},
	};
	struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct feed_key key;
		const char *wrong = NULL;
		bool is_feed = feed_key_read(arena, cases[i].path, &(struct feed_query){.from = cases[i].from, .to = cases[i].to}, &key, &wrong);
		CHECK(is_feed == (cases[i].text != NULL || cases[i].wrong != NULL));
		CHECK(str_equal(wrong, cases[i].wrong));
		if (is_feed && wrong == NULL)
			CHECK_TEXT(key.text, cases[i].text);
	}
	arena_free(arena);
}

TEST_MAIN(TEST(an_event_has_its_rows), TEST(the_zone_of_an_event_is_told_for_the_vtimezone), TEST(an_hour_that_comes_twice_is_written_in_utc),
    TEST(an_instant_has_no_end), TEST(a_day_is_a_date_with_an_exclusive_end), TEST(what_is_private_says_only_that_it_is_so),
    TEST(texts_keep_every_character), TEST(a_place_has_six_decimals_and_addresses_are_whole), TEST(a_calendar_has_its_rows), TEST(a_series_is_its_master_and_what_differs),
    TEST(what_outlook_cannot_read_is_single_events_with_names_of_their_own),
    TEST(colours_have_names), TEST(addresses_name_feeds_and_nothing_else))
