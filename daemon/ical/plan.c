/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/span.h"

enum { DAY = 86400, LISTED_MAX = 500 };

static const char *const scopes[] = {[PLAN_THIS] = "this", [PLAN_FOLLOWING] = "following", [PLAN_ALL] = "all"};

/* ---- refusing ---- */

/* Always false. Both formats take the same arguments. */
static bool __attribute__((format(printf, 5, 7))) __attribute__((format(printf, 6, 7)))
refuse(struct plan *plan, int status, const char *problem, const char *pointer, const char *de, const char *en, ...)
{
	char text[1000];
	va_list arguments;
	va_start(arguments, en);
	vsnprintf(text, sizeof text, plan->is_english ? en : de, arguments);
	va_end(arguments);
	plan->refusal = (struct plan_refusal){.status = status, .problem = problem, .pointer = pointer, .sentence = arena_text(plan->arena, text)};
	return false;
}

static bool
refuse_time(struct plan *plan, const char *pointer, const char *text)
{
	if (span_has_fraction(text))
		return refuse(plan, 422, "malformed-time", pointer, "„%s“ hat Bruchteile einer Sekunde; Zeiten sind hier ganze Sekunden.",
		    "\"%s\" has a fraction of a second; times are whole seconds here.", text);
	return refuse(plan, 422, "malformed-time", pointer, "„%s“ ist keine Zeit; richtig ist 2026-11-23T09:00 (Uhr des Ortes) oder mit Z oder +01:00.",
	    "\"%s\" is no time; right is 2026-11-23T09:00 (the site's clock), or with Z or +01:00.", text);
}

static bool
refuse_span(struct plan *plan, enum span_fault fault, const struct span_words *words)
{
	switch (fault) {
	case SPAN_BAD_START: return refuse_time(plan, "/start", words->start);
	case SPAN_BAD_END: return refuse_time(plan, "/end", words->end);
	case SPAN_BAD_DURATION:
		return refuse(plan, 422, "malformed-time", "/duration", "„%s“ ist keine Dauer; richtig ist PT2H, PT90M oder P1D.",
		    "\"%s\" is no duration; right is PT2H, PT90M or P1D.", words->duration);
	case SPAN_NO_END: return refuse(plan, 422, "missing-member", "/end", "Zu „start“ gehört „end“ oder „duration“.", "\"start\" needs \"end\" or \"duration\".");
	case SPAN_TWO_ENDS:
		return refuse(plan, 422, "malformed-time", "/duration", "„end“ und „duration“ zugleich: eines muss weg.",
		    "\"end\" and \"duration\" at once: one of them must go.");
	case SPAN_IS_SKIPPED:
		return refuse(plan, 422, "wrong-time", "/start", "„%s“ gibt es an dem Tag nicht: die Uhren springen darüber (Beginn der Sommerzeit).",
		    "No clock shows \"%s\": it is skipped when daylight saving time begins.", words->start);
	default:
		return refuse(plan, 422, "wrong-time", words->end != NULL ? "/end" : "/duration", "Das Ende liegt nicht nach dem Anfang.", "The end is not after the start.");
	}
}

static bool
refuse_out_of_step(struct plan *plan, const struct expansion *found)
{
	char first[WHEN_TEXT_SIZE];
	if (!found->has_first)
		return refuse(plan, 422, "no-dates", "/rrule", "Diese Regel nennt keinen einzigen Termin.", "This rule names not a single date.");
	when_print(found->first, first);
	first[16] = '\0';
	return refuse(plan, 422, "out-of-step", "/start", "Der Beginn ist kein Termin der Regel; der erste, den sie nennt, ist %s: bitte den Beginn oder die Regel ändern.",
	    "The start is no date of the rule; the first that it names is %s: please change the start or the rule.", first);
}

static bool
refuse_expansion(struct plan *plan, enum expand_fault fault, const struct expansion *found, const char *rrule)
{
	switch (fault) {
	case EXPAND_BAD_RULE:
		return refuse(plan, 422, "malformed-rule", "/rrule", "„%s“ ist keine Regel nach RFC 5545 3.3.10 (%s). %s", "\"%s\" is no rule of RFC 5545 3.3.10 (%s). %s", rrule,
		    found->fault.code, found->fault.text);
	case EXPAND_TOO_OFTEN:
		return refuse(plan, 422, "too-often", "/rrule", "Gebucht wird höchstens täglich: richtig ist FREQ=DAILY, WEEKLY, MONTHLY oder YEARLY.",
		    "What books recurs daily at most: right is FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.");
	case EXPAND_TOO_MANY:
		return refuse(plan, 422, "too-many-dates", "/rrule", "Das sind mehr als %d Termine in %d Tagen: bitte seltener wiederholen oder früher enden lassen.",
		    "These are more than %d dates in %d days: please repeat less often or end earlier.", EXPAND_MAX, EXPAND_HORIZON);
	case EXPAND_TOO_EXPENSIVE:
		return refuse(plan, 422, "too-expensive", "/rrule", "Diese Regel nennt so gut wie nie einen Termin; sie zu Ende zu rechnen dauert zu lange.",
		    "This rule names hardly ever a date; to work it out takes too long.");
	default: return refuse_out_of_step(plan, found);
	}
}

/* ---- reading ---- */

bool
plan_scope_read(const char *name, enum plan_scope *ret_scope)
{
	for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
		if (str_equal(scopes[i], name)) {
			*ret_scope = (enum plan_scope)i;
			return true;
		}
	return false;
}

static int64_t
read_local(const char *text)
{
	int64_t local = 0;
	bool is_local;
	return text != NULL && when_parse(text, &local, &is_local) ? local : 0;
}

/* A JSON list of wall clock times, as SQL wrote it. */
static const int64_t *
read_locals(struct plan *plan, const char *text, size_t *ret_count)
{
	const char *error;
	const struct json *list = text == NULL ? NULL : json_read(plan->arena, text, strlen(text), &error);
	int64_t *locals = arena_take(plan->arena, (json_size(list) + 1) * sizeof *locals);
	*ret_count = json_size(list);
	for (size_t i = 0; i < *ret_count; i++)
		locals[i] = read_local(json_as_text(json_at(list, i)));
	return locals;
}

bool
plan_read_row(struct plan *plan, const struct plan_row *row)
{
	struct plan_stored *stored = &plan->stored;
	*stored = (struct plan_stored){.present = read_local(row->present), .revision = row->revision};
	stored->words.zone = row->zone == NULL ? NULL : zone_find(row->zone);
	if (stored->words.zone == NULL)
		return refuse(plan, 404, "not-found", NULL, "Den genannten Hub, die Ressource oder die Serie gibt es nicht.",
		    "The hub, resource or series that was named does not exist.");
	if (row->revision == NULL)
		return true;
	stored->words.local_start = read_local(row->local_start);
	str_number(row->length, 1, INT64_MAX, &stored->words.length);
	stored->words.is_elapsed = str_equal(row->is_elapsed, "t");
	stored->words.rrule = row->rrule;
	stored->words.rdates = read_locals(plan, row->rdates, &stored->words.rdate_count);
	stored->exdates = read_locals(plan, row->exdates, &stored->exdate_count);
	return true;
}

/* Moments or days, as local times of the series; a day means the start's time of day. */
static bool
read_moments(struct plan *plan, const char *pointer, const char *const *texts, size_t count, int64_t local_start, const int64_t **ret_locals)
{
	int64_t *locals = arena_take(plan->arena, (count + 1) * sizeof *locals), days, instant;
	enum zone_fit fit;
	if (count > LISTED_MAX)
		return refuse(plan, 422, "malformed-value", pointer, "Mehr als %d einzelne Termine.", "More than %d single dates.", LISTED_MAX);
	for (size_t i = 0; i < count; i++) {
		if (when_parse_date(texts[i], &days))
			locals[i] = days * DAY + (local_start % DAY + DAY) % DAY;
		else if (!span_read_time(texts[i], plan->stored.words.zone, &instant, &locals[i], &fit))
			return refuse_time(plan, arena_print(plan->arena, "%s/%zu", pointer, i), texts[i]);
	}
	*ret_locals = locals;
	return true;
}

/* ---- writing ---- */

static void
put_locals(struct json_writer *writer, const char *name, const int64_t *locals, size_t count)
{
	json_open_list(writer, name);
	for (size_t i = 0; i < count; i++)
		expand_put_local(writer, NULL, locals[i]);
	json_close_list(writer);
}

/* The horizon: so far ahead of now, or of the start where that is later. */
static int64_t
horizon_of(const struct plan *plan, const struct expand_words *words)
{
	int64_t start = zone_to_utc(words->zone, words->local_start, NULL);
	return (start > plan->stored.present ? start : plan->stored.present) + (int64_t)EXPAND_HORIZON * DAY;
}

static bool
put_series(struct plan *plan, const struct expand_words *words, const int64_t *exdates, size_t exdate_count, struct json_writer *writer)
{
	struct expansion found;
	enum expand_fault fault = expand_dates(plan->arena, words, INT64_MIN, horizon_of(plan, words), &found);
	if (fault != EXPAND_IS_RIGHT)
		return refuse_expansion(plan, fault, &found, words->rrule);
	json_put_text(writer, "zone", zone_id(words->zone));
	expand_put_local(writer, "local_start", words->local_start);
	if (words->is_elapsed)
		json_put_text(writer, "duration", arena_print(plan->arena, "%lld seconds", (long long)words->length));
	else
		expand_put_local(writer, "local_end", words->local_start + words->length);
	json_put_text(writer, "rrule", found.rrule);
	put_locals(writer, "rdates", words->rdates, words->rdate_count);
	put_locals(writer, "exdates", exdates, exdate_count);
	expand_put(&found, writer);
	if (found.goes_on)
		expand_put_instant(writer, "until", found.until);
	return true;
}

static bool
has_times(const struct plan_words *words)
{
	return words->start != NULL || words->end != NULL || words->duration != NULL;
}

/* Start and length of what is wished, on the series' clock. */
static bool
read_span(struct plan *plan, const struct span_words *texts, struct expand_words *words)
{
	struct span span;
	enum span_fault fault = span_read(texts, words->zone, &span);
	if (fault != SPAN_IS_RIGHT)
		return refuse_span(plan, fault, texts);
	words->local_start = span.local_start;
	words->is_elapsed = texts->duration != NULL;
	words->length = words->is_elapsed ? span.end - span.start : span.local_end - span.local_start;
	if (words->length <= 0)
		return refuse_span(plan, SPAN_IS_EMPTY, texts);
	return true;
}

bool
plan_new(struct plan *plan, const struct plan_words *words, struct json_writer *writer)
{
	struct expand_words series = {.zone = plan->stored.words.zone, .rrule = words->rrule, .rdate_count = words->rdate_count};
	const int64_t *exdates = NULL;
	if (words->start == NULL)
		return refuse(plan, 422, "missing-member", "/start", "„start“ fehlt.", "\"start\" is missing.");
	if ((words->rrule == NULL || *words->rrule == '\0') && words->rdate_count == 0)
		return refuse(plan, 422, "missing-member", "/rrule", "Eine Serie braucht „rrule“ oder „rdates“.", "A series needs \"rrule\" or \"rdates\".");
	return read_span(plan, &(struct span_words){words->start, words->end, words->duration}, &series) &&
	    read_moments(plan, "/rdates", words->rdates, words->rdate_count, series.local_start, &series.rdates) &&
	    read_moments(plan, "/exdates", words->exdates, words->exdate_count, series.local_start, &exdates) &&
	    put_series(plan, &series, exdates, words->exdate_count, writer);
}

/* ---- changes ---- */

/* The first instance that is still to come; false: all have begun. */
static bool
find_next(struct plan *plan, struct expand_date *ret_date)
{
	struct expansion found;
	const struct expand_words *stored = &plan->stored.words;
	if (expand_dates(plan->arena, stored, plan->stored.present + 1, horizon_of(plan, stored), &found) != EXPAND_IS_RIGHT || found.count == 0)
		return false;
	*ret_date = found.list[0];
	return true;
}

/* Which date is meant; that it is one of the series, and whether the series has it, is SQL's to know. */
static bool
read_date(struct plan *plan, const struct plan_words *words, int64_t *ret_local)
{
	enum zone_fit fit;
	int64_t instant;
	if (words->date == NULL)
		return refuse(plan, 422, "missing-member", "/date", "Zu „this“ und „following“ gehört „date“: der ursprüngliche Beginn des Termins.",
		    "\"this\" and \"following\" need \"date\": the original start of the date.");
	if (!span_read_time(words->date, plan->stored.words.zone, &instant, ret_local, &fit))
		return refuse_time(plan, "/date", words->date);
	return true;
}

/* Settles which dates are meant: {scope, date}. */
struct reach {
	enum plan_scope scope;
	int64_t date; /* local; the first that the scope reaches, or the one */
};

static bool
settle_reach(struct plan *plan, const struct plan_words *words, struct reach *ret_reach)
{
	const struct expand_words *stored = &plan->stored.words;
	struct expand_date next;
	*ret_reach = (struct reach){words->scope, stored->local_start};
	if (words->scope != PLAN_ALL && !read_date(plan, words, &ret_reach->date))
		return false;
	if (words->scope == PLAN_THIS)
		return true;
	if (words->scope == PLAN_ALL && zone_to_utc(stored->zone, stored->local_start, NULL) <= plan->stored.present) {
		if (!find_next(plan, &next))
			return refuse(plan, 409, "not-live", NULL, "Alle Termine dieser Serie liegen zurück.", "All dates of this series are past.");
		*ret_reach = (struct reach){PLAN_FOLLOWING, next.local_start};
	} else if (words->scope == PLAN_FOLLOWING && zone_to_utc(stored->zone, ret_reach->date, NULL) <= plan->stored.present) {
		return refuse(plan, 422, "in-the-past", "/date", "Dieser Termin hat schon begonnen: „following“ braucht einen, der noch kommt.",
		    "This date has begun already: \"following\" needs one that is still to come.");
	}
	if (ret_reach->date <= stored->local_start)
		*ret_reach = (struct reach){PLAN_ALL, stored->local_start};
	return true;
}

static void
put_reach(const struct plan *plan, const struct reach *reach, struct json_writer *writer)
{
	json_put_text(writer, "revision", plan->stored.revision);
	json_put_text(writer, "scope", scopes[reach->scope]);
	expand_put_local(writer, "date", reach->date);
	if (reach->scope == PLAN_FOLLOWING)
		json_put_text(writer, "old_rrule", expand_rule_until(plan->arena, plan->stored.words.rrule, zone_to_utc(plan->stored.words.zone, reach->date, NULL)));
}

/* Of a list of local times those that a split leaves to the later part, moved along. */
static const int64_t *
move_locals(struct plan *plan, const int64_t *locals, size_t count, int64_t from, int64_t shift, size_t *ret_count)
{
	int64_t *moved = arena_take(plan->arena, (count + 1) * sizeof *moved);
	*ret_count = 0;
	for (size_t i = 0; i < count; i++)
		if (locals[i] >= from)
			moved[(*ret_count)++] = locals[i] + shift;
	return moved;
}

/* The times that are wished, for the date that was named (else the first that is reached). */
static bool
read_new_times(struct plan *plan, const struct plan_words *words, const struct reach *reach, struct expand_words *series)
{
	int64_t anchor = reach->date;
	char start[WHEN_TEXT_SIZE];
	series->local_start = reach->date;
	if (!has_times(words))
		return true;
	if (words->date != NULL && !read_date(plan, words, &anchor))
		return false;
	when_print(anchor, start);
	start[strlen(start) - 1] = '\0';
	struct span_words texts = {words->start != NULL ? words->start : start, words->end, words->duration};
	const char *length = series->is_elapsed ? arena_print(plan->arena, "PT%lldS", (long long)series->length) : NULL;
	if (texts.end == NULL && texts.duration == NULL && length == NULL) {
		/* The start alone moves: the end keeps its distance on the wall clock. */
		int64_t instant, local;
		enum zone_fit fit;
		if (!span_read_time(texts.start, series->zone, &instant, &local, &fit))
			return refuse_time(plan, "/start", texts.start);
		series->local_start = reach->date + (local - anchor);
		return true;
	}
	if (texts.end == NULL && texts.duration == NULL)
		texts.duration = length;
	if (!read_span(plan, &texts, series))
		return false;
	series->local_start = reach->date + (series->local_start - anchor);
	return true;
}

/* A rule without a start of its own begins at the first date that it names. */
static bool
read_new_rule(struct plan *plan, const struct plan_words *words, const struct reach *reach, struct expand_words *series)
{
	const struct expand_words *stored = &plan->stored.words;
	if (words->rrule == NULL) {
		const char *rrule = stored->rrule;
		if (reach->scope == PLAN_FOLLOWING)
			rrule = expand_rule_less(plan->arena, rrule, expand_count_before(plan->arena, stored, zone_to_utc(stored->zone, reach->date, NULL)));
		series->rrule = expand_rule_moved(plan->arena, rrule, stored->zone, reach->date, series->local_start);
		return true;
	}
	struct expansion found;
	series->rrule = words->rrule;
	enum expand_fault fault = expand_dates(plan->arena, series, INT64_MIN, horizon_of(plan, series), &found);
	if (fault == EXPAND_OUT_OF_STEP && found.has_first && words->start == NULL)
		series->local_start = found.first;
	else if (fault != EXPAND_IS_RIGHT)
		return refuse_expansion(plan, fault, &found, words->rrule);
	return true;
}

bool
plan_change(struct plan *plan, const struct plan_words *words, struct json_writer *writer)
{
	struct expand_words series = plan->stored.words;
	struct reach reach;
	const int64_t *exdates;
	size_t exdate_count;
	if (!settle_reach(plan, words, &reach))
		return false;
	put_reach(plan, &reach, writer);
	if (reach.scope == PLAN_THIS)
		return true;
	if (!read_new_times(plan, words, &reach, &series))
		return false;
	/* A rule that names another weekday moves the dates too, but which become which is SQL's to see: it knows what is booked. */
	int64_t shift = series.local_start - reach.date;
	if (!read_new_rule(plan, words, &reach, &series))
		return false;
	series.rdates = move_locals(plan, series.rdates, series.rdate_count, reach.date, shift, &series.rdate_count);
	exdates = move_locals(plan, plan->stored.exdates, plan->stored.exdate_count, reach.date, shift, &exdate_count);
	if (words->has_rdates) {
		series.rdate_count = words->rdate_count;
		if (!read_moments(plan, "/rdates", words->rdates, words->rdate_count, series.local_start, &series.rdates))
			return false;
	}
	const int64_t *more;
	if (!read_moments(plan, "/exdates", words->exdates, words->exdate_count, series.local_start, &more))
		return false;
	put_locals(writer, "more_exdates", more, words->exdate_count);
	json_put_bool(writer, "is_retimed", has_times(words) || words->rrule != NULL || words->has_rdates || words->exdate_count > 0);
	json_put_integer(writer, "shift", shift);
	json_put_integer(writer, "rule_shift", series.local_start - reach.date);
	return put_series(plan, &series, exdates, exdate_count, writer);
}

bool
plan_cancel(struct plan *plan, const struct plan_words *words, struct json_writer *writer)
{
	struct reach reach;
	if (!settle_reach(plan, words, &reach))
		return false;
	put_reach(plan, &reach, writer);
	return true;
}
