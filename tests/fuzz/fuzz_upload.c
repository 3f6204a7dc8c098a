/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes what reads uploads of strangers: a form with files, and what says that it is a picture. The first byte chooses.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Idaemon tests/fuzz/fuzz_upload.c \
 *	    daemon/dispatch/multipart.c daemon/page/picture.c daemon/base/{str,arena}.c -o fuzz_upload
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "dispatch/form.h"
#include "dispatch/multipart.h"
#include "page/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_form(struct arena *arena, const char *body, size_t size)
{
	struct form form;
	if (!multipart_parse(arena, body, size, "-x", &form))
		return;
	assert(form.count <= FORM_FIELDS_MAX);
	for (size_t i = 0; i < form.count; i++) {
		const struct form_field *field = &form.fields[i];
		assert(field->name != NULL && field->length < size);
		assert(field->file_name != NULL || (strlen(field->value) == field->length && str_is_utf8(field->value, field->length)));
	}
}

static void
read_boundary(struct arena *arena, const char *text)
{
	const char *boundary = multipart_boundary(arena, text);
	assert(boundary == NULL || (*boundary != '\0' && strlen(boundary) <= 70));
}

static void
strip(const struct picture *picture, const char *bytes, size_t length)
{
	assert(picture->width > 0 && picture->height > 0 && strncmp(picture->type, "image/", 6) == 0);
	char *out = malloc(length);
	if (out == NULL)
		abort();
	assert(picture_strip(picture, bytes, length, out) <= length);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct picture picture;
	if (size == 0)
		return 0;
	struct arena *arena = arena_new();
	char *text = malloc(size); /* its own size, so that a sanitizer sees a read beyond it */
	if (text == NULL)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (data[0] == 'b')
		read_boundary(arena, text);
	else if (data[0] == 'p' && picture_read(text, size - 1, &picture))
		strip(&picture, text, size - 1);
	else if (data[0] == 'f')
		read_form(arena, text, size - 1);
	free(text);
	arena_free(arena);
	return 0;
}

#include "replay.h"
