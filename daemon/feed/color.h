/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of colours (CSS Color Module Level 3, 4.3), for COLOR of RFC 7986 5.9, which takes no number.
 */
#ifndef HUBD_FEED_COLOR_H
#define HUBD_FEED_COLOR_H

/* The name nearest to "#rrggbb", by distance in RGB weighted for the eye; NULL for what is no colour. */
const char *feed_color_name(const char *hex);

#endif
