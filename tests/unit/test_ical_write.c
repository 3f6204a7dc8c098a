/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/write.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/when.h"
#include "check.h"
#include "ical/timezone_write.h"
#include "ical/zone.h"

static int64_t
at(int year, int month, int day, int hour, int minute)
{
	return when_from_civil(&(struct civil){year, month, day, hour, minute, 0});
}

/* Undoes folding; checks on the way that every line is short, whole UTF-8 and ends no escape in the middle. */
static char *
unfold(const struct str *out)
{
	struct str whole = {0};
	const char *line = str_text(out);
	while (*line != '\0') {
		const char *end = strstr(line, "\r\n");
		CHECK(end != NULL);
		if (end == NULL)
			break;
		size_t length = (size_t)(end - line), slashes = 0;
		CHECK(length <= 75);
		CHECK(str_is_utf8(line, length));
		while (slashes < length && end[-1 - (long)slashes] == '\\')
			slashes++;
		CHECK(slashes % 2 == 0);
		bool is_folded = line != str_text(out) && *line == ' ';
		str_add(&whole, is_folded ? line + 1 : line, is_folded ? length - 1 : length);
		line = end + 2;
	}
	str_char(&whole, '\0');
	return str_steal(&whole, NULL);
}

static void
check_text(const char *text, const char *want)
{
	struct str out = {0};
	ical_put_text(&out, "SUMMARY", text);
	CHECK_TEXT(str_text(&out), want);
	str_free(&out);
}

static void
a_title_with_a_comma_or_a_line_feed_breaks_the_feed(void)
{
	check_text("Bohrer, Fräse; Säge", "SUMMARY:Bohrer\\, Fräse\\; Säge\r\n");
	check_text("C:\\neu", "SUMMARY:C:\\\\neu\r\n");
	check_text("a\nb\r\nc\rd", "SUMMARY:a\\nb\\nc\\nd\r\n");
	check_text("bell\a, escape\x1b[0m, del\x7f, tab\t.", "SUMMARY:bell\\, escape[0m\\, del\\, tab\t.\r\n");
	check_text("", "");
	check_text(NULL, "");
	check_text("\xff" "K\xc3", "SUMMARY:\xef\xbf\xbdK\xef\xbf\xbd\r\n");
	check_text("\xed\xa0\x80", "SUMMARY:\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\r\n");
	check_text("\xc0\xaf", "SUMMARY:\xef\xbf\xbd\xef\xbf\xbd\r\n");
}

static void
a_long_title_is_cut_inside_a_character_or_an_escape(void)
{
	static const char *const units[] = {"ü", "🎪", "€", ",", "\n", "\\", ";"};
	static const char *const escaped[] = {"ü", "🎪", "€", "\\,", "\\n", "\\\\", "\\;"};
	for (size_t unit = 0; unit < sizeof units / sizeof units[0]; unit++) {
		for (int before = 0; before < 160; before++) {
			struct str text = {0}, want = {0}, out = {0};
			str_put(&want, "SUMMARY:");
			for (int i = 0; i < before; i++) {
				str_char(&text, 'x');
				str_char(&want, 'x');
			}
			for (int i = 0; i < 90; i++) {
				str_put(&text, units[unit]);
				str_put(&want, escaped[unit]);
			}
			ical_put_text(&out, "SUMMARY", str_text(&text));
			char *whole = unfold(&out);
			CHECK_TEXT(whole, str_text(&want));
			str_clear(&out);
			ical_put_line(&out, str_text(&want));
			char *again = unfold(&out);
			CHECK_TEXT(again, str_text(&want));
			free(whole);
			free(again);
			str_free(&text);
			str_free(&want);
			str_free(&out);
		}
	}
}

static void
a_line_of_75_octets_is_folded_or_one_of_76_is_not(void)
{
	struct str out = {0};
	char value[80];
	memset(value, 'y', sizeof value);
	value[75 - 4] = '\0';
	ical_put_raw(&out, "URL", value);
	CHECK_NUMBER(out.length, 77);
	str_clear(&out);
	value[75 - 4] = 'y';
	value[76 - 4] = '\0';
	ical_put_raw(&out, "URL", value);
	CHECK_NUMBER(out.length, 76 + 3 + 2);
	CHECK(strstr(str_text(&out), "y\r\n y\r\n") != NULL);
	str_free(&out);
}

static void
a_value_smuggles_a_line_of_its_own_into_a_feed(void)
{
	struct str out = {0}, name = {0};
	ical_put_raw(&out, "URL", "https://a.example/\r\nBEGIN:VALARM");
	CHECK_TEXT(str_text(&out), "URL:https://a.example/BEGIN:VALARM\r\n");
	str_clear(&out);
	str_put(&name, "ORGANIZER");
	ical_param(&name, "CN", "Hub \"Nord\"; Bau, Raum: 1\r\nX ^ Y");
	ical_put_raw(&out, str_text(&name), "mailto:a@hub.example");
	CHECK_TEXT(str_text(&out), "ORGANIZER;CN=\"Hub ^'Nord^'; Bau, Raum: 1^nX ^^ Y\":mailto:a@hub.example\r\n");
	str_free(&out);
	str_free(&name);
}

static void
a_time_is_written_so_that_it_reads_as_another(void)
{
	struct str out = {0};
	const struct zone *berlin = zone_find("Europe/Berlin");
	ical_put_utc(&out, "DTSTAMP", at(2026, 7, 1, 7, 0));
	ical_put_local(&out, "DTSTART", berlin, at(2026, 7, 1, 7, 0));
	ical_put_local(&out, "DTSTART", zone_utc(), at(2026, 7, 1, 7, 0));
	ical_put_local(&out, "DTSTART", berlin, at(2026, 10, 25, 0, 30));
	ical_put_local(&out, "DTSTART", berlin, at(2026, 10, 25, 1, 30)); /* the second 02:30 */
	ical_put_date(&out, "DTSTART", at(2026, 7, 1, 0, 0));
	ical_put_geo(&out, 53.5, -0.1278);
	ical_put_geo(&out, -1.0 / 3, 13.3777041);
	ical_put_geo(&out, 91, 0);
	ical_put_number(&out, "SEQUENCE", 3);
	ical_put_texts(&out, "CATEGORIES", (const char *const[]){"KI, Daten", "", "Bau"}, 3);
	CHECK_TEXT(str_text(&out),
	    "DTSTAMP:20260701T070000Z\r\nDTSTART;TZID=Europe/Berlin:20260701T090000\r\nDTSTART:20260701T070000Z\r\n"
	    "DTSTART;TZID=Europe/Berlin:20261025T023000\r\nDTSTART:20261025T013000Z\r\nDTSTART;VALUE=DATE:20260701\r\n"
	    "GEO:53.500000;-0.127800\r\nGEO:-0.333333;13.377704\r\nSEQUENCE:3\r\nCATEGORIES:KI\\, Daten,Bau\r\n");
	str_free(&out);
}

#define BERLIN(daylight, standard)                                                                             \
	"BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n"                                                            \
	"BEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nDTSTART:" daylight "\r\n"  \
	"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"                                           \
	"BEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nDTSTART:" standard "\r\n"   \
	"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

static void
check_vtimezone(const char *id, int64_t from, int64_t to, const char *want)
{
	struct str out = {0};
	ical_put_vtimezone(&out, zone_find(id), from, to);
	CHECK_TEXT(str_text(&out), want);
	str_free(&out);
}

static void
outlook_shifts_every_event_because_of_berlins_zone(void)
{
	CHECK_NUMBER(strlen(BERLIN("19810329T020000", "19961027T030000")), 344);
	check_vtimezone("Europe/Berlin", at(2026, 1, 1, 0, 0), at(2027, 1, 1, 0, 0), BERLIN("19810329T020000", "19961027T030000"));
	check_vtimezone("Europe/Berlin", at(1996, 10, 27, 1, 0), at(9999, 1, 1, 0, 0), BERLIN("19810329T020000", "19961027T030000"));
	check_vtimezone("Europe/Berlin", at(1990, 7, 1, 0, 0), at(1990, 7, 3, 0, 0), BERLIN("19700329T020000", "19701025T030000"));
	check_vtimezone("Europe/Berlin", at(1996, 1, 1, 0, 0), at(2027, 1, 1, 0, 0), BERLIN("19700329T020000", "19701025T030000"));
}

static void
a_guest_in_a_zone_without_daylight_saving_sees_nothing(void)
{
	check_vtimezone("Asia/Kolkata", at(2026, 1, 1, 0, 0), at(2027, 1, 1, 0, 0),
	    "BEGIN:VTIMEZONE\r\nTZID:Asia/Kolkata\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nTZNAME:IST\r\n"
	    "DTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n");
}

static void
an_old_event_is_an_hour_off_because_the_rule_was_another(void)
{
	struct str out = {0};
	/* October 1990 in Berlin is winter time already: the rule of today would be wrong. */
	ical_put_vtimezone(&out, zone_find("Europe/Berlin"), at(1990, 7, 1, 0, 0), at(1991, 1, 1, 0, 0));
	CHECK(strstr(str_text(&out), "DTSTART:19900930T030000\r\n") != NULL);
	CHECK(strstr(str_text(&out), "RRULE") == NULL);
	str_clear(&out);
	/* Jerusalem begins on the Friday before the last Sunday. */
	ical_put_vtimezone(&out, zone_find("Asia/Jerusalem"), at(2026, 1, 1, 0, 0), at(2027, 1, 1, 0, 0));
	CHECK(strstr(str_text(&out), "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29\r\n") != NULL);
	str_free(&out);
}

static void
ten_thousand_events_hold_up_the_loop(void)
{
	struct str out = {0};
	int64_t begin = when_monotonic_ms();
	for (int i = 0; i < 10000; i++) {
		ical_begin(&out, "VEVENT");
		ical_put_text(&out, "UID", "0123456789-0123456789@hub.example");
		ical_put_utc(&out, "DTSTAMP", at(2026, 1, 1, 0, 0) + i);
		ical_put_local(&out, "DTSTART", zone_find("Europe/Berlin"), at(2026, 1, 1, 0, 0) + i * 3600);
		ical_put_text(&out, "SUMMARY", "Lötkurs für Anfänger, mit Kaffee");
		ical_put_text(&out, "DESCRIPTION", "Wir löten eine Platine; Material ist da.\nBitte pünktlich sein, denn wir fangen um neun an. "
		    "Wer mag, bringt ein eigenes Gerät mit – oder zwei. Es gibt Kuchen.");
		ical_end(&out, "VEVENT");
	}
	int64_t took = when_monotonic_ms() - begin;
	printf("10,000 events, %zu bytes: %lld ms\n", out.length, (long long)took);
	CHECK(took < 1000); /* tens of ms on an idle machine; sanitizers and neighbours are slow */
	str_free(&out);
}

TEST_MAIN(TEST(a_title_with_a_comma_or_a_line_feed_breaks_the_feed), TEST(a_long_title_is_cut_inside_a_character_or_an_escape),
    TEST(a_line_of_75_octets_is_folded_or_one_of_76_is_not), TEST(a_value_smuggles_a_line_of_its_own_into_a_feed),
    TEST(a_time_is_written_so_that_it_reads_as_another), TEST(outlook_shifts_every_event_because_of_berlins_zone),
    TEST(a_guest_in_a_zone_without_daylight_saving_sees_nothing), TEST(an_old_event_is_an_hour_off_because_the_rule_was_another),
    TEST(ten_thousand_events_hold_up_the_loop))
