/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Free and busy times of one resource as a VFREEBUSY (RFC 5545 3.6.4): when, and nothing about who or why. Without METHOD, as all
 * that is published here: DTSTAMP is the revision time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "feed/render_inside.h"
#include "ical/write.h"

/* "B start end" a line: nothing is left to sort or merge here. */
static void
put_periods(struct str *out, const char *periods)
{
	for (const char *at = periods; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
		char period[2 * ICAL_TIME_SIZE + 1], *rest;
		at += *at == '\n';
		bool is_perhaps = *at == 'T';
		int64_t start = strtoll(at + 1, &rest, 10), end = strtoll(rest, NULL, 10);
		ical_print_utc(start, period);
		strcat(period, "/");
		ical_print_utc(end, period + strlen(period));
		ical_put_raw(out, is_perhaps ? "FREEBUSY;FBTYPE=BUSY-TENTATIVE" : "FREEBUSY;FBTYPE=BUSY", period);
	}
}

const struct zone *
feed_put_busy_entry(struct str *out, const struct feed_entry *entry)
{
	struct str organizer = {0};
	ical_begin(out, "VFREEBUSY");
	ical_put_text(out, "UID", entry->uid);
	ical_put_utc(out, "DTSTAMP", entry->revised);
	ical_put_utc(out, "DTSTART", entry->start);
	ical_put_utc(out, "DTEND", entry->end);
	str_put(&organizer, "ORGANIZER");
	ical_param(&organizer, "CN", feed_title(entry));
	if (feed_is_uri(entry->page)) {
		ical_put_raw(out, str_text(&organizer), entry->page);
		ical_put_raw(out, "URL", entry->page);
	}
	put_periods(out, entry->busy);
	ical_end(out, "VFREEBUSY");
	str_free(&organizer);
	return NULL;
}
