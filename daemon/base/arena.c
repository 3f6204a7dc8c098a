/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first chunk holds an ordinary request whole; what is larger gets a chunk of its own. */
enum { CHUNK_SIZE = 8192 - 64 };

struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t bytes[];
};

struct deferred {
	struct deferred *next;
	void (*done)(void *thing);
	void *thing;
};

struct arena {
	struct chunk *chunks; /* the newest first: the only one with room */
	struct deferred *deferred;
	size_t taken;
};

void *
base_alloc(size_t size)
{
	void *memory = calloc(1, size > 0 ? size : 1);
	if (memory == NULL)
		abort();
	return memory;
}

void *
base_realloc(void *old, size_t size)
{
	void *memory = realloc(old, size > 0 ? size : 1);
	if (memory == NULL)
		abort();
	return memory;
}

char *
base_strdup(const char *text)
{
	size_t length = strlen(text) + 1;
	char *copy = base_alloc(length);
	memcpy(copy, text, length);
	return copy;
}

static struct chunk *
chunk_new(size_t size)
{
	assert(size < SIZE_MAX / 2);
	struct chunk *chunk = base_realloc(NULL, sizeof *chunk + size);
	*chunk = (struct chunk){.size = size};
	return chunk;
}

struct arena *
arena_new(void)
{
	return base_alloc(sizeof(struct arena));
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	for (struct deferred *each = arena->deferred; each != NULL; each = each->next)
		each->done(each->thing);
	for (struct chunk *chunk = arena->chunks, *next; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

void *
arena_take(struct arena *arena, size_t size)
{
	const size_t grain = _Alignof(max_align_t);
	assert(size < SIZE_MAX / 2);
	size = (size + grain - 1) / grain * grain;
	arena->taken += size;
	struct chunk *chunk = arena->chunks;
	if (chunk == NULL || chunk->size - chunk->used < size) {
		struct chunk *fresh = chunk_new(size > CHUNK_SIZE / 2 ? size : CHUNK_SIZE);
		if (chunk != NULL && fresh->size == size) {
			/* A large piece goes behind the chunk that still has room. */
			fresh->next = chunk->next;
			chunk->next = fresh;
		} else {
			fresh->next = chunk;
			arena->chunks = fresh;
		}
		chunk = fresh;
	}
	void *memory = (char *)chunk->bytes + chunk->used;
	chunk->used += size;
	return memset(memory, 0, size); /* a chunk is not zeroed whole: most requests use little of it */
}

char *
arena_copy(struct arena *arena, const void *bytes, size_t length)
{
	char *copy = arena_take(arena, length + 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

char *
arena_text(struct arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_copy(arena, text, strlen(text));
}

char *
arena_print(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(length >= 0);
	char *text = arena_take(arena, (size_t)length + 1);
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

void
arena_defer(struct arena *arena, void (*done)(void *thing), void *thing)
{
	struct deferred *entry = arena_take(arena, sizeof *entry);
	entry->done = done;
	entry->thing = thing;
	entry->next = arena->deferred;
	arena->deferred = entry;
}

size_t
arena_size(const struct arena *arena)
{
	return arena->taken;
}
