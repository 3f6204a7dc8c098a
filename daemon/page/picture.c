/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See picture.h. PNG: W3C PNG 5.2, 11.2.2. JPEG: ITU T.81 B. WebP: RFC 9649 2. EXIF: CIPA DC-008 4.6. */
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

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, APP13 = 0xed, COMMENT = 0xfe, TAG_ORIENTATION = 0x0112 };

/* Which way is up, of an APP1 segment's content: 1 to 8; 1 where it is no EXIF, or does not say. */
static unsigned
orientation(const unsigned char *content, size_t length)
{
	const unsigned char *tiff = content + 6;
	if (length < 6 + 8 + 2 || memcmp(content, "Exif\0", 6) != 0 || (memcmp(tiff, "II*\0", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0))
		return 1;
	uint32_t (*number)(const unsigned char *, size_t) = tiff[0] == 'I' ? little : big;
	size_t room = length - 6, list = number(tiff + 4, 4);
	if (list > room - 2)
		return 1;
	size_t count = number(tiff + list, 2);
	for (size_t i = 0, at = list + 2; i < count && at + 12 <= room; i++, at += 12)
		if (number(tiff + at, 2) == TAG_ORIENTATION) {
			uint32_t value = number(tiff + at + 8, 2);
			return value >= 1 && value <= 8 ? value : 1;
		}
	return 1;
}

static bool
read_jpeg(const unsigned char *bytes, size_t length, struct picture *picture)
{
	if (length < 4 || bytes[0] != 0xff || bytes[1] != 0xd8 || bytes[length - 2] != 0xff || bytes[length - 1] != 0xd9)
		return false;
	unsigned up = 1;
	for (size_t at = 2; at + 9 < length;) {
		size_t size = big(bytes + at + 2, 2);
		if (bytes[at] != 0xff || size < 2)
			return false;
		if (bytes[at + 1] == 0xff) { /* fill */
			at++;
			continue;
		}
		if (is_frame(bytes[at + 1])) {
			uint32_t wide = big(bytes + at + 7, 2), high = big(bytes + at + 5, 2);
			*picture = (struct picture){.type = "image/jpeg", .width = up > 4 ? high : wide, .height = up > 4 ? wide : high};
			return true;
		}
		if (bytes[at + 1] == APP1 && at + 2 + size <= length && up == 1)
			up = orientation(bytes + at + 4, size - 2);
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

/* ---- without what nobody needs to know ---- */

struct copy {
	unsigned char *bytes;
	size_t length;
};

static void
put(struct copy *copy, const void *bytes, size_t length)
{
	memcpy(copy->bytes + copy->length, bytes, length);
	copy->length += length;
}

static bool
is_in(const unsigned char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (memcmp(name, *names, 4) == 0)
			return true;
	return false;
}

static bool
strip_png(const unsigned char *bytes, size_t length, struct copy *copy)
{
	static const char *const left_out[] = {"tEXt", "zTXt", "iTXt", "eXIf", "tIME", NULL};
	put(copy, bytes, 8);
	for (size_t at = 8; length - at >= 12;) {
		size_t size = (size_t)big(bytes + at, 4) + 12;
		if (size > length - at)
			return false;
		if (!is_in(bytes + at + 4, left_out))
			put(copy, bytes + at, size);
		if (memcmp(bytes + at + 4, "IEND", 4) == 0)
			return true;
		at += size;
	}
	return false;
}

/* The end of what follows a scan's head: the next marker that is neither a stuffed byte nor a restart. */
static size_t
end_of_scan(const unsigned char *bytes, size_t length, size_t at)
{
	while (at + 1 < length && !(bytes[at] == 0xff && bytes[at + 1] != 0 && bytes[at + 1] != 0xff && (bytes[at + 1] < 0xd0 || bytes[at + 1] > 0xd7)))
		at++;
	return at;
}

/* In the place of an EXIF segment, one that says which way is up, and nothing else. */
static void
put_orientation(struct copy *copy, const unsigned char *segment, size_t size)
{
	unsigned char least[] = {0xff, APP1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
	unsigned up = orientation(segment + 4, size - 4);
	least[29] = (unsigned char)up;
	if (up > 1 && size >= sizeof least)
		put(copy, least, sizeof least);
}

static bool
strip_jpeg(const unsigned char *bytes, size_t length, struct copy *copy)
{
	put(copy, bytes, 2);
	for (size_t at = 2; length - at >= 2;) {
		unsigned char marker = bytes[at + 1];
		if (bytes[at] != 0xff)
			return false;
		if (marker == 0xff) { /* fill */
			at++;
			continue;
		}
		if (marker == EOI) {
			put(copy, bytes + at, 2);
			return true;
		}
		size_t size = length - at >= 4 ? 2 + (size_t)big(bytes + at + 2, 2) : 0;
		if (size < 4 || size > length - at)
			return false;
		if (marker == APP1)
			put_orientation(copy, bytes + at, size);
		size_t next = marker == SOS ? end_of_scan(bytes, length, at + size) : at + size;
		if (marker != APP1 && marker != APP13 && marker != COMMENT)
			put(copy, bytes + at, next - at);
		at = next;
	}
	return false;
}

static bool
strip_webp(const unsigned char *bytes, size_t length, struct copy *copy)
{
	static const char *const left_out[] = {"EXIF", "XMP ", NULL};
	enum { FLAGS_EXIF_XMP = 0x0c };
	size_t end = (size_t)little(bytes + 4, 4) + 8;
	if (end > length)
		end = length;
	put(copy, bytes, 12);
	for (size_t at = 12; end - at >= 8;) {
		size_t size = 8 + ((size_t)little(bytes + at + 4, 4) + 1) / 2 * 2;
		if (size == end - at + 1) /* the last byte, which only fills, is missing in some */
			size--;
		if (size > end - at)
			return false;
		if (!is_in(bytes + at, left_out))
			put(copy, bytes + at, size);
		at += size;
	}
	if (copy->length > 20 && memcmp(copy->bytes + 12, "VP8X", 4) == 0)
		copy->bytes[20] &= (unsigned char)~FLAGS_EXIF_XMP;
	for (size_t i = 0; i < 4; i++)
		copy->bytes[4 + i] = (unsigned char)((copy->length - 8) >> (8 * i));
	return true;
}

size_t
picture_strip(const struct picture *picture, const void *bytes, size_t length, void *ret_bytes)
{
	struct copy copy = {.bytes = ret_bytes};
	bool is_whole = strcmp(picture->type, "image/png") == 0 ? strip_png(bytes, length, &copy)
	    : strcmp(picture->type, "image/jpeg") == 0 ? strip_jpeg(bytes, length, &copy) : strip_webp(bytes, length, &copy);
	return is_whole ? copy.length : 0;
}
