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
#include "ical/expand.h"
#include "ical/recur.h"
#include "ical/repeat.h"
#include "ical/span.h"
#include "programme/event_times.h"

enum { DAY = 86400, DATES_MAX = 1000 };

/* A change on its way: what is stored, from which date on it counts, what it shall be. */
struct series_change {
	struct http_request *request;
	struct ask *ask;
	const struct json *body;
	const struct db_rows *looked;
	struct json_writer *writer;
	struct recur_series stored, wanted;
	int64_t present, named, from; /* named, from: local; from INT64_MIN: the whole series */
	int64_t shift;
};

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

/* ---- the words ---- */

/* A list of moments on the clocks of the series; a day means that day's date. */
static bool
read_dates(struct http_request *request, struct ask *ask, const struct json *body, const char *name, const struct recur_series *series,
    const struct repeat_date **ret_list, size_t *ret_count)
{
	const struct json *list = json_get(body, name);
	struct repeat_date *dates = arena_take(http_arena(request), (json_size(list) + 1) * sizeof *dates);
	int64_t instant, time = series->is_all_day ? 0 : ((series->local_start % DAY) + DAY) % DAY, day;
	enum zone_fit fit;

	for (size_t i = 0; i < json_size(list); i++) {
		const char *text = json_as_text(json_at(list, i));
		if (text == NULL || !span_read_moment(text, series->zone, &instant, &dates[i].at, &fit))
			return ask_refuse(request, ask, 422, "malformed-time", arena_print(http_arena(request), "/%s/%zu", name, i),
			    "Das ist kein Termin; richtig ist 2026-11-23 oder 2026-11-23T09:00.", "This is no date; right is 2026-11-23 or 2026-11-23T09:00.");
		if (when_parse_date(text, &day))
			dates[i].at = day * DAY + time;
		else if (series->is_all_day)
			dates[i].at -= ((dates[i].at % DAY) + DAY) % DAY;
	}
	*ret_list = dates;
	*ret_count = json_size(list);
	return true;
}

static bool
refuse_rule(struct http_request *request, struct ask *ask, const char *text)
{
	return ask_refuse(request, ask, 422, "malformed-rule", "/rrule", "Die Wiederholung ist so nicht möglich: %s", "The rule cannot be followed: %s", text);
}

/* Why there is no list of dates, as a problem. */
static bool
refuse_dates(struct http_request *request, struct ask *ask, const struct recur_dates *dates)
{
	if (str_equal(dates->code, "too-many"))
		return ask_refuse(request, ask, 422, "too-many-dates", "/rrule", "Eine Serie hat höchstens %d Termine.", "A series has %d dates at most.", DATES_MAX);
	if (str_equal(dates->code, "too-expensive"))
		return ask_refuse(request, ask, 422, "too-expensive", "/rrule", "Die Regel nennt so gut wie nie einen Termin.", "The rule names hardly ever a date.");
	return refuse_rule(request, ask, dates->problem);
}

/* The body's rule as hubd writes it; what it does not say stays as it is. */
static bool
read_rule(struct http_request *request, struct ask *ask, const struct json *body, struct recur_series *series)
{
	const char *rrule = json_as_text(json_get(body, "rrule"));
	struct repeat_words words = {.zone = series->zone, .local_start = series->local_start, .is_all_day = series->is_all_day, .keeps_start = true};
	struct repeat_fault fault;
	struct str text = {0};

	if (rrule != NULL && *rrule != '\0') {
		words.rrule = rrule;
		bool is_right = repeat_print_rule(http_arena(request), &words, &text, &fault);
		series->rrule = is_right ? arena_copy(http_arena(request), str_text(&text), text.length) : NULL;
		str_free(&text);
		if (!is_right)
			return refuse_rule(request, ask, fault.text);
	}
	if (json_get(body, "rdates") != NULL && !read_dates(request, ask, body, "rdates", series, &series->rdates, &series->rdate_count))
		return false;
	if (json_get(body, "exdates") != NULL && !read_dates(request, ask, body, "exdates", series, &series->exdates, &series->exdate_count))
		return false;
	if (series->rrule == NULL && series->rdate_count == 0)
		return ask_refuse(request, ask, 422, "missing-member", "/rrule", "Eine Serie braucht „rrule“ oder „rdates“.", "A series needs \"rrule\" or \"rdates\".");
	return true;
}

/* The calendar's days and the time beyond them, as the span shows it on the clock. */
static void
set_length(struct recur_series *series, const struct event_times *times)
{
	int64_t local = times->span.local_end - times->span.local_start;

	series->days = times->is_all_day || local >= DAY ? local / DAY : 0;
	series->seconds = times->is_all_day ? 0 : series->days > 0 ? local - series->days * DAY : times->span.end - times->span.start;
}

static int64_t
read_present(const struct db_rows *looked)
{
	int64_t present = when_now();
	bool is_local;

	when_parse(db_text(looked, 0, "present"), &present, &is_local);
	return present;
}

static bool
put_series(struct http_request *request, struct ask *ask, const struct recur_series *series, int64_t present, struct json_writer *writer)
{
	struct recur_dates dates;
	int64_t horizon = recur_horizon(series, present);

	if (!recur_expand(http_arena(request), series, INT64_MIN, horizon, RECUR_DATES, &dates))
		return refuse_dates(request, ask, &dates);
	if (dates.count == 0)
		return ask_refuse(request, ask, 422, "no-dates", "/rrule", "Die Regel nennt keinen einzigen Termin.", "The rule names not a single date.");
	if (dates.count > DATES_MAX && series->local_start > present - DAY)
		return ask_refuse(request, ask, 422, "too-many-dates", "/rrule", "Eine Serie hat höchstens %d Termine.", "A series has %d dates at most.", DATES_MAX);
	recur_put_rule(writer, "series", series);
	recur_put_dates(writer, "occurrences", &dates);
	if (dates.goes_on) {
		char text[WHEN_TEXT_SIZE];
		when_print(horizon, text);
		json_put_text(writer, "extended_to", text);
	}
	return true;
}

bool
event_series_put(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    const struct event_times *times, struct json_writer *writer)
{
	struct recur_series series = {.zone = times->zone, .is_all_day = times->is_all_day, .local_start = times->span.local_start};

	set_length(&series, times);
	return read_rule(request, ret_ask, body, &series) && put_series(request, ret_ask, &series, read_present(looked), writer);
}

/* ---- changes ---- */

static void
put_local(struct json_writer *writer, const char *name, int64_t local)
{
	char text[WHEN_TEXT_SIZE];

	when_print(local, text);
	text[strlen(text) - 1] = '\0';
	json_put_text(writer, name, text);
}

static bool
read_stored(struct series_change *change)
{
	const struct db_rows *looked = change->looked;
	struct recur_row row = {.zone = db_text(looked, 0, "zone"), .series_start = db_text(looked, 0, "series_start"), .rrule = db_text(looked, 0, "rrule"),
	    .rdates = db_text(looked, 0, "rdates"), .exdates = db_text(looked, 0, "exdates"), .is_all_day = db_is_true(looked, 0, "is_all_day"),
	    .days = db_number(looked, 0, "days"), .seconds = db_number(looked, 0, "seconds")};
	bool is_local;

	change->present = read_present(looked);
	return recur_read_row(http_arena(change->request), &row, &change->stored) && when_parse(db_text(looked, 0, "recurrence_id"), &change->named, &is_local);
}

static int64_t
instant_of(const struct recur_series *series, int64_t local)
{
	return zone_to_utc(series->zone, local, NULL);
}

/* The dates of a list on one side of a moment, moved. */
static const struct repeat_date *
part_of(struct arena *arena, const struct repeat_date *dates, size_t *count, int64_t moment, bool is_rest, int64_t shift)
{
	struct repeat_date *list = arena_take(arena, (*count + 1) * sizeof *list);
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		if ((dates[i].at >= moment) == is_rest) {
			list[kept] = dates[i];
			list[kept].at += shift;
			list[kept++].end_utc += shift;
		}
	*count = kept;
	return list;
}

/* What stays of the series before a date. */
static struct recur_series
earlier_part(struct arena *arena, const struct recur_series *series, int64_t from)
{
	struct recur_series part = *series;

	part.rdates = part_of(arena, part.rdates, &part.rdate_count, from, false, 0);
	part.exdates = part_of(arena, part.exdates, &part.exdate_count, from, false, 0);
	if (part.rrule != NULL)
		part.rrule = recur_rule_until(arena, part.rrule, part.is_all_day, part.is_all_day ? from - DAY : instant_of(series, from) - 1);
	return part;
}

static int64_t
count_before(struct arena *arena, const struct recur_series *series, int64_t from)
{
	struct recur_series rule = {.zone = series->zone, .is_all_day = series->is_all_day, .local_start = series->local_start, .rrule = series->rrule};
	struct recur_dates dates;
	int64_t count = 0;

	if (!recur_expand(arena, &rule, INT64_MIN, instant_of(series, from), RECUR_DATES, &dates))
		return 0;
	for (size_t i = 0; i < dates.count; i++)
		count += dates.list[i].recurrence < from;
	return count;
}

/* The rule of the part that is changed: from its first date on, moved. */
static void
move_rule(struct series_change *change, const struct event_times *times)
{
	struct arena *arena = http_arena(change->request);
	struct recur_series *wanted = &change->wanted;
	int64_t first = change->from == INT64_MIN ? change->stored.local_start : change->from;

	*wanted = change->stored;
	wanted->local_start = first + change->shift;
	if (times != NULL) {
		wanted->zone = times->zone;
		wanted->is_all_day = times->is_all_day;
		set_length(wanted, times);
	}
	wanted->rdates = part_of(arena, wanted->rdates, &wanted->rdate_count, first, true, change->shift);
	wanted->exdates = part_of(arena, wanted->exdates, &wanted->exdate_count, first, true, change->shift);
	if (wanted->rrule == NULL)
		return;
	if (change->from != INT64_MIN)
		wanted->rrule = expand_rule_less(arena, wanted->rrule, count_before(arena, &change->stored, first));
	wanted->rrule = expand_rule_moved(arena, wanted->rrule, wanted->zone, first, wanted->local_start);
}

/* The first date that has not begun; INT64_MIN: none has, or all have. */
static int64_t
first_to_come(const struct series_change *change)
{
	struct recur_dates dates;

	if (!recur_expand(http_arena(change->request), &change->stored, INT64_MIN, recur_horizon(&change->stored, change->present), RECUR_DATES, &dates))
		return INT64_MIN;
	for (size_t i = 0; i < dates.count; i++)
		if (dates.list[i].start > change->present)
			return i == 0 ? INT64_MIN : dates.list[i].recurrence;
	return INT64_MIN;
}

/* When the date that is named begins now, on the clock: it may have been moved. */
static int64_t
named_start(const struct db_rows *looked)
{
	int64_t local = 0;
	bool is_local;

	when_parse(db_text(looked, 0, "local_starts"), &local, &is_local);
	return local;
}

static void
put_scope(struct series_change *change, const char *scope, bool has_date, int64_t date)
{
	json_put_text(change->writer, "scope", scope);
	json_put_text(change->writer, "looked", db_text(change->looked, 0, "revision"));
	if (has_date)
		put_local(change->writer, "recurrence_id", date);
}

/* One date: its times, as far as the body says any. */
static bool
put_date_change(struct series_change *change)
{
	struct event_times times;

	if (event_series_are_in(change->body))
		return ask_refuse(change->request, change->ask, 422, "malformed-value", "/scope", "Ein einzelner Termin hat keine eigene Wiederholung: „scope“ following oder all.",
		    "One date has no rule of its own: \"scope\" following or all.");
	put_scope(change, "this", true, change->named);
	if (!event_times_are_in(change->body))
		return true;
	return event_times_read_change(change->request, change->ask, change->body, change->looked, &times) &&
	    event_times_write(change->request, change->ask, &times, change->writer);
}

/* The whole series, or what follows from a date on. */
static bool
put_series_change(struct series_change *change, bool is_all)
{
	struct event_times times;
	bool has_times = event_times_are_in(change->body), has_rooms = json_get(change->body, "resources") != NULL;
	bool touches_dates = has_times || event_series_are_in(change->body);

	change->from = is_all ? INT64_MIN : change->named;
	if (is_all && (touches_dates || has_rooms))
		change->from = first_to_come(change);
	if (change->from == change->stored.local_start)
		change->from = INT64_MIN;
	if (has_times) {
		if (!event_times_read_change(change->request, change->ask, change->body, change->looked, &times))
			return false;
		change->shift = times.span.local_start - named_start(change->looked);
	}
	if (change->from == INT64_MIN)
		put_scope(change, "all", false, 0);
	else
		put_scope(change, "following", true, change->from);
	if (change->from == INT64_MIN && !touches_dates)
		return true;
	move_rule(change, has_times ? &times : NULL);
	if (!read_rule(change->request, change->ask, change->body, &change->wanted))
		return false;
	if (change->from != INT64_MIN) {
		struct recur_series old = earlier_part(http_arena(change->request), &change->stored, change->from);
		recur_put_rule(change->writer, "old_series", &old);
	}
	json_put_integer(change->writer, "shift", change->shift);
	if (has_times) {
		json_put_text(change->writer, "zone", zone_id(change->wanted.zone));
		json_put_bool(change->writer, "is_all_day", change->wanted.is_all_day);
	}
	return put_series(change->request, change->ask, &change->wanted, change->present, change->writer);
}

static bool
begin(struct series_change *change)
{
	if (db_count(change->looked) == 0)
		return ask_refuse(change->request, change->ask, 404, "not-found", NULL, "Diese Veranstaltung oder diesen Termin gibt es nicht.",
		    "There is no such event or date.");
	if (!read_stored(change))
		return ask_refuse(change->request, change->ask, 422, "malformed-time", NULL, "Die Zeitzone der Serie ist hier nicht bekannt.", "The series' time zone is not known here.");
	return true;
}

bool
event_series_put_change(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    struct json_writer *writer)
{
	struct series_change change = {.request = request, .ask = ret_ask, .body = body, .looked = looked, .writer = writer};
	const char *scope = json_as_text(json_get(body, "scope"));

	if (!begin(&change))
		return false;
	if (scope == NULL)
		return true; /* SQL says what is missing */
	return str_equal(scope, "this") ? put_date_change(&change) : put_series_change(&change, str_equal(scope, "all"));
}

bool
event_series_put_cancel(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    struct json_writer *writer)
{
	struct series_change change = {.request = request, .ask = ret_ask, .body = body, .looked = looked, .writer = writer};
	const char *scope = json_as_text(json_get(body, "scope"));

	if (!begin(&change))
		return false;
	if (scope == NULL)
		return true;
	bool is_whole = str_equal(scope, "all") || (str_equal(scope, "following") && change.named <= change.stored.local_start);
	put_scope(&change, is_whole ? "all" : scope, !is_whole, change.named);
	if (str_equal(scope, "following") && !is_whole) {
		struct recur_series old = earlier_part(http_arena(request), &change.stored, change.named);
		recur_put_rule(writer, "old_series", &old);
	}
	return true;
}
