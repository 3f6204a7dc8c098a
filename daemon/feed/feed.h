/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Published calendars: /feeds/….ics, as CALENDARS.md has them.
 *
 * A feed is a key, the scopes whose changes concern it, and entries put together from rendered pieces. A GET
 * waits for a revision check that started after it arrived; then it gets the bytes in memory, or they are made. Work goes on between
 * turns of the loop, so feed_answer() replies later: it is the answer of routes without a statement.
 * When the database does not answer, the last good copy is served, from memory or disk, with a field X-Hubd-Stale that
 * says since when it may be out of date.
 */
#ifndef HUBD_FEED_FEED_H
#define HUBD_FEED_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_pool;
struct db_rows;
struct db_statement;
struct event_base;
struct feed_service;
struct http_request;

struct feed_settings {
	const char *public_url;            /* without a slash at its end; stands in every feed */
	const char *folder;                /* of last good copies; "" or NULL: none are kept */
	size_t cache_bytes;                /* bodies and their parts in memory */
	size_t copies_max, copies_bytes;   /* files on disk */
	int check_ms;                      /* a revision check that takes longer ends with the last good copy */
	int fetches_ms;                    /* how often it is told which versions secret addresses fetched */
	bool has_gzip;
};
void feed_settings_default(struct feed_settings *settings);

/* The statements that the pool must know. */
const struct db_statement *feed_statements(size_t *ret_count);

/* One in a process: feed_answer() finds it. Copies the settings. */
struct feed_service *feed_service_new(struct event_base *base, struct db_pool *pool, const struct feed_settings *settings);
/* Before the pool and the server; requests that still wait are not replied to. Writes copies that wait to disk. */
void feed_service_free(struct feed_service *service);

/*
 * A route_answer for GET routes whose statement is NULL: "/feeds/all.ics", "/feeds/hub/{hub}", "/feeds/topic/{topic}",
 * "/feeds/resource/{hub}/{resource}", "/feeds/event/{id}", "/feeds/organisation/{organisation}", "/feeds/team/{team}". It reads the path itself, its ending included, and answers 404 without one.
 * ?from=DATE&to=DATE: another window. ?lang=en. ?gzip=no: for readers that ask for gzip and cannot read it.
 */
void feed_answer(struct http_request *request, const struct db_rows *rows);

const char *feed_public_url(const struct feed_service *service);

struct feed_counts {
	uint64_t requests, checks, made, entries_made, stale, copies_read, fetches_told, fetches_dropped;
	size_t feeds, bytes; /* in memory, now */
};
void feed_count(const struct feed_service *service, struct feed_counts *ret_counts);

#endif
