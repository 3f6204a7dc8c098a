/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/folder.h"
#include "base/str.h"
#include "base/wording.h"
#include "http/http.h"

enum { ASSETS_MAX = 200, FINGERPRINT_LENGTH = 12 };

struct library {
	struct arena *arena;
	struct wording *wording;
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

/* ---- templates and texts ---- */

const struct mustache *
library_template(void *context, const char *name)
{
	const struct library *library = context;
	return wording_template(library->wording, name);
}

const struct json *
library_texts(const struct library *library, bool is_english)
{
	return wording_texts(library->wording, is_english);
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
		return folder_say(ret_error, path, type_of(name) == NULL ? "is of a kind that is not served" : "there are too many static files");
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
take_asset(void *context, const char *path, const char *name, const struct str *text, char **ret_error)
{
	struct library *library = context;
	return add_asset(library, path, arena_text(library->arena, name), str_text(text), text->length, ret_error);
}

static bool
take_style(void *context, const char *path, const char *name, const struct str *text, char **ret_error)
{
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
	bool is_fine = folder_each(arena_print(library->arena, "%s/daemon/page/static", data_directory), "", take_asset, library, ret_error) &&
	    folder_each(folder, ".css", take_style, &styles, ret_error) &&
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
	library->wording = wording_load(arena_print(library->arena, "%s/daemon/page/templates", data_directory),
	    arena_print(library->arena, "%s/config/locale", data_directory), ret_error);
	if (library->wording != NULL && load_assets(library, data_directory, ret_error))
		return library;
	library_free(library);
	return NULL;
}

void
library_free(struct library *library)
{
	if (library == NULL)
		return;
	wording_free(library->wording);
	for (size_t i = 0; i < library->asset_count; i++) {
		http_bytes_unref(library->assets[i].plain);
		http_bytes_unref(library->assets[i].gzip);
	}
	arena_free(library->arena);
	free(library);
}
