/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of several events with one identity (UID and RECURRENCE-ID) one comes in; the others are
 * listed as skipped, so that nothing is dropped in silence.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ical/lines.h"
#include "ical/read_inside.h"

struct entry {
	const struct ical_event *event;
	const char *stamp;
	size_t index;
};

static int
compare_identity(const struct entry *a, const struct entry *b)
{
	int order = strcmp(a->event->uid, b->event->uid);
	bool is_left = a->event->recurrence_id != NULL, is_right = b->event->recurrence_id != NULL;
	if (order != 0 || is_left != is_right)
		return order != 0 ? order : is_left - is_right;
	if (!is_left || a->event->recurrence_utc == b->event->recurrence_utc)
		return 0;
	return a->event->recurrence_utc < b->event->recurrence_utc ? -1 : 1;
}

/* Within one identity the best comes first. */
static int
compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = compare_identity(a, b);
	if (order != 0)
		return order;
	if (a->event->sequence != b->event->sequence)
		return a->event->sequence > b->event->sequence ? -1 : 1;
	order = strcmp(b->stamp, a->stamp);
	return order != 0 ? order : a->index > b->index ? -1 : 1;
}

static int
compare_places(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	return a->index < b->index ? -1 : 1;
}

struct ical_calendar *
ical_gather(struct arena *arena, const struct ical_event *events, const char *const *stamps, size_t count,
    const struct ical_skipped *skipped, size_t skipped_count)
{
	struct ical_calendar *calendar = arena_take(arena, sizeof *calendar);
	struct entry *entries = arena_take(arena, (count + 1) * sizeof *entries);
	struct ical_event *kept = arena_take(arena, (count + 1) * sizeof *kept);
	struct ical_skipped *all = arena_take(arena, (count + skipped_count + 1) * sizeof *all);
	size_t best = 0;

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry){&events[i], stamps[i], i};
	qsort(entries, count, sizeof *entries, compare_entries);
	if (skipped_count > 0)
		memcpy(all, skipped, skipped_count * sizeof *all);
	for (size_t i = 0; i < count; i++) {
		const struct entry *first = &entries[best > 0 ? best - 1 : 0];
		if (i == 0 || compare_identity(first, &entries[i]) != 0) {
			entries[best++] = entries[i];
			continue;
		}
		const char *text = arena_print(arena, "Its UID is that of the event in line %zu, which is newer and was taken.", first->event->line);
		all[skipped_count++] = (struct ical_skipped){.reason = {"duplicate", text}, .uid = entries[i].event->uid,
		    .summary = entries[i].event->summary, .line = entries[i].event->line};
	}
	qsort(entries, best, sizeof *entries, compare_places);
	for (size_t i = 0; i < best; i++)
		kept[i] = *entries[i].event;
	calendar->events = kept;
	calendar->count = best;
	calendar->skipped = all;
	calendar->skipped_count = skipped_count;
	return calendar;
}
