/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a socket address belongs to the public Internet, so that nobody has hubd fetch from or post to the networks behind it.
 *
 * The IANA special-purpose registries (RFC 6890 and its updates) turned round: IPv6 is public within 2000::/3 only. To be asked
 * about the address that is about to be connected, never about a name: a name may resolve to something else a moment later.
 */
#ifndef HUBD_WORK_ADDRESS_H
#define HUBD_WORK_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* False for private, loopback, link-local, shared (CGNAT), unique local, multicast, reserved, documentation and IPv4-mapped addresses, for
 * tunnels (6to4, Teredo) and for whatever is not IP. NAT64 (64:ff9b::/96) is as public as the IPv4 address inside. */
bool address_is_public(const struct sockaddr *address);
bool address_is_loopback(const struct sockaddr *address);

#endif
