/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which feed is meant: its kind, its names, its window and language. Equal keys have equal text, and their feeds equal
 * bytes: the text is the name under which a feed is kept in memory and on disk.
 *
 * It is pure: names are well formed here, and whether they exist is the database's to say.
 */
#ifndef HUBD_FEED_KEY_H
#define HUBD_FEED_KEY_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct str;

/* How a feed is written: the ending of its address. FEED_BUSY: "…/freebusy.ics" of a hub or a resource. */
enum feed_format { FEED_ICS, FEED_ATOM, FEED_JSON, FEED_BUSY };

/* A private feed's first name is the SHA-256 of the token in its address: the token itself goes no further. */
enum feed_kind { FEED_ALL, FEED_HUB, FEED_TOPIC, FEED_RESOURCE, FEED_EVENT, FEED_ORGANISATION, FEED_TEAM, FEED_PRIVATE };

enum { FEED_DAYS_BEFORE = 30, FEED_DAYS_AFTER = 400, FEED_YEARS_MAX = 3 };

struct feed_key {
	enum feed_kind kind;
	enum feed_format format;
	const char *first, *second; /* hub, topic, event, organisation or team; resource; or NULL */
	const char *secret;         /* SHA-256 of the token in a secret address; NULL: a public one */
	bool has_window;            /* the reader named days (UTC, both shown); else they slide with the date */
	int64_t from, to;           /* days since 1970 */
	bool is_english;
	const char *text;           /* "hub/berlin", "hub/berlin.atom", "resource/berlin/saal?from=2026-01-01&to=2026-12-31&lang=en" */
};

/* "all", "hub", "topic", "resource", "event", "organisation", "team", "private": as in addresses and in SQL. */
const char *feed_kind_name(enum feed_kind kind);

/* What an address says beside its path; texts may be NULL. token: "?key=", of an organisation's and a team's secret address. */
struct feed_query {
	const char *from, *to, *token;
	bool is_english;
};

/*
 * path is what follows "/feeds/", with its ending. False: no such feed can be. from and to may be NULL; one alone reaches
 * as far from the other as is allowed. On a window that cannot be, *ret_window_error is set to what is wrong: a parameter's name.
 */
bool feed_key_read(struct arena *arena, const char *path, const struct feed_query *query, struct feed_key *ret_key, const char **ret_window_error);
/* A copy whose texts live in another arena. */
void feed_key_copy(struct arena *arena, const struct feed_key *key, struct feed_key *ret_copy);

/* "hub-berlin.ics", for Content-Disposition. */
const char *feed_key_file(struct arena *arena, const struct feed_key *key);
/* The path of the page that shows the same: "/hubs/berlin". */
void feed_key_put_page(struct str *out, const struct feed_key *key);
/* Its own path with its query: "/feeds/hub/berlin.ics?lang=en". */
void feed_key_put_source(struct str *out, const struct feed_key *key);
/* The same feed as a calendar, whatever the format of this one. */
void feed_key_put_calendar(struct str *out, const struct feed_key *key);
/* For the calendar's UID: "feed-hub-berlin", whatever the window or the language. */
void feed_key_put_name(struct str *out, const struct feed_key *key, char separator);

#endif
