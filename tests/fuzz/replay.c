/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A main for a fuzzer without libFuzzer: replays the files that it is given, one after the other. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int count, char **paths)
{
	for (int i = 1; i < count; i++) {
		FILE *file = fopen(paths[i], "rb");
		if (file == NULL || fseek(file, 0, SEEK_END) != 0 || ftell(file) < 0) {
			perror(paths[i]);
			return 1;
		}
		size_t size = (size_t)ftell(file);
		/* Of its own size, so that a sanitizer sees a read beyond it. */
		uint8_t *bytes = malloc(size > 0 ? size : 1);
		rewind(file);
		if (bytes == NULL || fread(bytes, 1, size, file) != size) {
			perror(paths[i]);
			return 1;
		}
		fclose(file);
		LLVMFuzzerTestOneInput(bytes, size);
		free(bytes);
	}
	return 0;
}
