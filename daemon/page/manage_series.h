/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series in the managers' form of an event: what its fields mean for the plan, and how dates and differences are shown. */
#ifndef HUBD_PAGE_MANAGE_SERIES_H
#define HUBD_PAGE_MANAGE_SERIES_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;
struct json;
struct json_writer;
struct manage_form;
struct zone;

/* Asks for what is stored of the event of the path (of a new one the hub's zone) first: false while it is not there yet. */
bool manage_series_has_looked(struct http_request *request, const struct db_rows *looked, struct ask *ask, const struct zone **ret_zone);
/* Whether the row is one of a series. */
bool manage_series_repeats(const struct db_rows *looked);
/* Of an event that repeats from now on: writes its rule and dates. Nothing where the form says "once". */
void manage_series_put_new(struct manage_form *form, const struct db_rows *looked, const struct zone *zone);
/* Of a stored series: writes the scope, and the times or the rule as the scope asks. */
void manage_series_put_change(struct manage_form *form, const struct db_rows *looked, const struct zone *zone);
/* Of a cancellation: the scope and what stays. False: refused. */
bool manage_series_put_cancel(struct http_request *request, struct ask *ask, const struct db_rows *looked, struct json_writer *writer);

/* The fields of repetition, the scopes, and what a look found: problem.dates, look.diff. */
void manage_series_put_form(struct http_request *request, struct json_writer *writer, const struct json *document, const struct json *event);

#endif
