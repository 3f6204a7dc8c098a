/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hub and its sites as pages show them: name, colour, about, address, opening hours in words, whether open now; and the
 * panel that says how its calendar is subscribed.
 */
#ifndef HUBD_PAGE_PLACE_H
#define HUBD_PAGE_PLACE_H

struct arena;
struct http_request;
struct json;
struct json_writer;

/* The hub as the map "hub": slug, name, color, place, about, url. */
void place_put_hub(struct http_request *request, struct json_writer *writer, const struct json *hub);
/* One site of the API's document as a map, its name NULL in a list. */
void place_put_site(struct http_request *request, struct json_writer *writer, const char *name, const struct json *site);
/* The topics with these slugs, as a list of {slug, name}. */
void place_put_topics(struct json_writer *writer, const char *name, const struct json *slugs, const struct json *topics);

/*
 * The panel "subscribe" (partial subscribe) of a feed of ours: path is "/feeds/hub/berlin.ics". here is the page that shows it,
 * which the QR code leads to, so that a phone may choose its own way.
 */
void place_put_subscribe(struct http_request *request, struct json_writer *writer, const char *path, const char *title, const char *here);

/* "Größe & mehr" as a value of a query: everything but unreserved characters escaped (RFC 3986 2.3). */
const char *place_escape(struct arena *arena, const char *text);
/* An address of ours as others must write it: the setting public_url and the path. */
const char *place_absolute(const struct http_request *request, const char *path);

#endif
