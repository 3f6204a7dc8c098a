/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/zip.h"

#include <assert.h>
#include <string.h>

#include "base/when.h"

enum { VERSION = 10, UTF8_NAMES = 1 << 11 };

/* Four bits at a time: a table of sixteen, no state that is set up. */
uint32_t
zip_crc32(const void *bytes, size_t length)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	const unsigned char *at = bytes;
	uint32_t crc = 0xffffffff;
	for (; length > 0; length--, at++) {
		crc ^= *at;
		crc = (crc >> 4) ^ table[crc & 15];
		crc = (crc >> 4) ^ table[crc & 15];
	}
	return ~crc;
}

/* Numbers are little-endian. */
static void
put_number(struct str *out, uint32_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		str_char(out, (char)(number >> (8 * i) & 0xff));
}

/* Time and date as MS-DOS has them: two seconds a step, from 1980 on. */
static uint32_t
dos_time(int64_t at)
{
	struct civil c;
	when_to_civil(at, &c);
	if (c.year < 1980)
		return 1 << 21 | 1 << 16;
	return (uint32_t)(c.year - 1980) << 25 | (uint32_t)c.month << 21 | (uint32_t)c.day << 16 | (uint32_t)c.hour << 11 | (uint32_t)c.minute << 5 |
	    (uint32_t)c.second / 2;
}

/* What the local header and the directory both say of a file, from "version needed" to the length of its extra field. */
static void
put_file(struct str *out, const char *name, const void *bytes, size_t length, int64_t at)
{
	put_number(out, VERSION, 2);
	put_number(out, UTF8_NAMES, 2);
	put_number(out, 0, 2); /* stored */
	put_number(out, dos_time(at), 4);
	put_number(out, zip_crc32(bytes, length), 4);
	put_number(out, (uint32_t)length, 4);
	put_number(out, (uint32_t)length, 4);
	put_number(out, (uint32_t)strlen(name), 2);
	put_number(out, 0, 2);
}

void
zip_add(struct zip *zip, const char *name, const void *bytes, size_t length, int64_t at)
{
	size_t start = zip->out->length;
	assert(zip->files < ZIP_FILES_MAX && length < UINT32_MAX && start + length < UINT32_MAX);
	zip->files++;
	str_put(zip->out, "PK\3\4");
	put_file(zip->out, name, bytes, length, at);
	str_put(zip->out, name);
	str_add(zip->out, bytes, length);
	str_put(&zip->directory, "PK\1\2");
	put_number(&zip->directory, VERSION, 2);
	put_file(&zip->directory, name, bytes, length, at);
	for (int i = 0; i < 5; i++) /* no comment, the first disk, no attributes of either kind */
		put_number(&zip->directory, 0, 2);
	put_number(&zip->directory, (uint32_t)start, 4);
	str_put(&zip->directory, name);
}

void
zip_end(struct zip *zip)
{
	size_t start = zip->out->length;
	str_add(zip->out, zip->directory.bytes, zip->directory.length);
	str_put(zip->out, "PK\5\6");
	put_number(zip->out, 0, 4);
	put_number(zip->out, (uint32_t)zip->files, 2);
	put_number(zip->out, (uint32_t)zip->files, 2);
	put_number(zip->out, (uint32_t)zip->directory.length, 4);
	put_number(zip->out, (uint32_t)start, 4);
	put_number(zip->out, 0, 2);
	str_free(&zip->directory);
}
