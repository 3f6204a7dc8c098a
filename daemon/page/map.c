/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page/map.h"

#include <stdint.h>

#include "base/str.h"

/* The mean width of a character of the labels' font, and how far a label keeps from its pin. */
static const double character_width = 12.6, gap = 8;

struct box {
	double left, top, right, bottom;
};

static const struct place {
	double x, y;          /* -1, 0, 1: left, middle, right of the pin; above, beside, below */
	const char *anchor;
	double cost;          /* what reads better is tried first */
} places[] = {
	{1, 0, "start", 0}, {-1, 0, "end", 1}, {0, -1, "middle", 2}, {0, 1, "middle", 2},
	{1, -1, "start", 3}, {1, 1, "start", 3}, {-1, -1, "end", 4}, {-1, 1, "end", 4},
};
enum { PLACES = sizeof places / sizeof places[0] };

struct map_point
map_project(double latitude, double longitude)
{
	return (struct map_point){.x = (longitude - 5.5) * 62.93, .y = (55.15 - latitude) * 100};
}

static struct box
box_of(const struct map_label *label, const struct place *place)
{
	double width = (double)label->characters * character_width, height = (double)label->lines * MAP_LINE;
	double reach = MAP_PIN + gap;
	double left = place->x > 0 ? label->pin.x + (place->y == 0 ? reach : gap) : place->x < 0 ? label->pin.x - (place->y == 0 ? reach : gap) - width
	    : label->pin.x - width / 2;
	double top = place->y > 0 ? label->pin.y + reach : place->y < 0 ? label->pin.y - reach - height : label->pin.y - height / 2;
	return (struct box){.left = left, .top = top, .right = left + width, .bottom = top + height};
}

static double
overlap(const struct box *a, const struct box *b)
{
	double width = (a->right < b->right ? a->right : b->right) - (a->left > b->left ? a->left : b->left);
	double height = (a->bottom < b->bottom ? a->bottom : b->bottom) - (a->top > b->top ? a->top : b->top);
	return width > 0 && height > 0 ? width * height : 0;
}

static double
outside(const struct box *box)
{
	static const struct box sheet = {MAP_LEFT, 0, MAP_LEFT + MAP_WIDTH, MAP_HEIGHT};
	return (box->right - box->left) * (box->bottom - box->top) - overlap(box, &sheet);
}

static double
cost_of(const struct box *box, const struct box *taken, size_t taken_count, const struct map_point *pins, size_t pin_count)
{
	double cost = 10 * outside(box);
	for (size_t i = 0; i < taken_count; i++)
		cost += 10 * overlap(box, &taken[i]);
	for (size_t i = 0; i < pin_count; i++) {
		struct box pin = {pins[i].x - MAP_PIN, pins[i].y - MAP_PIN, pins[i].x + MAP_PIN, pins[i].y + MAP_PIN};
		cost += 5 * overlap(box, &pin);
	}
	return cost;
}

static void
settle(struct map_label *label, const struct box *box, const char *anchor)
{
	label->anchor = anchor;
	label->x = str_equal(anchor, "start") ? box->left : str_equal(anchor, "end") ? box->right : label->pin.x;
	label->y = box->top + MAP_LINE * 0.76;
}

enum { LABELS_MAX = 100 };

void
map_place(struct map_label *labels, size_t count, const struct map_point *pins, size_t pin_count)
{
	struct box taken[LABELS_MAX];
	for (size_t i = 0; i < count && i < LABELS_MAX; i++) {
		double best_cost = 0;
		for (size_t j = 0; j < PLACES; j++) {
			struct box box = box_of(&labels[i], &places[j]);
			double cost = places[j].cost + cost_of(&box, taken, i, pins, pin_count);
			if (j > 0 && cost >= best_cost)
				continue;
			best_cost = cost;
			taken[i] = box;
			settle(&labels[i], &box, places[j].anchor);
		}
	}
}
