/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recurrence (RFC 5545 3.3.10, 3.8.5): from a start, an RRULE, RDATEs and EXDATEs to the instances, in time order. Pure: it knows
 * no calendar object, no library and no clock. All its memory lives in the arena.
 *
 * A rule is judged by the grammar, not by what other programs let through. Its days are found in one bit set a kind of year, so
 * that a rule that never comes costs no more than one that does; what fruitless work is left is counted in steps and bounded.
 * "Local" is a civil time read as UTC (base/when.h), on the clocks of the series' zone.
 */
#ifndef HUBD_ICAL_REPEAT_H
#define HUBD_ICAL_REPEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ical/zone.h"

struct arena;
struct repeat;
struct str;

/* What is wrong with a rule: a stable word for programs, where, and an English sentence that says what would be right. */
struct repeat_fault {
	const char *code;  /* one of repeat_fault_codes */
	const char *part;  /* "BYMONTH", or "" */
	const char *value; /* as it was written, or "" */
	const char *text;
};
extern const char *const repeat_fault_codes[]; /* ends in NULL */

/* One value of an RDATE or EXDATE. */
struct repeat_date {
	int64_t at;     /* local, on the series' clocks; an instant when is_utc */
	bool is_utc;    /* written with Z, or by the clocks of another zone */
	bool is_day;    /* a DATE: as EXDATE it takes out whatever starts on that day */
	bool has_end;   /* an RDATE with a PERIOD lasts until end_utc, whatever the series' length */
	int64_t end_utc;
};

struct repeat_words {
	const struct zone *zone; /* NULL: UTC. For whole days: whose midnights they are */
	int64_t local_start;     /* DTSTART */
	bool is_all_day;         /* DTSTART is a DATE: parts of a rule below a day are ignored (3.3.10) */
	const char *rrule;       /* NULL: the start, and rdates */
	/*
	 * A start that its own rule does not name: left out (as most programs' test suites have it), or kept as the first
	 * instance, one of COUNT. RFC 5545 3.8.5.3 leaves it open.
	 */
	bool keeps_start;
	const struct repeat_date *rdates, *exdates;
	size_t rdate_count, exdate_count;
};

struct repeat_instance {
	int64_t local_start, utc_start;
	enum zone_fit fit;
	bool is_extra; /* from an RDATE */
	bool has_end;  /* then it lasts until utc_end, else as long as the series' instances do */
	int64_t utc_end;
};

enum repeat_step {
	REPEAT_MORE, /* an instance */
	REPEAT_ENDED,
	REPEAT_TOO_EXPENSIVE, /* the bound on fruitless work was reached: what came before is right, what comes is unknown */
};

enum {
	REPEAT_RULE_BYTES = 2000, /* a longer rule is refused */
	REPEAT_STEPS = 100000,    /* bound of fruitless work of one expansion: about 2 ms */
};

/* A DATE or DATE-TIME value: 20261231, 20261231T180000, 20261231T170000Z. ret_time is local, or an instant when is_utc. */
bool repeat_read_time(const char *text, int64_t *ret_time, bool *ret_is_day, bool *ret_is_utc);

/* NULL: the rule is refused, and *ret_fault says why. The words' rule and lists are not needed afterwards. */
struct repeat *repeat_new(struct arena *arena, const struct repeat_words *words, struct repeat_fault *ret_fault);
/*
 * Skips what starts before an instant; cheap, but for rules with COUNT, whose instances have to be counted. To be called before
 * the first repeat_next().
 */
void repeat_from(struct repeat *repeat, int64_t utc);
/* The next instance. Two at the same instant are one (RFC 5545 3.8.5.2). */
enum repeat_step repeat_next(struct repeat *repeat, struct repeat_instance *ret_instance);
/* Whether there is a COUNT, an UNTIL, or no rule at all. */
bool repeat_ends(const struct repeat *repeat);

/*
 * Whether the rule names the start itself; RFC 5545 3.8.5.3 asks for it. ret_first is the first instance that the rule names,
 * what a form would propose instead; left alone when there is none.
 */
bool repeat_is_in_step(struct arena *arena, const struct repeat_words *words, struct repeat_instance *ret_first);

/*
 * The rule as hubd writes it: parts in one order, values sorted and once, defaults left out, UNTIL in UTC (a DATE for whole days;
 * a DATE beside a time of day is read as the whole of that day). False: refused as by repeat_new(), nothing was added.
 */
bool repeat_print_rule(struct arena *arena, const struct repeat_words *words, struct str *out, struct repeat_fault *ret_fault);

/* What keeps Outlook from showing a series as it is; such a one is better published as single events. */
enum repeat_outlook {
	REPEAT_OUTLOOK_READS,
	REPEAT_OUTLOOK_ONCE,     /* COUNT=1 */
	REPEAT_OUTLOOK_ORDINALS, /* several weekdays with ordinals in BYDAY */
	REPEAT_OUTLOOK_MANY,     /* it ends, but after more than 999 instances */
	REPEAT_OUTLOOK_LONG,     /* an instance lasts beyond the beginning of the next */
	REPEAT_OUTLOOK_PARTS,    /* parts that its patterns do not have (MS-OXCICAL 2.1.3.2.2) */
};
/* Of a rule that repeat_new() takes; seconds is how long an instance lasts on the wall clock. */
enum repeat_outlook repeat_outlook(struct arena *arena, const struct repeat_words *words, int64_t seconds);

#endif
