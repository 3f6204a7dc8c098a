/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The question for everything about oneself: which part of it. */
#ifndef HUBD_PERSON_EXPORT_H
#define HUBD_PERSON_EXPORT_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;

/* part, and for all but the first until: both as "next" of the part before has them. */
bool export_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);

#endif
