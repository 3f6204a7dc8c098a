/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feeds rules to the expansion. The input is lines: a start (20260329T023000 or 20260329), a zone, a rule, and RDATEs or EXDATEs,
 * each behind a + or a -. What comes out must be in order, at or after the start, the same from the rule as we write it, and the
 * same when it is entered later; the fruitless work must stay within its bound.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/repeat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INSTANCES = 40, DATES = 20 };

struct found {
	struct repeat_instance list[INSTANCES];
	size_t count;
	enum repeat_step step;
};

static void
expand(struct arena *arena, const struct repeat_words *words, int64_t from, struct found *found)
{
	struct repeat_fault fault;
	struct repeat *repeat = repeat_new(arena, words, &fault);
	assert(repeat != NULL);
	repeat_from(repeat, from);
	found->count = 0;
	while (found->count < INSTANCES && (found->step = repeat_next(repeat, &found->list[found->count])) == REPEAT_MORE)
		found->count++;
}

static void
check_order(const struct repeat_words *words, const struct found *found)
{
	for (size_t i = 0; i < found->count; i++) {
		assert(i == 0 || found->list[i - 1].utc_start < found->list[i].utc_start);
		assert(found->list[i].is_extra || found->list[i].local_start >= words->local_start);
		assert(!words->is_all_day || found->list[i].local_start % 86400 == 0);
	}
}

/* Whether both found the same, as far as both came. */
static void
check_same(const struct found *a, size_t skipped, const struct found *b)
{
	for (size_t i = 0; i + skipped < a->count && i < b->count; i++)
		assert(a->list[i + skipped].utc_start == b->list[i].utc_start);
	if (a->step != REPEAT_TOO_EXPENSIVE && b->step != REPEAT_TOO_EXPENSIVE && a->count < INSTANCES && b->count < INSTANCES)
		assert(a->count - skipped == b->count);
}

static void
check_rule(struct arena *arena, struct repeat_words *words)
{
	static struct found whole, again;
	struct repeat_fault fault = {0};
	struct repeat *repeat = repeat_new(arena, words, &fault);
	if (repeat == NULL) {
		assert(fault.code != NULL && fault.text != NULL && *fault.text != '\0' && fault.part != NULL && fault.value != NULL);
		return;
	}
	expand(arena, words, INT64_MIN, &whole);
	check_order(words, &whole);
	if (whole.count > 2) {
		expand(arena, words, whole.list[whole.count / 2].utc_start, &again);
		check_same(&whole, whole.count / 2, &again);
	}
	repeat_outlook(arena, words, 3600);
	if (words->rrule == NULL)
		return;
	struct str written = {0};
	assert(repeat_print_rule(arena, words, &written, &fault));
	words->rrule = arena_text(arena, str_text(&written));
	str_free(&written);
	expand(arena, words, INT64_MIN, &again);
	check_same(&whole, 0, &again);
}

static void
read_dates(char *rest, struct repeat_words *words, struct repeat_date *rdates, struct repeat_date *exdates)
{
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		struct repeat_date date = {0};
		if (*line == '\0' || !repeat_read_time(line + 1, &date.at, &date.is_day, &date.is_utc))
			continue;
		if (words->is_all_day)
			date.at -= (date.at % 86400 + 86400) % 86400;
		if (*line == '+' && words->rdate_count < DATES)
			rdates[words->rdate_count++] = date;
		if (*line == '-' && words->exdate_count < DATES)
			exdates[words->exdate_count++] = date;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct repeat_date rdates[DATES], exdates[DATES];
	struct repeat_words words = {.rdates = rdates, .exdates = exdates};
	char *rest = arena_copy(arena, data, size), *start = strsep(&rest, "\n"), *zone = strsep(&rest, "\n");
	words.rrule = strsep(&rest, "\n");
	bool is_utc;
	if (zone != NULL && repeat_read_time(start, &words.local_start, &words.is_all_day, &is_utc)) {
		words.zone = zone_find(zone);
		words.keeps_start = is_utc;
		read_dates(rest, &words, rdates, exdates);
		check_rule(arena, &words);
	}
	arena_free(arena);
	return 0;
}

#include "replay.h"
