/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See event_series.h. */
#include "programme/event_series.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/event_plan.h"
#include "programme/event_times.h"

bool
event_series_are_in(const struct json *body)
{
	return json_get(body, "rrule") != NULL || json_get(body, "rdates") != NULL || json_get(body, "exdates") != NULL;
}

bool
event_series_check_scope(struct http_request *request, struct ask *ret_ask, const struct json *body)
{
	const char *scope = json_as_text(json_get(body, "scope")), *date = json_as_text(json_get(body, "recurrence_id"));
	const char *choice = json_as_text(json_get(body, "on_conflict"));
	int64_t local;
	bool is_local;

	if (scope != NULL && !str_equal(scope, "this") && !str_equal(scope, "following") && !str_equal(scope, "all"))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "/scope", "„scope“ ist this, following oder all.", "\"scope\" is this, following or all.");
	if (choice != NULL && !str_equal(choice, "refuse") && !str_equal(choice, "leave"))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "/on_conflict",
		    "„on_conflict“ ist refuse (alle Räume oder nichts) oder leave (der Termin bleibt ohne Raum).",
		    "\"on_conflict\" is refuse (all rooms or nothing) or leave (the date stays without a room).");
	if (date != NULL && (!when_parse(date, &local, &is_local) || !is_local))
		return ask_refuse(request, ret_ask, 422, "malformed-time", "/recurrence_id", "„recurrence_id“ ist der Name eines Termins, zum Beispiel 2026-11-23T09:00:00.",
		    "\"recurrence_id\" is the name of a date, such as 2026-11-23T09:00:00.");
	if (date == NULL && (str_equal(scope, "this") || str_equal(scope, "following")))
		return ask_refuse(request, ret_ask, 422, "missing-member", "/recurrence_id", "„recurrence_id“ fehlt: welcher Termin ist gemeint?",
		    "\"recurrence_id\" is missing: which date is meant?");
	return true;
}

/* ---- the plan ---- */

static bool
refuse_plan(struct http_request *request, struct ask *ask, const struct event_plan *plan)
{
	const struct plan_refusal *refusal = &plan->refusal;

	return ask_refuse(request, ask, refusal->status, refusal->problem, refusal->pointer, "%s", "%s", refusal->sentence);
}

/* A list of texts; what is none becomes "" and is refused as a time. */
static const char *const *
read_texts(struct http_request *request, const struct json *list)
{
	const char **texts = arena_take(http_arena(request), (json_size(list) + 1) * sizeof *texts);

	for (size_t i = 0; i < json_size(list); i++)
		texts[i] = json_as_text(json_at(list, i)) == NULL ? "" : json_as_text(json_at(list, i));
	return texts;
}

static struct event_words
read_words(struct http_request *request, const struct json *body, const struct event_times *times)
{
	const struct json *rdates = json_get(body, "rdates"), *exdates = json_get(body, "exdates");

	return (struct event_words){.times = times, .rrule = json_as_text(json_get(body, "rrule")), .has_rdates = rdates != NULL,
	    .rdates = read_texts(request, rdates), .rdate_count = json_size(rdates), .has_exdates = exdates != NULL,
	    .exdates = read_texts(request, exdates), .exdate_count = json_size(exdates), .has_rooms = json_get(body, "resources") != NULL};
}

static struct event_plan
plan_of(struct http_request *request)
{
	return (struct event_plan){.arena = http_arena(request), .is_english = str_equal(request_language(request), "en"), .present = when_now()};
}

/* What is stored of a series and of the date that was named. */
static bool
read_looked(struct http_request *request, struct ask *ask, const struct db_rows *looked, struct event_plan *ret_plan)
{
	*ret_plan = plan_of(request);
	if (db_count(looked) == 0)
		return ask_refuse(request, ask, 404, "not-found", NULL, "Diese Veranstaltung oder diesen Termin gibt es nicht.", "There is no such event or date.");
	struct event_row row = {.series = {.zone = db_text(looked, 0, "zone"), .series_start = db_text(looked, 0, "series_start"),
	        .rrule = db_text(looked, 0, "rrule"), .rdates = db_text(looked, 0, "rdates"), .exdates = db_text(looked, 0, "exdates"),
	        .is_all_day = db_is_true(looked, 0, "series_is_all_day"), .days = db_number(looked, 0, "days"), .seconds = db_number(looked, 0, "seconds")},
	    .present = db_text(looked, 0, "present"), .revision = db_text(looked, 0, "revision"), .recurrence_id = db_text(looked, 0, "recurrence_id"),
	    .local_starts = db_text(looked, 0, "local_starts")};
	return event_plan_read_row(ret_plan, &row) || refuse_plan(request, ask, ret_plan);
}

bool
event_series_put(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    const struct event_times *times, struct json_writer *writer)
{
	struct event_plan plan = plan_of(request);
	struct event_words words = read_words(request, body, times);
	bool is_local;

	when_parse(db_text(looked, 0, "present"), &plan.present, &is_local);
	return event_plan_new(&plan, &words, writer) || refuse_plan(request, ret_ask, &plan);
}

bool
event_series_put_change(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    struct json_writer *writer)
{
	struct event_plan plan;
	struct event_times times;
	bool has_times = event_times_are_in(body);
	enum plan_scope scope;

	if (!read_looked(request, ret_ask, looked, &plan))
		return false;
	if (!plan_scope_read(json_as_text(json_get(body, "scope")), &scope))
		return true; /* SQL says what is missing */
	if (has_times && !event_times_read_change(request, ret_ask, body, looked, &times))
		return false;
	struct event_words words = read_words(request, body, has_times ? &times : NULL);
	if (!event_plan_change(&plan, scope, &words, writer))
		return refuse_plan(request, ret_ask, &plan);
	return scope != PLAN_THIS || !has_times || event_times_write(request, ret_ask, &times, writer);
}

bool
event_series_put_cancel(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    struct json_writer *writer)
{
	struct event_plan plan;
	enum plan_scope scope;

	if (!read_looked(request, ret_ask, looked, &plan))
		return false;
	if (!plan_scope_read(json_as_text(json_get(body, "scope")), &scope))
		return true;
	return event_plan_cancel(&plan, scope, writer) || refuse_plan(request, ret_ask, &plan);
}
