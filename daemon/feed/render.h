/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of a published calendar: its head from a feed_head, each entry from a feed_entry; as iCalendar (CALENDARS.md,
 * first table), Atom (RFC 4287), JSON Feed 1.1 or free and busy times (RFC 5545 3.6.4). Equal structs give equal bytes: no clock,
 * no counter, no locale.
 *
 * It is pure: it does not know the database, HTTP, or which entries belong to which feed.
 */
#ifndef HUBD_FEED_RENDER_H
#define HUBD_FEED_RENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/key.h"

struct feed_series;
struct str;
struct zone;

struct feed_head {
	const char *uid;         /* of the calendar, for life */
	const char *name, *description;
	const char *zone;        /* where its people are: X-WR-TIMEZONE */
	const char *color;       /* "#rrggbb" or NULL */
	const char *page, *source; /* absolute URIs: of the page, and of the feed itself (NULL: it would tell a secret) */
	const char *calendar;      /* the same feed as iCalendar, or NULL */
	const char *host;          /* with which identifiers get names that nobody else gives */
	int64_t revised;
	bool is_english;
};

/* Texts are UTF-8, NULL or "" where there is nothing. Instants in seconds; local times are civil times read as UTC. */
struct feed_entry {
	const char *uid;
	int64_t sequence, revised, created;
	int64_t start, end;             /* end == start: an instant */
	int64_t local_start, local_end; /* the days of an all-day event, its end exclusive; of a series the first date */
	const struct feed_series *series; /* NULL: a single one */
	int64_t shown_from, shown_to;   /* of a series that becomes single events: those that touch this window */
	bool is_all_day, blocks;        /* blocks: it has rooms */
	const char *zone;
	const char *state;              /* "tentative", "confirmed", "cancelled" */
	const char *title;              /* NULL: "Belegt" or "Busy" */
	const char *text, *location, *categories; /* categories: separated by the unit separator, 0x1F */
	const char *speakers, *organiser, *price, *link;
	bool has_geo;
	double latitude, longitude;
	const char *page;               /* absolute URI of the event's page */
	const char *hub, *hub_page;     /* ORGANIZER */
	const char *online, *image;     /* URIs */
	const char *host;               /* as in the head */
	const char *busy;               /* of free and busy times: "B 1795453200 1795460400\nT …", in order, B busy, T perhaps */
	bool is_english;
};

/* How one format is written. */
struct feed_form {
	const char *type;      /* Content-Type */
	/* BEGIN:VCALENDAR and its properties, before the time zones and the entries. */
	void (*put_head)(struct str *out, const struct feed_head *head);
	/* One entry. Returns the zone of its TZID, for the VTIMEZONE; NULL when it uses none. */
	const struct zone *(*put_entry)(struct str *out, const struct feed_entry *entry);
	void (*put_end)(struct str *out);
	const char *name_ends; /* what follows an entry's UID: all before it tells whose entry it is */
	const char *between;   /* between entries */
	bool has_zones;
};
const struct feed_form *feed_form(enum feed_format format);

/* The usual ones of iCalendar. */
const struct zone *feed_put_entry(struct str *out, const struct feed_entry *entry);
void feed_put_head(struct str *out, const struct feed_head *head);
void feed_put_end(struct str *out);

#endif
