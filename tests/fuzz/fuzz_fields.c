/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes what reads field values, addresses and dates from strangers. The first byte chooses the reader; none may
 * read out of bounds, and what comes out must be what others can rely on.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Idaemon tests/fuzz/fuzz_fields.c \
 *	    daemon/http/{condition,forwarded,grammar}.c daemon/base/{str,arena,when}.c -o fuzz_fields
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/when.h"
#include "http/condition.h"
#include "http/forwarded.h"
#include "http/grammar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_forwarded(struct arena *arena, const char *text, bool is_x)
{
	struct http_prefix prefix;
	assert(http_prefix_parse("10.0.0.0/8", &prefix));
	struct http_trust trust = {&prefix, 1};
	struct http_forwarded_fields fields = {.forwarded = is_x ? NULL : text, .x_for = is_x ? text : NULL, .x_host = is_x ? text : NULL};
	struct http_forwarded said;
	struct http_address address;
	http_forwarded_read(arena, &trust, &fields, &said);
	assert(said.client == NULL || http_address_parse(said.client, &address));
	assert(said.scheme == NULL || strcmp(said.scheme, "http") == 0 || strcmp(said.scheme, "https") == 0);
	assert(said.host == NULL || http_is_host(said.host, strlen(said.host)));
}

static void
read_times(const char *text)
{
	char again[WHEN_TEXT_SIZE];
	int64_t instant, same;
	bool local;
	if (when_parse_http(text, &instant)) {
		when_print_http(instant, again);
		assert(when_parse_http(again, &same) && same == instant);
	}
	if (when_parse(text, &instant, &local))
		when_print(instant, again);
	when_parse_duration(text, &instant);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct arena *arena = arena_new();
	char *text = malloc(size); /* its own size, so that a sanitizer sees a read beyond it */
	if (text == NULL)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 4) {
	case 0:
		http_etag_is_listed(text, "\"a\"");
		http_coding_accepts_gzip(text);
		break;
	case 1:
		read_times(text);
		break;
	default:
		read_forwarded(arena, text, data[0] % 4 == 2);
	}
	free(text);
	arena_free(arena);
	return 0;
}

#include "replay.h"
