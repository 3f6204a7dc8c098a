/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a zone is made of, for the zone_*.c files only: the changes that the tz database lists,
 * in order, and the footer's rules that go on for ever after the last of them.
 */
#ifndef HUBD_ICAL_ZONE_INSIDE_H
#define HUBD_ICAL_ZONE_INSIDE_H

#include "ical/zone.h"

enum { ZONE_ID_SIZE = 64, ZONE_NAME_SIZE = 16, ZONE_FILE_BYTES = 256 * 1024 };

struct zone {
	char id[ZONE_ID_SIZE];
	struct zone_change first; /* before any change */
	struct zone_change *changes;
	size_t count;
	bool has_rules;
	struct zone_rule daylight, standard;
	char *names; /* what the .name pointers of this zone point into */
};

/* Reads TZif bytes into a zone that is zeroed but for its id; false: not a TZif file of version 2 or later. */
bool zone_read_file(struct zone *zone, const unsigned char *bytes, size_t length);

/* A footer: "CET-1CEST,M3.5.0,M10.5.0/3". ret_standard alone is set when there is no daylight saving time. */
bool zone_read_footer(const char *text, bool *ret_has_rules, struct zone_rule *ret_daylight, struct zone_rule *ret_standard,
    char ret_names[static 2 * ZONE_NAME_SIZE]);

#endif
