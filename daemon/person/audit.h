/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The question who changed what: of which thing, from when to when. What is told to whom is SQL's to say. */
#ifndef HUBD_PERSON_AUDIT_H
#define HUBD_PERSON_AUDIT_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;

/* hub (in the path or the query), of, from, to, after, limit. */
bool audit_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);

#endif
