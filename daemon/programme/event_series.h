/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request makes of a series of events: its rule and its dates, listed for SQL's decision; of a change what stays of the old
 * rule. Who may, and whether rooms are free, it does not know.
 */
#ifndef HUBD_PROGRAMME_EVENT_SERIES_H
#define HUBD_PROGRAMME_EVENT_SERIES_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct event_times;
struct http_request;
struct json;
struct json_writer;

/* Does the body say anything about repetition? */
bool event_series_are_in(const struct json *body);
/* Of a new event, or of a single one that becomes a series: writes series, occurrences, extended_to. False: refused. */
bool event_series_put(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    const struct event_times *times, struct json_writer *writer);
/*
 * Of a change of a series (looked: its row, and the times of the date that is named): writes scope, recurrence_id, looked, and as the
 * scope asks times, or series, occurrences, extended_to, shift and old_series. "All" of a series that has begun is what is still to
 * come, unless only words change.
 */
bool event_series_put_change(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    struct json_writer *writer);
/* Of a cancellation: scope, recurrence_id, looked, old_series. */
bool event_series_put_cancel(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    struct json_writer *writer);
/* Scope and recurrence_id are well formed, and fit to each other. */
bool event_series_check_scope(struct http_request *request, struct ask *ret_ask, const struct json *body);

#endif
