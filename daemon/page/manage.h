/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the pages of a hub's managers share: their frame, how a form becomes an input, how a refusal is shown beside the form.
 *
 * A form that is malformed is not refused by ask: it goes on as {"hub", "is_faulty": true}, so that the answer has what it needs to
 * show the form again with the fault in it. Who may do what, and whether it fits, is SQL's.
 */
#ifndef HUBD_PAGE_MANAGE_H
#define HUBD_PAGE_MANAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "ical/dates.h"
#include "page/page.h"

struct ask;
struct db_rows;
struct http_request;
struct zone;

/* ---- a form on its way in ---- */

struct manage_fault {
	const char *field, *detail; /* the field's name and a sentence; both NULL: nothing is wrong */
};

struct manage_form {
	struct http_request *request;
	struct json_writer writer;  /* the input's map, open */
	struct manage_fault *fault; /* the first one; kept for the answer */
};

/* Opens the input with what the path names: hub, resource, id. */
void manage_form_begin(struct http_request *request, struct ask *ask, struct manage_form *ret_form);
/* Closes it; a faulty one becomes {"hub", …, "is_faulty": true}. Always true. */
bool manage_form_end(struct manage_form *form, struct ask *ask);
/* Notes what is wrong with a field, in both languages, if nothing was yet. */
void manage_form_fault(struct manage_form *form, const char *field, const char *de, const char *en);
/* A text of at most max bytes; an empty one is written as "". */
void manage_form_text(struct manage_form *form, const char *name, size_t max);
/* A number from low to high; an empty field is left out. */
void manage_form_number(struct manage_form *form, const char *name, int64_t low, int64_t high);
/* The values of all fields of this name. */
void manage_form_list(struct manage_form *form, const char *name);
/* The parts of one field, divided by any of these characters. */
void manage_form_split(struct manage_form *form, const char *name, const char *dividers);
/* start, end, local_start, local_end and zone of two wall clock times or instants. */
void manage_form_span(struct manage_form *form, const struct zone *zone, const char *start, const char *end);
/* Asks for the hub's zone first: false while it is not there yet, and the look is written. */
bool manage_form_has_zone(struct http_request *request, const struct db_rows *looked, struct ask *ask, const struct zone **ret_zone);
/* True when a checkbox of this name was ticked. */
bool manage_is_ticked(const struct http_request *request, const char *name);

/* An ask that only names what the path names; a number that is none is not found. */
bool manage_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);

/* ---- a page on its way out ---- */

/* The title, the path, the tabs with `tab` ("overview", "resources", "closures", "events", "import", "members", "mirrors", "webhooks",
 * "audit") chosen, the hub, the notice of ?done=. */
void manage_begin(struct http_request *request, const struct json *document, struct page_view *ret_view, const char *title, const char *tab);
/* Ends it with the status of the refusal that is shown in it: 200, 409, 422. */
void manage_end(struct http_request *request, const struct json *document, struct page_view *view, const char *template);
/* After a form that was done: to this page of the hub, which says so. False: there is something to show. */
bool manage_redirect(struct http_request *request, const struct json *document, const char *path, const char *done);

struct dates manage_dates(struct http_request *request);
/* What a field holds: what was posted, else the stored member; "" where there is neither. */
const char *manage_value(struct http_request *request, const struct json *stored, const char *name);
/* True when the posted fields of this name, else the stored list, hold the value. */
bool manage_has(struct http_request *request, const struct json *stored, const char *name, const char *value);
/* Choices: [{"value", "label", "is_chosen"}], the labels texts "manage.PREFIX_VALUE". */
void manage_put_words(struct http_request *request, struct json_writer *writer, const char *name, const char *prefix, const char *const *words,
    const char *chosen);
/* Bookings as managers see them, of hubd.managed_bookings(). */
void manage_put_bookings(struct http_request *request, struct json_writer *writer, const char *name, const struct json *bookings);

#endif
