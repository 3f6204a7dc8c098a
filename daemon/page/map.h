/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Places on the map of Germany (templates/map.mustache): where a pin goes, and where its label stands so that no label
 * covers another label or a pin. Pure arithmetic; it knows neither hubs nor SVG.
 *
 * Plate carrée at 51° north: x = (longitude - 5.5) * 62.93, y = (55.15 - latitude) * 100, on a sheet of MAP_WIDTH times MAP_HEIGHT.
 */
#ifndef HUBD_PAGE_MAP_H
#define HUBD_PAGE_MAP_H

#include <stddef.h>

enum { MAP_LEFT = -60, MAP_WIDTH = 740, MAP_HEIGHT = 800, MAP_LINE = 27, MAP_PIN = 11 };

struct map_point {
	double x, y;
};
struct map_point map_project(double latitude, double longitude);

/* A label of some lines, the longest of so many characters, at a pin. */
struct map_label {
	struct map_point pin;
	size_t lines, characters;
	/* Set by map_place(): where the first line's baseline begins or ends ("start", "end", "middle"). */
	double x, y;
	const char *anchor;
};
/* Greedy, in the order given; the best of eight places each, by what it would cover. */
void map_place(struct map_label *labels, size_t count, const struct map_point *pins, size_t pin_count);

#endif
