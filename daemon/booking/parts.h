/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the requests about bookings and about series have in common, besides times: items, texts, and the number in the path. */
#ifndef HUBD_BOOKING_PARTS_H
#define HUBD_BOOKING_PARTS_H

#include <stdbool.h>

struct ask;
struct http_request;
struct json;
struct json_writer;

enum { ITEMS_MAX = 50, TITLE_MAX = 500, NOTE_MAX = 20000, SLUG_MAX = 100 };

/* Members of a body that stand for an array of struct ask_member. */
#define TIME_MEMBERS \
	{"start", ASK_TEXT, 1, 64, false}, {"end", ASK_TEXT, 1, 64, false}, {"duration", ASK_TEXT, 1, 64, false}, {"zone", ASK_TEXT, 1, 64, false}
#define OWN_MEMBERS \
	{"title", ASK_TEXT, 0, TITLE_MAX, false}, {"note", ASK_TEXT, 0, NOTE_MAX, false}, {"items", ASK_LIST, 1, ITEMS_MAX, false}, \
	{"dry_run", ASK_BOOL, 0, 0, false}

/* Each item names a resource or an open wish, and is well formed. False: refused. items may be NULL. */
bool parts_check_items(struct http_request *request, struct ask *ret_ask, const struct json *items);
/* Those of the body's members that are named, as they came; names ends with NULL. */
void parts_copy(struct json_writer *writer, const struct json *body, const char *const *names);
/* The id of the path; what is no number names no booking. False: refused. */
bool parts_put_id(struct http_request *request, struct ask *ret_ask, struct json_writer *writer);

#endif
