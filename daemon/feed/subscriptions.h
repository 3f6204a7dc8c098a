/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secret addresses over the API: POST and DELETE /api/v1/feeds. The token is made here, shown in this one answer, and only its SHA-256
 * goes further.
 */
#ifndef HUBD_FEED_SUBSCRIPTIONS_H
#define HUBD_FEED_SUBSCRIPTIONS_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;

bool feed_ask_add(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void feed_answer_add(struct http_request *request, const struct db_rows *rows);
bool feed_ask_revoke(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);

#endif
