/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/series_form.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/plan.h"
#include "page/page.h"
#include "page/parts.h"

enum { DAY = 86400, TIMES_MAX = 500 };

static const char weekdays[] = "MOTUWETHFRSASU";

/* What the form offers, and the rule that it means; "month" depends on the day. */
static const struct {
	const char *name, *rule;
} repeats[] = {{"daily", "FREQ=DAILY"}, {"weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}, {"weekly", "FREQ=WEEKLY"},
  {"fortnight", "FREQ=WEEKLY;INTERVAL=2"}, {"month", "FREQ=MONTHLY"}};
enum { REPEATS = sizeof repeats / sizeof repeats[0] };

static const struct {
	const char *state, *badge;
} badges[] = {{"free", "badge-good"}, {"booked", "badge-good"}, {"substituted", "badge-good"}, {"moved", "badge-good"}, {"added", "badge-good"},
  {"changed", "badge-good"}, {"conflict", "badge-bad"}, {"rule", "badge-bad"}, {"removed", "badge-bad"}, {"skipped", "badge-warn"},
  {"queued", "badge-warn"}, {"stays", "badge-warn"}, {"kept", ""}};

static const char *
field(const struct http_request *request, const char *name)
{
	const char *value = request_form(request, name);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* ---- a rule from fields ---- */

/* "the second Tuesday": of a day whose month has a fifth one, the last. */
static const char *
month_rule(struct arena *arena, int64_t days)
{
	int year, month, day;
	when_from_days(days, &year, &month, &day);
	int nth = (day - 1) / 7 + 1;
	return arena_print(arena, "FREQ=MONTHLY;BYDAY=%d%.2s", nth > 4 ? -1 : nth, weekdays + (size_t)when_weekday(days) * 2);
}

static bool
refuse_field(struct http_request *request, struct ask *ask, const char *name)
{
	return ask_refuse(request, ask, 422, "malformed-value", name, "„%s“ ist so nicht möglich: wie oft als Zahl von 1 bis %d, der letzte Tag als 2026-12-31.",
	    "\"%s\" cannot be so: how often is a number from 1 to %d, the last day as 2026-12-31.", name, TIMES_MAX);
}

/* Where both are given the last day counts: people fill in the one and leave the other as it stood. The field that is wrong, or NULL. */
static const char *
read_end(struct http_request *request, const char **rule)
{
	const char *times = field(request, "times"), *until = field(request, "until");
	int64_t number, days;
	if (until != NULL) {
		int year, month, day;
		if (!when_parse_date(until, &days))
			return "until";
		when_from_days(days, &year, &month, &day);
		*rule = arena_print(http_arena(request), "%s;UNTIL=%04d%02d%02d", *rule, year, month, day);
	} else if (times != NULL) {
		if (!str_number(times, 1, TIMES_MAX, &number))
			return "times";
		*rule = arena_print(http_arena(request), "%s;COUNT=%s", *rule, times);
	}
	return NULL;
}

bool
series_form_read_rule(struct http_request *request, int64_t first_day, const char **ret_rule, const char **ret_fault)
{
	const char *repeat = field(request, "repeat"), *rule = NULL;
	for (size_t i = 0; i < REPEATS; i++)
		if (str_equal(repeats[i].name, repeat))
			rule = repeats[i].rule;
	if (str_equal(repeat, "month"))
		rule = month_rule(http_arena(request), first_day);
	*ret_fault = rule == NULL ? "repeat" : read_end(request, &rule);
	if (*ret_fault == NULL)
		*ret_rule = rule;
	return *ret_fault == NULL;
}

static bool
read_rule(struct http_request *request, struct ask *ask, int64_t first_day, struct plan_words *words)
{
	const char *fault;
	if (field(request, "repeat") == NULL || series_form_read_rule(request, first_day, &words->rrule, &fault))
		return true;
	return refuse_field(request, ask, fault);
}

bool
series_form_read(struct http_request *request, struct ask *ret_ask, struct plan_words *ret_words)
{
	struct arena *arena = http_arena(request);
	const char *date = field(request, "date"), *from = field(request, "from"), *to = field(request, "to");
	int64_t days;
	*ret_words = (struct plan_words){.date = field(request, "at")};
	if (date == NULL || from == NULL || to == NULL || !when_parse_date(date, &days))
		return ask_refuse(request, ret_ask, 422, "malformed-time", "date", "Tag, Beginn und Ende fehlen oder sind unlesbar; richtig ist 2026-11-23, 14:00 und 16:00.",
		    "Day, start and end are missing or unreadable; right is 2026-11-23, 14:00 and 16:00.");
	ret_words->start = arena_print(arena, "%sT%s", date, from);
	ret_words->end = arena_print(arena, "%sT%s", strcmp(to, from) > 0 ? date : parts_date(arena, (days + 1) * DAY), to);
	return read_rule(request, ret_ask, days, ret_words);
}

bool
series_form_refuse(struct http_request *request, struct ask *ret_ask, const struct plan *plan)
{
	const struct plan_refusal *refusal = &plan->refusal;
	return ask_refuse(request, ret_ask, refusal->status, refusal->problem, refusal->pointer, "%s", "%s", refusal->sentence);
}

bool
series_form_looked(struct http_request *request, struct ask *ret_ask, const struct db_rows *looked, struct plan *ret_plan)
{
	struct plan_row row = {0};
	*ret_plan = (struct plan){.arena = http_arena(request), .is_english = page_is_english(request)};
	if (db_count(looked) > 0)
		row = (struct plan_row){.zone = db_text(looked, 0, "zone"), .present = db_text(looked, 0, "present"), .revision = db_text(looked, 0, "revision"),
			.local_start = db_text(looked, 0, "local_start"), .length = db_text(looked, 0, "length"), .is_elapsed = db_text(looked, 0, "is_elapsed"),
			.rrule = db_text(looked, 0, "rrule"), .rdates = db_text(looked, 0, "rdates"), .exdates = db_text(looked, 0, "exdates")};
	return plan_read_row(ret_plan, &row) || series_form_refuse(request, ret_ask, ret_plan);
}

/* ---- fields ---- */

void
series_form_put_repeats(struct http_request *request, struct json_writer *writer, const char *chosen)
{
	json_open_list(writer, "repeats");
	for (size_t i = 0; i < REPEATS; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "value", repeats[i].name);
		json_put_text(writer, "text", page_text(request, arena_print(http_arena(request), "series.repeat.%s", repeats[i].name)));
		json_put_bool(writer, "is_chosen", str_equal(chosen, repeats[i].name));
		json_close_map(writer);
	}
	json_close_list(writer);
}

void
series_form_put_fields(struct http_request *request, struct json_writer *writer)
{
	static const char *const names[] = {"resource", "name", "size", "count", "date", "from", "to", "repeat", "times", "until", "note", "at", "scope"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		json_put_text(writer, names[i], field(request, names[i]));
	json_put_text(writer, "title_text", field(request, "title"));
	series_form_put_repeats(request, writer, field(request, "repeat"));
}

/* ---- in words ---- */

static const char *
part_of(struct arena *arena, const char *rrule, const char *name)
{
	const char *at = strstr(rrule, name);
	return at == NULL ? NULL : arena_print(arena, "%.*s", (int)strcspn(at + strlen(name), ";"), at + strlen(name));
}

/* The rule without its end, as the form means it; NULL: it is another. */
static const char *
repeat_of(struct arena *arena, const char *rrule)
{
	struct str bare = {0};
	const char *name = NULL;
	for (const char *part = rrule; *part != '\0';) {
		size_t length = strcspn(part, ";");
		if (strncmp(part, "COUNT=", 6) != 0 && strncmp(part, "UNTIL=", 6) != 0)
			str_print(&bare, "%s%.*s", bare.length > 0 ? ";" : "", (int)length, part);
		part += length + (part[length] == ';');
	}
	for (size_t i = 0; i < REPEATS; i++)
		if (str_equal(repeats[i].rule, str_text(&bare)))
			name = repeats[i].name;
	if (name == NULL && str_starts(str_text(&bare), "FREQ=MONTHLY;BYDAY="))
		name = "month";
	/* One weekday, that of the start. */
	if (name == NULL && str_starts(str_text(&bare), "FREQ=WEEKLY;BYDAY=") && bare.length == strlen("FREQ=WEEKLY;BYDAY=MO"))
		name = "weekly";
	str_free(&bare);
	return name == NULL ? NULL : arena_text(arena, name);
}

const char *
series_form_rule(struct http_request *request, const char *rrule, const char *zone)
{
	struct arena *arena = http_arena(request);
	struct dates dates = {.arena = arena, .is_english = page_is_english(request)};
	const char *repeat = repeat_of(arena, rrule), *count = part_of(arena, rrule, "COUNT="), *until = part_of(arena, rrule, "UNTIL=");
	int64_t at;
	bool is_day, is_utc;
	if (*rrule == '\0')
		return page_text(request, "series.listed");
	const char *words = repeat == NULL ? rrule : page_text(request, arena_print(arena, "series.repeat.%s", repeat));
	if (repeat == NULL)
		return words;
	if (count != NULL)
		return page_say(request, "series.so_often", "rule", words, "times", count, NULL);
	if (until != NULL && repeat_read_time(until, &at, &is_day, &is_utc))
		return page_say(request, "series.until_day", "rule", words, "day", dates_date(&dates, is_utc ? dates_local(zone, at) : at), NULL);
	return words;
}

static const char *
badge_of(const char *state)
{
	for (size_t i = 0; i < sizeof badges / sizeof badges[0]; i++)
		if (str_equal(badges[i].state, state))
			return badges[i].badge;
	return "";
}

/* What is in the way, as far as it was told. */
static const char *
why_of(struct http_request *request, const struct json *date)
{
	const char *reason = json_as_text(json_get(date, "reason")), *title = json_as_text(json_get(json_at(json_get(date, "conflicts"), 0), "title"));
	if (title != NULL && *title != '\0')
		return title;
	if (reason == NULL)
		return NULL;
	const char *name = arena_print(http_arena(request), "series.reason.%s", reason), *text = page_text(request, name);
	return text == name ? NULL : text;
}

static void
put_date(struct http_request *request, struct json_writer *writer, const struct json *date, const char *zone)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	const char *state = json_as_text(json_get(date, "state")), *note = json_as_text(json_get(date, "note")), *was = json_as_text(json_get(date, "was"));
	const struct json *substitute = json_get(date, "substitute");
	int64_t start = dates_local(zone, dates_read(json_as_text(json_get(date, "start")))), end = dates_local(zone, dates_read(json_as_text(json_get(date, "end"))));
	json_open_map(writer, NULL);
	json_put_value(writer, "starts", json_get(date, "start"));
	json_put_value(writer, "date", json_get(date, "date"));
	json_put_text(writer, "day", dates_date(&dates, start));
	json_put_text(writer, "times", dates_times(&dates, start, end));
	json_put_text(writer, "state", page_text(request, arena_print(dates.arena, "series.state.%s", state == NULL ? "kept" : state)));
	json_put_text(writer, "badge", badge_of(state));
	json_put_text(writer, "why", why_of(request, date));
	json_put_text(writer, "note", note == NULL ? NULL : page_text(request, arena_print(dates.arena, "series.note.%s", note)));
	json_put_text(writer, "was", str_equal(state, "moved") && was != NULL ? page_say(request, "series.was", "when", dates_date(&dates, dates_read(was)), "time", dates_time(&dates, dates_read(was)), NULL) : NULL);
	json_put_text(writer, "substitute", str_equal(json_as_text(json_get(substitute, "kind")), "other-resource") ? json_as_text(json_get(substitute, "name")) : NULL);
	if (json_get(date, "booking") != NULL)
		json_put_text(writer, "booking", arena_print(dates.arena, "%lld", (long long)json_as_integer(json_get(date, "booking"))));
	json_close_map(writer);
}

void
series_form_put_dates(struct http_request *request, struct json_writer *writer, const struct json *dates, const char *zone)
{
	json_open_list(writer, "dates");
	for (size_t i = 0; i < json_size(dates); i++)
		put_date(request, writer, json_at(dates, i), zone);
	json_close_list(writer);
}
