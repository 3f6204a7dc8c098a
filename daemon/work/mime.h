/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mail as the bytes that travel: headers and parts (RFC 5322, 2045, 2047, 2183, 6047, 8058). All of it is ASCII with CRLF and short
 * lines, so no server needs an extension to take it; whatever the texts hold, no header and no part comes of them.
 *
 *	multipart/mixed                    only with a calendar
 *	  multipart/alternative
 *	    text/plain, text/html
 *	    text/calendar; method=…        what mail programs offer to accept
 *	  application/ics                  the same as a file, for those that do not
 *
 * The same mail gives the same bytes. It does not know what is written or to whom it goes.
 */
#ifndef HUBD_WORK_MIME_H
#define HUBD_WORK_MIME_H

#include <stdbool.h>
#include <stdint.h>

struct str;

struct mime_mail {
	const char *from, *to;           /* addresses for which mime_is_address() */
	const char *from_name, *to_name; /* "": none */
	const char *reply_to;            /* an address; NULL: none */
	const char *subject;
	const char *language;            /* "de" */
	const char *message_id;          /* "…@host", without <>; the boundaries come of it too */
	const char *unsubscribe;         /* an https address that takes one click's POST; NULL: none */
	int64_t date;
	const char *text, *html;
	const char *calendar, *method;   /* an iCalendar stream and its METHOD; NULL: none */
};

void mime_write(struct str *out, const struct mime_mail *mail);

/* An address that may stand in a header and in an envelope: ASCII, one @, no quotes, spaces, lists or comments; at most 254 bytes. */
bool mime_is_address(const char *text);

#endif
