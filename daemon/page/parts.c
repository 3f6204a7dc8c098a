/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/parts.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/page.h"

const char *
parts_parameter(const struct http_request *request, const char *name)
{
	const char *value = http_parameter(request, name);
	return value != NULL && *value != '\0' && str_is_utf8(value, strlen(value)) ? value : NULL;
}

bool
parts_put_date(struct http_request *request, struct ask *ret_ask, struct json_writer *writer)
{
	const char *date = parts_parameter(request, "date");
	int64_t days;
	if (date != NULL && !when_parse_date(date, &days))
		return ask_refuse(request, ret_ask, 422, "malformed-time", "date", "„%s“ ist kein Tag; richtig ist 2026-11-23.",
		    "\"%s\" is no day; right is 2026-11-23.", date);
	json_put_text(writer, "date", date);
	return true;
}

void
parts_put_link(struct json_writer *writer, const char *name, const char *text, const char *address, bool is_chosen)
{
	json_open_map(writer, name);
	json_put_text(writer, "text", text);
	json_put_text(writer, "address", address);
	json_put_bool(writer, "is_chosen", is_chosen);
	json_close_map(writer);
}

void
parts_put_crumb(struct json_writer *writer, const char *name, const char *address)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "name", name);
	json_put_text(writer, "address", address);
	json_close_map(writer);
}

const char *
parts_date(struct arena *arena, int64_t local)
{
	char *date = arena_take(arena, DATES_DATE_SIZE);
	dates_print_date(local, date);
	return date;
}

const char *
parts_moment(struct arena *arena, int64_t local)
{
	struct dates dates = {.arena = arena};
	return arena_print(arena, "%sT%s", parts_date(arena, local), dates_clock(&dates, local));
}

const char *
parts_say_moment(const struct http_request *request, const char *instant)
{
	static const char zone_of_all[] = "Europe/Berlin";
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	int64_t local = dates_local(zone_of_all, dates_read(instant)), now = dates_local(zone_of_all, when_now());
	return arena_print(dates.arena, "%s, %s", local / 86400 == now / 86400 ? dates_day_label(&dates, local, now) : dates_short_date(&dates, local),
	    dates_time(&dates, local));
}

const char *
parts_days(const struct dates *dates, int64_t first, int64_t last)
{
	struct civil from, to;
	const char *dot = dates->is_english ? "" : ".", *word = dates->is_english ? "to" : "bis", *month = dates_month(dates, first);
	when_to_civil(first, &from);
	when_to_civil(last, &to);
	if (from.year != to.year)
		month = arena_print(dates->arena, " %s", month);
	else if (from.month != to.month)
		month = arena_print(dates->arena, " %.*s", (int)(strlen(month) - strlen(" 2026")), month);
	else
		month = "";
	return arena_print(dates->arena, "%d%s%s %s %d%s %s", from.day, dot, month, word, to.day, dot, dates_month(dates, last));
}
