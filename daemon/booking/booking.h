/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bookings: what a request must look like to be put before SQL's decision. Ask functions of the routes; the answers are
 * api.reply as it comes. It knows no rule: who may book what and when is SQL's.
 */
#ifndef HUBD_BOOKING_BOOKING_H
#define HUBD_BOOKING_BOOKING_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;

bool booking_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);   /* look: look_zone */
bool booking_ask_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask); /* look: look_booking */
/* Cancel, confirm: the path's id, and nothing in the body but dry_run. */
bool booking_ask_act(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool booking_ask_one(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool booking_ask_list(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);   /* look: look_zone */
bool booking_ask_freebusy(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool booking_ask_find(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
/* Making and changing resources. */
bool resource_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool resource_ask_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
/* Following another system's calendar of a room. */
bool mirror_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);

#endif
