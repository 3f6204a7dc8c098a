/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch/match.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "dispatch.h"
#include "http/http.h"

/* RFC 9110 9.3, RFC 5789. */
static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

/* Takes "{name}" against a segment of the path. */
static bool
take_parameter(struct arena *arena, const char *pattern, size_t pattern_length, const char *segment, size_t length, struct match *match)
{
	const char *value = http_decode(arena, segment, length, false);
	if (value == NULL || *value == '\0' || str_equal(value, ".") || str_equal(value, "..") || !str_is_utf8(value, strlen(value)))
		return false;
	assert(match->count < MATCH_PARAMETERS_MAX);
	match->names[match->count] = arena_copy(arena, pattern + 1, pattern_length - 2);
	match->values[match->count++] = value;
	return true;
}

static bool
fits(struct arena *arena, const char *pattern, const char *path, struct match *match)
{
	match->count = 0;
	for (;;) {
		/* Most patterns differ within their first bytes. */
		while (*pattern == *path && *pattern != '\0' && *pattern != '{') {
			pattern++;
			path++;
		}
		if (*pattern != '{')
			return *pattern == '\0' && *path == '\0';
		size_t pattern_length = strcspn(pattern, "/"), length = strcspn(path, "/");
		if (!take_parameter(arena, pattern, pattern_length, path, length, match))
			return false;
		pattern += pattern_length;
		path += length;
	}
}

/* Of the routes with the first one's path, those before which do not fit. */
static const struct route *
find_method(const struct route *first, const char *method)
{
	if (str_equal(method, "HEAD"))
		method = "GET";
	for (const struct route *route = first; route->method != NULL; route++)
		if (str_equal(route->method, method) && str_equal(route->path, first->path))
			return route;
	return NULL;
}

enum match_result
match_find(struct arena *arena, const struct route *routes, const char *method, const char *path,
    const struct route **ret_route, struct match *ret_match)
{
	for (const struct route *route = routes; route->method != NULL; route++) {
		if (!fits(arena, route->path, path, ret_match))
			continue;
		const struct route *found = find_method(route, method);
		*ret_route = found != NULL ? found : route;
		return found != NULL ? MATCH_FOUND : MATCH_NO_METHOD;
	}
	return MATCH_NO_PATH;
}

bool
match_is_method(const struct route *routes, const char *method)
{
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (str_equal(methods[i], method))
			return true;
	for (; routes->method != NULL; routes++)
		if (str_equal(routes->method, method))
			return true;
	return false;
}

void
match_allow(const struct route *routes, const struct route *route, struct str *ret_allow)
{
	str_put(ret_allow, "OPTIONS");
	for (; routes->method != NULL; routes++) {
		if (!str_equal(routes->path, route->path))
			continue;
		str_print(ret_allow, ", %s", routes->method);
		if (str_equal(routes->method, "GET"))
			str_put(ret_allow, ", HEAD");
	}
}
