/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TZif (RFC 8536), version 2 and later: the 32-bit block is skipped, the 64-bit one and the
 * footer are read. Every count is checked against the file's length before it is used.
 */
#include "ical/zone_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { HEADER_SIZE = 44, TYPE_SIZE = 6 };

struct counts {
	size_t utc, standard, leap, times, types, chars;
};

/* Where the parts of the 64-bit block lie. */
struct block {
	struct counts counts;
	const unsigned char *times, *indices, *types, *chars, *footer, *end;
};

static size_t
read_count(const unsigned char *at)
{
	return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

static int64_t
read_time(const unsigned char *at)
{
	return (int64_t)((uint64_t)read_count(at) << 32 | read_count(at + 4));
}

static bool
read_header(const unsigned char *at, const unsigned char *end, struct counts *ret)
{
	if (end - at < HEADER_SIZE || memcmp(at, "TZif", 4) != 0 || at[4] < '2')
		return false;
	*ret = (struct counts){read_count(at + 20), read_count(at + 24), read_count(at + 28), read_count(at + 32), read_count(at + 36),
	    read_count(at + 40)};
	return ret->utc <= 256 && ret->standard <= 256 && ret->leap <= 1000 && ret->times <= ZONE_FILE_BYTES && ret->types <= 256 &&
	    ret->types > 0 && ret->chars <= 4096;
}

static size_t
block_size(const struct counts *counts, size_t time_size)
{
	return counts->times * (time_size + 1) + counts->types * TYPE_SIZE + counts->chars + counts->leap * (time_size + 4) +
	    counts->standard + counts->utc;
}

static bool
find_block(const unsigned char *bytes, size_t length, struct block *ret)
{
	const unsigned char *at = bytes, *end = bytes + length;
	struct counts old;
	if (!read_header(at, end, &old) || (size_t)(end - at) < HEADER_SIZE + block_size(&old, 4))
		return false;
	at += HEADER_SIZE + block_size(&old, 4);
	if (!read_header(at, end, &ret->counts))
		return false;
	at += HEADER_SIZE;
	if ((size_t)(end - at) < block_size(&ret->counts, 8))
		return false;
	ret->times = at;
	ret->indices = ret->times + 8 * ret->counts.times;
	ret->types = ret->indices + ret->counts.times;
	ret->chars = ret->types + TYPE_SIZE * ret->counts.types;
	ret->footer = at + block_size(&ret->counts, 8);
	ret->end = end;
	return true;
}

/* The state of a type; its name points into zone->names. */
static bool
read_type(const struct zone *zone, const struct block *block, size_t index, struct zone_change *ret)
{
	if (index >= block->counts.types)
		return false;
	const unsigned char *type = block->types + TYPE_SIZE * index;
	if (type[5] >= block->counts.chars)
		return false;
	ret->offset = (int)(int32_t)(uint32_t)read_count(type);
	ret->is_daylight = type[4] != 0;
	ret->name = zone->names + type[5];
	return ret->offset > -26 * 3600 && ret->offset < 26 * 3600;
}

static bool
is_same_state(const struct zone_change *a, const struct zone_change *b)
{
	return a->offset == b->offset && a->is_daylight == b->is_daylight && strcmp(a->name, b->name) == 0;
}

static bool
read_changes(struct zone *zone, const struct block *block)
{
	if (!read_type(zone, block, 0, &zone->first))
		return false;
	zone->first.at = INT64_MIN;
	zone->first.offset_before = zone->first.offset;
	zone->changes = base_alloc((block->counts.times + 1) * sizeof *zone->changes);
	const struct zone_change *before = &zone->first;
	for (size_t i = 0; i < block->counts.times; i++) {
		struct zone_change *change = &zone->changes[zone->count];
		change->at = read_time(block->times + 8 * i);
		if (!read_type(zone, block, block->indices[i], change))
			return false;
		if (i > 0 && change->at <= read_time(block->times + 8 * (i - 1)))
			return false;
		change->offset_before = before->offset;
		if (is_same_state(change, before))
			continue;
		before = change;
		zone->count++;
	}
	return true;
}

static bool
read_footer(struct zone *zone, const struct block *block, char *names)
{
	char text[128] = "";
	const unsigned char *at = block->footer;
	size_t length = 0;
	if (at >= block->end || *at++ != '\n')
		return false;
	for (; at < block->end && *at != '\n' && length < sizeof text - 1; at++)
		text[length++] = (char)*at;
	if (length == 0)
		return true; /* no rule: the last state goes on */
	return zone_read_footer(text, &zone->has_rules, &zone->daylight, &zone->standard, names);
}

bool
zone_read_file(struct zone *zone, const unsigned char *bytes, size_t length)
{
	struct block block;
	if (!find_block(bytes, length, &block))
		return false;
	/* One NUL more than the file's: the last name may lack its own. The footer's names come behind. */
	size_t chars = block.counts.chars + 1;
	zone->names = base_alloc(chars + 2 * ZONE_NAME_SIZE);
	memcpy(zone->names, block.chars, block.counts.chars);
	if (read_changes(zone, &block) && read_footer(zone, &block, zone->names + chars))
		return true;
	free(zone->changes);
	free(zone->names);
	return false;
}
