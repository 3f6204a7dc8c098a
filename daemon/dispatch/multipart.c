/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See multipart.h. */
#include "dispatch/multipart.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"
#include "dispatch/form.h"

enum { BOUNDARY_MAX = 70, HEAD_MAX = 4096 };

static const char type[] = "multipart/form-data", disposition[] = "content-disposition:";

/* ---- parameters of a field: ; name="value" ---- */

static const char *
skip_blanks(const char *text, const char *end)
{
	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	return text;
}

/* What stands between quotes; browsers write a quote in a name as %22, so that a backslash escapes nothing (WHATWG HTML 4.10.21.8). */
static const char *
read_value(struct arena *arena, const char **at, const char *end)
{
	const char *start = *at;
	bool is_quoted = start < end && *start == '"';
	start += is_quoted;
	const char *stop = start;
	while (stop < end && (is_quoted ? *stop != '"' : *stop != ';' && *stop != ' ' && *stop != '\t'))
		stop++;
	if (is_quoted && stop == end)
		return NULL;
	*at = stop + is_quoted;
	return arena_copy(arena, start, (size_t)(stop - start));
}

/* The parameter of this name, or NULL. at: where the parameters begin. */
static const char *
find_parameter(struct arena *arena, const char *at, const char *end, const char *wanted)
{
	while ((at = memchr(at, ';', (size_t)(end - at))) != NULL) {
		const char *name = skip_blanks(at + 1, end), *equals = memchr(name, '=', (size_t)(end - name));
		if (equals == NULL)
			return NULL;
		at = equals + 1;
		const char *value = read_value(arena, &at, end);
		if (value == NULL)
			return NULL;
		if ((size_t)(equals - name) == strlen(wanted) && strncasecmp(name, wanted, strlen(wanted)) == 0)
			return value;
	}
	return NULL;
}

const char *
multipart_boundary(struct arena *arena, const char *content_type)
{
	if (content_type == NULL || strncasecmp(content_type, type, sizeof type - 1) != 0 || strchr("; \t", content_type[sizeof type - 1]) == NULL)
		return NULL;
	const char *boundary = find_parameter(arena, content_type, content_type + strlen(content_type), "boundary");
	size_t length = boundary == NULL ? 0 : strlen(boundary);
	return length > 0 && length <= BOUNDARY_MAX && strpbrk(boundary, "\r\n") == NULL ? boundary : NULL;
}

/* ---- parts ---- */

/* The first delimiter at or after `from`; NULL: none. */
static const char *
find(const char *from, const char *end, const char *delimiter)
{
	return from > end ? NULL : memmem(from, (size_t)(end - from), delimiter, strlen(delimiter));
}

/* Names the field by its head, which ends in an empty line; the head's other lines say nothing that counts. */
static bool
read_head(struct arena *arena, const char *head, const char *end, struct form_field *field)
{
	for (const char *line = head; line < end;) {
		const char *stop = find(line, end, "\r\n");
		stop = stop == NULL ? end : stop;
		if ((size_t)(stop - line) >= sizeof disposition - 1 && strncasecmp(line, disposition, sizeof disposition - 1) == 0) {
			field->name = find_parameter(arena, line, stop, "name");
			field->file_name = find_parameter(arena, line, stop, "filename");
		}
		line = stop + 2;
	}
	return field->name != NULL && str_is_utf8(field->name, strlen(field->name)) &&
	    (field->file_name == NULL || str_is_utf8(field->file_name, strlen(field->file_name)));
}

static bool
read_part(struct arena *arena, const char *part, const char *end, struct form_field *field)
{
	/* No head at all is an empty line at once. */
	const char *head_end = end - part >= 2 && memcmp(part, "\r\n", 2) == 0 ? NULL : find(part, end, "\r\n\r\n");
	if (head_end == NULL || head_end - part > HEAD_MAX || !read_head(arena, part, head_end, field))
		return false;
	const char *content = head_end + 4;
	field->length = (size_t)(end - content);
	field->value = arena_copy(arena, content, field->length);
	return field->file_name != NULL || (memchr(content, '\0', field->length) == NULL && str_is_utf8(content, field->length));
}

bool
multipart_parse(struct arena *arena, const char *body, size_t length, const char *boundary, struct form *ret_form)
{
	const char *end = body + length, *first = arena_print(arena, "--%s", boundary), *next = arena_print(arena, "\r\n--%s", boundary);
	const char *at = length >= strlen(first) && memcmp(body, first, strlen(first)) == 0 ? body + strlen(first) : find(body, end, next);
	*ret_form = (struct form){.fields = arena_take(arena, FORM_FIELDS_MAX * sizeof *ret_form->fields)};
	if (at == NULL)
		return false;
	if (at != body + strlen(first))
		at += strlen(next);
	for (;;) {
		if (end - at >= 2 && memcmp(at, "--", 2) == 0)
			return true;
		at = skip_blanks(at, end);
		if (end - at < 2 || memcmp(at, "\r\n", 2) != 0 || ret_form->count == FORM_FIELDS_MAX)
			return false;
		at += 2;
		const char *stop = find(at, end, next);
		if (stop == NULL || !read_part(arena, at, stop, &ret_form->fields[ret_form->count++]))
			return false;
		at = stop + strlen(next);
	}
}
