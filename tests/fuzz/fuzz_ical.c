/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feeds bytes to the iCalendar reader, and what comes out through the writer and back: the
 * second reading must give the same event. With -DREPLAY it replays the files given to it.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/event.h"
#include "ical/occurrences.h"
#include "ical/read.h"
#include "ical/write.h"
#include "ical/zone.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void
write_event(struct str *out, const struct ical_event *event)
{
	ical_begin(out, "VCALENDAR");
	ical_begin(out, "VEVENT");
	ical_put_text(out, "UID", event->uid);
	ical_put_utc(out, "DTSTART", event->start_utc);
	ical_put_utc(out, "DTEND", event->end_utc);
	ical_put_text(out, "SUMMARY", event->summary);
	ical_put_text(out, "DESCRIPTION", event->description);
	ical_put_texts(out, "CATEGORIES", event->categories, event->category_count);
	for (size_t i = 0; i < event->kept_count; i++)
		ical_put_line(out, event->kept[i]);
	ical_end(out, "VEVENT");
	ical_end(out, "VCALENDAR");
}

static void
check_event(struct arena *arena, const struct ical_event *event)
{
	const char *error = NULL;
	struct str out = {0};
	assert(event->uid != NULL && event->summary != NULL && event->start_utc <= event->end_utc);
	if (event->start_utc < -62000000000 || event->end_utc > 253000000000)
		return; /* beyond the years that iCalendar writes */
	write_event(&out, event);
	const struct ical_calendar *again = ical_read(arena, str_text(&out), out.length, zone_utc(), &error);
	assert(again != NULL && again->count == 1);
	const struct ical_event *back = &again->events[0];
	assert(back->start_utc == event->start_utc && back->end_utc == event->end_utc);
	assert(str_equal(back->uid, event->uid) && str_equal(back->summary, event->summary));
	assert(back->kept_count == event->kept_count && back->category_count == event->category_count);
	str_free(&out);
}

/* What takes place in a window, and in all time: in order, within the limit. */
static void
check_occurrences(struct arena *arena, const struct ical_calendar *calendar)
{
	static const struct ical_window windows[] = {{1767225600, 1798761600, 200}, {INT64_MIN, INT64_MAX, 50}};
	for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
		struct ical_occurrences found;
		ical_calendar_occurrences(arena, calendar, &windows[i], &found);
		assert(found.count <= windows[i].limit);
		for (size_t j = 0; j < found.count; j++) {
			assert(j == 0 || found.list[j - 1].start_utc <= found.list[j].start_utc);
			assert(found.list[j].event != NULL && found.list[j].start_utc < windows[i].before);
		}
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
	struct arena *arena = arena_new();
	const char *error = NULL;
	const struct ical_calendar *calendar = ical_read(arena, (const char *)bytes, length, zone_utc(), &error);
	assert(calendar != NULL || (error != NULL && *error != '\0'));
	for (size_t i = 0; calendar != NULL && i < calendar->count && i < 5; i++)
		check_event(arena, &calendar->events[i]);
	if (calendar != NULL && calendar->count < 20)
		check_occurrences(arena, calendar);
	arena_free(arena);
	return 0;
}

#ifdef REPLAY
int
main(int count, char **paths)
{
	for (int i = 1; i < count; i++) {
		struct str bytes = {0};
		char block[4096];
		FILE *file = fopen(paths[i], "rb");
		if (file == NULL)
			return 2;
		for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
			str_add(&bytes, block, got);
		fclose(file);
		LLVMFuzzerTestOneInput((const unsigned char *)str_text(&bytes), bytes.length);
		str_free(&bytes);
	}
	printf("%d replayed\n", count - 1);
	return 0;
}
#endif
