/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small parts that the pages of resources and bookings share: parameters, links, days and moments in addresses. It knows no page. */
#ifndef HUBD_PAGE_PARTS_H
#define HUBD_PAGE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct ask;
struct dates;
struct http_request;
struct json_writer;

/* A parameter of the query as UTF-8; NULL where it is missing or empty. */
const char *parts_parameter(const struct http_request *request, const char *name);
/* The parameter "date", checked and written; false: refused. */
bool parts_put_date(struct http_request *request, struct ask *ret_ask, struct json_writer *writer);
/* {"text", "address", "is_chosen"}; its name NULL in a list. */
void parts_put_link(struct json_writer *writer, const char *name, const char *text, const char *address, bool is_chosen);
/* One step of the list "breadcrumb"; address NULL: the page itself. */
void parts_put_crumb(struct json_writer *writer, const char *name, const char *address);
/* Local seconds as "2026-03-03" and "2026-03-03T14:00", as addresses and forms have them. */
const char *parts_date(struct arena *arena, int64_t local);
const char *parts_moment(struct arena *arena, int64_t local);
/* "Heute, 14:03": an instant as the clocks of the initiative's hubs showed it, for what is of no hub. */
const char *parts_say_moment(const struct http_request *request, const char *instant);
/* 23. bis 29. November 2026; what both ends share is said once. Local midnights. */
const char *parts_days(const struct dates *dates, int64_t first, int64_t last);

#endif
