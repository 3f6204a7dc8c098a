/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Renders the cases of a Mustache specification file (JSON) and counts those that come out as expected. */
#include "base/mustache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

static struct str
read_file(const char *name)
{
	struct str text = {0};
	char part[4096];
	size_t length;
	FILE *file = fopen(name, "rb");
	if (file == NULL) {
		perror(name);
		exit(2);
	}
	while ((length = fread(part, 1, sizeof part, file)) > 0)
		str_add(&text, part, length);
	fclose(file);
	return text;
}

struct partials {
	const struct json *texts;
	struct mustache *parsed[16];
	size_t count;
};

static const struct mustache *
find_partial(void *context, const char *name)
{
	struct partials *partials = context;
	const char *text = json_as_text(json_get(partials->texts, name));
	char *error;
	if (text == NULL || partials->count == 16)
		return NULL;
	return partials->parsed[partials->count++] = mustache_new(text, strlen(text), &error);
}

static bool
run(const struct json *test)
{
	const char *text = json_as_text(json_get(test, "template")), *expected = json_as_text(json_get(test, "expected"));
	const struct json *data = json_get(test, "data");
	struct partials partials = {.texts = json_get(test, "partials")};
	struct str out = {0};
	char *error = NULL;
	struct mustache *template = mustache_new(text, strlen(text), &error);
	if (template != NULL)
		mustache_render(template, &data, 1, find_partial, &partials, &out);
	bool same = template != NULL && strcmp(str_text(&out), expected) == 0;
	if (!same)
		printf("%s: \"%s\" instead of \"%s\" %s\n", json_as_text(json_get(test, "name")), str_text(&out), expected,
		    error != NULL ? error : "");
	str_free(&out);
	free(error);
	mustache_free(template);
	for (size_t i = 0; i < partials.count; i++)
		mustache_free(partials.parsed[i]);
	return same;
}

int
main(int argc, char **argv)
{
	int passed = 0, failed = 0;
	for (int i = 1; i < argc; i++) {
		struct arena *arena = arena_new();
		struct str text = read_file(argv[i]);
		const char *error;
		const struct json *tests = json_get(json_read(arena, text.bytes, text.length, &error), "tests");
		for (size_t j = 0; j < json_size(tests); j++)
			run(json_at(tests, j)) ? passed++ : failed++;
		str_free(&text);
		arena_free(arena);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0 || passed == 0;
}
