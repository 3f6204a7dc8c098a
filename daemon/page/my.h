/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A booking of one's own in words, as lists and its own page show it. */
#ifndef HUBD_PAGE_MY_H
#define HUBD_PAGE_MY_H

struct http_request;
struct json;
struct json_writer;

/* Its name NULL in a list. */
void my_put_booking(struct http_request *request, struct json_writer *writer, const char *name, const struct json *booking);
/* "Lasercutter 1, 2 × 3D-Drucker" of a booking's items; a wish that is not settled says so. */
const char *my_what(struct http_request *request, const struct json *items);

/* series.c: "series": [{id, heading, rule, next, hub_name, color}], and has_series. */
void my_put_series(struct http_request *request, struct json_writer *writer, const struct json *list);

#endif
