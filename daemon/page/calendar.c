/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calendar of a hub as agenda, week and month, and the agenda that other sites embed. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/card.h"
#include "page/page.h"
#include "page/parts.h"
#include "page/pages.h"
#include "page/place.h"

enum { DAY = 86400, WEEK_DAYS = 7, AGENDA_DAYS = 28, EMBED_DAYS = 42, FIRST_YEAR = 2000, LAST_YEAR = 2099 };

/* Instants are asked for with this much around: a local day begins at another one in each zone. */
enum { ZONE_MAX = 14 * 3600 };

enum view { AGENDA, WEEK, MONTH, VIEWS };
static const char *const view_names[VIEWS] = {"agenda", "week", "month"};
static const char *const view_texts[VIEWS] = {"calendar.view_agenda", "calendar.view_week", "calendar.view_month"};

/* What the address asks for; days are seconds of local midnights. */
struct calendar {
	enum view view;
	int64_t date, today, from, to;
	const char *topic;
	const struct json *hub;
};

/* ---- ask ---- */

static int64_t
monday_of(int64_t day)
{
	return day - (int64_t)when_weekday(day / DAY) * DAY;
}

static int64_t
first_of_month(int64_t day, int months_on)
{
	int year, month, unused;
	when_from_days(day / DAY, &year, &month, &unused);
	month += months_on;
	return when_days(month < 1 ? year - 1 : month > 12 ? year + 1 : year, month < 1 ? 12 : month > 12 ? 1 : month, 1) * DAY;
}

static void
set_period(struct calendar *calendar)
{
	switch (calendar->view) {
	case WEEK:
		calendar->from = monday_of(calendar->date);
		calendar->to = calendar->from + WEEK_DAYS * DAY;
		break;
	case MONTH:
		calendar->from = monday_of(first_of_month(calendar->date, 0));
		calendar->to = monday_of(first_of_month(calendar->date, 1) - DAY) + WEEK_DAYS * DAY;
		break;
	default:
		calendar->from = calendar->date;
		calendar->to = calendar->date + AGENDA_DAYS * DAY;
		break;
	}
}

/* False for a date that is none, or that no calendar of ours has. */
static bool
read_date(const char *text, int64_t *ret_date)
{
	int64_t days;
	if (!when_parse_date(text, &days) || days < when_days(FIRST_YEAR, 1, 1) || days > when_days(LAST_YEAR, 12, 31))
		return false;
	*ret_date = days * DAY;
	return true;
}

static bool
read_view(const char *text, enum view *ret_view)
{
	for (size_t i = 0; i < VIEWS; i++)
		if (str_equal(text, view_names[i])) {
			*ret_view = (enum view)i;
			return true;
		}
	return false;
}

static const char *
parameter(const struct http_request *request, const char *name)
{
	const char *value = http_parameter(request, name);
	return value != NULL && *value != '\0' ? value : NULL;
}

static void
put_input(const struct http_request *request, struct str *out, const struct calendar *calendar, bool is_framed)
{
	char from[WHEN_TEXT_SIZE], to[WHEN_TEXT_SIZE];
	struct json_writer writer = {.out = out};
	when_print(calendar->from - ZONE_MAX, from);
	when_print(calendar->to + ZONE_MAX, to);
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", route_parameter(request, "hub"));
	json_put_text(&writer, "topic", calendar->topic);
	json_put_text(&writer, "from", from);
	json_put_text(&writer, "to", to);
	json_put_bool(&writer, "is_framed", is_framed);
	json_close_map(&writer);
}

bool
page_ask_calendar(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const char *view = parameter(request, "view"), *date = parameter(request, "date");
	struct calendar *calendar = arena_take(http_arena(request), sizeof *calendar);
	calendar->today = calendar->date = dates_local("Europe/Berlin", when_now()) / DAY * DAY;
	calendar->topic = parameter(request, "topic");
	if (view != NULL && !read_view(view, &calendar->view))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "view", "„view“ ist agenda, week oder month.", "\"view\" is agenda, week or month.");
	if (date != NULL && !read_date(date, &calendar->date))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "date", "„date“ ist ein Tag wie 2026-11-23.", "\"date\" is a day such as 2026-11-23.");
	if (calendar->topic != NULL && !str_is_utf8(calendar->topic, strlen(calendar->topic)))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "topic", "Dieses Thema gibt es nicht.", "There is no such topic.");
	set_period(calendar);
	put_input(request, &ret_ask->input, calendar, false);
	request_keep(request, calendar);
	return true;
}

bool
page_ask_embed(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct calendar *calendar = arena_take(http_arena(request), sizeof *calendar);
	calendar->today = calendar->date = calendar->from = dates_local("Europe/Berlin", when_now()) / DAY * DAY;
	calendar->to = calendar->from + EMBED_DAYS * DAY;
	put_input(request, &ret_ask->input, calendar, true);
	request_keep(request, calendar);
	return true;
}

/* ---- addresses ---- */

static const char *
address_of(struct http_request *request, const struct calendar *calendar, enum view view, int64_t date, const char *topic)
{
	char day[DATES_DATE_SIZE];
	int64_t first = when_days(FIRST_YEAR, 1, 1) * DAY, last = when_days(LAST_YEAR, 12, 31) * DAY;
	dates_print_date(date < first ? first : date > last ? last : date, day);
	return arena_print(http_arena(request), "/hubs/%s/calendar?view=%s&date=%s%s%s", json_as_text(json_get(calendar->hub, "slug")), view_names[view], day,
	    topic != NULL ? "&topic=" : "", topic != NULL ? place_escape(http_arena(request), topic) : "");
}

static int64_t
step(const struct calendar *calendar, int by)
{
	switch (calendar->view) {
	case WEEK: return calendar->from + by * WEEK_DAYS * DAY;
	case MONTH: return first_of_month(calendar->date, by);
	default: return calendar->from + by * AGENDA_DAYS * DAY;
	}
}

/* ---- days and events ---- */

/* Local days that an event touches: [*ret_first, *ret_last]. */
static void
days_of(const struct json *event, int64_t *ret_first, int64_t *ret_last)
{
	int64_t start = dates_read(json_as_text(json_get(event, "local_start"))), end = dates_read(json_as_text(json_get(event, "local_end")));
	*ret_first = start / DAY * DAY;
	*ret_last = end > start ? (end - 1) / DAY * DAY : *ret_first;
}

static bool
is_on(const struct json *event, int64_t day)
{
	int64_t first, last;
	days_of(event, &first, &last);
	return first <= day && day <= last;
}

static size_t
put_events_of_day(struct http_request *request, struct json_writer *writer, const struct json *events, const struct card_names *names, int64_t day)
{
	size_t count = 0;
	json_open_list(writer, "events");
	for (size_t i = 0; i < json_size(events); i++) {
		if (!is_on(json_at(events, i), day))
			continue;
		card_put(request, writer, NULL, json_at(events, i), names);
		count++;
	}
	json_close_list(writer);
	return count;
}

/* 1..53: the week that has the year's first Thursday is the first (ISO 8601). */
static int
week_number(int64_t monday)
{
	int year, month, day;
	when_from_days(monday / DAY + 3, &year, &month, &day);
	return (int)((monday / DAY + 3 - when_days(year, 1, 1)) / WEEK_DAYS) + 1;
}

static const char *
count_text(struct http_request *request, size_t count)
{
	char number[24];
	snprintf(number, sizeof number, "%zu", count);
	return count == 1 ? page_text(request, "frame.event_one") : page_say(request, "frame.event_many", "count", number, NULL);
}

static void
put_day(struct http_request *request, struct json_writer *writer, const struct calendar *calendar, const struct json *events,
    const struct card_names *names, int64_t day)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	struct civil civil;
	char date[DATES_DATE_SIZE];
	when_to_civil(day, &civil);
	dates_print_date(day, date);
	json_open_map(writer, NULL);
	json_put_text(writer, "date", date);
	json_put_integer(writer, "number", civil.day);
	json_put_text(writer, "full", dates_date(&dates, day));
	json_put_text(writer, "short", dates_short_date(&dates, day));
	json_put_text(writer, "day_address", address_of(request, calendar, AGENDA, day, calendar->topic));
	json_put_bool(writer, "is_today", day == calendar->today);
	json_put_bool(writer, "is_past", day < calendar->today);
	json_put_bool(writer, "is_other_month", calendar->view == MONTH && first_of_month(day, 0) != first_of_month(calendar->date, 0));
	size_t count = put_events_of_day(request, writer, events, names, day);
	json_put_bool(writer, "has_events", count > 0);
	json_put_integer(writer, "count", (int64_t)count);
	json_put_text(writer, "count_text", count_text(request, count));
	json_close_map(writer);
}

/* The agenda leaves out days without an event; the week shows them all. */
static size_t
put_days(struct http_request *request, struct json_writer *writer, const struct calendar *calendar, const struct json *events,
    const struct card_names *names)
{
	size_t shown = 0;
	json_open_list(writer, "days");
	for (int64_t day = calendar->from; day < calendar->to; day += DAY) {
		bool is_busy = false;
		for (size_t i = 0; i < json_size(events) && !is_busy; i++)
			is_busy = is_on(json_at(events, i), day);
		shown += is_busy;
		if (is_busy || calendar->view == WEEK)
			put_day(request, writer, calendar, events, names, day);
	}
	json_close_list(writer);
	return shown;
}

static void
put_weeks(struct http_request *request, struct json_writer *writer, const struct calendar *calendar, const struct json *events,
    const struct card_names *names)
{
	json_open_list(writer, "weeks");
	for (int64_t monday = calendar->from; monday < calendar->to; monday += WEEK_DAYS * DAY) {
		json_open_map(writer, NULL);
		json_put_integer(writer, "week", week_number(monday));
		json_put_text(writer, "week_address", address_of(request, calendar, WEEK, monday, calendar->topic));
		json_open_list(writer, "days");
		for (int64_t day = monday; day < monday + WEEK_DAYS * DAY; day += DAY)
			put_day(request, writer, calendar, events, names, day);
		json_close_list(writer);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_weekdays(struct http_request *request, struct json_writer *writer, const struct calendar *calendar)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	json_open_list(writer, "weekdays");
	for (int64_t day = monday_of(calendar->from); day < monday_of(calendar->from) + WEEK_DAYS * DAY; day += DAY) {
		const char *name = dates_weekday(&dates, day);
		json_open_map(writer, NULL);
		json_put_text(writer, "name", name);
		json_put_text(writer, "short", arena_print(dates.arena, "%.*s", dates.is_english ? 3 : 2, name));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* ---- what stands above it ---- */

static void
put_views(struct http_request *request, struct json_writer *writer, const struct calendar *calendar)
{
	json_open_list(writer, "views");
	for (size_t i = 0; i < VIEWS; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "name", page_text(request, view_texts[i]));
		json_put_text(writer, "address", address_of(request, calendar, (enum view)i, calendar->date, calendar->topic));
		json_put_bool(writer, "is_current", calendar->view == (enum view)i);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static void
put_filter(struct http_request *request, struct json_writer *writer, const struct calendar *calendar, const struct json *used, const struct json *topics)
{
	const struct json *chosen = card_find(topics, calendar->topic);
	json_put_text(writer, "all_topics", address_of(request, calendar, calendar->view, calendar->date, NULL));
	json_put_value(writer, "topic_name", chosen != NULL ? json_get(chosen, "name") : NULL);
	json_put_text(writer, "topic", calendar->topic);
	json_put_bool(writer, "has_topics", json_size(used) > 1 || calendar->topic != NULL);
	json_open_list(writer, "topics");
	for (size_t i = 0; i < json_size(topics); i++) {
		const struct json *topic = json_at(topics, i);
		const char *slug = json_as_text(json_get(topic, "slug"));
		bool is_used = false;
		for (size_t j = 0; j < json_size(used) && !is_used; j++)
			is_used = str_equal(json_as_text(json_at(used, j)), slug);
		if (!is_used && topic != chosen)
			continue;
		json_open_map(writer, NULL);
		json_put_value(writer, "name", json_get(topic, "name"));
		json_put_text(writer, "address", address_of(request, calendar, calendar->view, calendar->date, slug));
		json_put_bool(writer, "is_chosen", topic == chosen);
		json_close_map(writer);
	}
	json_close_list(writer);
}

static const char *
period_of(struct http_request *request, const struct calendar *calendar)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	char week[16];
	snprintf(week, sizeof week, "%d", week_number(calendar->from));
	switch (calendar->view) {
	case MONTH: return dates_month(&dates, calendar->date);
	case WEEK: return page_say(request, "calendar.week_of", "week", week, "days", parts_days(&dates, calendar->from, calendar->to - DAY), NULL);
	default: return parts_days(&dates, calendar->from, calendar->to - DAY);
	}
}

static void
put_breadcrumb(struct http_request *request, struct json_writer *writer, const struct json *hub)
{
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	json_open_map(writer, NULL);
	json_put_text(writer, "name", card_hub_place(http_arena(request), hub));
	json_put_text(writer, "address", arena_print(http_arena(request), "/hubs/%s", json_as_text(json_get(hub, "slug"))));
	json_close_map(writer);
	json_open_map(writer, NULL);
	json_put_text(writer, "name", page_text(request, "calendar.title"));
	json_put_null(writer, "address");
	json_close_map(writer);
	json_close_list(writer);
}

static void
put_ways(struct http_request *request, struct json_writer *writer, const struct calendar *calendar)
{
	char date[DATES_DATE_SIZE];
	int64_t before = step(calendar, -1), after = step(calendar, 1), ignored;
	dates_print_date(calendar->date, date);
	json_put_text(writer, "view", view_names[calendar->view]);
	json_put_text(writer, "date", date);
	json_put_text(writer, "period", period_of(request, calendar));
	dates_print_date(before, date);
	json_put_text(writer, "previous", read_date(date, &ignored) ? address_of(request, calendar, calendar->view, before, calendar->topic) : NULL);
	dates_print_date(after, date);
	json_put_text(writer, "next", read_date(date, &ignored) ? address_of(request, calendar, calendar->view, after, calendar->topic) : NULL);
	json_put_text(writer, "now", address_of(request, calendar, calendar->view, calendar->today, calendar->topic));
	json_put_bool(writer, "is_agenda", calendar->view == AGENDA);
	json_put_bool(writer, "is_week", calendar->view == WEEK);
	json_put_bool(writer, "is_month", calendar->view == MONTH);
}

void
page_answer_calendar(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	struct calendar *calendar = request_kept(request);
	const struct json *hub = json_get(document, "hub"), *events = json_get(document, "events");
	struct card_names names = {.topics = json_get(document, "topics")};
	struct page_view view;
	calendar->hub = hub;
	calendar->today = dates_local(json_as_text(json_get(hub, "zone")), when_now()) / DAY * DAY;
	page_begin(document, &view, page_say(request, "calendar.title_of", "hub", json_as_text(json_get(hub, "name")), NULL));
	place_put_hub(request, &view.writer, hub);
	put_breadcrumb(request, &view.writer, hub);
	put_ways(request, &view.writer, calendar);
	put_views(request, &view.writer, calendar);
	put_filter(request, &view.writer, calendar, json_get(document, "used_topics"), names.topics);
	put_weekdays(request, &view.writer, calendar);
	size_t shown = 1;
	if (calendar->view == MONTH)
		put_weeks(request, &view.writer, calendar, events, &names);
	else
		shown = put_days(request, &view.writer, calendar, events, &names);
	json_put_bool(&view.writer, "is_empty", shown == 0);
	json_put_value(&view.writer, "feed", json_get(json_get(hub, "links"), "feed"));
	page_end(request, &view, 200, "calendar");
}

void
page_answer_embed(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	if (document == NULL)
		return;
	struct calendar *calendar = request_kept(request);
	const struct json *hub = json_get(document, "hub");
	struct card_names names = {.topics = json_get(document, "topics")};
	struct page_view view;
	calendar->hub = hub;
	page_begin(NULL, &view, page_say(request, "calendar.title_of", "hub", json_as_text(json_get(hub, "name")), NULL));
	view.may_be_framed = true;
	place_put_hub(request, &view.writer, hub);
	size_t shown = put_days(request, &view.writer, calendar, json_get(document, "events"), &names);
	json_put_bool(&view.writer, "is_empty", shown == 0);
	json_put_text(&view.writer, "calendar", place_absolute(request, arena_print(http_arena(request), "/hubs/%s/calendar", json_as_text(json_get(hub, "slug")))));
	page_end(request, &view, 200, "embed");
}
