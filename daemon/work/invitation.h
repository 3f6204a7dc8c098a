/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calendar part of a mail (RFC 5546, 6047): REQUEST for what stands now, CANCEL for what does not any more, with the feed's UID and
 * the row's SEQUENCE, so that a calendar program moves and removes what it has.
 *
 *	{"method": "REQUEST" | "CANCEL", "entries": [{"uid", "sequence", "revised", "start", "end", "zone", "title", "text", "location", "url", "state",
 *	  "is_all_day", "local_start", "local_end", "rrule", "rdates": [local], "exdates": [local], "recurrence_id": local}]}
 *
 * Instants end in Z, local times do not. It does not know who may see what: SQL wrote it for this reader.
 */
#ifndef HUBD_WORK_INVITATION_H
#define HUBD_WORK_INVITATION_H

#include <stdbool.h>

struct json;
struct str;

struct invitation_people {
	const char *organizer, *organizer_name; /* a mail address */
	const char *attendee, *attendee_name;
};

/* The METHOD, or NULL: calendar is none that can be written. */
const char *invitation_method(const struct json *calendar);
/* Adds the stream; false and nothing where there is none. */
bool invitation_write(struct str *out, const struct json *calendar, const struct invitation_people *people);

#endif
