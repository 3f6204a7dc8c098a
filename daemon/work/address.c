/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

struct block4 {
	uint32_t prefix;
	int length;
};

struct block6 {
	uint8_t prefix[16];
	int length;
};

/* https://www.iana.org/assignments/iana-ipv4-special-registry, what is not globally reachable; multicast; class E. */
static const struct block4 blocks4[] = {
	{0x00000000, 8}, {0x0A000000, 8}, {0x64400000, 10}, {0x7F000000, 8}, {0xA9FE0000, 16}, {0xAC100000, 12}, {0xC0000000, 24},
	{0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16}, {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},
	{0xF0000000, 4}};

static const struct block6 global6 = {{0x20}, 3}, nat64 = {{0x00, 0x64, 0xFF, 0x9B}, 96};
/* Within 2000::/3: IETF protocol assignments with Teredo, documentation, 6to4. */
static const struct block6 blocks6[] = {{{0x20, 0x01}, 23}, {{0x20, 0x01, 0x0D, 0xB8}, 32}, {{0x20, 0x02}, 16}, {{0x3F, 0xFF}, 20}};

static bool
is_public4(uint32_t address)
{
	for (size_t i = 0; i < sizeof blocks4 / sizeof blocks4[0]; i++)
		if ((address ^ blocks4[i].prefix) >> (32 - blocks4[i].length) == 0)
			return false;
	return true;
}

static bool
is_in6(const uint8_t address[static 16], const struct block6 *block)
{
	int whole = block->length / 8, rest = block->length % 8;
	return memcmp(address, block->prefix, (size_t)whole) == 0 &&
	    (rest == 0 || (address[whole] ^ block->prefix[whole]) >> (8 - rest) == 0);
}

static uint32_t
last4(const uint8_t address[static 16])
{
	return (uint32_t)address[12] << 24 | (uint32_t)address[13] << 16 | (uint32_t)address[14] << 8 | address[15];
}

static bool
is_public6(const uint8_t address[static 16])
{
	if (is_in6(address, &nat64))
		return is_public4(last4(address));
	for (size_t i = 0; i < sizeof blocks6 / sizeof blocks6[0]; i++)
		if (is_in6(address, &blocks6[i]))
			return false;
	return is_in6(address, &global6);
}

bool
address_is_public(const struct sockaddr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	switch (address->sa_family) {
	case AF_INET:
		memcpy(&four, address, sizeof four);
		return is_public4(ntohl(four.sin_addr.s_addr));
	case AF_INET6:
		memcpy(&six, address, sizeof six);
		return is_public6(six.sin6_addr.s6_addr);
	default:
		return false;
	}
}

bool
address_is_loopback(const struct sockaddr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	switch (address->sa_family) {
	case AF_INET:
		memcpy(&four, address, sizeof four);
		return ntohl(four.sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		memcpy(&six, address, sizeof six);
		return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
	default:
		return false;
	}
}
