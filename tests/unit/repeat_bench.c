/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Processor time for an instance of a rule, ours and libical's, in turns within one process (see tests/bench/repeat_libical.py):
 * a row of RULE, INSTANCES, OURS, ITERATOR, CONVERTED, in nanoseconds an instance. Ours gives local times and instants;
 * libical's iterator gives local times, which CONVERTED also turns into instants. Both start anew for each turn.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "ical/repeat.h"

enum { TURNS = 15, LEAST_NANOSECONDS = 2000000 };

static const struct {
	const char *rule;
	int instances;
} rows[] = {
    {"FREQ=DAILY", 400}, {"FREQ=WEEKLY", 60}, {"FREQ=WEEKLY;BYDAY=MO,WE,FR", 170}, {"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU", 30},
    {"FREQ=MONTHLY", 60}, {"FREQ=MONTHLY;BYDAY=2TU", 60}, {"FREQ=MONTHLY;BYMONTHDAY=-1", 60}, {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 60},
    {"FREQ=YEARLY", 30}, {"FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", 30}, {"FREQ=YEARLY;BYYEARDAY=1,100,200", 90}, {"FREQ=DAILY;BYMONTH=1", 300},
    {"FREQ=HOURLY;INTERVAL=6", 400}, {"FREQ=MINUTELY;BYHOUR=9,10,11;INTERVAL=15", 400},
};

static int64_t
nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t
by_ours(const char *rule, int instances)
{
	struct arena *arena = arena_new();
	struct repeat_fault fault;
	struct repeat_words words = {.zone = zone_find("Europe/Berlin"), .local_start = 1767607200, .rrule = rule}; /* 2026-01-05 10:00 */
	struct repeat *repeat = repeat_new(arena, &words, &fault);
	struct repeat_instance instance = {0};
	int64_t sum = 0;
	for (int i = 0; i < instances && repeat_next(repeat, &instance) == REPEAT_MORE; i++)
		sum += instance.utc_start;
	arena_free(arena);
	return sum;
}

static int64_t
by_libical(const char *rule, int instances, icaltimezone *zone)
{
	struct icaltimetype start = icaltime_from_string("20260105T100000");
	struct icalrecurrencetype recurrence = icalrecurrencetype_from_string(rule);
	icalrecur_iterator *iterator = icalrecur_iterator_new(recurrence, start);
	int64_t sum = 0;
	for (int i = 0; i < instances; i++) {
		struct icaltimetype next = icalrecur_iterator_next(iterator);
		if (icaltime_is_null_time(next))
			break;
		sum += zone != NULL ? icaltime_as_timet_with_zone(next, zone) : next.day;
	}
	icalrecur_iterator_free(iterator);
	return sum;
}

enum way { OURS, ITERATOR, CONVERTED, WAYS };

static int64_t
run(enum way way, const char *rule, int instances)
{
	if (way == OURS)
		return by_ours(rule, instances);
	return by_libical(rule, instances, way == CONVERTED ? icaltimezone_get_builtin_timezone("Europe/Berlin") : NULL);
}

/* Nanoseconds an instance, over enough repetitions for the clock. */
static double
measure(enum way way, const char *rule, int instances)
{
	int64_t begin = nanoseconds(), spent;
	int times = 0;
	do {
		run(way, rule, instances);
		times++;
	} while ((spent = nanoseconds() - begin) < LEAST_NANOSECONDS);
	return (double)spent / times / instances;
}

static int
compare(const void *left, const void *right)
{
	const double *a = left, *b = right;
	return *a < *b ? -1 : *a > *b;
}

int
main(void)
{
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		double taken[WAYS][TURNS];
		if (run(OURS, rows[row].rule, rows[row].instances) != run(CONVERTED, rows[row].rule, rows[row].instances)) {
			fprintf(stderr, "%s: not the same instances\n", rows[row].rule);
			return 1;
		}
		for (int turn = 0; turn < TURNS; turn++)
			for (int way = 0; way < WAYS; way++)
				taken[way][turn] = measure((enum way)way, rows[row].rule, rows[row].instances);
		for (int way = 0; way < WAYS; way++)
			qsort(taken[way], TURNS, sizeof taken[way][0], compare);
		printf("%s\t%d\t%.0f\t%.0f\t%.0f\n", rows[row].rule, rows[row].instances, taken[OURS][TURNS / 2], taken[ITERATOR][TURNS / 2],
		    taken[CONVERTED][TURNS / 2]);
	}
	return 0;
}
