/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which route a method and a path mean. Pure: it knows the table's shape, no request.
 *
 * A parameter is a whole segment. It is decoded, must be UTF-8 and not empty, and "." or ".." is none. The first pattern of the
 * table that fits the path decides; its methods are the rows with the same pattern. HEAD is GET.
 */
#ifndef HUBD_DISPATCH_MATCH_H
#define HUBD_DISPATCH_MATCH_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct route;
struct str;

enum { MATCH_PARAMETERS_MAX = 6 };

struct match {
	size_t count;
	const char *names[MATCH_PARAMETERS_MAX], *values[MATCH_PARAMETERS_MAX];
};

enum match_result {
	MATCH_FOUND,
	MATCH_NO_PATH,
	MATCH_NO_METHOD, /* *ret_route is a row of the pattern: match_allow() tells its methods */
};

enum match_result match_find(struct arena *arena, const struct route *routes, const char *method, const char *path,
    const struct route **ret_route, struct match *ret_match);
/* False: neither RFC 9110 nor a route knows the method. */
bool match_is_method(const struct route *routes, const char *method);
/* "GET, HEAD, OPTIONS, POST" for Allow. */
void match_allow(const struct route *routes, const struct route *route, struct str *ret_allow);

#endif
