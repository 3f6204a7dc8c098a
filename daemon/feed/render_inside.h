/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files that write the formats share.
 */
#ifndef HUBD_FEED_RENDER_INSIDE_H
#define HUBD_FEED_RENDER_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "feed/render.h"

enum { FEED_CATEGORIES_MAX = 64 };

/* render.c */
bool feed_is_uri(const char *text);
const char *feed_title(const struct feed_entry *entry);
/* An entry's text and what else is said of it, in paragraphs. */
void feed_put_text(struct str *out, const struct feed_entry *entry);
/* Cuts a copy of the joined categories into a list; they live in copy. */
size_t feed_split_categories(struct str *copy, const char *joined, const char *ret_list[static FEED_CATEGORIES_MAX]);


/* How a VEVENT belongs to a series; NULL for a single one. Times of what recurs are always the zone's own. */
struct feed_recurrence {
	enum { FEED_MASTER, FEED_OVERRIDE } kind;
	int64_t recurrence; /* of an override: when the rule has it, local */
};
/* One VEVENT. Returns the zone of its TZID. */
const struct zone *feed_put_component(struct str *out, const struct feed_entry *entry, const struct feed_recurrence *recurrence);

/* words.c: "Di., 24.11.2026, 18:00–20:00 Uhr", in the entry's language and zone. */
void feed_put_when(struct str *out, const struct feed_entry *entry);
/* What a person reads in a list of news: when, where, the text. */
void feed_put_story(struct str *out, const struct feed_entry *entry);

/* render_atom.c, render_json.c, render_busy.c */
void feed_put_atom_head(struct str *out, const struct feed_head *head);
const struct zone *feed_put_atom_entry(struct str *out, const struct feed_entry *entry);
void feed_put_atom_end(struct str *out);
void feed_put_json_head(struct str *out, const struct feed_head *head);
const struct zone *feed_put_json_entry(struct str *out, const struct feed_entry *entry);
void feed_put_json_end(struct str *out);
const struct zone *feed_put_busy_entry(struct str *out, const struct feed_entry *entry);

#endif
