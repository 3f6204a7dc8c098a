/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The form of a booking: its times as people type them, and what a refusal offers instead, each as a form that would do it.
 * It knows no rule: what is free is SQL's to say.
 */
#ifndef HUBD_PAGE_BOOKING_FORM_H
#define HUBD_PAGE_BOOKING_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ask;
struct db_rows;
struct http_request;
struct json;
struct json_writer;
struct zone;

/* The zone that a look found; Berlin's where it found none, for the deciding call will say what is missing. */
const struct zone *form_zone(const struct db_rows *looked);
/* Seconds from the field's "date", "from" and "to", or its "start" and "end", as members of the input. False: refused. */
bool form_put_span(struct http_request *request, struct ask *ret_ask, const struct zone *zone, struct json_writer *writer);
/* "items" of the fields resource and count; nothing without resource. */
void form_put_items(struct http_request *request, struct json_writer *writer);
/* A field of at most that many bytes, cut at none: a longer one is refused. Nothing where it is missing. */
bool form_put_text(struct http_request *request, struct ask *ret_ask, struct json_writer *writer, const char *name, size_t most);
/* "party" ("team:SLUG", "organisation:SLUG", "person:MAIL") as the member of the input that says it; nothing for oneself. */
void form_put_party(struct http_request *request, struct json_writer *writer);
/* The path's id; false: refused. */
bool form_put_id(struct http_request *request, struct ask *ret_ask, struct json_writer *writer);

/*
 * "problem": {heading, text, alternatives: [{action, when, reason, start, end, resource, count, title, note}]} of a refusal (RFC
 * 9457): each alternative is posted to action with the texts of this form.
 */
void form_put_problem(struct http_request *request, struct json_writer *writer, const struct json *problem, const struct zone *zone, const char *action);
/* The fields date, from, to of a span in local seconds. */
void form_put_fields(struct http_request *request, struct json_writer *writer, int64_t start, int64_t end);

#endif
