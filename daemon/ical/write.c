/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/write.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/when.h"
#include "ical/zone.h"

enum { LINE_OCTETS = 75 };

/* A content line in the making: what may not be parted goes in as one unit. */
struct fold {
	struct str *out;
	size_t used;
	char line[LINE_OCTETS + 1];
};

static void
fold_unit(struct fold *fold, const char *bytes, size_t length)
{
	if (fold->used + length > LINE_OCTETS) {
		str_add(fold->out, fold->line, fold->used);
		str_add(fold->out, "\r\n", 2);
		fold->line[0] = ' ';
		fold->used = 1;
	}
	memcpy(fold->line + fold->used, bytes, length);
	fold->used += length;
}

static void
fold_end(struct fold *fold)
{
	str_add(fold->out, fold->line, fold->used);
	str_add(fold->out, "\r\n", 2);
}

/* The length of the UTF-8 character at a place in a text that ends in NUL; 0: there is none (RFC 3629). */
static size_t
character_length(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	bool is_overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
	bool is_no_character = (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f);
	return is_overlong || is_no_character ? 0 : length;
}

static bool
is_control(char byte)
{
	return ((unsigned char)byte < ' ' && byte != '\t') || byte == 0x7f;
}

/* Puts the character at a place, repaired; returns how many bytes of the text that took. */
static size_t
fold_character(struct fold *fold, const char *at)
{
	size_t length = character_length(at);
	if (length == 0) {
		fold_unit(fold, "\xef\xbf\xbd", 3);
		return 1;
	}
	if (!is_control(*at))
		fold_unit(fold, at, length);
	return length;
}

/* Text that is escaped already: only keeps its escapes in one piece. */
static void
fold_raw(struct fold *fold, const char *text)
{
	while (*text != '\0') {
		if (text[0] == '\\' && text[1] > ' ' && text[1] < 0x7f) {
			fold_unit(fold, text, 2);
			text += 2;
		} else {
			text += fold_character(fold, text);
		}
	}
}

static void
fold_text(struct fold *fold, const char *text)
{
	while (*text != '\0') {
		if (text[0] == '\r' && text[1] == '\n')
			text++;
		if (*text == '\n' || *text == '\r') {
			fold_unit(fold, "\\n", 2);
			text++;
		} else if (*text == '\\' || *text == ';' || *text == ',') {
			fold_unit(fold, (char[]){'\\', *text}, 2);
			text++;
		} else {
			text += fold_character(fold, text);
		}
	}
}

void
ical_begin(struct str *out, const char *component)
{
	ical_put_raw(out, "BEGIN", component);
}

void
ical_end(struct str *out, const char *component)
{
	ical_put_raw(out, "END", component);
}

void
ical_put_text(struct str *out, const char *name, const char *text)
{
	if (text != NULL)
		ical_put_texts(out, name, &text, 1);
}

void
ical_put_texts(struct str *out, const char *name, const char *const *texts, size_t count)
{
	struct fold fold = {.out = out};
	bool is_empty = true;
	for (size_t i = 0; i < count; i++) {
		if (texts[i] == NULL || texts[i][0] == '\0')
			continue;
		if (is_empty)
			fold_raw(&fold, name);
		fold_unit(&fold, is_empty ? ":" : ",", 1);
		is_empty = false;
		fold_text(&fold, texts[i]);
	}
	if (!is_empty)
		fold_end(&fold);
}

void
ical_put_raw(struct str *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	struct fold fold = {.out = out};
	fold_raw(&fold, name);
	fold_unit(&fold, ":", 1);
	fold_raw(&fold, value);
	fold_end(&fold);
}

void
ical_put_line(struct str *out, const char *line)
{
	struct fold fold = {.out = out};
	fold_raw(&fold, line);
	fold_end(&fold);
}

void
ical_put_number(struct str *out, const char *name, int64_t number)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)number);
	ical_put_raw(out, name, text);
}

void
ical_put_utc(struct str *out, const char *name, int64_t instant)
{
	char text[ICAL_TIME_SIZE];
	ical_print_utc(instant, text);
	ical_put_raw(out, name, text);
}

void
ical_put_local(struct str *out, const char *name, const struct zone *zone, int64_t instant)
{
	char full[256], text[ICAL_TIME_SIZE];
	int64_t local = zone_to_local(zone, instant, NULL);
	if (zone == zone_utc() || zone_to_utc(zone, local, NULL) != instant) {
		ical_put_utc(out, name, instant);
		return;
	}
	snprintf(full, sizeof full, "%s;TZID=%s", name, zone_id(zone));
	ical_print_local(local, text);
	ical_put_raw(out, full, text);
}

void
ical_put_date(struct str *out, const char *name, int64_t local)
{
	char full[256], text[ICAL_TIME_SIZE];
	snprintf(full, sizeof full, "%s;VALUE=DATE", name);
	ical_print_date(local, text);
	ical_put_raw(out, full, text);
}

static int
print_degrees(char *text, size_t size, double degrees)
{
	long long millionths = llround(degrees * 1e6);
	unsigned long long size_of_it = (unsigned long long)(millionths < 0 ? -millionths : millionths);
	return snprintf(text, size, "%s%llu.%06llu", millionths < 0 ? "-" : "", size_of_it / 1000000, size_of_it % 1000000);
}

void
ical_put_geo(struct str *out, double latitude, double longitude)
{
	char text[64];
	if (!(fabs(latitude) <= 90 && fabs(longitude) <= 180))
		return;
	int length = print_degrees(text, sizeof text, latitude);
	text[length++] = ';';
	print_degrees(text + length, sizeof text - (size_t)length, longitude);
	ical_put_raw(out, "GEO", text);
}

void
ical_param(struct str *name, const char *param, const char *value)
{
	bool is_quoted = strpbrk(value, ":;,") != NULL;
	str_char(name, ';');
	str_put(name, param);
	str_put(name, is_quoted ? "=\"" : "=");
	for (; *value != '\0'; value++) {
		if (*value == '^')
			str_put(name, "^^");
		else if (*value == '\n')
			str_put(name, "^n");
		else if (*value == '"')
			str_put(name, "^'");
		else if (!is_control(*value))
			str_char(name, *value);
	}
	if (is_quoted)
		str_char(name, '"');
}

void
ical_escape(struct str *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (text[0] == '\r' && text[1] == '\n')
			continue;
		if (*text == '\n' || *text == '\r') {
			str_put(out, "\\n");
			continue;
		}
		if (*text == '\\' || *text == ';' || *text == ',')
			str_char(out, '\\');
		str_char(out, *text);
	}
}

static char *
print_digits(char *at, int number, int digits)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
	return at + digits;
}

/* Years that iCalendar cannot write become its first or last one. */
static char *
print_civil(char *at, int64_t local, bool has_time)
{
	struct civil civil;
	when_to_civil(local, &civil);
	at = print_digits(at, civil.year < 1 ? 1 : civil.year > 9999 ? 9999 : civil.year, 4);
	at = print_digits(print_digits(at, civil.month, 2), civil.day, 2);
	if (has_time) {
		*at++ = 'T';
		at = print_digits(print_digits(print_digits(at, civil.hour, 2), civil.minute, 2), civil.second, 2);
	}
	*at = '\0';
	return at;
}

void
ical_print_utc(int64_t instant, char ret_text[static ICAL_TIME_SIZE])
{
	char *end = print_civil(ret_text, instant, true);
	end[0] = 'Z';
	end[1] = '\0';
}

void
ical_print_local(int64_t local, char ret_text[static ICAL_TIME_SIZE])
{
	print_civil(ret_text, local, true);
}

void
ical_print_date(int64_t local, char ret_text[static ICAL_TIME_SIZE])
{
	print_civil(ret_text, local, false);
}
