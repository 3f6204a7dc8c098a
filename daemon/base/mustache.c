/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mustache.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

enum { NESTING_MAX = 32, STACK_MAX = 64, PARTIAL_DEPTH_MAX = 16, DELIMITER_MAX = 8 };

enum kind { TEXT, VARIABLE, VARIABLE_AS_IS, SECTION, INVERTED, END, PARTIAL };

/* A template is a flat list of pieces; a section knows where its end is. Text is cut after each newline. */
struct piece {
	enum kind kind;
	const char *text;   /* the text, the name, or the partial's name */
	size_t length;      /* of a text */
	const char *indent; /* of a partial that stands alone on its line */
	size_t end;         /* of a section: the index of its END */
	bool starts_line;   /* it prints something at the beginning of a line: where a partial's indentation goes */
};

struct mustache {
	struct arena *arena;
	struct piece *pieces;
	size_t count, room;
};

/* ---- reading ---- */

struct reader {
	struct mustache *template;
	const char *text, *at, *end;
	char open[DELIMITER_MAX + 1], close[DELIMITER_MAX + 1];
	size_t sections[NESTING_MAX];
	size_t depth;
	bool at_line_start;
	char **error;
};

/* A tag as it stands in the text: from its first brace to behind its last. */
struct tag {
	const char *start, *end;
	char kind; /* one of "# ^ / > ! = { & " or '\0' for a variable */
	const char *content;
	size_t length;
};

static bool
fail(struct reader *reader, const char *at, const char *format, ...)
{
	int line = 1;
	for (const char *each = reader->text; each < at; each++)
		line += *each == '\n';
	char sentence[200];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	struct str error = {0};
	str_print(&error, "line %d: %s", line, sentence);
	*reader->error = str_steal(&error, NULL);
	return false;
}

static struct piece *
add_piece(struct mustache *template, enum kind kind, const char *text, size_t length)
{
	if (template->count == template->room) {
		template->room = template->room == 0 ? 32 : template->room * 2;
		template->pieces = base_realloc(template->pieces, template->room * sizeof *template->pieces);
	}
	struct piece *piece = &template->pieces[template->count++];
	*piece = (struct piece){.kind = kind, .text = arena_copy(template->arena, text, length), .length = length};
	return piece;
}

static void
add_text(struct reader *reader, const char *start, const char *end)
{
	while (start < end) {
		const char *newline = memchr(start, '\n', (size_t)(end - start));
		const char *stop = newline == NULL ? end : newline + 1;
		add_piece(reader->template, TEXT, start, (size_t)(stop - start))->starts_line = reader->at_line_start;
		reader->at_line_start = newline != NULL;
		start = stop;
	}
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static bool
is_space(char byte)
{
	return is_blank(byte) || byte == '\n' || byte == '\r';
}

/* Cuts white space off both ends of a tag's content. */
static void
trim(struct tag *tag)
{
	while (tag->length > 0 && is_space(tag->content[0])) {
		tag->content++;
		tag->length--;
	}
	while (tag->length > 0 && is_space(tag->content[tag->length - 1]))
		tag->length--;
}

/* Finds the next tag from reader->at; false with *ret_none when there is none, else on a mistake. */
static bool
next_tag(struct reader *reader, struct tag *tag, bool *ret_none)
{
	const char *start = memmem(reader->at, (size_t)(reader->end - reader->at), reader->open, strlen(reader->open));
	*ret_none = start == NULL;
	if (start == NULL)
		return false;
	tag->start = start;
	tag->content = start + strlen(reader->open);
	tag->kind = '\0';
	while (tag->content < reader->end && is_space(*tag->content))
		tag->content++;
	if (tag->content < reader->end && strchr("#^/>!={&", *tag->content) != NULL)
		tag->kind = *tag->content++;
	char close[DELIMITER_MAX + 2];
	snprintf(close, sizeof close, "%s%s", tag->kind == '{' ? "}" : tag->kind == '=' ? "=" : "", reader->close);
	const char *end = memmem(tag->content, (size_t)(reader->end - tag->content), close, strlen(close));
	if (end == NULL)
		return fail(reader, start, "a tag that %s does not end", close);
	tag->length = (size_t)(end - tag->content);
	tag->end = end + strlen(close);
	trim(tag);
	if (tag->length == 0 && tag->kind != '!')
		return fail(reader, start, "a tag without a name");
	return true;
}

/* Whether a tag is alone on its line; then *ret_line is the line's start and *ret_next the start of the next one. */
static bool
stands_alone(const struct reader *reader, const struct tag *tag, const char **ret_line, const char **ret_next)
{
	const char *before = tag->start, *after = tag->end;
	if (strchr("#^/>!=", tag->kind) == NULL || tag->kind == '\0')
		return false;
	while (before > reader->at && is_blank(before[-1]))
		before--;
	if (before != reader->text && before[-1] != '\n')
		return false;
	if (before == reader->at && !reader->at_line_start)
		return false;
	while (after < reader->end && is_blank(*after))
		after++;
	if (after < reader->end && *after == '\r')
		after++;
	if (after < reader->end && *after != '\n')
		return false;
	*ret_line = before;
	*ret_next = after < reader->end ? after + 1 : after;
	return true;
}

static bool
change_delimiters(struct reader *reader, const struct tag *tag)
{
	char content[4 * DELIMITER_MAX], more;
	if (tag->length >= sizeof content)
		return fail(reader, tag->start, "delimiters are at most %d bytes long", DELIMITER_MAX);
	memcpy(content, tag->content, tag->length);
	content[tag->length] = '\0';
	if (sscanf(content, "%8s %8s %c", reader->open, reader->close, &more) != 2)
		return fail(reader, tag->start, "two delimiters are needed, as in {{=<%% %%>=}}");
	return true;
}

static bool
open_section(struct reader *reader, const struct tag *tag)
{
	if (reader->depth == NESTING_MAX)
		return fail(reader, tag->start, "sections nest more than %d deep", NESTING_MAX);
	reader->sections[reader->depth++] = reader->template->count;
	add_piece(reader->template, tag->kind == '#' ? SECTION : INVERTED, tag->content, tag->length);
	return true;
}

static bool
close_section(struct reader *reader, const struct tag *tag)
{
	if (reader->depth == 0)
		return fail(reader, tag->start, "{{/%.*s}} closes a section that is not open", (int)tag->length, tag->content);
	size_t opened = reader->sections[--reader->depth];
	const struct piece *section = &reader->template->pieces[opened];
	if (section->length != tag->length || memcmp(section->text, tag->content, tag->length) != 0)
		return fail(reader, tag->start, "{{/%.*s}} closes {{#%s}}", (int)tag->length, tag->content, section->text);
	add_piece(reader->template, END, "", 0);
	reader->template->pieces[opened].end = reader->template->count - 1;
	return true;
}

static bool
add_tag(struct reader *reader, const struct tag *tag, const char *line)
{
	struct mustache *template = reader->template;
	switch (tag->kind) {
	case '#':
	case '^':
		return open_section(reader, tag);
	case '/':
		return close_section(reader, tag);
	case '!':
		return true;
	case '=':
		return change_delimiters(reader, tag);
	case '>': {
		struct piece *piece = add_piece(template, PARTIAL, tag->content, tag->length);
		if (line != NULL)
			piece->indent = arena_copy(template->arena, line, (size_t)(tag->start - line));
		else
			reader->at_line_start = false;
		return true;
	}
	default:
		add_piece(template, tag->kind == '\0' ? VARIABLE : VARIABLE_AS_IS, tag->content, tag->length)->starts_line =
		    reader->at_line_start;
		reader->at_line_start = false;
		return true;
	}
}

static bool
read_template(struct reader *reader)
{
	struct tag tag = {0};
	bool none;
	while (next_tag(reader, &tag, &none)) {
		const char *line, *next;
		bool alone = stands_alone(reader, &tag, &line, &next);
		add_text(reader, reader->at, alone ? line : tag.start);
		if (!add_tag(reader, &tag, alone ? line : NULL))
			return false;
		reader->at = alone ? next : tag.end;
		if (alone)
			reader->at_line_start = true;
	}
	if (!none)
		return false;
	add_text(reader, reader->at, reader->end);
	if (reader->depth > 0)
		return fail(reader, reader->end, "{{#%s}} is not closed",
		    reader->template->pieces[reader->sections[reader->depth - 1]].text);
	return true;
}

struct mustache *
mustache_new(const char *text, size_t length, char **ret_error)
{
	struct mustache *template = base_alloc(sizeof *template);
	template->arena = arena_new();
	struct reader reader = {.template = template, .text = text, .at = text, .end = text + length, .open = "{{",
	    .close = "}}", .at_line_start = true, .error = ret_error};
	if (read_template(&reader))
		return template;
	mustache_free(template);
	return NULL;
}

void
mustache_free(struct mustache *template)
{
	if (template == NULL)
		return;
	free(template->pieces);
	arena_free(template->arena);
	free(template);
}

/* ---- rendering ---- */

struct render {
	const struct json *stack[STACK_MAX];
	size_t depth;
	mustache_find *find;
	void *find_context;
	struct str *out;
	struct str indent;
	int partials;
	bool is_plain; /* nothing is escaped */
};

static bool
is_false(const struct json *value)
{
	switch (json_kind(value)) {
	case JSON_IS_MISSING:
	case JSON_IS_NULL:
		return true;
	case JSON_IS_BOOL:
		return !json_as_bool(value);
	case JSON_IS_TEXT:
		return *json_as_text(value) == '\0';
	case JSON_IS_LIST:
		return json_size(value) == 0;
	case JSON_IS_INTEGER:
		return json_as_integer(value) == 0;
	default:
		return false;
	}
}

/* "a.b.c": a is searched through the stack, the rest only inside what was found. */
static const struct json *
look_up(const struct render *render, const char *name)
{
	if (strcmp(name, ".") == 0)
		return render->depth > 0 ? render->stack[render->depth - 1] : NULL;
	char part[128];
	const struct json *found = NULL;
	for (bool first = true;; first = false) {
		size_t length = strcspn(name, ".");
		if (length >= sizeof part)
			return NULL;
		memcpy(part, name, length);
		part[length] = '\0';
		if (!first)
			found = json_get(found, part);
		for (size_t i = render->depth; first && found == NULL && i-- > 0;)
			found = json_get(render->stack[i], part);
		if (name[length] == '\0')
			return found;
		name += length + 1;
	}
}

static void
put_escaped(struct str *out, const char *text)
{
	for (; *text != '\0'; text++) {
		size_t plain = strcspn(text, "&<>\"'");
		str_add(out, text, plain);
		text += plain;
		switch (*text) {
		case '&': str_put(out, "&amp;"); break;
		case '<': str_put(out, "&lt;"); break;
		case '>': str_put(out, "&gt;"); break;
		case '"': str_put(out, "&quot;"); break;
		case '\'': str_put(out, "&#39;"); break;
		default: return;
		}
	}
}

static void
put_value(struct render *render, const struct json *value, bool escape)
{
	switch (json_kind(value)) {
	case JSON_IS_TEXT:
		if (escape)
			put_escaped(render->out, json_as_text(value));
		else
			str_put(render->out, json_as_text(value));
		return;
	case JSON_IS_INTEGER:
		str_print(render->out, "%lld", (long long)json_as_integer(value));
		return;
	case JSON_IS_REAL: {
		char number[40];
		snprintf(number, sizeof number, "%.15g", json_as_real(value));
		str_put(render->out, number);
		return;
	}
	case JSON_IS_BOOL:
		str_put(render->out, json_as_bool(value) ? "true" : "false");
		return;
	default:
		return;
	}
}

static void render_pieces(struct render *render, const struct mustache *template, size_t from, size_t to);

static void
render_with(struct render *render, const struct mustache *template, size_t section, const struct json *value)
{
	if (render->depth == STACK_MAX)
		return;
	render->stack[render->depth++] = value;
	render_pieces(render, template, section + 1, template->pieces[section].end);
	render->depth--;
}

static void
render_section(struct render *render, const struct mustache *template, size_t section)
{
	const struct json *value = look_up(render, template->pieces[section].text);
	if (template->pieces[section].kind == INVERTED) {
		if (is_false(value))
			render_pieces(render, template, section + 1, template->pieces[section].end);
		return;
	}
	if (is_false(value))
		return;
	if (json_kind(value) != JSON_IS_LIST) {
		render_with(render, template, section, value);
		return;
	}
	for (size_t i = 0; i < json_size(value); i++)
		render_with(render, template, section, json_at(value, i));
}

static void
render_partial(struct render *render, const struct piece *piece)
{
	const struct mustache *partial = render->find == NULL ? NULL : render->find(render->find_context, piece->text);
	if (partial == NULL || render->partials == PARTIAL_DEPTH_MAX)
		return;
	size_t before = render->indent.length;
	if (piece->indent != NULL)
		str_put(&render->indent, piece->indent);
	render->partials++;
	render_pieces(render, partial, 0, partial->count);
	render->partials--;
	if (render->indent.bytes != NULL)
		render->indent.bytes[render->indent.length = before] = '\0';
}

static void
render_pieces(struct render *render, const struct mustache *template, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct piece *piece = &template->pieces[i];
		if (piece->starts_line)
			str_put(render->out, str_text(&render->indent));
		switch (piece->kind) {
		case TEXT:
			str_add(render->out, piece->text, piece->length);
			break;
		case VARIABLE:
		case VARIABLE_AS_IS:
			put_value(render, look_up(render, piece->text), piece->kind == VARIABLE && !render->is_plain);
			break;
		case SECTION:
		case INVERTED:
			render_section(render, template, i);
			i = piece->end;
			break;
		case PARTIAL:
			render_partial(render, piece);
			break;
		case END:
			break;
		}
	}
}

static void
render_all(struct render *render, const struct mustache *template, const struct json *const *contexts, size_t count)
{
	assert(count < STACK_MAX);
	for (size_t i = 0; i < count; i++)
		render->stack[render->depth++] = contexts[i];
	render_pieces(render, template, 0, template->count);
	str_free(&render->indent);
}

void
mustache_render(const struct mustache *template, const struct json *const *contexts, size_t count, mustache_find *find,
    void *find_context, struct str *out)
{
	struct render render = {.find = find, .find_context = find_context, .out = out};
	render_all(&render, template, contexts, count);
}

void
mustache_render_plain(const struct mustache *template, const struct json *const *contexts, size_t count, mustache_find *find,
    void *find_context, struct str *out)
{
	struct render render = {.find = find, .find_context = find_context, .out = out, .is_plain = true};
	render_all(&render, template, contexts, count);
}
