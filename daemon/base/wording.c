/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/wording.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/folder.h"
#include "base/json.h"
#include "base/mustache.h"
#include "base/str.h"

enum { TEMPLATES_MAX = 200 };

struct template {
	const char *name;
	struct mustache *parsed;
};

struct wording {
	struct arena *arena;
	struct template templates[TEMPLATES_MAX];
	size_t template_count;
	const struct json *texts[2];
};

/* ---- templates ---- */

static bool
take_template(void *context, const char *path, const char *name, const struct str *text, char **ret_error)
{
	struct wording *wording = context;
	char *error = NULL;
	struct mustache *parsed = mustache_new(str_text(text), text->length, &error);
	if (parsed == NULL || wording->template_count == TEMPLATES_MAX) {
		mustache_free(parsed);
		folder_say(ret_error, path, error != NULL ? error : "there are too many templates");
		free(error);
		return false;
	}
	wording->templates[wording->template_count++] = (struct template){.name = arena_text(wording->arena, name), .parsed = parsed};
	return true;
}

const struct mustache *
wording_template(void *context, const char *name)
{
	const struct wording *wording = context;
	for (size_t i = 0; i < wording->template_count; i++)
		if (str_equal(wording->templates[i].name, name))
			return wording->templates[i].parsed;
	return NULL;
}

/* ---- texts ---- */

struct reading {
	struct arena *arena;
	struct json_writer writer;
};

static bool
take_texts(void *context, const char *path, const char *name, const struct str *text, char **ret_error)
{
	struct reading *reading = context;
	const char *error = NULL;
	const struct json *section = json_read(reading->arena, str_text(text), text->length, &error);
	if (section == NULL || json_kind(section) != JSON_IS_MAP)
		return folder_say(ret_error, path, error != NULL ? error : "must be a map of texts");
	json_put_value(&reading->writer, name, section);
	return true;
}

static bool
load_texts(struct wording *wording, const char *locale, const char *language, const struct json **ret_texts, char **ret_error)
{
	struct str text = {0};
	struct reading reading = {.arena = wording->arena, .writer = {.out = &text}};
	const char *error;
	json_open_map(&reading.writer, NULL);
	json_open_map(&reading.writer, "t");
	bool is_fine = folder_each(arena_print(wording->arena, "%s/%s", locale, language), ".json", take_texts, &reading, ret_error);
	json_close_map(&reading.writer);
	json_close_map(&reading.writer);
	*ret_texts = is_fine ? json_read(wording->arena, text.bytes, text.length, &error) : NULL;
	str_free(&text);
	return is_fine;
}

const struct json *
wording_texts(const struct wording *wording, bool is_english)
{
	return wording->texts[is_english];
}

/* ---- all ---- */

struct wording *
wording_load(const char *templates, const char *locale, char **ret_error)
{
	struct wording *wording = base_alloc(sizeof *wording);
	wording->arena = arena_new();
	if (folder_each(templates, ".mustache", take_template, wording, ret_error) &&
	    load_texts(wording, locale, "de", &wording->texts[false], ret_error) && load_texts(wording, locale, "en", &wording->texts[true], ret_error))
		return wording;
	wording_free(wording);
	return NULL;
}

void
wording_free(struct wording *wording)
{
	if (wording == NULL)
		return;
	for (size_t i = 0; i < wording->template_count; i++)
		mustache_free(wording->templates[i].parsed);
	arena_free(wording->arena);
	free(wording);
}
