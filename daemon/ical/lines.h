/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The content lines of an iCalendar stream, unfolded, checked and paired (RFC 5545 3.1): what
 * stands between a stranger's bytes and libical. It does not know what a property means.
 */
#ifndef HUBD_ICAL_LINES_H
#define HUBD_ICAL_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct ical_line {
	const char *text;    /* unfolded, ends in NUL, UTF-8 without control characters but tabs */
	size_t name_length;
	const char *value;   /* behind the colon; NULL: not well formed */
	size_t number;       /* in the file, from 1 */
	size_t partner;      /* of a BEGIN: the index of its END */
};

struct ical_lines {
	struct ical_line *lines;
	size_t count;
	size_t control_count;  /* control characters that were dropped */
	size_t too_long_count; /* folded lines that came out longer than ICAL_READ_LINE and were left out */
};

/* False: the stream is refused, with one sentence. All lines lie within VCALENDARs then, every BEGIN has its END. */
bool ical_lines_read(struct arena *arena, const char *bytes, size_t length, struct ical_lines *ret_lines, const char **ret_error);

bool ical_line_is(const struct ical_line *line, const char *name);
bool ical_line_begins(const struct ical_line *line, const char *component);
/* The value of a parameter without its quotes, in the arena; NULL when there is none. */
const char *ical_line_param(struct arena *arena, const struct ical_line *line, const char *name);
/* A TEXT value, or the part of a list up to an unescaped comma: unescaped; *ret_rest is behind the comma, or NULL. */
const char *ical_line_text(struct arena *arena, const char *value, const char **ret_rest);

/* Room for one more item behind "count" ones: a list that doubles in the arena. */
void *ical_list_room(struct arena *arena, void *items, size_t count, size_t size);

#endif
