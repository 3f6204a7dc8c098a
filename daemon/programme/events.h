/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events: what a request must look like to be put before SQL's decision. Ask functions of the routes; the answers are api.reply as
 * it comes. It knows no rule: who may plan what, and whether the rooms are free, is SQL's.
 */
#ifndef HUBD_PROGRAMME_EVENTS_H
#define HUBD_PROGRAMME_EVENTS_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;

bool event_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);   /* look: look_event_plan */
bool event_ask_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask); /* look: look_event_plan */
/* Cancel: the path's id, and in the body dry_run and of a series the scope and the date. look: look_event_plan */
bool event_ask_cancel(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool event_ask_one(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool event_ask_list(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);   /* look: look_event_plan */
bool event_ask_occurrences(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask); /* look: look_zone */

#endif
