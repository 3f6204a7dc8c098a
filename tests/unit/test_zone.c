/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/zone.h"

#include "base/arena.h"
#include "base/when.h"
#include "check.h"

static int64_t
at(int year, int month, int day, int hour, int minute)
{
	return when_from_civil(&(struct civil){year, month, day, hour, minute, 0});
}

static int64_t
last_sunday(int year, int month)
{
	int64_t last = when_days(year, month, when_month_length(year, month));
	return (last - (when_weekday(last) + 1) % 7) * 86400;
}

static int
offset_at(const struct zone *zone, int64_t utc)
{
	int offset;
	zone_to_local(zone, utc, &offset);
	return offset;
}

static void
check_change(const struct zone *zone, int64_t change, int before, int after)
{
	CHECK_NUMBER(offset_at(zone, change - 1), before);
	CHECK_NUMBER(offset_at(zone, change), after);
	CHECK_NUMBER(offset_at(zone, change + 1), after);
	struct zone_change found;
	CHECK(zone_next_change(zone, change - 1, &found));
	CHECK_NUMBER(found.at, change);
	CHECK_NUMBER(found.offset_before, before);
	CHECK_NUMBER(found.offset, after);
}

static void
a_booking_in_berlin_moves_by_an_hour_at_no_change_of_clocks(void)
{
	const struct zone *zone = zone_find("Europe/Berlin");
	check_change(zone, at(1980, 4, 6, 1, 0), 3600, 7200);
	check_change(zone, at(1980, 9, 28, 1, 0), 7200, 3600);
	for (int year = 1981; year <= 2037; year++) {
		check_change(zone, last_sunday(year, 3) + 3600, 3600, 7200);
		check_change(zone, last_sunday(year, year < 1996 ? 9 : 10) + 3600, 7200, 3600);
	}
}

static void
a_date_beyond_the_tables_end_gets_winter_time_in_summer(void)
{
	const struct zone *zone = zone_find("Europe/Berlin");
	static const int years[] = {2038, 2100, 2400, 5000, 9999};
	for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
		check_change(zone, last_sunday(years[i], 3) + 3600, 3600, 7200);
		check_change(zone, last_sunday(years[i], 10) + 3600, 7200, 3600);
	}
	CHECK_NUMBER(offset_at(zone, at(9999, 12, 31, 23, 0)), 3600);
}

static void
check_local(const char *id, int64_t local, int64_t utc, enum zone_fit fit)
{
	enum zone_fit have_fit;
	CHECK_NUMBER(zone_to_utc(zone_find(id), local, &have_fit), utc);
	CHECK_NUMBER(have_fit, fit);
}

static void
a_booking_in_the_lost_or_doubled_hour_lands_elsewhere_than_rfc_5545_says(void)
{
	check_local("Europe/Berlin", at(2026, 3, 29, 1, 59), at(2026, 3, 29, 0, 59), ZONE_FIT_EXACT);
	check_local("Europe/Berlin", at(2026, 3, 29, 2, 0), at(2026, 3, 29, 1, 0), ZONE_FIT_GAP);
	check_local("Europe/Berlin", at(2026, 3, 29, 2, 30), at(2026, 3, 29, 1, 30), ZONE_FIT_GAP);
	check_local("Europe/Berlin", at(2026, 3, 29, 3, 0), at(2026, 3, 29, 1, 0), ZONE_FIT_EXACT);
	check_local("Europe/Berlin", at(2026, 10, 25, 1, 59), at(2026, 10, 24, 23, 59), ZONE_FIT_EXACT);
	check_local("Europe/Berlin", at(2026, 10, 25, 2, 0), at(2026, 10, 25, 0, 0), ZONE_FIT_FOLD);
	check_local("Europe/Berlin", at(2026, 10, 25, 2, 30), at(2026, 10, 25, 0, 30), ZONE_FIT_FOLD);
	check_local("Europe/Berlin", at(2026, 10, 25, 3, 0), at(2026, 10, 25, 2, 0), ZONE_FIT_EXACT);
	check_local("America/New_York", at(2026, 3, 8, 2, 30), at(2026, 3, 8, 7, 30), ZONE_FIT_GAP);
	check_local("America/New_York", at(2026, 11, 1, 1, 30), at(2026, 11, 1, 5, 30), ZONE_FIT_FOLD);
	check_local("Europe/Berlin", at(2090, 3, 26, 2, 30), at(2090, 3, 26, 1, 30), ZONE_FIT_GAP);
}

static void
guests_in_odd_zones_come_at_the_wrong_time(void)
{
	/* Half an hour of daylight saving time; the southern summer; a day that never was. */
	check_local("Australia/Lord_Howe", at(2026, 10, 4, 2, 15), at(2026, 10, 3, 15, 45), ZONE_FIT_GAP);
	check_local("Australia/Lord_Howe", at(2026, 4, 5, 1, 45), at(2026, 4, 4, 14, 45), ZONE_FIT_FOLD);
	CHECK_NUMBER(offset_at(zone_find("Australia/Sydney"), at(2026, 1, 1, 0, 0)), 11 * 3600);
	CHECK_NUMBER(offset_at(zone_find("Australia/Sydney"), at(2026, 7, 1, 0, 0)), 10 * 3600);
	check_local("Pacific/Apia", at(2011, 12, 30, 12, 0), at(2011, 12, 30, 22, 0), ZONE_FIT_GAP);
	check_local("Pacific/Apia", at(2011, 12, 31, 12, 0), at(2011, 12, 30, 22, 0), ZONE_FIT_EXACT);
	CHECK_NUMBER(offset_at(zone_find("Africa/Casablanca"), at(2025, 3, 10, 12, 0)), 0); /* Ramadan */
	CHECK_NUMBER(offset_at(zone_find("Africa/Casablanca"), at(2025, 6, 10, 12, 0)), 3600);
	CHECK_NUMBER(offset_at(zone_find("Asia/Kathmandu"), at(2026, 1, 1, 0, 0)), 20700);
	CHECK_NUMBER(offset_at(zone_find("Europe/Dublin"), at(2060, 7, 1, 0, 0)), 3600);
	CHECK_NUMBER(offset_at(zone_find("America/Nuuk"), at(2060, 7, 1, 0, 0)), -3600);
}

static void
every_local_time_of_two_years_comes_back_unchanged(void)
{
	static const char *const ids[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"};
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		const struct zone *zone = zone_find(ids[i]);
		for (int64_t utc = at(2036, 7, 1, 0, 7); utc < at(2038, 7, 1, 0, 0); utc += 1801) {
			enum zone_fit fit;
			int64_t local = zone_to_local(zone, utc, NULL), back = zone_to_utc(zone, local, &fit);
			CHECK(fit != ZONE_FIT_GAP);
			CHECK(back == utc || (fit == ZONE_FIT_FOLD && back < utc && zone_to_local(zone, back, NULL) == local));
		}
	}
}

static void
a_zones_name_opens_any_file_of_the_machine(void)
{
	static const char *const names[] = {"", "../../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "Europe//Berlin",
	    "Europe/", "Europe", ".", "posix/Europe/Berlin", "right/Europe/Berlin", "tzdata.zi", "zone.tab", "Europe/Berlin\n",
	    "leapseconds", "localtime", "Mars/Olympus", "europe/berlin;x",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		CHECK(zone_find(names[i]) == NULL);
	CHECK(zone_find(NULL) == NULL);
	CHECK(zone_find("Europe/Berlin") == zone_find("Europe/Berlin"));
	CHECK_TEXT(zone_id(zone_find("America/Argentina/Buenos_Aires")), "America/Argentina/Buenos_Aires");
	CHECK(zone_is_known("Etc/GMT+5") && zone_is_known("UTC"));
}

static void
check_foreign(const char *tzid, const char *lic_location, const char *id)
{
	const struct zone *zone = zone_find_foreign(tzid, lic_location);
	CHECK_TEXT(zone == NULL ? "(none)" : zone_id(zone), id);
}

static void
an_outlook_users_invitation_comes_in_at_another_hour(void)
{
	check_foreign("Europe/Berlin", NULL, "Europe/Berlin");
	check_foreign("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", NULL, "Europe/Berlin");
	check_foreign("/freeassociation.sourceforge.net/Europe/Berlin", NULL, "Europe/Berlin");
	check_foreign("/citadel.org/20210210_1/America/Argentina/Buenos_Aires", NULL, "America/Argentina/Buenos_Aires");
	check_foreign("W. Europe Standard Time", NULL, "Europe/Berlin");
	check_foreign("w. europe standard time", NULL, "Europe/Berlin");
	check_foreign("Romance Standard Time", NULL, "Europe/Paris");
	check_foreign("(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", NULL, "Europe/Amsterdam");
	check_foreign("(UTC-05:00) Eastern Time (US & Canada)", NULL, "America/New_York");
	check_foreign("GMT +0100 (Standard) / GMT +0200 (Daylight)", NULL, "(none)");
	check_foreign("Customized Time Zone", "Europe/Berlin", "Europe/Berlin");
	check_foreign("Customized Time Zone", NULL, "(none)");
	check_foreign("Berlin", NULL, "Europe/Berlin");
	check_foreign("\"Europe/Berlin\"", NULL, "Europe/Berlin");
	check_foreign("UTC", NULL, "UTC");
	check_foreign("Etc/UTC", NULL, "UTC");
	check_foreign("../../etc/passwd", "/etc/passwd", "(none)");
	check_foreign(NULL, NULL, "(none)");
}

static void
check_print(int offset, const char *want)
{
	char text[ZONE_OFFSET_SIZE];
	zone_print_offset(offset, text);
	CHECK_TEXT(text, want);
}

static void
an_offset_is_written_so_that_nobody_reads_it(void)
{
	char text[ZONE_INSTANT_SIZE];
	check_print(3600, "+01:00");
	check_print(-1500, "-00:25");
	check_print(3208, "+00:53:28");
	check_print(0, "+00:00");
	zone_print(zone_find("Europe/Berlin"), at(2026, 7, 1, 7, 0), text);
	CHECK_TEXT(text, "2026-07-01T09:00:00+02:00");
}

static void
a_zone_of_a_files_own_rules_is_not_used(void)
{
	struct arena *arena = arena_new();
	struct zone_change changes[] = {{at(2026, 3, 1, 0, 0), 3600, 5400, true, "X"}, {at(2026, 9, 1, 0, 0), 5400, 3600, false, "Y"}};
	const struct zone *zone = zone_from_changes(arena, "Own", changes, 2);
	CHECK_NUMBER(offset_at(zone, at(2020, 1, 1, 0, 0)), 3600);
	CHECK_NUMBER(offset_at(zone, at(2026, 6, 1, 0, 0)), 5400);
	CHECK_NUMBER(offset_at(zone, at(2030, 6, 1, 0, 0)), 3600);
	arena_free(arena);
}

static void
an_instant_that_is_right_moves_when_zones_are_looked_at_again(void)
{
	const struct zone *berlin = zone_find("Europe/Berlin");
	int64_t utc = 0;
	CHECK(!zone_has_moved(berlin, at(2026, 7, 1, 10, 0), at(2026, 7, 1, 8, 0), &utc));
	CHECK(!zone_has_moved(berlin, at(2026, 3, 29, 2, 30), at(2026, 3, 29, 1, 30), &utc));  /* in the gap */
	CHECK(!zone_has_moved(berlin, at(2026, 10, 25, 2, 30), at(2026, 10, 25, 0, 30), &utc)); /* the first in the fold */
	CHECK(!zone_has_moved(berlin, at(2026, 10, 25, 2, 30), at(2026, 10, 25, 1, 30), &utc)); /* and the second */
	CHECK(zone_has_moved(berlin, at(2026, 7, 1, 10, 0), at(2026, 7, 1, 9, 0), &utc));
	CHECK_NUMBER(utc, at(2026, 7, 1, 8, 0));
}

static void
zones_that_are_read_anew_are_lost_to_who_holds_them(void)
{
	const struct zone *berlin = zone_find("Europe/Berlin");
	char before[ZONE_FINGERPRINT_SIZE], after[ZONE_FINGERPRINT_SIZE];
	CHECK(zone_fingerprint("Europe/Berlin", before));
	zone_refresh();
	CHECK(zone_fingerprint("Europe/Berlin", after));
	CHECK_TEXT(before, after);
	CHECK(zone_find("Europe/Berlin") == berlin);
	CHECK_NUMBER(offset_at(berlin, at(2026, 7, 1, 8, 0)), 7200);
	CHECK(!zone_fingerprint("../../etc/passwd", after) && !zone_fingerprint("Europe/Nowhere", after));
}

TEST_MAIN(TEST(an_instant_that_is_right_moves_when_zones_are_looked_at_again), TEST(zones_that_are_read_anew_are_lost_to_who_holds_them),
    TEST(a_booking_in_berlin_moves_by_an_hour_at_no_change_of_clocks), TEST(a_date_beyond_the_tables_end_gets_winter_time_in_summer),
    TEST(a_booking_in_the_lost_or_doubled_hour_lands_elsewhere_than_rfc_5545_says), TEST(guests_in_odd_zones_come_at_the_wrong_time),
    TEST(every_local_time_of_two_years_comes_back_unchanged), TEST(a_zones_name_opens_any_file_of_the_machine),
    TEST(an_outlook_users_invitation_comes_in_at_another_hour), TEST(an_offset_is_written_so_that_nobody_reads_it),
    TEST(a_zone_of_a_files_own_rules_is_not_used))
