/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is asking: the peer's address, and what trusted peers say about whom they ask for
 * (Forwarded of RFC 7239, X-Forwarded-For, -Proto and -Host). It does not know sockets beyond sockaddr.
 */
#ifndef HUBD_HTTP_FORWARDED_H
#define HUBD_HTTP_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct sockaddr;

enum http_family { HTTP_FAMILY_UNIX, HTTP_FAMILY_IP4, HTTP_FAMILY_IP6 };

/* An address; IPv4-mapped IPv6 counts as IPv4. */
struct http_address {
	enum http_family family;
	unsigned char bytes[16];
};

struct http_prefix {
	struct http_address address;
	unsigned bits;
};

enum { HTTP_ADDRESS_TEXT = 48 };

void http_address_of(const struct sockaddr *socket_address, struct http_address *ret_address);
/* "192.0.2.1", "2001:db8::1" or "unix". */
bool http_address_parse(const char *text, struct http_address *ret_address);
void http_address_print(const struct http_address *address, char ret_text[static HTTP_ADDRESS_TEXT]);
/* "unix", an address, or an address and "/bits". */
bool http_prefix_parse(const char *text, struct http_prefix *ret_prefix);
bool http_prefix_holds(const struct http_prefix *prefix, const struct http_address *address);

/* The prefixes of trusted peers. */
struct http_trust {
	struct http_prefix *prefixes;
	size_t count;
};
bool http_trust_holds(const struct http_trust *trust, const struct http_address *address);

/*
 * What the fields of a trusted peer say. Each is a field's joined value or NULL. The client is the last address in the
 * list that is not itself trusted; scheme and host are those that the same hop saw. X-Forwarded-For wins over
 * Forwarded, for most proxies set the former and pass the latter through as the client sent it.
 * What is missing or malformed stays NULL. Texts live in the arena.
 */
struct http_forwarded {
	const char *client, *scheme, *host;
};
struct http_forwarded_fields {
	const char *forwarded, *x_for, *x_proto, *x_host;
};
void http_forwarded_read(struct arena *arena, const struct http_trust *trust, const struct http_forwarded_fields *fields,
    struct http_forwarded *ret_forwarded);

#endif
