/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/forwarded.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/grammar.h"
#include "http/http.h"

/* More hops than this are somebody's joke. */
enum { HOPS_MAX = 32 };

static const unsigned char mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static void
set_ip6(struct http_address *address, const void *bytes)
{
	*address = (struct http_address){.family = HTTP_FAMILY_IP6};
	memcpy(address->bytes, bytes, 16);
	if (memcmp(address->bytes, mapped_prefix, sizeof mapped_prefix) != 0)
		return;
	memmove(address->bytes, address->bytes + 12, 4);
	memset(address->bytes + 4, 0, 12);
	address->family = HTTP_FAMILY_IP4;
}

void
http_address_of(const struct sockaddr *socket_address, struct http_address *ret_address)
{
	*ret_address = (struct http_address){.family = HTTP_FAMILY_UNIX};
	if (socket_address->sa_family == AF_INET) {
		ret_address->family = HTTP_FAMILY_IP4;
		memcpy(ret_address->bytes, &((const struct sockaddr_in *)(const void *)socket_address)->sin_addr, 4);
	} else if (socket_address->sa_family == AF_INET6) {
		set_ip6(ret_address, &((const struct sockaddr_in6 *)(const void *)socket_address)->sin6_addr);
	}
}

bool
http_address_parse(const char *text, struct http_address *ret_address)
{
	struct http_address address = {.family = HTTP_FAMILY_IP4};
	unsigned char bytes[16];
	if (strcmp(text, "unix") == 0)
		address.family = HTTP_FAMILY_UNIX;
	else if (inet_pton(AF_INET, text, bytes) == 1)
		memcpy(address.bytes, bytes, 4);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		set_ip6(&address, bytes);
	else
		return false;
	*ret_address = address;
	return true;
}

void
http_address_print(const struct http_address *address, char ret_text[static HTTP_ADDRESS_TEXT])
{
	if (address->family == HTTP_FAMILY_UNIX)
		memcpy(ret_text, "unix", sizeof "unix");
	else
		inet_ntop(address->family == HTTP_FAMILY_IP4 ? AF_INET : AF_INET6, address->bytes, ret_text, HTTP_ADDRESS_TEXT);
}

bool
http_prefix_parse(const char *text, struct http_prefix *ret_prefix)
{
	char address[HTTP_ADDRESS_TEXT];
	struct http_prefix prefix = {0};
	const char *slash = strchr(text, '/');
	size_t length = slash == NULL ? strlen(text) : (size_t)(slash - text);
	if (length >= sizeof address)
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!http_address_parse(address, &prefix.address))
		return false;
	int64_t most = prefix.address.family == HTTP_FAMILY_UNIX ? 0 : prefix.address.family == HTTP_FAMILY_IP4 ? 32 : 128;
	int64_t bits = most;
	if (slash != NULL && (most == 0 || !str_number(slash + 1, 0, most, &bits)))
		return false;
	prefix.bits = (unsigned)bits;
	*ret_prefix = prefix;
	return true;
}

bool
http_is_peer_prefix(const char *text)
{
	struct http_prefix prefix;
	return http_prefix_parse(text, &prefix);
}

bool
http_prefix_holds(const struct http_prefix *prefix, const struct http_address *address)
{
	if (prefix->address.family != address->family)
		return false;
	unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;
	if (memcmp(prefix->address.bytes, address->bytes, whole) != 0)
		return false;
	unsigned mask = (0xff00u >> rest) & 0xff;
	return rest == 0 || ((prefix->address.bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}

bool
http_trust_holds(const struct http_trust *trust, const struct http_address *address)
{
	for (size_t i = 0; i < trust->count; i++)
		if (http_prefix_holds(&trust->prefixes[i], address))
			return true;
	return false;
}

/* ---- fields ---- */

/* One hop as its proxy saw it; NULL where it says nothing. */
struct hop {
	const char *node, *scheme, *host;
};

/* "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]", "[2001:db8::1]:4711", "2001:db8::1". */
static bool
parse_node(const char *text, struct http_address *ret_address)
{
	char plain[HTTP_ADDRESS_TEXT];
	if (http_address_parse(text, ret_address))
		return true;
	size_t begin = *text == '[' ? 1 : 0;
	size_t length = strcspn(text + begin, begin == 1 ? "]" : ":");
	if (length >= sizeof plain)
		return false;
	memcpy(plain, text + begin, length);
	plain[length] = '\0';
	return http_address_parse(plain, ret_address) && ret_address->family == (begin == 1 ? HTTP_FAMILY_IP6 : HTTP_FAMILY_IP4);
}

static const char *
good_scheme(const char *text)
{
	if (text == NULL)
		return NULL;
	if (str_equal_nocase(text, "https"))
		return "https";
	return str_equal_nocase(text, "http") ? "http" : NULL;
}

static const char *
good_host(const char *text)
{
	return text != NULL && http_is_host(text, strlen(text)) ? text : NULL;
}

/* A token or a quoted string without its quotes. */
static char *
unquote(struct arena *arena, const char *text, size_t length)
{
	if (length < 2 || text[0] != '"' || text[length - 1] != '"')
		return arena_copy(arena, text, length);
	char *plain = arena_copy(arena, text + 1, length - 2), *to = plain;
	for (const char *from = plain; *from != '\0'; from++) {
		if (*from == '\\' && from[1] != '\0')
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return plain;
}

/* for=…;proto=…;host=… */
static void
read_element(struct arena *arena, const char *element, size_t length, struct hop *hop)
{
	const char *at = element, *end = element + length;
	while (at < end) {
		const char *stop = at;
		for (bool quoted = false; stop < end && (quoted || *stop != ';'); stop++)
			if (*stop == '"')
				quoted = !quoted;
		while (at < stop && *at == ' ')
			at++;
		const char *equals = memchr(at, '=', (size_t)(stop - at));
		if (equals != NULL) {
			size_t name = (size_t)(equals - at);
			const char *value = unquote(arena, equals + 1, (size_t)(stop - equals - 1));
			if (http_is_word(at, name, "for"))
				hop->node = value;
			else if (http_is_word(at, name, "proto"))
				hop->scheme = value;
			else if (http_is_word(at, name, "host"))
				hop->host = value;
		}
		at = stop + 1;
	}
}

static size_t
read_forwarded(struct arena *arena, const char *value, struct hop hops[static HOPS_MAX])
{
	const char *element;
	size_t length, count = 0;
	while (http_list_next(&value, &element, &length)) {
		if (count == HOPS_MAX) /* the nearest ones are the last */
			memmove(hops, hops + 1, --count * sizeof *hops);
		hops[count] = (struct hop){0};
		read_element(arena, element, length, &hops[count++]);
	}
	return count;
}

static size_t
split_list(struct arena *arena, const char *value, const char *items[static HOPS_MAX])
{
	const char *element;
	size_t length, count = 0;
	while (value != NULL && http_list_next(&value, &element, &length)) {
		if (count == HOPS_MAX)
			memmove(items, items + 1, --count * sizeof *items);
		items[count++] = arena_copy(arena, element, length);
	}
	return count;
}

/* X-Forwarded-Proto and -Host have either one value for the whole way or one for each hop. */
static const char *
item_of_hop(const char *const *items, size_t count, size_t hop, size_t hops)
{
	if (count == 0)
		return NULL;
	return count == hops ? items[hop] : items[count - 1];
}

static size_t
read_x_forwarded(struct arena *arena, const struct http_forwarded_fields *fields, struct hop hops[static HOPS_MAX])
{
	const char *nodes[HOPS_MAX], *schemes[HOPS_MAX], *hosts[HOPS_MAX];
	size_t node_count = split_list(arena, fields->x_for, nodes);
	size_t scheme_count = split_list(arena, fields->x_proto, schemes);
	size_t host_count = split_list(arena, fields->x_host, hosts);
	size_t count = node_count > 0 ? node_count : 1;
	for (size_t i = 0; i < count; i++)
		hops[i] = (struct hop){
		    .node = node_count > 0 ? nodes[i] : NULL,
		    .scheme = item_of_hop(schemes, scheme_count, i, count),
		    .host = item_of_hop(hosts, host_count, i, count),
		};
	return count;
}

void
http_forwarded_read(struct arena *arena, const struct http_trust *trust, const struct http_forwarded_fields *fields,
    struct http_forwarded *ret_forwarded)
{
	struct hop hops[HOPS_MAX];
	bool is_x = fields->x_for != NULL || fields->x_proto != NULL || fields->x_host != NULL;
	*ret_forwarded = (struct http_forwarded){0};
	size_t count = is_x ? read_x_forwarded(arena, fields, hops)
	    : fields->forwarded != NULL ? read_forwarded(arena, fields->forwarded, hops) : 0;
	for (size_t i = count; i-- > 0;) {
		struct http_address address;
		bool known = hops[i].node != NULL && parse_node(hops[i].node, &address);
		const char *scheme = good_scheme(hops[i].scheme), *host = good_host(hops[i].host);
		ret_forwarded->scheme = scheme != NULL ? scheme : ret_forwarded->scheme;
		ret_forwarded->host = host != NULL ? host : ret_forwarded->host;
		if (!known)
			break; /* "unknown", "_hidden" or nonsense: nobody behind it can be believed */
		char text[HTTP_ADDRESS_TEXT];
		http_address_print(&address, text);
		ret_forwarded->client = arena_text(arena, text);
		if (!http_trust_holds(trust, &address))
			break;
	}
}
