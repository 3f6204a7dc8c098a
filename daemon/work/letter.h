/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a mail says: subject, text and HTML, of a kind's texts (config/locale/{de,en}/mail.json, "kinds"), the row's data and two templates.
 *
 * A kind's texts are subject, heading, text and, where data has "url" (a path) or secret.url, button. They are Mustache over data, with name (the
 * reader's), hub (its name), when and was (from local_start … and before_…). Facts that data has are listed below them: title, when,
 * was, where, by, reason, repeats, hub; a secret.code stands large; "items" of a digest are mails themselves. To add a kind is to add its texts.
 */
#ifndef HUBD_WORK_LETTER_H
#define HUBD_WORK_LETTER_H

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct json;
struct wording;

struct letter_case {
	struct arena *arena;
	const char *kind, *class, *language, *name;
	const char *hub, *color;      /* NULL: of no hub */
	const struct json *data;
	const char *unsubscribe;      /* a path; NULL: a necessary mail */
};

struct letter_settings {
	const char *public_url, *operator_name, *operator_address;
};

struct letter {
	struct str subject, text, html;
};

/* False: there are no texts for this kind, or one of them is malformed; *ret_error says which, in the arena. */
bool letter_write(struct wording *wording, const struct letter_settings *settings, const struct letter_case *letter_case, struct letter *ret_letter,
    const char **ret_error);
void letter_free(struct letter *letter);

#endif
