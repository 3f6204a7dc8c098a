/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uploads: what a browser sends with a file, and what is no picture. */
#include "dispatch/form.h"
#include "dispatch/multipart.h"
#include "page/picture.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "check.h"

#define B "----x"
#define HEAD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static bool
parse(struct arena *arena, const char *body, size_t length, struct form *form)
{
	return multipart_parse(arena, body, length, "--x", form);
}

static void
a_file_arrives_byte_for_byte_beside_texts(void)
{
	static const char body[] = B "\r\n" HEAD("alt_de") "Gr\xc3\xbcner Laser\r\n" B "\r\n"
	    "content-type: image/png\r\nCONTENT-DISPOSITION: form-data; name=\"photo\"; filename=\"a;name=%22b.png\"\r\n\r\n"
	    "\x89PNG\r\n\0--x \r\n--\r\n" B " \t\r\n" HEAD("twice") "1\r\n" B "\r\n" HEAD("twice") "\r\n" B "--\r\nwhat follows";
	struct arena *arena = arena_new();
	struct form form;
	CHECK(parse(arena, body, sizeof body - 1, &form) && form.count == 4);
	CHECK_TEXT(form_find(&form, "alt_de", 0), "Gr\xc3\xbcner Laser");
	CHECK_TEXT(form_find(&form, "twice", 0), "1");
	CHECK_TEXT(form_find(&form, "twice", 1), "");
	CHECK(form_find(&form, "photo", 0) == NULL && form_find_file(&form, "twice") == NULL);
	const struct form_field *file = form_find_file(&form, "photo");
	CHECK(file != NULL && file->length == 15 && memcmp(file->value, "\x89PNG\r\n\0--x \r\n--", 15) == 0);
	CHECK_TEXT(file->file_name, "a;name=%22b.png");
	arena_free(arena);
}

static void
no_file_chosen_is_no_file(void)
{
	static const char body[] = B "\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n" B "--\r\n";
	struct arena *arena = arena_new();
	struct form form;
	CHECK(parse(arena, body, sizeof body - 1, &form) && form_find_file(&form, "photo") == NULL);
	arena_free(arena);
}

static void
what_is_no_form_is_refused(void)
{
	static const char *const wrong[] = {"", B, B "\r\n", B "\r\n" HEAD("a") "1", B "\r\n" HEAD("a") "1\r\n" B, B "\r\n" HEAD("a") "1\r\n" B "x\r\n",
		B "\r\nContent-Disposition: form-data\r\n\r\n1\r\n" B "--", B "\r\n\r\n1\r\n" B "--", B "\r\n" HEAD("a") "\xff\r\n" B "--",
		B "\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n" B "--"};
	struct arena *arena = arena_new();
	struct form form;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK(!parse(arena, wrong[i], strlen(wrong[i]), &form));
	static const char with_nul[] = B "\r\n" HEAD("a") "1\0\r\n" B "--";
	CHECK(!parse(arena, with_nul, sizeof with_nul - 1, &form));
	CHECK(parse(arena, B "--", strlen(B "--"), &form) && form.count == 0);
	arena_free(arena);
}

static void
parts_are_bounded(void)
{
	struct arena *arena = arena_new();
	struct form form;
	struct str body = {0};
	for (size_t i = 0; i < FORM_FIELDS_MAX; i++)
		str_put(&body, B "\r\n" HEAD("a") "1\r\n");
	size_t length = body.length;
	str_put(&body, B "--");
	CHECK(parse(arena, body.bytes, body.length, &form) && form.count == FORM_FIELDS_MAX);
	body.length = length;
	str_put(&body, B "\r\n" HEAD("a") "1\r\n" B "--");
	CHECK(!parse(arena, body.bytes, body.length, &form));
	str_clear(&body);
	str_put(&body, B "\r\nX: ");
	for (size_t i = 0; i < 5000; i++)
		str_char(&body, 'y');
	str_put(&body, "\r\n" HEAD("a") "1\r\n" B "--");
	CHECK(!parse(arena, body.bytes, body.length, &form));
	str_free(&body);
	arena_free(arena);
}

static void
a_boundary_is_read_as_browsers_write_it(void)
{
	struct arena *arena = arena_new();
	CHECK_TEXT(multipart_boundary(arena, "multipart/form-data; boundary=----WebKitFormBoundary7MA4"), "----WebKitFormBoundary7MA4");
	CHECK_TEXT(multipart_boundary(arena, "Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""), "a b");
	static const char *const none[] = {NULL, "", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=a",
		"multipart/form-database; boundary=a", "multipart/form-data; boundary=\"a",
		"multipart/form-data; boundary=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhh"};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		CHECK(multipart_boundary(arena, none[i]) == NULL);
	arena_free(arena);
}

/* ---- pictures ---- */

static const unsigned char png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 2, 0x80, 0, 0, 1, 0x68, 8, 2, 0, 0, 0,
	1, 2, 3, 4, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
static const unsigned char jpeg[] = {0xff, 0xd8, 0xff, 0xe0, 0, 4, 'J', 'F', 0xff, 0xff, 0xc4, 0, 3, 9, 0xff, 0xc2, 0, 11, 8, 1, 0x68, 2, 0x80, 1, 1, 0x11, 0, 0xff, 0xd9};
static const unsigned char webp[] = {'R', 'I', 'F', 'F', 22, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', 'X', 10, 0, 0, 0, 0, 0, 0, 0, 0x7f, 2, 0, 0x67, 1, 0};
static const unsigned char lossless[] = {'R', 'I', 'F', 'F', 22, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', 'L', 9, 0, 0, 0, 0x2f, 0x7f, 0xc2, 0x59, 0, 0, 0, 0, 0, 0};
static const unsigned char lossy[] = {'R', 'I', 'F', 'F', 22, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', ' ', 10, 0, 0, 0, 0x30, 1, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68, 1};

static const struct {
	const unsigned char *bytes;
	size_t length;
	const char *type;
} pictures[] = {{png, sizeof png, "image/png"}, {jpeg, sizeof jpeg, "image/jpeg"}, {webp, sizeof webp, "image/webp"},
	{lossless, sizeof lossless, "image/webp"}, {lossy, sizeof lossy, "image/webp"}};

static void
pictures_are_told_by_their_bytes_and_cut_ones_refused(void)
{
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
		struct picture picture = {0};
		CHECK(picture_read(pictures[i].bytes, pictures[i].length, &picture));
		CHECK_TEXT(picture.type, pictures[i].type);
		CHECK(picture.width == 640 && picture.height == 360);
		for (size_t length = 0; length + 1 < pictures[i].length; length++)
			CHECK(!picture_read(pictures[i].bytes, length, &picture));
	}
	static const char *const others[] = {"", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "GIF89a\x01\x00\x01\x00", "\xff\xd8\xff\xd9", "<!DOCTYPE html><p>PNG"};
	struct picture none;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		CHECK(!picture_read(others[i], strlen(others[i]), &none));
}

/* A picture with "Spree 4" where cameras and programs note such things; without it; which of its notes stay. */
#define NOTE 'S', 'p', 'r', 'e', 'e', ' ', '4'
static const unsigned char noted_png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 2, 0x80, 0, 0, 1, 0x68, 8, 2, 0, 0, 0,
	1, 2, 3, 4, 0, 0, 0, 7, 't', 'E', 'X', 't', NOTE, 0, 0, 0, 0, 0, 0, 0, 7, 'e', 'X', 'I', 'f', NOTE, 0, 0, 0, 0, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
#define UPRIGHT 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0
#define FRAME 0xff, 0xc2, 0, 11, 8, 2, 0x80, 1, 0x68, 1, 1, 0x11, 0
#define SCAN 0xff, 0xda, 0, 3, 1, 7, 0xff, 0, 0xff, 0xd0, 8, 0xff, 0xc4, 0, 3, 9, 0xff, 0xda, 0, 3, 2, 5
static const unsigned char noted_jpeg[] = {0xff, 0xd8, 0xff, 0xe1, 0, 41, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0,
	0, 0, NOTE, 0xff, 0xe1, 0, 9, NOTE, 0xff, 0xed, 0, 9, NOTE, 0xff, 0xfe, 0, 9, NOTE, 0xff, 0xff, FRAME, SCAN, 0xff, 0xd9, NOTE, 0xff, 0xd9};
static const unsigned char plain_jpeg[] = {0xff, 0xd8, UPRIGHT, FRAME, SCAN, 0xff, 0xd9};
static const unsigned char noted_webp[] = {'R', 'I', 'F', 'F', 54, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', 'X', 10, 0, 0, 0, 0x1c, 0, 0, 0, 0x7f, 2, 0, 0x67, 1, 0,
	'E', 'X', 'I', 'F', 7, 0, 0, 0, NOTE, 0, 'X', 'M', 'P', ' ', 7, 0, 0, 0, NOTE, 0};
static const unsigned char plain_webp[] = {'R', 'I', 'F', 'F', 22, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', 'X', 10, 0, 0, 0, 0x10, 0, 0, 0, 0x7f, 2, 0, 0x67, 1, 0};

static void
where_a_photo_was_taken_stays_with_whoever_took_it(void)
{
	static const struct {
		const unsigned char *noted, *plain;
		size_t noted_length, plain_length;
	} rows[] = {{noted_png, png, sizeof noted_png, sizeof png}, {noted_jpeg, plain_jpeg, sizeof noted_jpeg, sizeof plain_jpeg},
		{noted_webp, plain_webp, sizeof noted_webp, sizeof plain_webp}, {noted_webp, plain_webp, sizeof noted_webp - 1, sizeof plain_webp}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned char given[256], out[256];
		struct picture picture = {0}, again = {0};
		memcpy(given, rows[i].noted, rows[i].noted_length);
		if (i == 3)
			given[4]--; /* the filling byte at the end is missing */
		CHECK(picture_read(given, rows[i].noted_length, &picture) && picture.width == 640 && picture.height == 360);
		CHECK(picture_strip(&picture, given, rows[i].noted_length, out) == rows[i].plain_length);
		CHECK(memcmp(out, rows[i].plain, rows[i].plain_length) == 0);
		CHECK(picture_read(out, rows[i].plain_length, &again) && again.width == 640 && again.height == 360);
	}
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) { /* what has no notes stays as it is */
		unsigned char out[256];
		struct picture picture = {0};
		CHECK(picture_read(pictures[i].bytes, pictures[i].length, &picture));
		CHECK(picture_strip(&picture, pictures[i].bytes, pictures[i].length, out) == pictures[i].length - (pictures[i].bytes == jpeg ? 1 : 0));
	}
}

static void
base64_goes_both_ways(void)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe\xfd", "//79"}};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		char text[DIGEST_BASE64_SIZE(8)];
		unsigned char back[8];
		digest_base64_encode(pairs[i][0], strlen(pairs[i][0]), text);
		CHECK_TEXT(text, pairs[i][1]);
		CHECK(digest_base64_decode(text, strlen(text), back, sizeof back) == (long)strlen(pairs[i][0]) && memcmp(back, pairs[i][0], strlen(pairs[i][0])) == 0);
	}
}

TEST_MAIN(TEST(a_file_arrives_byte_for_byte_beside_texts), TEST(no_file_chosen_is_no_file), TEST(what_is_no_form_is_refused), TEST(parts_are_bounded), TEST(a_boundary_is_read_as_browsers_write_it), TEST(pictures_are_told_by_their_bytes_and_cut_ones_refused), TEST(where_a_photo_was_taken_stays_with_whoever_took_it), TEST(base64_goes_both_ways))
