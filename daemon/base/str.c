/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/str.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static void
make_room(struct str *str, size_t more)
{
	assert(more < SIZE_MAX / 4 && str->length < SIZE_MAX / 4);
	size_t wanted = str->length + more + 1;
	if (wanted <= str->room)
		return;
	size_t room = str->room < 64 ? 64 : str->room;
	while (room < wanted)
		room += room / 2;
	str->bytes = base_realloc(str->bytes, room);
	str->room = room;
}

void
str_add(struct str *str, const void *bytes, size_t length)
{
	make_room(str, length);
	if (length > 0)
		memcpy(str->bytes + str->length, bytes, length);
	str->length += length;
	str->bytes[str->length] = '\0';
}

void
str_put(struct str *str, const char *text)
{
	str_add(str, text, strlen(text));
}

void
str_char(struct str *str, char byte)
{
	str_add(str, &byte, 1);
}

void
str_print(struct str *str, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(length >= 0);
	make_room(str, (size_t)length);
	va_start(arguments, format);
	vsnprintf(str->bytes + str->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	str->length += (size_t)length;
}

void
str_clear(struct str *str)
{
	str->length = 0;
	if (str->bytes != NULL)
		str->bytes[0] = '\0';
}

void
str_free(struct str *str)
{
	free(str->bytes);
	*str = (struct str){0};
}

const char *
str_text(const struct str *str)
{
	return str->bytes != NULL ? str->bytes : "";
}

char *
str_steal(struct str *str, size_t *ret_length)
{
	if (str->bytes == NULL)
		make_room(str, 0), str->bytes[0] = '\0';
	char *bytes = str->bytes;
	if (ret_length != NULL)
		*ret_length = str->length;
	*str = (struct str){0};
	return bytes;
}

bool
str_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

static char
lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

bool
str_equal_nocase(const char *a, const char *b)
{
	for (; lower(*a) == lower(*b); a++, b++)
		if (*a == '\0')
			return true;
	return false;
}

bool
str_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *text, const char *suffix)
{
	size_t have = strlen(text), want = strlen(suffix);
	return have >= want && memcmp(text + have - want, suffix, want) == 0;
}

/* The length of the well-formed sequence that starts here, or 0 (Unicode 15, table 3-7). */
static size_t
utf8_sequence(const unsigned char *bytes, size_t length)
{
	unsigned char first = bytes[0];
	if (first < 0x80)
		return 1;
	size_t want = first >= 0xC2 && first <= 0xDF ? 2 : first >= 0xE0 && first <= 0xEF ? 3 : first >= 0xF0 && first <= 0xF4 ? 4 : 0;
	if (want == 0 || want > length)
		return 0;
	unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
	if (bytes[1] < low || bytes[1] > high)
		return 0;
	for (size_t i = 2; i < want; i++)
		if (bytes[i] < 0x80 || bytes[i] > 0xBF)
			return 0;
	return want;
}

bool
str_is_utf8(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	while (length > 0) {
		size_t step = utf8_sequence(at, length);
		if (step == 0)
			return false;
		at += step;
		length -= step;
	}
	return true;
}

bool
str_number(const char *text, int64_t low, int64_t high, int64_t *ret_number)
{
	bool negative = *text == '-';
	int64_t number = 0;
	if (negative || *text == '+')
		text++;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (__builtin_mul_overflow(number, 10, &number))
			return false;
		if (__builtin_sub_overflow(number, *text - '0', &number)) /* below zero: reaches INT64_MIN too */
			return false;
	}
	if (!negative && __builtin_sub_overflow(0, number, &number))
		return false;
	if (number < low || number > high)
		return false;
	*ret_number = number;
	return true;
}

bool
str_same_secret(const char *a, const char *b)
{
	size_t length = strlen(a);
	if (length != strlen(b))
		return false;
	unsigned char difference = 0;
	for (size_t i = 0; i < length; i++)
		difference |= (unsigned char)(a[i] ^ b[i]);
	return difference == 0;
}
