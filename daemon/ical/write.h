/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes iCalendar content lines (RFC 5545 3.1): CRLF, at most 75 octets a line, never folded
 * inside a character or an escape; TEXT escaped, control characters dropped, what is not UTF-8
 * replaced by U+FFFD. Whatever goes in, well-formed lines come out.
 *
 * It does not know which properties belong where: that is the caller's business.
 */
#ifndef HUBD_ICAL_WRITE_H
#define HUBD_ICAL_WRITE_H

#include <stddef.h>
#include <stdint.h>

struct str;
struct zone;

void ical_begin(struct str *out, const char *component); /* BEGIN:VEVENT */
void ical_end(struct str *out, const char *component);

/*
 * "name" is the property with its parameters ready made ("DTSTART;TZID=Europe/Berlin"; see
 * ical_param()). A NULL value writes nothing.
 */
/* A TEXT value: escaped here. An empty one writes nothing. */
void ical_put_text(struct str *out, const char *name, const char *text);
/* A value in its final form (RRULE, GEO, URI, lists joined by the caller). */
void ical_put_raw(struct str *out, const char *name, const char *value);
void ical_put_number(struct str *out, const char *name, int64_t number);
/* CATEGORIES and other lists of TEXT: each escaped, joined by commas. */
void ical_put_texts(struct str *out, const char *name, const char *const *texts, size_t count);
/* 20260701T070000Z */
void ical_put_utc(struct str *out, const char *name, int64_t instant);
/*
 * ;TZID=Europe/Berlin:20260701T090000, of an instant. With Z and no TZID where the zone is UTC, or
 * where the clock time would be read as another instant (the second time in a fold).
 */
void ical_put_local(struct str *out, const char *name, const struct zone *zone, int64_t instant);
/* ;VALUE=DATE:20260701, of a local time or of days * 86400. */
void ical_put_date(struct str *out, const char *name, int64_t local);
/* GEO with six decimals, whatever the locale. */
void ical_put_geo(struct str *out, double latitude, double longitude);
/* A whole content line as it was read, unfolded: "X-ALT-DESC;FMTTYPE=text/html:..." */
void ical_put_line(struct str *out, const char *line);

/* Appends ;NAME=value to a property's name, encoded by RFC 6868 and quoted where RFC 5545 3.2 asks. */
void ical_param(struct str *name, const char *param, const char *value);
/* Appends a TEXT value escaped, without folding. */
void ical_escape(struct str *out, const char *text);

enum { ICAL_TIME_SIZE = 20 };
void ical_print_utc(int64_t instant, char ret_text[static ICAL_TIME_SIZE]);  /* 20260701T070000Z */
void ical_print_local(int64_t local, char ret_text[static ICAL_TIME_SIZE]);  /* 20260701T090000 */
void ical_print_date(int64_t local, char ret_text[static ICAL_TIME_SIZE]);   /* 20260701 */

#endif
