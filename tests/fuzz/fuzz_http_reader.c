/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the HTTP reader. What must hold of any bytes: fed whole, byte by byte and in pieces they come to the same requests,
 * and nothing is read or written out of bounds.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Idaemon tests/fuzz/fuzz_http_reader.c \
 *	    daemon/http/reader.c daemon/http/grammar.c daemon/base/str.c daemon/base/arena.c -o fuzz_http_reader
 *	./fuzz_http_reader -max_total_time=60 tests/fuzz/corpus/http
 * With -DREPLAY it has a main of its own, which replays the files that it is given.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
describe(const struct http_reader *reader, size_t taken, struct str *seen)
{
	str_print(seen, "\n%d %d %zu ", (int)reader->state, reader->status, taken);
	if (reader->state != HTTP_READ_DONE)
		return;
	str_print(seen, "%s|%s|%s|%s|%d|%d|", reader->method, reader->path, reader->query, reader->host, reader->minor, reader->keep_alive);
	str_add(seen, reader->body.bytes, reader->body.length);
	for (size_t i = 0; i < reader->field_count; i++) {
		const struct http_field_line *line = &reader->fields[i];
		assert(strlen(reader->head.bytes + line->name) == line->name_length);
		assert(strlen(reader->head.bytes + line->value) == line->value_length);
		str_print(seen, "|%s=%s", reader->head.bytes + line->name, reader->head.bytes + line->value);
	}
}

/* Each piece is a copy of its own size, so that a sanitizer sees a read beyond it. */
static size_t
feed_copy(struct http_reader *reader, const char *bytes, size_t length)
{
	char *copy = base_alloc(length);
	memcpy(copy, bytes, length);
	size_t taken = http_reader_feed(reader, copy, length);
	free(copy);
	return taken;
}

static void
read_all(const char *bytes, size_t length, size_t step, struct str *seen)
{
	static const struct http_limits limits = {.line = 200, .head = 600, .fields = 8, .body = 300};
	struct http_reader reader = {0};
	size_t taken = 0;
	http_reader_start(&reader, &limits);
	while (taken < length && reader.state != HTTP_READ_REFUSED) {
		size_t piece = step < length - taken ? step : length - taken;
		taken += feed_copy(&reader, bytes + taken, piece);
		if (reader.state != HTTP_READ_DONE)
			continue;
		describe(&reader, taken, seen);
		http_reader_reset(&reader, &limits);
	}
	/* Where a refusal stops within a piece is not part of the meaning. */
	describe(&reader, reader.state == HTTP_READ_REFUSED ? 0 : taken, seen);
	http_reader_free(&reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t steps[] = {1, 2, 7, 64};
	const char *bytes = (const char *)data;
	struct str whole = {0};
	read_all(bytes, size, size, &whole);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct str split = {0};
		read_all(bytes, size, steps[i], &split);
		assert(split.length == whole.length && (whole.length == 0 || memcmp(split.bytes, whole.bytes, whole.length) == 0));
		str_free(&split);
	}
	str_free(&whole);
	return 0;
}

#include "replay.h"
