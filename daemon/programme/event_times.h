/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When an event is: a span, a moment without an end, or whole days; each as the site's clock or as instants.
 */
#ifndef HUBD_PROGRAMME_EVENT_TIMES_H
#define HUBD_PROGRAMME_EVENT_TIMES_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct event_times; /* ical/event_plan.h */
struct http_request;
struct json;
struct json_writer;
struct zone;

/* Does the body say anything about time? */
bool event_times_are_in(const struct json *body);
/* Of a new event. looked: a row of look_event_plan. False: refused. */
bool event_times_read(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked, struct event_times *ret_times);
/* The same of a change; what the body leaves out comes from the row: a new start alone keeps the length. */
bool event_times_read_change(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    struct event_times *ret_times);
/* Writes start, end, local_start, local_end, zone and is_all_day. False: refused, it is too long. */
bool event_times_write(struct http_request *request, struct ask *ret_ask, const struct event_times *times, struct json_writer *writer);
/* An instant, or a wall clock time or a day in the zone, of a query's parameter; a missing one writes nothing. */
bool event_times_put_parameter(struct http_request *request, struct ask *ret_ask, const char *name, const struct zone *zone, struct json_writer *writer);

#endif
