/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/condition.h"

#include <string.h>

#include "base/when.h"
#include "http/grammar.h"

/* The opaque part of an entity tag, quotes included; NULL when it is none (RFC 9110 8.8.3). */
static const char *
opaque_tag(const char *tag, size_t *length)
{
	if (*length > 2 && tag[0] == 'W' && tag[1] == '/') {
		tag += 2;
		*length -= 2;
	}
	return *length >= 2 && tag[0] == '"' && tag[*length - 1] == '"' ? tag : NULL;
}

bool
http_etag_is_listed(const char *if_none_match, const char *etag)
{
	const char *element, *at = if_none_match;
	size_t length, wanted_length = etag == NULL ? 0 : strlen(etag);
	const char *wanted = etag == NULL ? NULL : opaque_tag(etag, &wanted_length);
	if (strcmp(if_none_match, "*") == 0)
		return true;
	while (wanted != NULL && http_list_next(&at, &element, &length)) {
		const char *tag = opaque_tag(element, &length);
		if (tag != NULL && length == wanted_length && memcmp(tag, wanted, length) == 0)
			return true;
	}
	return false;
}

bool
http_is_unmodified_since(const char *if_modified_since, int64_t last_modified)
{
	int64_t date;
	return when_parse_http(if_modified_since, &date) && last_modified <= date;
}

/* A quality in thousandths; -1 when it is malformed (RFC 9110 12.4.2). */
static int
parse_quality(const char *text, size_t length)
{
	int quality = 0, scale = 1000;
	if (length == 0 || length > 5 || (text[0] != '0' && text[0] != '1') || (length > 1 && text[1] != '.'))
		return -1;
	quality = (text[0] - '0') * 1000;
	for (size_t i = 2; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		scale /= 10;
		quality += (text[i] - '0') * scale;
	}
	return quality <= 1000 ? quality : -1;
}

/* Cuts ";q=…" off the coding and returns the quality: 1000 without one, 0 for a malformed one. */
static int
take_quality(const char *element, size_t *length)
{
	const char *semicolon = memchr(element, ';', *length);
	if (semicolon == NULL)
		return 1000;
	const char *end = element + *length, *at = semicolon + 1;
	*length = (size_t)(semicolon - element);
	while (*length > 0 && (element[*length - 1] == ' ' || element[*length - 1] == '\t'))
		--*length;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (end - at < 2 || (*at != 'q' && *at != 'Q') || at[1] != '=')
		return 0;
	int quality = parse_quality(at + 2, (size_t)(end - at - 2));
	return quality > 0 ? quality : 0;
}

bool
http_coding_accepts_gzip(const char *accept_encoding)
{
	const char *element;
	size_t length;
	int gzip = -1, any = -1;
	while (accept_encoding != NULL && http_list_next(&accept_encoding, &element, &length)) {
		int quality = take_quality(element, &length);
		if (http_is_word(element, length, "gzip") || http_is_word(element, length, "x-gzip"))
			gzip = quality;
		else if (length == 1 && *element == '*')
			any = quality;
	}
	return gzip >= 0 ? gzip > 0 : any > 0;
}
