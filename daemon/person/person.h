/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests about people: joining, inviting, organisations, teams, delegates. Well formed or not is all that is known here.
 */
#ifndef HUBD_PERSON_PERSON_H
#define HUBD_PERSON_PERSON_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;

/* For every writing route of people: which members its body has is found by the route's statement. */
bool person_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);

#endif
