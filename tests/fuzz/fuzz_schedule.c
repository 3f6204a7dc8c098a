/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feeds bytes to the reader that tells XML, JSON and iCalendar apart. With -DREPLAY it replays
 * the files given to it.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ical/event.h"
#include "ical/schedule.h"
#include "ical/zone.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
	struct arena *arena = arena_new();
	const char *error = NULL;
	const struct ical_calendar *calendar = ical_read_any(arena, (const char *)bytes, length, zone_utc(), &error);
	assert(calendar != NULL || (error != NULL && *error != '\0'));
	for (size_t i = 0; calendar != NULL && i < calendar->count; i++) {
		const struct ical_event *event = &calendar->events[i];
		assert(event->uid != NULL && event->summary != NULL && event->start_utc <= event->end_utc);
		assert(str_is_utf8(event->summary, strlen(event->summary)));
	}
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
