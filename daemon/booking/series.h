/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series of bookings: what a request must look like. What its rule and dates come to is ical/plan.h's. */
#ifndef HUBD_BOOKING_SERIES_H
#define HUBD_BOOKING_SERIES_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;

/* look: look_series */
bool series_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool series_ask_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool series_ask_cancel(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
/* without */
bool series_ask_list(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);

#endif
