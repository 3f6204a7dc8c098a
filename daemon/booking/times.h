/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The times of a request, well formed and resolved: what ask functions of bookings share.
 */
#ifndef HUBD_BOOKING_TIMES_H
#define HUBD_BOOKING_TIMES_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;
struct json;
struct json_writer;
struct zone;

/* The zone that counts: the body's own "zone" (may be NULL), else what the look found. NULL: refused. */
const struct zone *times_zone(struct http_request *request, struct ask *ret_ask, const char *own, const struct db_rows *looked);

/*
 * Reads "start" and "end" or "duration" of the body and writes start, end, local_start, local_end, zone; notes wall clock
 * times that no clock shows or that come twice. False: refused.
 */
bool times_put_span(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct zone *zone,
    struct json_writer *writer);

/* The same for a change, which may bring the start or the end alone. */
bool times_put_change(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct zone *zone,
    struct json_writer *writer);

/*
 * Reads the parameters from and to (moments or days; each may be missing) and writes them as instants; days_max bounds
 * their distance. Where days is not 0, a missing from is now, and a missing to that many days after from.
 */
struct times_window {
	int days, days_max;
};
bool times_put_window(struct http_request *request, struct ask *ret_ask, const struct times_window *window, const struct zone *zone,
    struct json_writer *writer);
/* True when from or to is a wall clock time or a day. */
bool times_window_is_local(const struct http_request *request);

#endif
