/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/zone.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/zone_inside.h"

enum {
	DAY = 86400,
	SPAN = 26 * 3600,  /* no zone was ever further from UTC */
	CACHE_SIZE = 1024, /* the tz database has about 600 names, and no others are ever kept */
};

static const char *zone_directory = "/usr/share/zoneinfo";

/* Zones once read stay: pointers to them are handed out for ever. */
static struct zone *cache[CACHE_SIZE];
static size_t cache_count;

static const struct zone utc_zone = {
    .id = "UTC",
    .first = {.at = INT64_MIN, .name = "UTC"},
};

const struct zone *
zone_utc(void)
{
	return &utc_zone;
}

/* Letters, digits, _ + - in parts joined by single slashes: no way out of the directory. */
static bool
is_id(const char *id)
{
	char before = '/';
	if (strlen(id) >= ZONE_ID_SIZE || str_starts(id, "posix/") || str_starts(id, "right/"))
		return false;
	for (const char *at = id; *at != '\0'; before = *at++) {
		bool is_word = (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z');
		bool is_rest = (*at >= '0' && *at <= '9') || *at == '_' || *at == '+' || *at == '-' || *at == '/';
		if (!is_word && (!is_rest || before == '/'))
			return false;
	}
	return before != '/' && strcmp(id, "localtime") != 0 && strcmp(id, "posixrules") != 0 && strcmp(id, "Factory") != 0;
}

static unsigned char *
read_whole(const char *path, size_t *ret_length)
{
	unsigned char *bytes = NULL;
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 && about.st_size <= ZONE_FILE_BYTES) {
		bytes = base_alloc((size_t)about.st_size);
		ssize_t got = read(fd, bytes, (size_t)about.st_size);
		*ret_length = got < 0 ? 0 : (size_t)got;
	}
	close(fd);
	return bytes;
}

static unsigned char *
read_zone(const char *id, size_t *ret_length)
{
	struct str path = {0};
	str_print(&path, "%s/%s", zone_directory, id);
	unsigned char *bytes = read_whole(str_text(&path), ret_length);
	str_free(&path);
	return bytes;
}

void
zone_use_directory(const char *directory)
{
	assert(cache_count == 0);
	zone_directory = directory;
}

bool
zone_fingerprint(const char *id, char ret_hex[static ZONE_FINGERPRINT_SIZE])
{
	size_t length = 0;
	unsigned char *bytes = is_id(id) ? read_zone(id, &length) : NULL;
	if (bytes == NULL)
		return false;
	digest_sha256_hex(bytes, length, ret_hex);
	free(bytes);
	return true;
}

static struct zone *
zone_load(const char *id)
{
	size_t length = 0;
	unsigned char *bytes = read_zone(id, &length);
	if (bytes == NULL)
		return NULL;
	struct zone *zone = base_alloc(sizeof *zone);
	snprintf(zone->id, sizeof zone->id, "%s", id);
	if (!zone_read_file(zone, bytes, length)) {
		free(zone);
		zone = NULL;
	}
	free(bytes);
	return zone;
}

const struct zone *
zone_find(const char *id)
{
	if (id == NULL || !is_id(id))
		return NULL;
	if (strcmp(id, utc_zone.id) == 0)
		return &utc_zone;
	for (size_t i = 0; i < cache_count; i++)
		if (strcmp(cache[i]->id, id) == 0)
			return cache[i];
	if (cache_count == CACHE_SIZE)
		return NULL;
	struct zone *zone = zone_load(id);
	if (zone != NULL)
		cache[cache_count++] = zone;
	return zone;
}

void
zone_refresh(void)
{
	for (size_t i = 0; i < cache_count; i++) {
		struct zone *fresh = zone_load(cache[i]->id);
		if (fresh == NULL)
			continue;
		free(cache[i]->changes);
		free(cache[i]->names);
		*cache[i] = *fresh;
		free(fresh);
	}
}

bool
zone_is_known(const char *id)
{
	return zone_find(id) != NULL;
}

const char *
zone_id(const struct zone *zone)
{
	return zone->id;
}

const struct zone *
zone_from_changes(struct arena *arena, const char *id, const struct zone_change *changes, size_t count)
{
	assert(count > 0);
	struct zone *zone = arena_take(arena, sizeof *zone);
	snprintf(zone->id, sizeof zone->id, "%s", id);
	zone->changes = arena_take(arena, count * sizeof *changes);
	memcpy(zone->changes, changes, count * sizeof *changes);
	zone->count = count;
	zone->first = (struct zone_change){.at = INT64_MIN, .offset_before = changes[0].offset_before,
	    .offset = changes[0].offset_before, .name = changes[0].name};
	return zone;
}

static int
year_of(int64_t utc)
{
	int year, month, day;
	int64_t days = utc / DAY - (utc % DAY < 0);
	when_from_days(days, &year, &month, &day);
	return year;
}

static struct zone_change
change_of(const struct zone_rule *rule, int year)
{
	return (struct zone_change){.at = zone_rule_at(rule, year), .offset_before = rule->offset_before, .offset = rule->offset,
	    .is_daylight = rule->is_daylight, .name = rule->name};
}

/* How many of the listed changes lie at or before an instant. */
static size_t
count_until(const struct zone *zone, int64_t utc)
{
	size_t low = 0, high = zone->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (zone->changes[middle].at <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
zone_state(const struct zone *zone, int64_t utc, struct zone_change *ret_state)
{
	size_t count = count_until(zone, utc);
	*ret_state = count > 0 ? zone->changes[count - 1] : zone->first;
	if (count < zone->count || !zone->has_rules)
		return;
	int year = year_of(utc);
	for (int each = year - 1; each <= year + 1; each++) {
		struct zone_change both[2] = {change_of(&zone->daylight, each), change_of(&zone->standard, each)};
		for (int i = 0; i < 2; i++)
			if (both[i].at <= utc && both[i].at > ret_state->at)
				*ret_state = both[i];
	}
}

bool
zone_next_change(const struct zone *zone, int64_t after, struct zone_change *ret_change)
{
	size_t count = count_until(zone, after);
	if (count < zone->count) {
		*ret_change = zone->changes[count];
		return true;
	}
	if (!zone->has_rules)
		return false;
	int year = year_of(after);
	bool is_found = false;
	for (int each = year - 1; each <= year + 2; each++) {
		struct zone_change both[2] = {change_of(&zone->daylight, each), change_of(&zone->standard, each)};
		for (int i = 0; i < 2; i++)
			if (both[i].at > after && (!is_found || both[i].at < ret_change->at)) {
				*ret_change = both[i];
				is_found = true;
			}
	}
	return is_found;
}

bool
zone_rules(const struct zone *zone, struct zone_rule *ret_daylight, struct zone_rule *ret_standard)
{
	if (!zone->has_rules)
		return false;
	*ret_daylight = zone->daylight;
	*ret_standard = zone->standard;
	return true;
}

/*
 * Walks through the stretches of one offset around the local time. It is right in each stretch
 * that contains the instant it would mean there: none is a gap, two are a fold.
 */
int64_t
zone_to_utc(const struct zone *zone, int64_t local, enum zone_fit *ret_fit)
{
	struct zone_change state, change;
	int64_t first = 0, in_gap = 0, begin = INT64_MIN;
	int found = 0;

	zone_state(zone, local - SPAN, &state);
	int offset = state.offset;
	for (bool has_more = true; has_more;) {
		int64_t utc = local - offset;
		has_more = zone_next_change(zone, begin == INT64_MIN ? local - SPAN : begin, &change) && change.at <= local + SPAN;
		int64_t end = has_more ? change.at : INT64_MAX;
		if (utc >= begin && utc < end && found++ == 0)
			first = utc;
		if (has_more && utc >= end && local - change.offset < end)
			in_gap = utc;
		begin = end;
		offset = change.offset;
	}
	if (ret_fit != NULL)
		*ret_fit = found == 0 ? ZONE_FIT_GAP : found == 1 ? ZONE_FIT_EXACT : ZONE_FIT_FOLD;
	return found == 0 ? in_gap : first;
}

int64_t
zone_to_local(const struct zone *zone, int64_t utc, int *ret_offset)
{
	struct zone_change state;
	zone_state(zone, utc, &state);
	if (ret_offset != NULL)
		*ret_offset = state.offset;
	return utc + state.offset;
}

bool
zone_has_moved(const struct zone *zone, int64_t local, int64_t utc, int64_t *ret_utc)
{
	if (zone_to_local(zone, utc, NULL) == local)
		return false;
	int64_t right = zone_to_utc(zone, local, NULL);
	if (right == utc)
		return false;
	*ret_utc = right;
	return true;
}

void
zone_print_offset(int offset, char ret_text[static ZONE_OFFSET_SIZE])
{
	unsigned seconds = (unsigned)(offset < 0 ? -offset : offset) % (100 * 3600);
	int length = snprintf(ret_text, ZONE_OFFSET_SIZE, "%c%02u:%02u", offset < 0 ? '-' : '+', seconds / 3600, seconds / 60 % 60);
	if (seconds % 60 != 0)
		snprintf(ret_text + length, ZONE_OFFSET_SIZE - (size_t)length, ":%02u", seconds % 60);
}

void
zone_print(const struct zone *zone, int64_t utc, char ret_text[static ZONE_INSTANT_SIZE])
{
	char text[WHEN_TEXT_SIZE], offset_text[ZONE_OFFSET_SIZE];
	int offset;
	when_print(zone_to_local(zone, utc, &offset), text);
	zone_print_offset(offset, offset_text);
	size_t length = strlen(text);
	if (length > 0 && text[length - 1] == 'Z')
		text[length - 1] = '\0';
	snprintf(ret_text, ZONE_INSTANT_SIZE, "%s%s", text, offset_text);
}
