/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libical alone needs to write a calendar: reads the file that it is given, then serialises it again and again. Prints the
 * shortest and the median milliseconds of a serialisation, the bytes, and the number of events.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libical/ical.h>

enum { ROUNDS = 9 };

static double
milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

int
main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	if (file == NULL)
		return 2;
	fseek(file, 0, SEEK_END);
	size_t size = (size_t)ftell(file);
	rewind(file);
	char *text = calloc(1, size + 1);
	if (fread(text, 1, size, file) != size)
		return 2;
	fclose(file);
	icalcomponent *calendar = icalparser_parse_string(text);
	double took[ROUNDS];
	size_t written = 0;
	for (int round = 0; round < ROUNDS; round++) {
		double began = milliseconds();
		char *out = icalcomponent_as_ical_string_r(calendar);
		took[round] = milliseconds() - began;
		written = strlen(out);
		free(out);
	}
	qsort(took, ROUNDS, sizeof took[0], compare);
	printf("%.1f %.1f %zu %d\n", took[0], took[ROUNDS / 2], written, icalcomponent_count_components(calendar, ICAL_VEVENT_COMPONENT));
	icalcomponent_free(calendar);
	free(text);
	return 0;
}
