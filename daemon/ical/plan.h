/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a wish about a series of bookings comes to: times read, the rule judged, dates expanded, and of a change what the series
 * shall be and what stays of the old one; written as SQL's deciding calls read it (api.series_book, _change, _cancel). Whether the
 * wish came as JSON or as a form, who asks and what they may, it does not know.
 */
#ifndef HUBD_ICAL_PLAN_H
#define HUBD_ICAL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ical/expand.h"

struct arena;
struct json_writer;

enum plan_scope { PLAN_THIS, PLAN_FOLLOWING, PLAN_ALL };

/* What is stored of a series: what api.look_series() says. Of one to be made only the zone and the clock. */
struct plan_stored {
	int64_t present;
	const char *revision;
	struct expand_words words; /* zone too; its rrule is as hubd writes it */
	const int64_t *exdates;    /* local */
	size_t exdate_count;
};

/* What is wished. Texts are as span.h reads them; of a change NULL leaves a thing as it is. */
struct plan_words {
	const char *start, *end, *duration;
	const char *rrule;
	const char *const *rdates, *const *exdates; /* moments, or days: then at the time of the start; a change adds exdates */
	size_t rdate_count, exdate_count;
	bool has_rdates;
	/* Of a change or a cancellation. */
	enum plan_scope scope;
	const char *date; /* the original start of the date that is meant, local; NULL: none was named */
};

/* Why not, in one sentence of the language that was asked for. */
struct plan_refusal {
	int status;
	const char *problem, *pointer, *sentence;
};

struct plan {
	struct arena *arena;
	bool is_english;
	struct plan_stored stored;
	struct plan_refusal refusal; /* set when one of the functions below says false */
};

/* The scope of this name (this, following, all); false: it is none. */
bool plan_scope_read(const char *name, enum plan_scope *ret_scope);
/* One cell of a looked-up row each; false: the zone is unknown. Texts of no row of a stored series may be NULL. */
struct plan_row {
	const char *zone, *present, *revision, *local_start, *length, *is_elapsed, *rrule, *rdates, *exdates;
};
bool plan_read_row(struct plan *plan, const struct plan_row *row);

/* Writes zone, local_start, local_end or duration, rrule, rdates, exdates, dates, until. */
bool plan_new(struct plan *plan, const struct plan_words *words, struct json_writer *writer);
/*
 * Writes revision, scope, date, and, unless it is one date, what the series shall be, its dates, and old_rrule: what stays of
 * the old one. "All" of a series that has begun is what is still to come: then the scope becomes "following".
 */
bool plan_change(struct plan *plan, const struct plan_words *words, struct json_writer *writer);
/* Writes revision, scope, date and old_rrule. */
bool plan_cancel(struct plan *plan, const struct plan_words *words, struct json_writer *writer);

#endif
