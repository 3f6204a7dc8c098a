/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/booking_form.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/span.h"
#include "ical/zone.h"
#include "page/page.h"
#include "page/parts.h"

enum { DAY = 86400, COUNT_MAX = 1000 };

const struct zone *
form_zone(const struct db_rows *looked)
{
	const char *id = looked != NULL && db_count(looked) > 0 ? db_text(looked, 0, "zone") : "Europe/Berlin";
	const struct zone *zone = id == NULL ? NULL : zone_find(id);
	return zone != NULL ? zone : zone_utc();
}

static const char *
field(const struct http_request *request, const char *name)
{
	const char *value = request_form(request, name);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* ---- times ---- */

/* "2026-03-03" and "14:00" as one; an end that is not later on the clock is on the next day. */
static void
read_fields(struct http_request *request, struct span_words *ret_words)
{
	struct arena *arena = http_arena(request);
	const char *date = field(request, "date"), *from = field(request, "from"), *to = field(request, "to");
	int64_t days;
	*ret_words = (struct span_words){.start = field(request, "start"), .end = field(request, "end")};
	if (date == NULL || from == NULL || to == NULL || !when_parse_date(date, &days))
		return;
	ret_words->start = arena_print(arena, "%sT%s", date, from);
	ret_words->end = arena_print(arena, "%sT%s", strcmp(to, from) > 0 ? date : parts_date(arena, (days + 1) * DAY), to);
}

static void
put_instant(struct json_writer *writer, const char *name, int64_t instant, bool is_local)
{
	char text[WHEN_TEXT_SIZE];
	when_print(instant, text);
	if (is_local)
		text[strlen(text) - 1] = '\0';
	json_put_text(writer, name, text);
}

bool
form_put_span(struct http_request *request, struct ask *ret_ask, const struct zone *zone, struct json_writer *writer)
{
	struct span_words words;
	struct span span;
	read_fields(request, &words);
	if (words.start == NULL || words.end == NULL || span_read(&words, zone, &span) != SPAN_IS_RIGHT)
		return ask_refuse(request, ret_ask, 422, "malformed-time", "date", "Tag, Beginn und Ende fehlen oder sind unlesbar; richtig ist 2026-11-23, 14:00 und 16:00.",
		    "Day, start and end are missing or unreadable; right is 2026-11-23, 14:00 and 16:00.");
	put_instant(writer, "start", span.start, false);
	put_instant(writer, "end", span.end, false);
	put_instant(writer, "local_start", span.local_start, true);
	put_instant(writer, "local_end", span.local_end, true);
	json_put_text(writer, "zone", zone_id(zone));
	return true;
}

void
form_put_fields(struct http_request *request, struct json_writer *writer, int64_t start, int64_t end)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	json_put_text(writer, "date", parts_date(dates.arena, start));
	json_put_text(writer, "from", dates_clock(&dates, start));
	json_put_text(writer, "to", dates_clock(&dates, end));
	json_put_text(writer, "span", dates_span(&dates, start, end));
	json_put_text(writer, "duration", dates_duration(&dates, end - start));
}

/* ---- the rest of the input ---- */

void
form_put_items(struct http_request *request, struct json_writer *writer)
{
	const char *resource = field(request, "resource"), *count = field(request, "count");
	int64_t number;
	if (resource == NULL)
		return;
	json_open_list(writer, "items");
	json_open_map(writer, NULL);
	json_put_text(writer, "resource", resource);
	if (count != NULL && str_number(count, 1, COUNT_MAX, &number))
		json_put_integer(writer, "count", number);
	json_close_map(writer);
	json_close_list(writer);
}

bool
form_put_text(struct http_request *request, struct ask *ret_ask, struct json_writer *writer, const char *name, size_t most)
{
	const char *text = request_form(request, name);
	if (text == NULL)
		return true;
	if (strlen(text) > most)
		return ask_refuse(request, ret_ask, 422, "malformed-value", name, "Der Text ist zu lang: höchstens %zu Zeichen.",
		    "The text is too long: at most %zu characters.", most);
	json_put_text(writer, name, text);
	return true;
}

void
form_put_party(struct http_request *request, struct json_writer *writer)
{
	static const struct { const char *kind, *member; } kinds[] = {{"team:", "team"}, {"organisation:", "organisation"}, {"person:", "on_behalf_of"}};
	const char *party = request_form(request, "party");
	for (size_t i = 0; party != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_starts(party, kinds[i].kind))
			json_put_text(writer, kinds[i].member, party + strlen(kinds[i].kind));
}

bool
form_put_id(struct http_request *request, struct ask *ret_ask, struct json_writer *writer)
{
	int64_t id;
	const char *text = route_parameter(request, "id");
	if (!str_number(text, 1, INT64_MAX, &id))
		return ask_refuse(request, ret_ask, 404, "not-found", NULL, "Es gibt keine Buchung „%s“.", "There is no booking \"%s\".", text);
	json_put_integer(writer, "id", id);
	return true;
}

/* ---- refusals ---- */

static void
put_alternative(struct http_request *request, struct json_writer *writer, const struct json *alternative, const struct zone *zone, const char *action)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	const char *resource = json_as_text(json_get(alternative, "resource")), *wanted = request_form(request, "resource");
	int64_t start = dates_local(zone_id(zone), dates_read(json_as_text(json_get(alternative, "start"))));
	int64_t end = dates_local(zone_id(zone), dates_read(json_as_text(json_get(alternative, "end"))));
	json_open_map(writer, NULL);
	json_put_text(writer, "action", action);
	json_put_text(writer, "when", dates_span(&dates, start, end));
	json_put_value(writer, "reason", json_get(alternative, "reason"));
	json_put_value(writer, "start", json_get(alternative, "start"));
	json_put_value(writer, "end", json_get(alternative, "end"));
	/* A move names its resource only where that changes. */
	json_put_text(writer, "resource", resource != NULL && (wanted != NULL || !str_equal(json_as_text(json_get(alternative, "kind")), "nearest-time")) ? resource : wanted);
	json_put_text(writer, "count", request_form(request, "count"));
	json_put_text(writer, "name", str_equal(resource, wanted) ? request_form(request, "name") : NULL);
	json_put_text(writer, "title", request_form(request, "title"));
	json_put_text(writer, "note", request_form(request, "note"));
	json_put_text(writer, "hold", request_form(request, "hold"));
	json_close_map(writer);
}

void
form_put_problem(struct http_request *request, struct json_writer *writer, const struct json *problem, const struct zone *zone, const char *action)
{
	const struct json *alternatives = json_get(problem, "alternatives");
	json_open_map(writer, "problem");
	json_put_value(writer, "heading", json_get(problem, "title"));
	json_put_value(writer, "text", json_get(problem, "detail"));
	json_put_bool(writer, "has_alternatives", json_size(alternatives) > 0);
	json_open_list(writer, "alternatives");
	for (size_t i = 0; i < json_size(alternatives); i++)
		put_alternative(request, writer, json_at(alternatives, i), zone, action);
	json_close_list(writer);
	json_close_map(writer);
}
