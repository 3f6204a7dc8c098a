/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/lines.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/read.h"

struct unfolding {
	struct arena *arena;
	const char *at, *end;
	char *out; /* where the next unfolded byte goes; never further than the bytes read */
	size_t number;
	struct ical_lines *lines;
};

void *
ical_list_room(struct arena *arena, void *items, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return items;
	char *more = arena_take(arena, (count == 0 ? 1 : 2 * count) * size);
	if (count > 0)
		memcpy(more, items, count * size);
	return more;
}

static bool
is_name_byte(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
}

static const char *
skip_name(const char *at)
{
	while (is_name_byte(*at))
		at++;
	return at;
}

/* Over one parameter value; NULL where it is not one. */
static const char *
skip_param_value(const char *at)
{
	if (*at != '"')
		return at + strcspn(at, "\";:,");
	at = strchr(at + 1, '"');
	return at == NULL ? NULL : at + 1;
}

/* Finds name and value by the grammar of RFC 5545 3.1. */
static void
lex(struct ical_line *line)
{
	const char *at = skip_name(line->text);
	line->name_length = (size_t)(at - line->text);
	while (at != NULL && *at == ';') {
		const char *name = at + 1;
		at = skip_name(name);
		if (at == name || *at != '=')
			return;
		do {
			at = skip_param_value(at + 1);
		} while (at != NULL && *at == ',');
	}
	if (at != NULL && *at == ':' && line->name_length > 0)
		line->value = at + 1;
}

/* One physical line without its line end: appended to the unfolded text, control characters dropped. */
static bool
take_physical(struct unfolding *u, const char **ret_error)
{
	const char *feed = memchr(u->at, '\n', (size_t)(u->end - u->at));
	const char *stop = feed == NULL ? u->end : feed;
	u->number++;
	if (stop - u->at > ICAL_READ_LINE) {
		*ret_error = arena_print(u->arena, "Line %zu is longer than %d bytes.", u->number, ICAL_READ_LINE);
		return false;
	}
	for (const char *at = u->at; at < stop; at++) {
		bool is_control = ((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f;
		if (*at == '\0') {
			*ret_error = arena_print(u->arena, "Line %zu holds a NUL byte: this is not a text file in UTF-8.", u->number);
			return false;
		}
		if (!is_control)
			*u->out++ = *at;
		else if (*at != '\r' || at + 1 != stop)
			u->lines->control_count++;
	}
	u->at = feed == NULL ? u->end : feed + 1;
	return true;
}

static bool
is_continued(const struct unfolding *u)
{
	return u->at < u->end && (*u->at == ' ' || *u->at == '\t');
}

/* One content line with all its continuations. */
static bool
take_line(struct unfolding *u, const char **ret_error)
{
	char *text = u->out;
	size_t number = u->number + 1;
	if (!take_physical(u, ret_error))
		return false;
	while (is_continued(u)) {
		u->at++;
		if (!take_physical(u, ret_error))
			return false;
	}
	size_t length = (size_t)(u->out - text);
	*u->out++ = '\0';
	if (!str_is_utf8(text, length)) {
		*ret_error = arena_print(u->arena, "Line %zu is not UTF-8 (perhaps Latin-1): save the file as UTF-8 and try again.", number);
		return false;
	}
	if (length > ICAL_READ_LINE) {
		u->lines->too_long_count++;
		return true;
	}
	if (text[strspn(text, " \t")] == '\0')
		return true;
	struct ical_lines *lines = u->lines;
	lines->lines = ical_list_room(u->arena, lines->lines, lines->count, sizeof *lines->lines);
	struct ical_line *line = &lines->lines[lines->count++];
	*line = (struct ical_line){.text = text, .number = number};
	lex(line);
	return true;
}

static bool
value_is(const struct ical_line *line, const char *value)
{
	size_t length = strlen(value);
	return line->value != NULL && strncasecmp(line->value, value, length) == 0 &&
	    line->value[length + strspn(line->value + length, " \t")] == '\0';
}

bool
ical_line_is(const struct ical_line *line, const char *name)
{
	return line->name_length == strlen(name) && strncasecmp(line->text, name, line->name_length) == 0;
}

bool
ical_line_begins(const struct ical_line *line, const char *component)
{
	return ical_line_is(line, "BEGIN") && value_is(line, component);
}

/* Pairs every BEGIN with its END; the stack is as deep as the bound on nesting. */
static bool
pair(struct arena *arena, struct ical_lines *lines, const char **ret_error)
{
	size_t open[ICAL_READ_DEPTH], depth = 0;
	for (size_t i = 0; i < lines->count; i++) {
		struct ical_line *line = &lines->lines[i];
		struct ical_line *begin = depth > 0 ? &lines->lines[open[depth - 1]] : NULL;
		if (ical_line_is(line, "BEGIN") && line->value != NULL) {
			if (depth == 0 && !value_is(line, "VCALENDAR"))
				*ret_error = arena_print(arena, "Line %zu begins a %.40s outside of any VCALENDAR.", line->number, line->value);
			else if (depth == ICAL_READ_DEPTH)
				*ret_error = arena_print(arena, "Line %zu nests components more than %d deep.", line->number, ICAL_READ_DEPTH);
			else
				open[depth++] = i;
		} else if (ical_line_is(line, "END")) {
			if (begin == NULL || !value_is(line, begin->value))
				*ret_error = arena_print(arena, "Line %zu (%.40s) does not end what is open there.", line->number, line->text);
			else
				lines->lines[open[--depth]].partner = i;
		} else if (depth == 0) {
			*ret_error = arena_print(arena, "Line %zu stands outside of any VCALENDAR.", line->number);
		}
		if (*ret_error != NULL)
			return false;
	}
	if (depth == 0)
		return true;
	*ret_error = arena_print(arena, "The file breaks off inside the %.40s that begins in line %zu.",
	    lines->lines[open[depth - 1]].value, lines->lines[open[depth - 1]].number);
	return false;
}

bool
ical_lines_read(struct arena *arena, const char *bytes, size_t length, struct ical_lines *ret_lines, const char **ret_error)
{
	const char *error = NULL;
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		length -= 3;
	}
	*ret_lines = (struct ical_lines){0};
	struct unfolding u = {.arena = arena, .at = bytes, .end = bytes + length, .lines = ret_lines};
	if (length > ICAL_READ_BYTES) {
		*ret_error = arena_print(arena, "The file has %zu bytes; at most %d are read.", length, ICAL_READ_BYTES);
		return false;
	}
	u.out = arena_take(arena, length + 2);
	while (u.at < u.end && take_line(&u, &error))
		continue;
	if (error == NULL && (ret_lines->count == 0 || !ical_line_begins(&ret_lines->lines[0], "VCALENDAR")))
		error = "This is not an iCalendar file: it does not begin with BEGIN:VCALENDAR.";
	if (error == NULL && pair(arena, ret_lines, &error))
		return true;
	*ret_error = error;
	return false;
}

const char *
ical_line_param(struct arena *arena, const struct ical_line *line, const char *name)
{
	size_t length = strlen(name);
	if (line->value == NULL)
		return NULL;
	for (const char *at = line->text + line->name_length; *at == ';';) {
		const char *value = skip_name(at + 1) + 1, *end = value - 1;
		bool is_it = (size_t)(value - at) == length + 2 && strncasecmp(at + 1, name, length) == 0;
		do {
			end = skip_param_value(end + 1);
		} while (*end == ',');
		if (is_it && *value == '"')
			return arena_copy(arena, value + 1, strcspn(value + 1, "\""));
		if (is_it)
			return arena_copy(arena, value, (size_t)(end - value));
		at = end;
	}
	return NULL;
}

const char *
ical_line_text(struct arena *arena, const char *value, const char **ret_rest)
{
	char *text = arena_take(arena, strlen(value) + 1), *out = text;
	for (; *value != '\0' && (ret_rest == NULL || *value != ','); value++) {
		if (*value == '\\' && value[1] != '\0') {
			value++;
			*out++ = *value == 'n' || *value == 'N' ? '\n' : *value;
		} else {
			*out++ = *value;
		}
	}
	if (ret_rest != NULL)
		*ret_rest = *value == ',' ? value + 1 : NULL;
	return text;
}
