/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/mime.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "base/when.h"

/* PIECE: bytes in an encoded word, so that it stays under 75 and the line with the header's name under 76 characters. */
enum { LINE = 76, PIECE = 36, PLAIN_MAX = 60, BASE64_LINE = 57, ADDRESS_MAX = 254 };

static bool
is_visible(char byte)
{
	return byte > ' ' && byte < 0x7f;
}

bool
mime_is_address(const char *text)
{
	const char *at = text == NULL ? NULL : strchr(text, '@');
	if (at == NULL || at == text || at[1] == '\0' || at[1] == '.' || at[1] == '-' || strchr(at + 1, '@') != NULL || strlen(text) > ADDRESS_MAX)
		return false;
	for (const char *byte = text; *byte != '\0'; byte++)
		if (!is_visible(*byte) || strchr("()<>[]:;\\,\"", *byte) != NULL)
			return false;
	return text[0] != '-';
}

/* ---- header fields ---- */

static bool
is_plain(const char *text)
{
	size_t length = strlen(text);
	for (size_t i = 0; i < length; i++)
		if (!is_visible(text[i]) && text[i] != ' ')
			return false;
	return length <= PLAIN_MAX && strstr(text, "=?") == NULL;
}

/* How many bytes of the next encoded word: whole characters. */
static size_t
piece_of(const char *text)
{
	size_t length = strlen(text);
	if (length <= PIECE)
		return length;
	length = PIECE;
	while (length > 1 && ((unsigned char)text[length] & 0xC0) == 0x80)
		length--;
	return length;
}

/* RFC 2047: words of UTF-8 in base64. What is no text, a line's end above all, becomes a space. */
static void
put_encoded(struct str *out, const char *text)
{
	char piece[PIECE + 1], word[DIGEST_BASE64_SIZE(PIECE)];
	const char *gap = "";
	while (*text != '\0') {
		size_t length = piece_of(text);
		for (size_t i = 0; i < length; i++)
			piece[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i];
		digest_base64_encode(piece, length, word);
		str_print(out, "%s=?UTF-8?B?%s?=", gap, word);
		gap = "\r\n ";
		text += length;
	}
}

static void
put_text(struct str *out, const char *name, const char *text)
{
	str_print(out, "%s: ", name);
	if (is_plain(text))
		str_put(out, text);
	else
		put_encoded(out, text);
	str_put(out, "\r\n");
}

static void
put_quoted(struct str *out, const char *name)
{
	str_char(out, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			str_char(out, '\\');
		str_char(out, *name);
	}
	str_char(out, '"');
}

/* The address on a line of its own where a name stands before it, so that both fit. */
static void
put_address(struct str *out, const char *field, const char *name, const char *address)
{
	str_print(out, "%s: ", field);
	if (name[0] != '\0' && is_plain(name))
		put_quoted(out, name);
	else if (name[0] != '\0')
		put_encoded(out, name);
	str_print(out, "%s<%s>\r\n", name[0] != '\0' ? "\r\n " : "", address);
}

/* RFC 5322 3.3: Sat, 28 Nov 2026 03:10:00 +0000 */
static void
put_date(struct str *out, int64_t date)
{
	char text[WHEN_TEXT_SIZE];
	when_print_http(date, text);
	str_print(out, "Date: %.*s +0000\r\n", (int)(strlen(text) - strlen(" GMT")), text);
}

static void
put_head(struct str *out, const struct mime_mail *mail)
{
	put_date(out, mail->date);
	put_address(out, "From", mail->from_name, mail->from);
	put_address(out, "To", mail->to_name, mail->to);
	if (mail->reply_to != NULL)
		put_address(out, "Reply-To", "", mail->reply_to);
	put_text(out, "Subject", mail->subject);
	str_print(out, "Message-ID:\r\n <%s>\r\n", mail->message_id);
	str_print(out, "Content-Language: %s\r\n", mail->language);
	/* RFC 3834, and what Exchange heeds instead: no holiday note answers. */
	str_put(out, "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n");
	if (mail->unsubscribe != NULL)
		str_print(out, "List-Unsubscribe:\r\n <%s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", mail->unsubscribe);
	str_put(out, "MIME-Version: 1.0\r\n");
}

/* ---- parts ---- */

/* A byte's cost in quoted-printable (RFC 2045 6.7): blanks at a line's end must not stand as they are. */
static bool
stands_as_is(const char *at)
{
	if (*at == ' ' || *at == '\t')
		return at[1] != '\n' && at[1] != '\r' && at[1] != '\0';
	return is_visible(*at) && *at != '=';
}

static void
put_quoted_printable(struct str *out, const char *text)
{
	size_t column = 0;
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '\r' && at[1] == '\n')
			continue;
		if (*at == '\n') {
			str_put(out, "\r\n");
			column = 0;
			continue;
		}
		size_t cost = stands_as_is(at) ? 1 : 3;
		if (column + cost > LINE - 1) {
			str_put(out, "=\r\n");
			column = 0;
		}
		if (cost == 1)
			str_char(out, *at);
		else
			str_print(out, "=%02X", (unsigned char)*at);
		column += cost;
	}
	str_put(out, "\r\n");
}

static void
put_base64(struct str *out, const char *text)
{
	char line[DIGEST_BASE64_SIZE(BASE64_LINE)];
	for (size_t left = strlen(text); left > 0;) {
		size_t length = left < BASE64_LINE ? left : BASE64_LINE;
		digest_base64_encode(text, length, line);
		str_print(out, "%s\r\n", line);
		text += length;
		left -= length;
	}
}

static void
put_text_part(struct str *out, const char *boundary, const char *type, const char *text)
{
	str_print(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary, type);
	put_quoted_printable(out, text);
}

static void
put_calendar_part(struct str *out, const char *boundary, const char *type, const char *disposition, const struct mime_mail *mail)
{
	str_print(out, "--%s\r\nContent-Type: %s;\r\n charset=utf-8; method=%s\r\n%sContent-Transfer-Encoding: base64\r\n\r\n", boundary, type, mail->method, disposition);
	put_base64(out, mail->calendar);
}

/* "=_" occurs in no quoted-printable and no base64, so in no part. */
static void
make_boundary(struct str *boundary, const char *which, const char *message_id)
{
	str_print(boundary, "=_%s_%.36s", which, message_id);
}

void
mime_write(struct str *out, const struct mime_mail *mail)
{
	struct str mixed = {0}, alternative = {0};
	bool has_calendar = mail->calendar != NULL;
	make_boundary(&mixed, "mixed", mail->message_id);
	make_boundary(&alternative, "alternative", mail->message_id);
	put_head(out, mail);
	if (has_calendar)
		str_print(out, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", mixed.bytes, mixed.bytes);
	str_print(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", alternative.bytes);
	put_text_part(out, alternative.bytes, "text/plain", mail->text);
	put_text_part(out, alternative.bytes, "text/html", mail->html);
	if (has_calendar)
		put_calendar_part(out, alternative.bytes, "text/calendar", "", mail);
	str_print(out, "--%s--\r\n", alternative.bytes);
	if (has_calendar) {
		put_calendar_part(out, mixed.bytes, "application/ics", "Content-Disposition: attachment; filename=\"invite.ics\"\r\n", mail);
		str_print(out, "--%s--\r\n", mixed.bytes);
	}
	str_free(&mixed);
	str_free(&alternative);
}
