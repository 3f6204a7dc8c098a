/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/when.h"

#include "check.h"

static void
every_day_from_year_1_to_9999_is_counted_once(void)
{
	int year = 1, month = 1, day = 1;
	int64_t days = when_days(1, 1, 1);
	CHECK_NUMBER(days, -719162);
	int wrong = 0;
	while (year <= 9999) {
		int y, m, d;
		when_from_days(days, &y, &m, &d);
		wrong += y != year || m != month || d != day || when_days(year, month, day) != days;
		wrong += when_weekday(days + 1) != (when_weekday(days) + 1) % 7;
		days++;
		if (++day > when_month_length(year, month)) {
			day = 1;
			year += month == 12;
			month = month % 12 + 1;
		}
	}
	CHECK_NUMBER(wrong, 0);
	CHECK_NUMBER(days, when_days(10000, 1, 1));
	CHECK_NUMBER(when_weekday(0), 3);
	CHECK_NUMBER(when_weekday(when_days(2026, 11, 23)), 0);
}

static void
leap_days_exist_where_they_should(void)
{
	CHECK_NUMBER(when_month_length(2000, 2), 29);
	CHECK_NUMBER(when_month_length(1900, 2), 28);
	CHECK_NUMBER(when_month_length(2024, 2), 29);
	CHECK_NUMBER(when_month_length(2026, 2), 28);
	struct civil civil = {2024, 2, 29, 23, 59, 59};
	CHECK(when_is_valid(&civil));
	civil.year = 2023;
	CHECK(!when_is_valid(&civil));
	CHECK(!when_is_valid(&(struct civil){0, 1, 1, 0, 0, 0}) && !when_is_valid(&(struct civil){10000, 1, 1, 0, 0, 0}));
	CHECK(!when_is_valid(&(struct civil){2024, 13, 1, 0, 0, 0}) && !when_is_valid(&(struct civil){2024, 1, 1, 24, 0, 0}));
	CHECK(!when_is_valid(&(struct civil){2024, 1, 0, 0, 0, 0}) && !when_is_valid(&(struct civil){2024, 1, 1, 0, 60, 0}));
}

static void
an_instant_and_its_civil_time_are_one(void)
{
	for (int64_t instant = -62135596800; instant < 253402300800; instant += 86399 * 17 + 12345) {
		struct civil civil;
		when_to_civil(instant, &civil);
		if (!when_is_valid(&civil) || when_from_civil(&civil) != instant) {
			CHECK(when_is_valid(&civil));
			CHECK_NUMBER(when_from_civil(&civil), instant);
			return;
		}
	}
}

static void
a_time_is_read_as_it_was_written(void)
{
	static const struct {
		const char *text;
		int64_t instant;
		bool local, good;
	} cases[] = {
	    {"1970-01-01T00:00:00Z", 0, false, true}, {"2026-11-23T02:31:00Z", 1795401060, false, true},
	    {"2026-11-23T02:31Z", 1795401060, false, true}, {"2026-11-23t02:31:00z", 1795401060, false, true},
	    {"2026-11-23 02:31:00+00:00", 1795401060, false, true}, {"2026-11-23T03:31:00+01:00", 1795401060, false, true},
	    {"2026-11-22T21:01:00-05:30", 1795401060, false, true}, {"2026-11-23T02:31:00.999Z", 1795401060, false, true},
	    {"2026-11-23T02:31:00", 1795401060, true, true}, {"2026-11-23T02:31", 1795401060, true, true},
	    {"2026-11-23T02:31:00.Z", 0, false, false}, {"2026-11-23", 0, false, false}, {"2026-11-23T", 0, false, false},
	    {"2026-11-23T02", 0, false, false}, {"2026-11-23T24:00:00Z", 0, false, false}, {"2026-02-29T00:00:00Z", 0, false, false},
	    {"2026-11-23T02:31:60Z", 0, false, false}, {"2026-11-23T02:31:00+1:00", 0, false, false},
	    {"2026-11-23T02:31:00+24:00", 0, false, false}, {"2026-11-23T02:31:00Zx", 0, false, false}, {"", 0, false, false},
	    {"0000-01-01T00:00:00Z", 0, false, false}, {"-026-11-23T02:31:00Z", 0, false, false}, {"2026-1-23T02:31:00Z", 0, false, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t instant = 0;
		bool local = false;
		if (when_parse(cases[i].text, &instant, &local) != cases[i].good)
			printf("%s\n", cases[i].text);
		CHECK_NUMBER(when_parse(cases[i].text, &instant, &local), cases[i].good);
		CHECK_NUMBER(instant, cases[i].instant);
		CHECK_NUMBER(local, cases[i].local);
	}
	int64_t days = 0;
	CHECK(when_parse_date("2026-11-23", &days) && days == 20780);
	CHECK(!when_parse_date("2026-11-31", &days) && !when_parse_date("2026-11-2", &days) && !when_parse_date("2026-11-23T", &days));
}

static void
a_duration_is_what_rfc_5545_says(void)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: none */
	} cases[] = {
	    {"PT2H", 7200}, {"P1D", 86400}, {"P2W", 1209600}, {"P1DT30M", 88200}, {"PT1H30M15S", 5415}, {"PT0S", 0}, {"PT90M", 5400},
	    {"P15DT5H0M20S", 1314020}, {"P", -1}, {"PT", -1}, {"P1DT", -1}, {"P1", -1}, {"2H", -1}, {"PT2D", -1}, {"P2H", -1}, {"PT1M1H", -1},
	    {"P1W2D", -1}, {"P1WT1H", -1}, {"P-1D", -1}, {"-P1D", -1}, {"P1.5D", -1}, {"PT99999999999999H", -1}, {"P1Y", -1}, {"P1DT1H ", -1},
	    {"", -1}, {"PTT1H", -1}, {"P1WT", -1}, {"PT1HT1M", -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t seconds = -1;
		bool good = when_parse_duration(cases[i].text, &seconds);
		if (seconds != cases[i].seconds)
			printf("%s\n", cases[i].text);
		CHECK_NUMBER(seconds, cases[i].seconds);
		CHECK_NUMBER(good, cases[i].seconds >= 0);
	}
}

static void
http_dates_of_all_three_forms_are_read(void)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
	    {"Sun, 06 Nov 1994 08:49:37 GMT", true}, {"Sunday, 06-Nov-94 08:49:37 GMT", true}, {"Sun Nov  6 08:49:37 1994", true},
	    {"Sun, 6 Nov 1994 08:49:37 GMT", false}, {"Sun, 06 nov 1994 08:49:37 GMT", false}, {"Sun, 06 Nov 1994 08:49:37", false},
	    {"Sun, 06 Nov 1994 08:49:37 CET", false}, {"Sun, 06 Nov 94 08:49:37 GMT", false}, {"Sun, 31 Feb 1994 08:49:37 GMT", false},
	    {"Sun, 06 Nov 1994 24:49:37 GMT", false}, {"Sun Nov 6 08:49:37 1994", false}, {"Sun Nov  6 08:49:37 1994 GMT", false},
	    {"", false}, {"0", false}, {"-1", false}, {"yesterday", false}, {"Sun,", false}, {"Sun, 06 Nov 1994 08:49:37 GMT ", false},
	    {",", false}, {" ", false}, {"Sun ", false}, {"Xyz, 06 Nov 1994 08:49:37 GMT", false}, {"1994-11-06T08:49:37Z", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t instant = 4711;
		bool good = when_parse_http(cases[i].text, &instant);
		if (good != cases[i].good)
			printf("%s\n", cases[i].text);
		CHECK_NUMBER(good, cases[i].good);
		CHECK_NUMBER(instant, cases[i].good ? 784111777 : 4711);
	}
	int64_t instant;
	CHECK(when_parse_http("Fri, 31 Dec 2016 23:59:60 GMT", &instant)); /* a leap second */
	CHECK(when_parse_http("Monday, 23-Nov-26 00:00:00 GMT", &instant) && instant == 20780 * INT64_C(86400));
}

static void
what_is_printed_is_read_back(void)
{
	static const int64_t instants[] = {0, -1, 784111777, 1795401060, 253402300799, -62135596800, 951782399, 4107542400};
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		char text[WHEN_TEXT_SIZE];
		int64_t instant = 1;
		bool local = true;
		when_print(instants[i], text);
		CHECK(when_parse(text, &instant, &local) && !local);
		CHECK_NUMBER(instant, instants[i]);
		when_print_http(instants[i], text);
		CHECK(when_parse_http(text, &instant));
		CHECK_NUMBER(instant, instants[i]);
	}
	char text[WHEN_TEXT_SIZE];
	when_print(1795401060, text);
	CHECK_TEXT(text, "2026-11-23T02:31:00Z");
	when_print_http(1795401060, text);
	CHECK_TEXT(text, "Mon, 23 Nov 2026 02:31:00 GMT");
}

static void
tests_set_the_clock(void)
{
	int64_t now = when_now();
	when_set_offset(86400);
	CHECK(when_now() - now >= 86400 && when_now() - now <= 86405);
	when_set_offset(0);
	int64_t before = when_monotonic_ms();
	CHECK(when_monotonic_ms() >= before);
}

TEST_MAIN(TEST(every_day_from_year_1_to_9999_is_counted_once), TEST(leap_days_exist_where_they_should), TEST(an_instant_and_its_civil_time_are_one),
    TEST(a_time_is_read_as_it_was_written), TEST(a_duration_is_what_rfc_5545_says), TEST(http_dates_of_all_three_forms_are_read),
    TEST(what_is_printed_is_read_back), TEST(tests_set_the_clock))
