/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An event as the partials event-card and agenda show it, made of the API's event document: title in the asker's language, day
 * and times in words, hub, place, topics.
 */
#ifndef HUBD_PAGE_CARD_H
#define HUBD_PAGE_CARD_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct http_request;
struct json;
struct json_writer;

struct card_names {
	const struct json *hubs;   /* hub documents: names and colours; NULL: the page is of one hub, and does not say it again */
	const struct json *topics; /* {"slug", "name"}: may be NULL */
};

/* The document of a slug in a list of documents, or NULL. */
const struct json *card_find(const struct json *documents, const char *slug);

enum { CARD_CITIES_MAX = 3 };
/* The cities of a hub document with "sites", each once and short ("Frankfurt"); their number. */
size_t card_cities(struct arena *arena, const struct json *hub, const char *ret_cities[static CARD_CITIES_MAX]);
/* "Dresden · Leipzig"; the hub's name where no site says a city. */
const char *card_hub_place(struct arena *arena, const struct json *hub);

/* One event as a map, its name NULL in a list. */
void card_put(struct http_request *request, struct json_writer *writer, const char *name, const struct json *event, const struct card_names *names);
/*
 * Events in the order of their start as "days": [{"label", "date", "events": […]}], local days of each event's zone. What began
 * before today (local seconds) stands under today.
 */
void card_put_days(struct http_request *request, struct json_writer *writer, const char *name, const struct json *events,
    const struct card_names *names, int64_t today);

#endif
