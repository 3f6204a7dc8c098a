/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words about people that several pages say: roles, kinds, what an invitation is to. It knows no page. */
#ifndef HUBD_PAGE_PEOPLE_H
#define HUBD_PAGE_PEOPLE_H

struct http_request;
struct json;
struct json_writer;

/* The text "people.PREFIX_WORD". */
const char *people_word(struct http_request *request, const char *prefix, const char *word);
/* "Mitglied beim Hub Berlin": what somebody is invited to, in words. */
const char *people_invited_to(struct http_request *request, const struct json *invitation);
/* The list "NAME" and "has_NAME": {id, to, mail, name, by, sentence}. */
void people_put_invitations(struct http_request *request, struct json_writer *writer, const char *name, const struct json *invitations);

#endif
