/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expands recurrence rules for tests in other languages. A request is a line of fields between tabs, "-" for none:
 *   ZONE DTSTART RRULE RDATES EXDATES FROM BEFORE LIMIT
 * RDATES and EXDATES are joined by commas; FROM (an instant) and BEFORE (local) bound a window. The answer is a line:
 *   more|ended|expensive MICROSECONDS INSTANCE ...    or    refused CODE SENTENCE
 * An instance is its local time, with =UTC where that differs. "print" as LIMIT prints the rule as hubd writes it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/repeat.h"
#include "ical/write.h"

enum { FIELDS = 8 };

static const char *
field(char *const *fields, int index)
{
	return strcmp(fields[index], "-") == 0 ? NULL : fields[index];
}

static size_t
read_dates(struct arena *arena, const char *text, struct repeat_date **ret)
{
	size_t count = 0;
	char *rest = arena_text(arena, text);
	struct repeat_date *dates = arena_take(arena, (text == NULL ? 1 : strlen(text) + 1) * sizeof *dates);
	for (char *item; rest != NULL && (item = strsep(&rest, ",")) != NULL; count++)
		if (!repeat_read_time(item, &dates[count].at, &dates[count].is_day, &dates[count].is_utc))
			exit(2);
	*ret = dates;
	return count;
}

static void
print_instance(const struct repeat_instance *instance, bool is_day)
{
	char local[ICAL_TIME_SIZE], utc[ICAL_TIME_SIZE];
	if (is_day)
		ical_print_date(instance->local_start, local);
	else
		ical_print_local(instance->local_start, local);
	ical_print_utc(instance->utc_start, utc);
	printf(instance->utc_start != instance->local_start && !is_day ? "\t%s=%s" : "\t%s", local, utc);
}

static void
answer(struct arena *arena, const struct repeat_words *words, char *const *fields)
{
	static const char *const steps[] = {"more", "ended", "expensive"};
	struct repeat_fault fault;
	struct repeat_instance *found = NULL;
	bool ignored;
	int64_t from, before = INT64_MAX;
	size_t limit = (size_t)atoll(fields[7]), count = 0;
	clock_t begin = clock();
	struct repeat *repeat = repeat_new(arena, words, &fault);
	if (repeat == NULL) {
		printf("refused\t%s\t%s\n", fault.code, fault.text);
		return;
	}
	if (field(fields, 5) != NULL && repeat_read_time(fields[5], &from, &ignored, &ignored))
		repeat_from(repeat, from);
	if (field(fields, 6) != NULL)
		repeat_read_time(fields[6], &before, &ignored, &ignored);
	found = arena_take(arena, (limit + 1) * sizeof *found);
	enum repeat_step step = REPEAT_MORE;
	while (count < limit && (step = repeat_next(repeat, &found[count])) == REPEAT_MORE && found[count].local_start < before)
		count++;
	printf("%s\t%lld", steps[step], (long long)(clock() - begin) * 1000000 / CLOCKS_PER_SEC);
	for (size_t i = 0; i < count; i++)
		print_instance(&found[i], words->is_all_day);
	puts("");
}

static void
print_rule(struct arena *arena, const struct repeat_words *words)
{
	struct str out = {0};
	struct repeat_fault fault;
	if (repeat_print_rule(arena, words, &out, &fault))
		puts(str_text(&out));
	else
		printf("refused\t%s\t%s\n", fault.code, fault.text);
	str_free(&out);
}

int
main(void)
{
	static char line[1 << 20];
	while (fgets(line, sizeof line, stdin) != NULL) {
		char *fields[FIELDS], *rest = line;
		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < FIELDS; i++)
			if ((fields[i] = strsep(&rest, "\t")) == NULL)
				return 1;
		struct arena *arena = arena_new();
		struct repeat_date *rdates, *exdates;
		struct repeat_words words = {.zone = zone_find(fields[0]), .rrule = field(fields, 2)};
		bool is_utc;
		if (!repeat_read_time(fields[1], &words.local_start, &words.is_all_day, &is_utc))
			return 1;
		words.rdate_count = read_dates(arena, field(fields, 3), &rdates);
		words.exdate_count = read_dates(arena, field(fields, 4), &exdates);
		words.rdates = rdates;
		words.exdates = exdates;
		if (strcmp(fields[7], "print") == 0)
			print_rule(arena, &words);
		else
			answer(arena, &words, fields);
		fflush(stdout);
		arena_free(arena);
	}
	return 0;
}
