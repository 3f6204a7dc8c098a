/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens of one's own for programs: made here and shown once; the database gets the SHA-256. What a token may, and for whom, is SQL's to say.
 */
#ifndef HUBD_PERSON_TOKEN_H
#define HUBD_PERSON_TOKEN_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;

bool token_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
/* Ends one: the path's id. Of a session also "others": all but the one that asks. */
bool token_ask_end(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool session_ask_end(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
/* The reply, with the member "token". */
void token_answer_made(struct http_request *request, const struct db_rows *rows);

#endif
