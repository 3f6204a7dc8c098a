/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms of managers, from fields to the input of the deciding call. See manage.h. */
#include "page/manage.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/span.h"
#include "page/pages.h"

/* What the path names. An id that is no number names nothing: 0 is nobody's. */
static void
put_path(struct http_request *request, struct json_writer *writer)
{
	const char *id = route_parameter(request, "id"), *resource = route_parameter(request, "resource");
	int64_t number = 0;
	json_put_text(writer, "hub", route_parameter(request, "hub"));
	if (resource != NULL)
		json_put_text(writer, "resource", resource);
	if (id != NULL)
		json_put_integer(writer, "id", str_number(id, 1, INT64_MAX, &number) ? number : 0);
}

bool
manage_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	put_path(request, &writer);
	json_close_map(&writer);
	return true;
}

void
manage_form_begin(struct http_request *request, struct ask *ask, struct manage_form *ret_form)
{
	*ret_form = (struct manage_form){.request = request, .writer = {.out = &ask->input},
		.fault = arena_take(http_arena(request), sizeof *ret_form->fault)};
	request_keep(request, ret_form->fault);
	json_open_map(&ret_form->writer, NULL);
	put_path(request, &ret_form->writer);
}

bool
manage_form_end(struct manage_form *form, struct ask *ask)
{
	json_close_map(&form->writer);
	if (form->fault->detail == NULL)
		return true;
	str_clear(&ask->input);
	form->writer = (struct json_writer){.out = &ask->input};
	json_open_map(&form->writer, NULL);
	put_path(form->request, &form->writer);
	json_put_bool(&form->writer, "is_faulty", true);
	json_close_map(&form->writer);
	return true;
}

void
manage_form_fault(struct manage_form *form, const char *field, const char *de, const char *en)
{
	if (form->fault->detail == NULL)
		*form->fault = (struct manage_fault){.field = field, .detail = page_is_english(form->request) ? en : de};
}

void
manage_form_text(struct manage_form *form, const char *name, size_t max)
{
	const char *text = request_form(form->request, name);
	struct arena *arena = http_arena(form->request);
	if (text == NULL)
		return;
	if (strlen(text) > max)
		manage_form_fault(form, name, arena_print(arena, "Das ist zu lang: höchstens %zu Zeichen.", max),
		    arena_print(arena, "This is too long: at most %zu characters.", max));
	json_put_text(&form->writer, name, text);
}

void
manage_form_number(struct manage_form *form, const char *name, int64_t low, int64_t high)
{
	const char *text = request_form(form->request, name);
	struct arena *arena = http_arena(form->request);
	int64_t number;
	if (text == NULL || *text == '\0')
		return;
	if (str_number(text, low, high, &number))
		json_put_integer(&form->writer, name, number);
	else
		manage_form_fault(form, name, arena_print(arena, "„%s“ passt nicht: eine Zahl von %d bis %d.", text, (int)low, (int)high),
		    arena_print(arena, "\"%s\" does not fit: a number from %d to %d.", text, (int)low, (int)high));
}

void
manage_form_list(struct manage_form *form, const char *name)
{
	const char *value;
	json_open_list(&form->writer, name);
	for (size_t i = 0; (value = request_form_at(form->request, name, i)) != NULL; i++)
		if (*value != '\0')
			json_put_text(&form->writer, NULL, value);
	json_close_list(&form->writer);
}

void
manage_form_split(struct manage_form *form, const char *name, const char *dividers)
{
	const char *text = request_form(form->request, name);
	json_open_list(&form->writer, name);
	while (text != NULL && *text != '\0') {
		size_t length = strcspn(text, dividers), start = strspn(text, " \t\r"), end = length;
		while (end > start && strchr(" \t\r", text[end - 1]) != NULL)
			end--;
		if (end > start)
			json_put_text(&form->writer, NULL, arena_copy(http_arena(form->request), text + start, end - start));
		text += length + (text[length] != '\0');
	}
	json_close_list(&form->writer);
}

static void
put_time(struct json_writer *writer, const char *name, int64_t seconds, bool is_local)
{
	char text[WHEN_TEXT_SIZE];
	when_print(seconds, text);
	if (is_local)
		text[strlen(text) - 1] = '\0';
	json_put_text(writer, name, text);
}

void
manage_form_span(struct manage_form *form, const struct zone *zone, const char *start, const char *end)
{
	struct span_words words = {.start = start != NULL ? start : "", .end = end != NULL ? end : ""};
	struct span span;
	switch (span_read(&words, zone, &span)) {
	case SPAN_IS_RIGHT:
		break;
	case SPAN_BAD_START:
		manage_form_fault(form, "start", "Bitte Tag und Uhrzeit des Beginns angeben.", "Please give the day and time of the start.");
		return;
	case SPAN_IS_EMPTY:
		manage_form_fault(form, "end", "Das Ende muss nach dem Beginn liegen.", "The end must be after the start.");
		return;
	default:
		manage_form_fault(form, "end", "Bitte Tag und Uhrzeit des Endes angeben.", "Please give the day and time of the end.");
		return;
	}
	put_time(&form->writer, "start", span.start, false);
	put_time(&form->writer, "end", span.end, false);
	put_time(&form->writer, "local_start", span.local_start, true);
	put_time(&form->writer, "local_end", span.local_end, true);
	json_put_text(&form->writer, "zone", zone_id(zone));
}

bool
manage_form_has_zone(struct http_request *request, const struct db_rows *looked, struct ask *ask, const struct zone **ret_zone)
{
	if (looked == NULL) {
		struct json_writer writer = {.out = &ask->look_input};
		json_open_map(&writer, NULL);
		json_put_text(&writer, "hub", route_parameter(request, "hub"));
		json_close_map(&writer);
		ask->wants_look = true;
		return false;
	}
	/* No row: there is no such hub, and the deciding call says so. */
	const char *id = db_count(looked) > 0 ? db_text(looked, 0, "zone") : NULL;
	const struct zone *zone = id != NULL ? zone_find(id) : NULL;
	*ret_zone = zone != NULL ? zone : zone_utc();
	return true;
}

bool
manage_is_ticked(const struct http_request *request, const char *name)
{
	const char *value = request_form(request, name);
	return value != NULL && *value != '\0';
}
