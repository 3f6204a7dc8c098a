/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the bytes of a picture say: PNG, JPEG or WebP, and how large; and the same picture without what a camera noted about the place,
 * the day and itself. It decodes nothing: browsers do that, and were told the type.
 */
#ifndef HUBD_PAGE_PICTURE_H
#define HUBD_PAGE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct picture {
	const char *type; /* "image/png" */
	uint32_t width, height; /* as it is shown: a camera held upright says so in EXIF */
};

/* False: none of the three by its signature, cut short, or without a size. */
bool picture_read(const void *bytes, size_t length, struct picture *ret_picture);

/* What is shown, and nothing else: EXIF (but which way is up), XMP, IPTC, comments and whatever follows the end are left out. ret_bytes has
 * room for length. The picture was read before; 0: its parts do not fit together. */
size_t picture_strip(const struct picture *picture, const void *bytes, size_t length, void *ret_bytes);

#endif
