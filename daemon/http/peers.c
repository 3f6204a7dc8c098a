/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/peers.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "http/forwarded.h"

enum { BUCKETS = 1024, KEY = 9 }; /* the family, and 8 bytes */

struct peer {
	struct peer *next;
	unsigned char key[KEY];
	size_t connections;
};

struct http_peers {
	uint64_t seed; /* so that nobody can choose addresses that share a bucket */
	struct peer *buckets[BUCKETS];
};

struct http_peers *
http_peers_new(void)
{
	struct http_peers *peers = base_alloc(sizeof *peers);
	if (getrandom(&peers->seed, sizeof peers->seed, GRND_NONBLOCK) < 0)
		peers->seed = (uintptr_t)peers;
	return peers;
}

void
http_peers_free(struct http_peers *peers)
{
	if (peers == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct peer *peer = peers->buckets[i], *next; peer != NULL; peer = next) {
			next = peer->next;
			free(peer);
		}
	free(peers);
}

static void
key_of(const struct http_address *address, unsigned char ret_key[static KEY])
{
	ret_key[0] = (unsigned char)address->family;
	memcpy(ret_key + 1, address->bytes, KEY - 1);
}

static size_t
bucket_of(const struct http_peers *peers, const unsigned char key[static KEY])
{
	uint64_t hash = peers->seed;
	for (size_t i = 0; i < KEY; i++) {
		hash = (hash ^ key[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	return hash % BUCKETS;
}

/* Where the pointer to the peer is, or would be. */
static struct peer **
peer_find(struct http_peers *peers, const unsigned char key[static KEY])
{
	struct peer **at = &peers->buckets[bucket_of(peers, key)];
	while (*at != NULL && memcmp((*at)->key, key, KEY) != 0)
		at = &(*at)->next;
	return at;
}

size_t
http_peers_count(const struct http_peers *peers, const struct http_address *address)
{
	unsigned char key[KEY];
	key_of(address, key);
	for (const struct peer *peer = peers->buckets[bucket_of(peers, key)]; peer != NULL; peer = peer->next)
		if (memcmp(peer->key, key, KEY) == 0)
			return peer->connections;
	return 0;
}

void
http_peers_add(struct http_peers *peers, const struct http_address *address)
{
	unsigned char key[KEY];
	key_of(address, key);
	struct peer **at = peer_find(peers, key);
	if (*at == NULL) {
		*at = base_alloc(sizeof **at);
		memcpy((*at)->key, key, KEY);
	}
	(*at)->connections++;
}

void
http_peers_remove(struct http_peers *peers, const struct http_address *address)
{
	unsigned char key[KEY];
	key_of(address, key);
	struct peer **at = peer_find(peers, key), *peer = *at;
	assert(peer != NULL && peer->connections > 0);
	if (--peer->connections > 0)
		return;
	*at = peer->next;
	free(peer);
}
