/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See events.h. */
#include "programme/events.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/event_plan.h"
#include "ical/span.h"
#include "ical/zone.h"
#include "programme/event_series.h"
#include "programme/event_times.h"

enum { TITLE_MAX = 500, TEXT_MAX = 50000, LINE_MAX = 500, ADDRESS_MAX = 2000, SLUG_MAX = 100, LIST_MAX = 100, PAGE_MAX = 1000, RULE_MAX = 2000, DATES_MAX = 500 };

/* Shared by POST and PATCH. Times are event_times' business. */
#define EVENT_MEMBERS \
	{"title", ASK_TEXT, 1, TITLE_MAX, false}, {"title_en", ASK_TEXT, 0, TITLE_MAX, false}, {"text", ASK_TEXT, 0, TEXT_MAX, false}, \
	{"text_en", ASK_TEXT, 0, TEXT_MAX, false}, {"topics", ASK_LIST, 0, LIST_MAX, false}, {"audience", ASK_TEXT, 1, 20, false}, \
	{"speakers", ASK_LIST, 0, LIST_MAX, false}, {"organiser", ASK_TEXT, 0, LINE_MAX, false}, {"place", ASK_TEXT, 0, LINE_MAX, false}, \
	{"site", ASK_TEXT, 0, SLUG_MAX, true}, {"url", ASK_TEXT, 0, ADDRESS_MAX, true}, {"online_url", ASK_TEXT, 0, ADDRESS_MAX, true}, \
	{"image_url", ASK_TEXT, 0, ADDRESS_MAX, true}, {"price", ASK_TEXT, 0, LINE_MAX, false}, {"resources", ASK_LIST, 0, LIST_MAX, false}, \
	{"state", ASK_TEXT, 1, 20, false}, {"start", ASK_TEXT, 1, 64, false}, {"end", ASK_TEXT, 1, 64, false}, \
	{"duration", ASK_TEXT, 1, 64, false}, {"zone", ASK_TEXT, 1, 64, false}, {"is_all_day", ASK_BOOL, 0, 0, false}, {"dry_run", ASK_BOOL, 0, 0, false}, \
	{"rrule", ASK_TEXT, 0, RULE_MAX, false}, {"rdates", ASK_LIST, 0, DATES_MAX, false}, {"exdates", ASK_LIST, 0, DATES_MAX, false}, \
	{"on_conflict", ASK_TEXT, 1, 20, false}
#define SCOPE_MEMBERS {"scope", ASK_TEXT, 1, 20, false}, {"recurrence_id", ASK_TEXT, 1, 64, false}

static const struct ask_member make_members[] = {{"hub", ASK_TEXT, 1, SLUG_MAX, false}, EVENT_MEMBERS, {0}};
static const struct ask_member change_members[] = {EVENT_MEMBERS, SCOPE_MEMBERS, {0}};
static const struct ask_member act_members[] = {{"dry_run", ASK_BOOL, 0, 0, false}, SCOPE_MEMBERS, {0}};

/* Members that go to the decision as they came. */
static const char *const copied[] = {"title", "title_en", "text", "text_en", "topics", "audience", "speakers", "organiser", "place", "site",
    "url", "online_url", "image_url", "price", "resources", "state", "on_conflict", "dry_run", NULL};
static const char *const lists[] = {"topics", "speakers", "resources", NULL};
static const char *const addresses[] = {"url", "online_url", "image_url", NULL};
static const char *const audiences[] = {"public", "members", "invited", NULL};
static const char *const states[] = {"draft", "tentative", "confirmed", NULL};

/* ---- checks ---- */

static bool
check_lists(struct http_request *request, struct ask *ask, const struct json *body)
{
	for (const char *const *name = lists; *name != NULL; name++) {
		const struct json *list = json_get(body, *name);

		for (size_t i = 0; i < json_size(list); i++) {
			const char *text = json_as_text(json_at(list, i));
			if (text == NULL || *text == '\0' || strlen(text) > LINE_MAX)
				return ask_refuse(request, ask, 422, "malformed-value", arena_print(http_arena(request), "/%s/%zu", *name, i),
				    "„%s“ ist eine Liste von Texten bis %d Zeichen.", "\"%s\" is a list of texts of at most %d characters.", *name, LINE_MAX);
		}
	}
	return true;
}

/* Addresses end up in links: only what a browser may be sent to. */
static bool
check_addresses(struct http_request *request, struct ask *ask, const struct json *body)
{
	for (const char *const *name = addresses; *name != NULL; name++) {
		const char *text = json_as_text(json_get(body, *name));

		if (text == NULL || *text == '\0')
			continue;
		bool is_web = strncasecmp(text, "https://", 8) == 0 || strncasecmp(text, "http://", 7) == 0;
		if (!is_web || text[strcspn(text, " \t\r\n\"<>")] != '\0')
			return ask_refuse(request, ask, 422, "malformed-value", arena_print(http_arena(request), "/%s", *name),
			    "„%s“ ist keine Webadresse; richtig ist https://example.org/seite.", "\"%s\" is no web address; right is https://example.org/page.", text);
	}
	return true;
}

static bool
check_word(struct http_request *request, struct ask *ask, const struct json *body, const char *name, const char *const *words)
{
	const char *text = json_as_text(json_get(body, name));

	if (text == NULL)
		return true;
	for (size_t i = 0; words[i] != NULL; i++)
		if (str_equal(words[i], text))
			return true;
	return ask_refuse(request, ask, 422, "malformed-value", arena_print(http_arena(request), "/%s", name), "„%s“ ist %s, %s oder %s.",
	    "\"%s\" is %s, %s or %s.", name, words[0], words[1], words[2]);
}

/* A calendar shows an event by its title; one of blanks alone would be an empty line there. */
static bool
check_title(struct http_request *request, struct ask *ask, const struct json *body)
{
	const char *title = json_as_text(json_get(body, "title"));

	if (title == NULL || title[strspn(title, " \t\r\n")] != '\0')
		return true;
	return ask_refuse(request, ask, 422, "malformed-value", "/title", "„title“ darf nicht leer sein.", "\"title\" must not be blank.");
}

static bool
check_body(struct http_request *request, struct ask *ask, const struct json *body, const struct ask_member *members)
{
	return ask_knows(request, ask, body, "", members) && event_series_check_scope(request, ask, body) && check_title(request, ask, body) && check_lists(request, ask, body) && check_addresses(request, ask, body) &&
	    check_word(request, ask, body, "audience", audiences) && check_word(request, ask, body, "state", states);
}

static void
copy_members(struct json_writer *writer, const struct json *body)
{
	for (const char *const *name = copied; *name != NULL; name++)
		if (json_get(body, *name) != NULL)
			json_put_value(writer, *name, json_get(body, *name));
}

/* The id of the path; what is no number names no event. */
static bool
put_id(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	const char *text = route_parameter(request, "id");
	int64_t id;

	if (!str_number(text, 1, INT64_MAX, &id))
		return ask_refuse(request, ask, 404, "not-found", NULL, "Es gibt keine Veranstaltung „%s“.", "There is no event \"%s\".", text);
	json_put_integer(writer, "id", id);
	return true;
}

/* ---- one event ---- */

static bool
look_up_zone(struct ask *ask, const char *hub, const char *resource)
{
	struct json_writer writer = {.out = &ask->look_input};

	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", hub);
	json_put_text(&writer, "resource", resource);
	json_close_map(&writer);
	ask->wants_look = true;
	return true;
}

static bool
check_make(struct http_request *request, struct ask *ask, const struct json *body)
{
	static const char *const needed[] = {"hub", "title", "start", NULL};

	if (!check_body(request, ask, body, make_members))
		return false;
	for (const char *const *name = needed; *name != NULL; name++)
		if (json_get(body, *name) == NULL)
			return ask_refuse(request, ask, 422, "missing-member", arena_print(http_arena(request), "/%s", *name), "„%s“ fehlt.", "\"%s\" is missing.", *name);
	return true;
}

bool
event_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	const struct json *body = request_json(request);
	struct json_writer writer = {.out = &ret_ask->input};

	if (!check_make(request, ret_ask, body))
		return false;
	const char *hub = json_as_text(json_get(body, "hub"));
	if (looked == NULL)
		return look_up_zone(ret_ask, hub, json_as_text(json_at(json_get(body, "resources"), 0)));
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", hub);
	copy_members(&writer, body);
	struct event_times times;
	bool is_right = event_times_read(request, ret_ask, body, looked, &times) && event_times_write(request, ret_ask, &times, &writer) &&
	    (!event_series_are_in(body) || event_series_put(request, ret_ask, body, looked, &times, &writer));
	json_close_map(&writer);
	return is_right;
}

/* The look of a stored event: the date that the body names, or its first. */
static bool
look_up_event(struct http_request *request, struct ask *ask, const struct json *body)
{
	struct json_writer writer = {.out = &ask->look_input};

	json_open_map(&writer, NULL);
	bool is_right = put_id(request, ask, &writer);
	json_put_text(&writer, "recurrence_id", json_as_text(json_get(body, "recurrence_id")));
	json_close_map(&writer);
	ask->wants_look = true;
	return is_right;
}

/* What C has to work out, from the row that was looked up: times of a single event, or what a series becomes. */
static bool
put_change(struct http_request *request, struct ask *ask, const struct json *body, const struct db_rows *looked, struct json_writer *writer)
{
	struct event_times times;
	bool has_rule = event_series_are_in(body), has_scope = json_get(body, "recurrence_id") != NULL || !str_equal(json_as_text(json_get(body, "scope")), "all");

	if (db_count(looked) == 0)
		return ask_refuse(request, ask, 404, "not-found", NULL, "Diese Veranstaltung oder diesen Termin gibt es nicht.", "There is no such event or date.");
	if (db_is_true(looked, 0, "repeats"))
		return event_series_put_change(request, ask, body, looked, writer);
	if (json_get(body, "scope") != NULL && has_scope)
		return ask_refuse(request, ask, 422, "malformed-value", "/scope", "Diese Veranstaltung ist keine Serie: ohne „scope“ gilt die Änderung ihr.",
		    "This event is no series: without \"scope\" the change is for it.");
	if (!has_rule && !event_times_are_in(body))
		return true;
	return event_times_read_change(request, ask, body, looked, &times) && event_times_write(request, ask, &times, writer) &&
	    (!has_rule || event_series_put(request, ask, body, looked, &times, writer));
}

bool
event_ask_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	const struct json *body = request_json(request);
	bool wants_look = event_times_are_in(body) || event_series_are_in(body) || json_get(body, "scope") != NULL || json_get(body, "recurrence_id") != NULL;
	struct json_writer writer = {.out = &ret_ask->input};

	if (!check_body(request, ret_ask, body, change_members))
		return false;
	if (wants_look && looked == NULL)
		return look_up_event(request, ret_ask, body);
	json_open_map(&writer, NULL);
	bool is_right = put_id(request, ret_ask, &writer);
	copy_members(&writer, body);
	is_right = is_right && (!wants_look || put_change(request, ret_ask, body, looked, &writer));
	json_close_map(&writer);
	return is_right;
}

bool
event_ask_cancel(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	const struct json *body = request_json(request);
	struct json_writer writer = {.out = &ret_ask->input};

	if (body != NULL && (!ask_knows(request, ret_ask, body, "", act_members) || !event_series_check_scope(request, ret_ask, body)))
		return false;
	bool wants_look = body != NULL && json_get(body, "scope") != NULL;
	if (wants_look && looked == NULL)
		return look_up_event(request, ret_ask, body);
	json_open_map(&writer, NULL);
	bool is_right = put_id(request, ret_ask, &writer);
	json_put_bool(&writer, "dry_run", request_is_dry_run(request));
	if (wants_look && (db_count(looked) == 0 || db_is_true(looked, 0, "repeats")))
		is_right = is_right && event_series_put_cancel(request, ret_ask, body, looked, &writer);
	json_close_map(&writer);
	return is_right;
}

bool
event_ask_one(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const names[] = {"recurrence_id", NULL};
	const char *date = http_parameter(request, "recurrence_id");
	struct json_writer writer = {.out = &ret_ask->input};
	int64_t local;
	bool is_local;

	(void)looked;
	if (!ask_knows_parameters(request, ret_ask, names))
		return false;
	if (date != NULL && (!when_parse(date, &local, &is_local) || !is_local))
		return ask_refuse(request, ret_ask, 422, "malformed-time", "recurrence_id", "„recurrence_id“ ist der Name eines Termins, zum Beispiel 2026-11-23T09:00:00.",
		    "\"recurrence_id\" is the name of a date, such as 2026-11-23T09:00:00.");
	json_open_map(&writer, NULL);
	bool is_right = put_id(request, ret_ask, &writer);
	json_put_text(&writer, "recurrence_id", date);
	json_close_map(&writer);
	return is_right;
}

/* ---- the list ---- */

/* What the last page ended with: its start and its number, with a comma between. */
static bool
put_after(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	const char *text = http_parameter(request, "after");
	const char *comma = text != NULL ? strchr(text, ',') : NULL;
	char instant_text[WHEN_TEXT_SIZE];
	int64_t instant, id;
	bool is_local = true;

	if (text == NULL)
		return true;
	if (comma == NULL || !when_parse(arena_copy(http_arena(request), text, (size_t)(comma - text)), &instant, &is_local) || is_local ||
	    !str_number(comma + 1, 0, INT64_MAX, &id))
		return ask_refuse(request, ask, 422, "malformed-value", "after", "„%s“ kommt von keiner Seite: „after“ ist „next“ der vorigen Antwort.",
		    "\"%s\" is from no page: \"after\" is \"next\" of the answer before.", text);
	when_print(instant, instant_text);
	json_put_text(writer, "after_start", instant_text);
	json_put_integer(writer, "after_id", id);
	return true;
}

static bool
put_limit(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	const char *text = http_parameter(request, "limit");
	int64_t limit;

	if (text == NULL)
		return true;
	if (!str_number(text, 1, PAGE_MAX, &limit))
		return ask_refuse(request, ask, 422, "malformed-value", "limit", "„limit“ ist eine Zahl von 1 bis %d.", "\"limit\" is a number from 1 to %d.", PAGE_MAX);
	json_put_integer(writer, "limit", limit);
	return true;
}

/* Days and wall clock times are those of the hub; over all hubs, which are all in Germany, those of Berlin. */
static const struct zone *
list_zone(const struct db_rows *looked)
{
	const char *id = looked != NULL && db_count(looked) > 0 ? db_text(looked, 0, "zone") : NULL;
	const struct zone *zone = id != NULL ? zone_find(id) : NULL;

	if (zone == NULL)
		zone = zone_find("Europe/Berlin");
	return zone != NULL ? zone : zone_utc();
}

static bool
put_event(struct http_request *request, struct ask *ask, struct json_writer *writer)
{
	const char *text = http_parameter(request, "event");
	int64_t id;

	if (text == NULL)
		return true;
	if (!str_number(text, 1, INT64_MAX, &id))
		return ask_refuse(request, ask, 422, "malformed-value", "event", "„event“ ist die Nummer einer Veranstaltung.", "\"event\" is the number of an event.");
	json_put_integer(writer, "event", id);
	return true;
}

static bool
ask_page(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask, const char *const *names)
{
	const char *hub = http_parameter(request, "hub"), *from = http_parameter(request, "from"), *to = http_parameter(request, "to");
	struct json_writer writer = {.out = &ret_ask->input};

	if (!ask_knows_parameters(request, ret_ask, names))
		return false;
	if (looked == NULL && hub != NULL && ((from != NULL && span_is_local(from)) || (to != NULL && span_is_local(to))))
		return look_up_zone(ret_ask, hub, NULL);
	json_open_map(&writer, NULL);
	if (hub != NULL)
		json_put_text(&writer, "hub", hub);
	if (http_parameter(request, "topic") != NULL)
		json_put_text(&writer, "topic", http_parameter(request, "topic"));
	bool is_right = event_times_put_parameter(request, ret_ask, "from", list_zone(looked), &writer) &&
	    event_times_put_parameter(request, ret_ask, "to", list_zone(looked), &writer) && put_after(request, ret_ask, &writer) &&
	    put_limit(request, ret_ask, &writer) && put_event(request, ret_ask, &writer);
	json_close_map(&writer);
	return is_right;
}

bool
event_ask_list(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const names[] = {"hub", "topic", "from", "to", "after", "limit", NULL};

	return ask_page(request, looked, ret_ask, names);
}

bool
event_ask_occurrences(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const names[] = {"hub", "topic", "event", "from", "to", "after", "limit", NULL};

	return ask_page(request, looked, ret_ask, names);
}
