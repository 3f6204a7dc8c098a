/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos of rooms and machines: from a form or the API into the database, and out again under their fingerprint. */
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/manage.h"
#include "page/pages.h"
#include "page/picture.h"

enum { ALT_MAX = 500, PHOTO_MAX = 65536, FINGERPRINT = 16 };

/* ---- in ---- */

/* Its bytes say what it is, and what a camera noted in them stays outside; how large it may be is SQL's question. */
static bool
put_picture(struct http_request *request, struct ask *ask, struct json_writer *writer, const void *given, size_t given_length, const char *pointer)
{
	struct picture picture;
	unsigned char *bytes = arena_take(http_arena(request), given_length + 1);
	size_t length = picture_read(given, given_length, &picture) ? picture_strip(&picture, given, given_length, bytes) : 0;
	if (length == 0)
		return ask_refuse(request, ask, 422, "no-picture", pointer, "Das ist kein vollständiges PNG, JPEG oder WebP.", "This is no complete PNG, JPEG or WebP.");
	if (length > PHOTO_MAX)
		return ask_refuse(request, ask, 422, "photo-too-large", pointer,
		    "Das Foto hat %zu KiB; höchstens %d sind möglich, damit die Seite leicht bleibt. Bitte kleiner speichern, etwa 1000 Punkte breit als WebP oder JPEG.",
		    "The photo has %zu KiB; at most %d are possible, so that the page stays light. Please save it smaller, about 1000 points wide as WebP or JPEG.",
		    (length + 1023) / 1024, PHOTO_MAX / 1024);
	char *text = arena_take(http_arena(request), DIGEST_BASE64_SIZE(length));
	digest_base64_encode(bytes, length, text);
	json_put_text(writer, "data", text);
	json_put_text(writer, "type", picture.type);
	json_put_integer(writer, "width", picture.width);
	json_put_integer(writer, "height", picture.height);
	return true;
}

static void
put_resource(struct http_request *request, struct json_writer *writer)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "hub", route_parameter(request, "hub"));
	json_put_text(writer, "resource", route_parameter(request, "resource"));
}

bool
page_ask_manage_photo(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	struct json_writer writer = {.out = &ret_ask->input};
	const char *alt_de = request_form(request, "alt_de"), *alt_en = request_form(request, "alt_en");
	size_t length;
	const char *bytes = request_file(request, "photo", &length, NULL);
	if (bytes == NULL)
		return ask_refuse(request, ret_ask, 422, "missing-member", "photo", "Bitte ein Foto wählen.", "Please choose a photo.");
	if ((alt_de != NULL && strlen(alt_de) > ALT_MAX) || (alt_en != NULL && strlen(alt_en) > ALT_MAX))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "alt_de", "Was das Foto zeigt, passt in %d Zeichen.",
		    "What the photo shows fits into %d characters.", (int)ALT_MAX);
	put_resource(request, &writer);
	json_put_text(&writer, "alt_de", alt_de != NULL ? alt_de : "");
	json_put_text(&writer, "alt_en", alt_en != NULL ? alt_en : "");
	bool is_right = put_picture(request, ret_ask, &writer, bytes, length, "photo");
	json_close_map(&writer);
	return is_right;
}

bool
page_ask_photo(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	static const struct ask_member members[] = {{"data", ASK_TEXT, 1, DIGEST_BASE64_SIZE(2 * PHOTO_MAX), false}, {"alt_de", ASK_TEXT, 0, ALT_MAX, false},
		{"alt_en", ASK_TEXT, 0, ALT_MAX, false}, {"dry_run", ASK_BOOL, 0, 0, false}, {0}};
	const struct json *body = request_json(request);
	struct json_writer writer = {.out = &ret_ask->input};
	if (!ask_knows(request, ret_ask, body, "", members))
		return false;
	const char *data = json_as_text(json_get(body, "data"));
	unsigned char *bytes = arena_take(http_arena(request), 2 * PHOTO_MAX + 3);
	long length = data == NULL ? -1 : digest_base64_decode(data, strlen(data), bytes, 2 * PHOTO_MAX + 3);
	if (length < 0)
		return ask_refuse(request, ret_ask, 422, "malformed-value", "/data", "„data“ ist das Bild in base64 (RFC 4648 4).", "\"data\" is the picture in base64 (RFC 4648 4).");
	put_resource(request, &writer);
	json_put_value(&writer, "alt_de", json_get(body, "alt_de"));
	json_put_value(&writer, "alt_en", json_get(body, "alt_en"));
	json_put_bool(&writer, "dry_run", request_is_dry_run(request));
	bool is_right = put_picture(request, ret_ask, &writer, bytes, (size_t)length, "/data");
	json_close_map(&writer);
	return is_right;
}

bool
page_ask_photo_gone(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	static const struct ask_member members[] = {{"dry_run", ASK_BOOL, 0, 0, false}, {0}};
	struct json_writer writer = {.out = &ret_ask->input};
	if (!ask_knows(request, ret_ask, request_json(request), "", members))
		return false;
	put_resource(request, &writer);
	json_put_bool(&writer, "dry_run", request_is_dry_run(request));
	json_close_map(&writer);
	return true;
}

static void
answer_form(struct http_request *request, const struct db_rows *rows, const char *done)
{
	if (page_document(request, rows) != NULL)
		page_redirect(request, arena_print(http_arena(request), "/hubs/%s/manage/resources/%s?done=%s", route_parameter(request, "hub"),
		    route_parameter(request, "resource"), done));
}

void
page_answer_manage_photo(struct http_request *request, const struct db_rows *rows)
{
	answer_form(request, rows, "photo");
}

void
page_answer_manage_photo_removed(struct http_request *request, const struct db_rows *rows)
{
	answer_form(request, rows, "photo_gone");
}

/* ---- out ---- */

/* Under its own fingerprint it is kept for ever; under an older one whoever asks gets the present one, and keeps it not. */
void
page_answer_photo(struct http_request *request, const struct db_rows *rows)
{
	const struct json *photo = page_document(request, rows);
	if (photo == NULL)
		return;
	const char *data = json_as_text(json_get(photo, "data")), *sha256 = json_as_text(json_get(photo, "sha256")), *wanted = route_parameter(request, "fingerprint");
	unsigned char *bytes = arena_take(http_arena(request), PHOTO_MAX + 3);
	long length = digest_base64_decode(data, strlen(data), bytes, PHOTO_MAX + 3);
	bool is_same = strlen(wanted) == FINGERPRINT && strncmp(sha256, wanted, FINGERPRINT) == 0;
	http_add_field(request, "Cache-Control", is_same ? "public, max-age=31536000, immutable" : "no-cache");
	http_add_field(request, "ETag", arena_print(http_arena(request), "\"%.*s\"", FINGERPRINT, sha256));
	http_add_field(request, "X-Content-Type-Options", "nosniff");
	http_add_field(request, "Content-Security-Policy", "default-src 'none'; sandbox");
	http_reply(request, 200, json_as_text(json_get(photo, "type")), bytes, length > 0 ? (size_t)length : 0);
}
