/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/library.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "http/http.h"
#include "page/mustache.h"

enum { TEMPLATES_MAX = 200, ASSETS_MAX = 200, FINGERPRINT_LENGTH = 12 };

struct template {
	const char *name;
	struct mustache *parsed;
};

struct library {
	struct arena *arena;
	struct template templates[TEMPLATES_MAX];
	size_t template_count;
	const struct json *texts[2];
	struct asset assets[ASSETS_MAX];
	size_t asset_count;
	struct digest *digest; /* while loading */
	char fingerprint[FINGERPRINT_LENGTH + 1];
};

static const struct { const char *ending, *type; } types[] = {
	{".css", "text/css; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"},
	{".png", "image/png"}, {".webp", "image/webp"}, {".jpg", "image/jpeg"}, {".json", "application/json"},
	{".webmanifest", "application/manifest+json"}, {".txt", "text/plain; charset=utf-8"}};
enum { TYPES = sizeof types / sizeof types[0] };

/* ---- files ---- */

static bool
say_error(char **ret_error, const char *path, const char *why)
{
	struct str text = {0};
	str_print(&text, "%s: %s", path, why);
	*ret_error = str_steal(&text, NULL);
	return false;
}

static bool
read_file(const char *path, struct str *ret_text, char **ret_error)
{
	char part[8192];
	size_t length;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return say_error(ret_error, path, strerror(errno));
	while ((length = fread(part, 1, sizeof part, file)) > 0)
		str_add(ret_text, part, length);
	bool is_read = !ferror(file);
	fclose(file);
	return is_read || say_error(ret_error, path, "cannot be read");
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

typedef bool take_file(struct library *library, void *context, const char *path, const char *name, const struct str *text, char **ret_error);

/* Hands every file of a folder with this ending, in the order of their names, to take. */
static bool
each_file(struct library *library, const char *folder, const char *ending, take_file *take, void *context, char **ret_error)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_visible, alphasort);
	bool is_fine = count >= 0 || say_error(ret_error, folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *path = arena_print(library->arena, "%s/%s", folder, entries[i]->d_name);
		struct str text = {0};
		if (is_fine && str_ends(path, ending))
			is_fine = read_file(path, &text, ret_error) &&
			    take(library, context, path, arena_copy(library->arena, entries[i]->d_name, strlen(entries[i]->d_name) - strlen(ending)),
				&text, ret_error);
		str_free(&text);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return is_fine;
}

/* ---- templates ---- */

static bool
take_template(struct library *library, void *context, const char *path, const char *name, const struct str *text, char **ret_error)
{
	(void)context;
	char *error = NULL;
	struct mustache *parsed = mustache_new(str_text(text), text->length, &error);
	if (parsed == NULL || library->template_count == TEMPLATES_MAX) {
		mustache_free(parsed);
		say_error(ret_error, path, error != NULL ? error : "there are too many templates");
		free(error);
		return false;
	}
	library->templates[library->template_count++] = (struct template){.name = name, .parsed = parsed};
	return true;
}

const struct mustache *
library_template(void *context, const char *name)
{
	const struct library *library = context;
	for (size_t i = 0; i < library->template_count; i++)
		if (str_equal(library->templates[i].name, name))
			return library->templates[i].parsed;
	return NULL;
}

/* ---- texts ---- */

static bool
take_texts(struct library *library, void *context, const char *path, const char *name, const struct str *text, char **ret_error)
{
	const char *error = NULL;
	const struct json *section = json_read(library->arena, str_text(text), text->length, &error);
	if (section == NULL || json_kind(section) != JSON_IS_MAP)
		return say_error(ret_error, path, error != NULL ? error : "must be a map of texts");
	json_put_value(context, name, section);
	return true;
}

static bool
load_texts(struct library *library, const char *data_directory, const char *language, const struct json **ret_texts, char **ret_error)
{
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	const char *error;
	json_open_map(&writer, NULL);
	json_open_map(&writer, "t");
	bool is_fine = each_file(library, arena_print(library->arena, "%s/config/locale/%s", data_directory, language), ".json", take_texts,
	    &writer, ret_error);
	json_close_map(&writer);
	json_close_map(&writer);
	*ret_texts = is_fine ? json_read(library->arena, text.bytes, text.length, &error) : NULL;
	str_free(&text);
	return is_fine;
}

const struct json *
library_texts(const struct library *library, bool is_english)
{
	return library->texts[is_english];
}

/* ---- static files ---- */

static const char *
type_of(const char *name)
{
	for (size_t i = 0; i < TYPES; i++)
		if (str_ends(name, types[i].ending))
			return types[i].type;
	return NULL;
}

static bool
add_asset(struct library *library, const char *path, const char *name, const char *bytes, size_t length, char **ret_error)
{
	char hex[DIGEST_HEX_SIZE];
	if (type_of(name) == NULL || library->asset_count == ASSETS_MAX)
		return say_error(ret_error, path, type_of(name) == NULL ? "is of a kind that is not served" : "there are too many static files");
	char *copy = base_alloc(length + 1);
	memcpy(copy, bytes, length);
	struct asset *asset = &library->assets[library->asset_count++];
	digest_sha256_hex(bytes, length, hex);
	*asset = (struct asset){.name = name, .type = type_of(name), .plain = http_bytes_new(copy, length)};
	asset->gzip = http_bytes_gzip(asset->plain);
	asset->etag = arena_print(library->arena, "\"%.16s\"", hex);
	asset->gzip_etag = arena_print(library->arena, "\"%.16s-gzip\"", hex);
	digest_add(library->digest, name, strlen(name) + 1);
	digest_add(library->digest, bytes, length);
	return true;
}

static bool
take_asset(struct library *library, void *context, const char *path, const char *name, const struct str *text, char **ret_error)
{
	(void)context;
	return add_asset(library, path, name, str_text(text), text->length, ret_error);
}

static bool
take_style(struct library *library, void *context, const char *path, const char *name, const struct str *text, char **ret_error)
{
	(void)library;
	(void)path;
	(void)name;
	(void)ret_error;
	str_add(context, text->bytes, text->length);
	return true;
}

static bool
load_assets(struct library *library, const char *data_directory, char **ret_error)
{
	struct str styles = {0};
	char hex[DIGEST_HEX_SIZE];
	library->digest = digest_new();
	const char *folder = arena_print(library->arena, "%s/daemon/page/styles", data_directory);
	bool is_fine = each_file(library, arena_print(library->arena, "%s/daemon/page/static", data_directory), "", take_asset, NULL, ret_error) &&
	    each_file(library, folder, ".css", take_style, &styles, ret_error) &&
	    add_asset(library, folder, "hubd.css", str_text(&styles), styles.length, ret_error);
	digest_end(library->digest, hex);
	snprintf(library->fingerprint, sizeof library->fingerprint, "%.*s", FINGERPRINT_LENGTH, hex);
	str_free(&styles);
	return is_fine;
}

const struct asset *
library_asset(const struct library *library, const char *name)
{
	for (size_t i = 0; i < library->asset_count; i++)
		if (str_equal(library->assets[i].name, name))
			return &library->assets[i];
	return NULL;
}

const char *
library_fingerprint(const struct library *library)
{
	return library->fingerprint;
}

/* ---- all ---- */

struct library *
library_load(const char *data_directory, char **ret_error)
{
	struct library *library = base_alloc(sizeof *library);
	library->arena = arena_new();
	const char *templates = arena_print(library->arena, "%s/daemon/page/templates", data_directory);
	if (each_file(library, templates, ".mustache", take_template, NULL, ret_error) &&
	    load_texts(library, data_directory, "de", &library->texts[false], ret_error) &&
	    load_texts(library, data_directory, "en", &library->texts[true], ret_error) && load_assets(library, data_directory, ret_error))
		return library;
	library_free(library);
	return NULL;
}

void
library_free(struct library *library)
{
	if (library == NULL)
		return;
	for (size_t i = 0; i < library->template_count; i++)
		mustache_free(library->templates[i].parsed);
	for (size_t i = 0; i < library->asset_count; i++) {
		http_bytes_unref(library->assets[i].plain);
		http_bytes_unref(library->assets[i].gzip);
	}
	arena_free(library->arena);
	free(library);
}
