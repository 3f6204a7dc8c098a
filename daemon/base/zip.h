/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ZIP archive (PKWARE APPNOTE 6.3) of a few files, stored as they are: what a person downloads and opens everywhere. It does not
 * compress, so that a turn of the loop stays short; names are plain ASCII, a file is below 4 GiB.
 */
#ifndef HUBD_BASE_ZIP_H
#define HUBD_BASE_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { ZIP_FILES_MAX = 8 };

struct zip {
	struct str *out;
	struct str directory; /* the central directory, written at the end */
	size_t files;
};

/* Adds a file; at is an instant, for its date (in UTC). More than ZIP_FILES_MAX is our mistake. */
void zip_add(struct zip *zip, const char *name, const void *bytes, size_t length, int64_t at);
/* Writes the directory; the archive is whole, zip->out holds it. */
void zip_end(struct zip *zip);

/* The CRC-32 of ISO 3309 that ZIP and PNG use. */
uint32_t zip_crc32(const void *bytes, size_t length);

#endif
