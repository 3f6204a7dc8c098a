/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many connections an address has. IPv6 counts by /64, for one customer has a whole one.
 */
#ifndef HUBD_HTTP_PEERS_H
#define HUBD_HTTP_PEERS_H

#include <stddef.h>

struct http_address;
struct http_peers;

struct http_peers *http_peers_new(void);
void http_peers_free(struct http_peers *peers);
size_t http_peers_count(const struct http_peers *peers, const struct http_address *address);
void http_peers_add(struct http_peers *peers, const struct http_address *address);
void http_peers_remove(struct http_peers *peers, const struct http_address *address);

#endif
