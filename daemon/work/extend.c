/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/extend.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"
#include "ical/plan.h"
#include "ical/recur.h"
#include "work/work.h"

enum { DAY = 86400 };

struct extension {
	struct db_pool *pool;
	struct job *job;
};

static void
end(struct extension *extension, const char *error)
{
	job_end(extension->job, error);
	free(extension);
}

static void
end_extend(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	end(context, outcome == DB_ROWS ? NULL : outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
}

/* The new dates as SQL takes them; NULL: the rule cannot be expanded, *ret_error says why. */
static const char *
write_dates(struct plan *plan, const char *since, const char **ret_error)
{
	struct expansion found;
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	int64_t from;
	bool is_local;
	if (!when_parse(since, &from, &is_local) ||
	    expand_dates(plan->arena, &plan->stored.words, from, plan->stored.present + (int64_t)EXPAND_HORIZON * DAY, &found) != EXPAND_IS_RIGHT) {
		*ret_error = "the rule of the series cannot be expanded within its bounds";
		return NULL;
	}
	json_open_map(&writer, NULL);
	json_put_text(&writer, "revision", plan->stored.revision);
	expand_put(&found, &writer);
	if (found.goes_on)
		expand_put_instant(&writer, "until", found.until);
	json_close_map(&writer);
	const char *result = arena_text(plan->arena, str_text(&text));
	str_free(&text);
	return result;
}

static void
extend(struct extension *extension, struct arena *arena, const struct db_rows *rows)
{
	struct plan plan = {.arena = arena, .is_english = true};
	struct plan_row row = {.zone = db_text(rows, 0, "zone"), .present = db_text(rows, 0, "present"), .revision = db_text(rows, 0, "revision"),
		.local_start = db_text(rows, 0, "local_start"), .length = db_text(rows, 0, "length"), .is_elapsed = db_text(rows, 0, "is_elapsed"),
		.rrule = db_text(rows, 0, "rrule"), .rdates = db_text(rows, 0, "rdates"), .exdates = db_text(rows, 0, "exdates")};
	const char *error = "the zone of the series is unknown";
	const char *input = plan_read_row(&plan, &row) ? write_dates(&plan, db_text(rows, 0, "since"), &error) : NULL;
	if (input == NULL) {
		end(extension, error);
		return;
	}
	const char *parameters[] = {job_key(extension->job), input};
	db_call(extension->pool, "job_series_extend", parameters, end_extend, extension);
}

static void
end_look(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct extension *extension = context;
	if (outcome != DB_ROWS || db_count(rows) == 0 || job_is_abandoned(extension->job)) {
		end_extend(extension, outcome, rows);
		return;
	}
	struct arena *arena = arena_new();
	extend(extension, arena, rows);
	arena_free(arena);
}

void
extend_run(void *context, struct job *job)
{
	struct extension *extension = base_alloc(sizeof *extension);
	*extension = (struct extension){context, job};
	const char *parameters[] = {job_key(job)};
	db_call(extension->pool, "job_series_look", parameters, end_look, extension);
}

/* ---- series of events ---- */

/* The same for an event. */
static const char *
write_occurrences(struct arena *arena, const struct recur_series *series, const struct db_rows *rows, const char **ret_error)
{
	struct recur_dates found;
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	int64_t from, present;
	bool is_local;
	if (!when_parse(db_text(rows, 0, "since"), &from, &is_local) || !when_parse(db_text(rows, 0, "present"), &present, &is_local) ||
	    !recur_expand(arena, series, from, recur_horizon(series, present), RECUR_DATES, &found)) {
		*ret_error = "the rule of the event cannot be followed within its bounds";
		return NULL;
	}
	json_open_map(&writer, NULL);
	json_put_text(&writer, "revision", db_text(rows, 0, "revision"));
	recur_put_dates(&writer, "occurrences", &found);
	if (found.goes_on)
		expand_put_instant(&writer, "extended_to", recur_horizon(series, present));
	json_close_map(&writer);
	const char *result = arena_text(arena, str_text(&text));
	str_free(&text);
	return result;
}

static void
extend_event(struct extension *extension, struct arena *arena, const struct db_rows *rows)
{
	struct recur_row row = {.zone = db_text(rows, 0, "zone"), .series_start = db_text(rows, 0, "series_start"), .rrule = db_text(rows, 0, "rrule"),
		.rdates = db_text(rows, 0, "rdates"), .exdates = db_text(rows, 0, "exdates"), .is_all_day = db_is_true(rows, 0, "is_all_day"),
		.days = db_number(rows, 0, "days"), .seconds = db_number(rows, 0, "seconds")};
	struct recur_series series;
	const char *error = "the zone of the event is unknown";
	const char *input = recur_read_row(arena, &row, &series) ? write_occurrences(arena, &series, rows, &error) : NULL;
	if (input == NULL) {
		end(extension, error);
		return;
	}
	const char *parameters[] = {job_key(extension->job), input};
	db_call(extension->pool, "job_event_extend", parameters, end_extend, extension);
}

static void
end_event_look(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct extension *extension = context;
	if (outcome != DB_ROWS || db_count(rows) == 0 || job_is_abandoned(extension->job)) {
		end_extend(extension, outcome, rows);
		return;
	}
	struct arena *arena = arena_new();
	extend_event(extension, arena, rows);
	arena_free(arena);
}

void
extend_event_run(void *context, struct job *job)
{
	struct extension *extension = base_alloc(sizeof *extension);
	*extension = (struct extension){context, job};
	const char *parameters[] = {job_key(job)};
	db_call(extension->pool, "job_event_look", parameters, end_event_look, extension);
}
