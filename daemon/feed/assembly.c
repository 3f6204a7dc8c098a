/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/assembly.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "feed/entry.h"
#include "feed/render.h"
#include "feed/shelf.h"
#include "http/http.h"
#include "ical/timezone_write.h"
#include "ical/zone.h"

/* SHA-256 without help from the processor does some 300 bytes a microsecond. */
enum { SLICE_BYTES = 512 * 1024 };

struct zone_use {
	const struct zone *zone;
	int64_t from, to;
};

struct feed_assembly {
	const struct feed_form *form;
	const struct feed_head *head;
	struct feed_pieces *pieces;
	struct str body;
	struct digest *digest;
	struct feed_part *parts; /* those that are shown, where they are in the body */
	size_t count, next;
	bool is_begun, is_done;
	char hash[DIGEST_HEX_SIZE];
};

static uint64_t
hash_name(const char *name, size_t length)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
	return hash;
}

static bool
is_same_name(const char *bytes, const struct feed_part *a, const struct feed_part *b)
{
	return a->name_length == b->name_length && memcmp(bytes + a->at, bytes + b->at, a->name_length) == 0;
}

/* Of two hubs' entries with one UID the first that is not cancelled stands for both. */
static void
hide_one(struct feed_part *first, struct feed_part *second, struct feed_part **slot)
{
	if (first->is_cancelled && !second->is_cancelled) {
		first->is_hidden = true;
		*slot = second;
	} else {
		second->is_hidden = true;
	}
}

/* A UID that two hubs both imported appears once. */
static void
hide_twins(struct feed_pieces *pieces)
{
	const char *bytes = str_text(&pieces->bytes);
	size_t room = 16;
	while (room < pieces->count * 2)
		room *= 2;
	struct feed_part **slots = base_alloc(room * sizeof slots[0]);
	for (size_t i = 0; i < pieces->count; i++) {
		struct feed_part *part = &pieces->parts[i];
		size_t at = hash_name(bytes + part->at, part->name_length) & (room - 1);
		while (slots[at] != NULL && !is_same_name(bytes, slots[at], part))
			at = (at + 1) & (room - 1);
		if (slots[at] == NULL)
			slots[at] = part;
		else
			hide_one(slots[at], part, &slots[at]);
	}
	free(slots);
}

static int
compare_zones(const void *left, const void *right)
{
	const struct zone_use *a = left, *b = right;
	return strcmp(zone_id(a->zone), zone_id(b->zone));
}

static size_t
find_zones(const struct feed_pieces *pieces, struct zone_use **ret_uses)
{
	struct zone_use *uses = NULL;
	size_t count = 0;
	for (size_t i = 0; i < pieces->count; i++) {
		const struct feed_part *part = &pieces->parts[i];
		size_t at = 0;
		if (part->is_hidden || part->zone == NULL)
			continue;
		while (at < count && uses[at].zone != part->zone)
			at++;
		if (at == count) {
			uses = base_realloc(uses, ++count * sizeof uses[0]);
			uses[at] = (struct zone_use){part->zone, part->start, part->end};
		}
		uses[at].from = part->start < uses[at].from ? part->start : uses[at].from;
		uses[at].to = part->end > uses[at].to ? part->end : uses[at].to;
	}
	if (count > 1)
		qsort(uses, count, sizeof uses[0], compare_zones);
	*ret_uses = uses;
	return count;
}

static void
begin_body(struct feed_assembly *assembly)
{
	struct zone_use *uses;
	hide_twins(assembly->pieces);
	assembly->form->put_head(&assembly->body, assembly->head);
	size_t count = find_zones(assembly->pieces, &uses);
	for (size_t i = 0; i < count; i++)
		ical_put_vtimezone(&assembly->body, uses[i].zone, uses[i].from, uses[i].to);
	free(uses);
	assembly->parts = base_alloc((assembly->pieces->count + 1) * sizeof assembly->parts[0]);
	assembly->is_begun = true;
}

static void
add_part(struct feed_assembly *assembly, const struct feed_part *piece)
{
	if (piece->is_hidden)
		return;
	struct feed_part *part = &assembly->parts[assembly->count++];
	*part = *piece;
	if (assembly->count > 1)
		str_put(&assembly->body, assembly->form->between);
	part->at = assembly->body.length;
	str_add(&assembly->body, assembly->pieces->bytes.bytes + piece->at, piece->length);
}

bool
feed_assembly_step(struct feed_assembly *assembly)
{
	size_t from = assembly->body.length;
	if (!assembly->is_begun) {
		begin_body(assembly);
		if (assembly->pieces->bytes.length > SLICE_BYTES) {
			digest_add(assembly->digest, assembly->body.bytes, assembly->body.length);
			return false;
		}
	}
	while (assembly->next < assembly->pieces->count && assembly->body.length - from < SLICE_BYTES)
		add_part(assembly, &assembly->pieces->parts[assembly->next++]);
	assembly->is_done = assembly->next == assembly->pieces->count;
	if (assembly->is_done)
		assembly->form->put_end(&assembly->body);
	digest_add(assembly->digest, assembly->body.bytes + from, assembly->body.length - from);
	if (assembly->is_done) {
		digest_end(assembly->digest, assembly->hash);
		assembly->digest = NULL;
	}
	return assembly->is_done;
}

void
feed_assembly_take(struct feed_assembly *assembly, struct feed_body *body)
{
	size_t length;
	assert(assembly->is_done);
	char *bytes = str_steal(&assembly->body, &length);
	body->plain = http_bytes_new(bytes, length);
	body->parts = assembly->parts;
	body->part_count = assembly->count;
	assembly->parts = NULL;
	feed_body_name(body, assembly->hash);
}

struct feed_assembly *
feed_assembly_new(enum feed_format format, const struct feed_head *head, struct feed_pieces *pieces)
{
	struct feed_assembly *assembly = base_alloc(sizeof *assembly);
	assembly->form = feed_form(format);
	assembly->head = head;
	assembly->pieces = pieces;
	assembly->digest = digest_new();
	return assembly;
}

void
feed_assembly_free(struct feed_assembly *assembly)
{
	char hash[DIGEST_HEX_SIZE];
	if (assembly == NULL)
		return;
	if (assembly->digest != NULL)
		digest_end(assembly->digest, hash);
	str_free(&assembly->body);
	free(assembly->parts);
	free(assembly);
}
