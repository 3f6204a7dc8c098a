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
