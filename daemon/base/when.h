/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instants: seconds since 1970-01-01T00:00:00Z in the proleptic Gregorian calendar, without
 * leap seconds (as POSIX and PostgreSQL count them). Civil dates and times are plain numbers.
 *
 * It knows no time zone but UTC: local times are ical/zone's business.
 */
#ifndef HUBD_BASE_WHEN_H
#define HUBD_BASE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>


struct civil {
	int year, month, day;     /* 1..9999, 1..12, 1..31 */
	int hour, minute, second; /* 0..23, 0..59, 0..59 */
};

/* Days since 1970-01-01 of a civil date (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
int64_t when_days(int year, int month, int day);
void when_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day);
int when_month_length(int year, int month);
bool when_is_valid(const struct civil *civil);      /* the date exists, the time is in range */
int64_t when_from_civil(const struct civil *civil);    /* read as UTC */
void when_to_civil(int64_t instant, struct civil *ret_civil);
int when_weekday(int64_t days);                     /* 0 Monday … 6 Sunday */

/* Now, as the program believes it: the system's clock plus the offset that tests set. */
int64_t when_now(void);
void when_set_offset(int64_t seconds);
/* Milliseconds of a clock that never goes back: for deadlines and durations. */
int64_t when_monotonic_ms(void);

/*
 * RFC 3339. Reads YYYY-MM-DDTHH:MM[:SS[.fraction]] with Z, an offset, or nothing; fractions are cut.
 * *ret_is_local tells that there was no offset: then *ret_instant is the civil time read as UTC,
 * for a zone to resolve. False: not a date and time; nothing is set.
 */
bool when_parse(const char *text, int64_t *ret_instant, bool *ret_is_local);
bool when_parse_date(const char *text, int64_t *ret_days); /* YYYY-MM-DD */
/* ISO 8601 duration as RFC 5545 3.3.6 has it, without a sign: PT2H, P1D, P1DT30M, P2W. In seconds. */
bool when_parse_duration(const char *text, int64_t *ret_seconds);

enum { WHEN_TEXT_SIZE = 40 };
void when_print(int64_t instant, char ret_text[static WHEN_TEXT_SIZE]);      /* 2026-11-23T02:31:00Z */
void when_print_http(int64_t instant, char ret_text[static WHEN_TEXT_SIZE]); /* Mon, 23 Nov 2026 02:31:00 GMT */
/* RFC 9110 5.6.7, all three forms; false for anything else. */
bool when_parse_http(const char *text, int64_t *ret_instant);

#endif
