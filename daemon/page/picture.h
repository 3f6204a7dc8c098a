/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the first bytes of a picture say: PNG, JPEG or WebP, and how large. It decodes nothing: browsers do that, and were told the type.
 */
#ifndef HUBD_PAGE_PICTURE_H
#define HUBD_PAGE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct picture {
	const char *type; /* "image/png" */
	uint32_t width, height;
};

/* False: none of the three by its signature, cut short, or without a size. */
bool picture_read(const void *bytes, size_t length, struct picture *ret_picture);

#endif
