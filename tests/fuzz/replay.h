/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * With -DREPLAY a fuzzer has a main of its own, which replays the files that it is given.
 */
#ifndef HUBD_TESTS_REPLAY_H
#define HUBD_TESTS_REPLAY_H

#ifdef REPLAY
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

int
main(int count, char *arguments[])
{
	for (int i = 1; i < count; i++) {
		struct str text = {0};
		char part[4096];
		FILE *file = fopen(arguments[i], "rb");
		if (file == NULL) {
			perror(arguments[i]);
			return 1;
		}
		for (size_t length; (length = fread(part, 1, sizeof part, file)) > 0;)
			str_add(&text, part, length);
		fclose(file);
		LLVMFuzzerTestOneInput((const uint8_t *)str_text(&text), text.length);
		str_free(&text);
	}
	printf("%d replayed\n", count - 1);
	return 0;
}
#endif

#endif
