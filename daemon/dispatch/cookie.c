/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch/cookie.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/http.h"

const char *
cookie_parse(struct arena *arena, const char *field, const char *name)
{
	size_t name_length = strlen(name);
	while (field != NULL && *field != '\0') {
		/* Several Cookie fields were joined by a comma; a value has none (RFC 6265 4.1.1). */
		field += strspn(field, "; ,\t");
		size_t length = strcspn(field, ";,");
		if (length > name_length && field[name_length] == '=' && memcmp(field, name, name_length) == 0) {
			const char *value = field + name_length + 1;
			size_t size = length - name_length - 1;
			while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
				size--;
			return arena_copy(arena, value, size);
		}
		field += length;
	}
	return NULL;
}

const char *
cookie_find(const struct http_request *request, const char *name)
{
	return cookie_parse(http_arena(request), http_field(request, "cookie"), name);
}

bool
cookie_is_loopback(const char *host)
{
	static const char *const names[] = {"127.0.0.1", "localhost", "[::1]", NULL};
	for (size_t i = 0; host != NULL && names[i] != NULL; i++) {
		size_t length = strlen(names[i]);
		if (strncasecmp(host, names[i], length) == 0 && (host[length] == '\0' || host[length] == ':'))
			return true;
	}
	return false;
}

static bool
is_from_here(const struct http_request *request)
{
	const char *client = http_client(request);
	return str_starts(client, "127.") || str_equal(client, "::1");
}

const char *
cookie_session_name(const struct http_request *request)
{
	if (str_equal(http_scheme(request), "https"))
		return "__Host-hubd";
	return cookie_is_loopback(http_host(request)) && is_from_here(request) ? "hubd" : NULL;
}

bool
origin_parse(const char *fetch_site, const char *origin, const char *scheme, const char *host)
{
	if (fetch_site != NULL && !str_equal(fetch_site, "same-origin"))
		return false;
	if (origin == NULL)
		return fetch_site != NULL;
	size_t length = strlen(scheme);
	return strncmp(origin, scheme, length) == 0 && str_starts(origin + length, "://") && host != NULL &&
	    str_equal_nocase(origin + length + 3, host);
}

bool
origin_is_own(const struct http_request *request)
{
	return origin_parse(http_field(request, "sec-fetch-site"), http_field(request, "origin"), http_scheme(request), http_host(request));
}
