/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See picture.h. PNG: W3C PNG 5.2, 11.2.2. JPEG: ITU T.81 B. WebP: RFC 9649 2. */
#include "page/picture.h"

#include <string.h>

static uint32_t
big(const unsigned char *at, size_t count)
{
	uint32_t number = 0;
	for (size_t i = 0; i < count; i++)
		number = number << 8 | at[i];
	return number;
}

static uint32_t
little(const unsigned char *at, size_t count)
{
	uint32_t number = 0;
	for (size_t i = count; i > 0; i--)
		number = number << 8 | at[i - 1];
	return number;
}

static bool
read_png(const unsigned char *bytes, size_t length, struct picture *picture)
{
	static const unsigned char signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
	static const unsigned char end[] = {'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
	if (length < sizeof signature + 13 + sizeof end || memcmp(bytes, signature, sizeof signature) != 0 ||
	    memcmp(bytes + length - sizeof end, end, sizeof end) != 0)
		return false;
	*picture = (struct picture){.type = "image/png", .width = big(bytes + 16, 4), .height = big(bytes + 20, 4)};
	return true;
}

/* Start of a frame: SOF0 to SOF15 but DHT (C4), JPG (C8) and DAC (CC). */
static bool
is_frame(unsigned char marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool
read_jpeg(const unsigned char *bytes, size_t length, struct picture *picture)
{
	if (length < 4 || bytes[0] != 0xff || bytes[1] != 0xd8 || bytes[length - 2] != 0xff || bytes[length - 1] != 0xd9)
		return false;
	for (size_t at = 2; at + 9 < length;) {
		size_t size = big(bytes + at + 2, 2);
		if (bytes[at] != 0xff || size < 2)
			return false;
		if (bytes[at + 1] == 0xff) { /* fill */
			at++;
			continue;
		}
		if (is_frame(bytes[at + 1])) {
			*picture = (struct picture){.type = "image/jpeg", .width = big(bytes + at + 7, 2), .height = big(bytes + at + 5, 2)};
			return true;
		}
		at += 2 + size;
	}
	return false;
}

static bool
read_webp(const unsigned char *bytes, size_t length, struct picture *picture)
{
	if (length < 30 || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WEBP", 4) != 0)
		return false;
	uint64_t told = (uint64_t)little(bytes + 4, 4) + 8;
	if (told != length && told + 1 != length)
		return false;
	*picture = (struct picture){.type = "image/webp"};
	if (memcmp(bytes + 12, "VP8X", 4) == 0) {
		picture->width = little(bytes + 24, 3) + 1;
		picture->height = little(bytes + 27, 3) + 1;
	} else if (memcmp(bytes + 12, "VP8L", 4) == 0 && bytes[20] == 0x2f) {
		uint32_t both = little(bytes + 21, 4);
		picture->width = (both & 0x3fff) + 1;
		picture->height = (both >> 14 & 0x3fff) + 1;
	} else if (memcmp(bytes + 12, "VP8 ", 4) == 0 && memcmp(bytes + 23, "\x9d\x01\x2a", 3) == 0) {
		picture->width = little(bytes + 26, 2) & 0x3fff;
		picture->height = little(bytes + 28, 2) & 0x3fff;
	}
	return true;
}

bool
picture_read(const void *bytes, size_t length, struct picture *ret_picture)
{
	struct picture picture = {0};
	bool is_one = read_png(bytes, length, &picture) || read_jpeg(bytes, length, &picture) || read_webp(bytes, length, &picture);
	if (!is_one || picture.width == 0 || picture.height == 0)
		return false;
	*ret_picture = picture;
	return true;
}
