/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dates of a series that books: what repeat.h names, up to a horizon and to a number, each with its end. "2 h" is elapsed time,
 * "until 18:00" the wall clock. And what an edit makes of a rule. Pure: it knows no request, no database and no clock.
 */
#ifndef HUBD_ICAL_EXPAND_H
#define HUBD_ICAL_EXPAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ical/repeat.h"
#include "ical/zone.h"

struct arena;
struct json_writer;

enum {
	EXPAND_MAX = 500,     /* of one series in one decision: a year of days, and some */
	EXPAND_HORIZON = 400, /* days ahead, for a series that goes on beyond */
};

struct expand_words {
	const struct zone *zone;
	int64_t local_start;
	int64_t length;      /* seconds: elapsed, or from wall clock to wall clock */
	bool is_elapsed;
	const char *rrule;   /* "" or NULL: only rdates, and the start */
	const int64_t *rdates; /* local */
	size_t rdate_count;
};

enum expand_fault {
	EXPAND_IS_RIGHT,
	EXPAND_BAD_RULE,      /* ret_fault says why */
	EXPAND_TOO_OFTEN,     /* FREQ below DAILY */
	EXPAND_TOO_MANY,      /* more than EXPAND_MAX before the horizon */
	EXPAND_TOO_EXPENSIVE, /* the rule is fruitless */
	EXPAND_OUT_OF_STEP,   /* the rule does not name its own start; first is what it names first, if it has_first */
};

struct expand_date {
	int64_t local_start, start, local_end, end;
	enum zone_fit fit;
};

struct expansion {
	struct expand_date *list; /* in the order of time, in the arena */
	size_t count;
	bool goes_on;      /* there are more, from until on */
	int64_t until;
	const char *rrule; /* as hubd writes it; "" without */
	int64_t first;     /* of EXPAND_OUT_OF_STEP: local */
	bool has_first;
	struct repeat_fault fault;
};

/* The dates that start from one instant on (INT64_MIN: all) and before another. A series without rule and rdates is its start alone. */
enum expand_fault expand_dates(struct arena *arena, const struct expand_words *words, int64_t from, int64_t until, struct expansion *ret_dates);
/* What SQL reads: "dates": [{"date", "start", "end", "local_end", "fit"}]. */
void expand_put(const struct expansion *dates, struct json_writer *writer);
void expand_put_local(struct json_writer *writer, const char *name, int64_t local);
void expand_put_instant(struct json_writer *writer, const char *name, int64_t instant);

/* How many instances the rule has before an instant; more than 100,000 are not counted on. */
int64_t expand_count_before(struct arena *arena, const struct expand_words *words, int64_t before);

/* The rule (as hubd writes it) that ends before an instant instead; "" stays "". */
const char *expand_rule_until(struct arena *arena, const char *rrule, int64_t before);
/* The rule with so many instances fewer; one without COUNT as it is. */
const char *expand_rule_less(struct arena *arena, const char *rrule, int64_t count);
/*
 * The rule for a start that moved by so many local seconds: UNTIL moves along, and the weekdays of a weekly rule without ordinals.
 * What else names days stays: whether it is still in step is expand_dates()'s to say.
 */
const char *expand_rule_moved(struct arena *arena, const char *rrule, const struct zone *zone, int64_t local_before, int64_t local_after);

#endif
