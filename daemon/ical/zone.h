/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time zones: between the clock on a wall and instants. IANA zones come from the system's
 * compiled tz database (TZif, RFC 8536), read here; beyond its last transition the rule in
 * its footer counts, so that an answer is right to the year 9999.
 *
 * "Local" is a civil time read as UTC (base/when.h). A zone lives as long as the process.
 * For one thread. It knows no calendar object and no library.
 */
#ifndef HUBD_ICAL_ZONE_H
#define HUBD_ICAL_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct zone;

/* Where the compiled zones lie, if not in /usr/share/zoneinfo; before any is looked up. Kept, not copied. */
void zone_use_directory(const char *directory);
/* The SHA-256 of a zone's rules as they lie on disk now; false: there are none ("UTC" has none and never changes). */
enum { ZONE_FINGERPRINT_SIZE = 65 };
bool zone_fingerprint(const char *id, char ret_hex[static ZONE_FINGERPRINT_SIZE]);
/* Reads all zones anew that were read before: their files may have been replaced. What points to a zone stays valid. */
void zone_refresh(void);

/* The IANA zone of this id ("Europe/Berlin"; "UTC" is always there); NULL when there is none. */
const struct zone *zone_find(const char *id);
const struct zone *zone_utc(void);
bool zone_is_known(const char *id);
const char *zone_id(const struct zone *zone);

/*
 * The zone that a foreign name means: IANA ids behind a prefix (/freeassociation.sourceforge.net/
 * Europe/Berlin), Windows names (CLDR windowsZones, territory 001), names by cities
 * ("(GMT+01:00) Amsterdam, Berlin, ..."). lic_location is the VTIMEZONE's X-LIC-LOCATION or NULL;
 * it counts when the name says nothing. NULL when neither helps.
 */
const struct zone *zone_find_foreign(const char *tzid, const char *lic_location);

enum zone_fit {
	ZONE_FIT_EXACT,
	ZONE_FIT_GAP,  /* no clock showed this time: the offset before the gap was used (RFC 5545 3.3.5) */
	ZONE_FIT_FOLD, /* clocks showed it twice: this is the first time (RFC 5545 3.3.5) */
};

/* ret_fit and ret_offset (seconds east of UTC) may be NULL. */
int64_t zone_to_utc(const struct zone *zone, int64_t local, enum zone_fit *ret_fit);
int64_t zone_to_local(const struct zone *zone, int64_t utc, int *ret_offset);

/*
 * Whether an instant that was worked out from a local time is no longer right, because the zone's rules have changed since; then
 * *ret_utc is. The second time in a fold stays, if it was that.
 */
bool zone_has_moved(const struct zone *zone, int64_t local, int64_t utc, int64_t *ret_utc);

enum { ZONE_OFFSET_SIZE = 16 };
/* "+01:00", "-00:25"; with seconds only where there are some. */
void zone_print_offset(int offset, char ret_text[static ZONE_OFFSET_SIZE]);
/* "2026-07-01T09:00:00+02:00": an instant as this zone's clocks show it (RFC 3339). */
enum { ZONE_INSTANT_SIZE = 48 };
void zone_print(const struct zone *zone, int64_t utc, char ret_text[static ZONE_INSTANT_SIZE]);

/* What the clocks do at an instant: from then on they run "offset" east of UTC. */
struct zone_change {
	int64_t at;
	int offset_before, offset;
	bool is_daylight;
	const char *name; /* "CEST" */
};

/* The state at an instant: .at is when it began (INT64_MIN: always was so). */
void zone_state(const struct zone *zone, int64_t utc, struct zone_change *ret_state);
/* The first change of offset after this instant; false when there is none. */
bool zone_next_change(const struct zone *zone, int64_t after, struct zone_change *ret_change);

/*
 * One of the two yearly changes that the footer promises for ever: the week-th (5: the last)
 * weekday (0 Sunday) of a month, "second" after its local midnight (may lie outside the day).
 * week is 0 when the rule counts days of the year instead: then only zone_next_change() tells.
 */
struct zone_rule {
	int month, week, weekday, second;
	int day;     /* of the year, for week 0 */
	bool leaps;  /* whether 29 February counts there */
	int offset_before, offset;
	bool is_daylight;
	const char *name;
};

/* False: the footer has no daylight saving time. */
bool zone_rules(const struct zone *zone, struct zone_rule *ret_daylight, struct zone_rule *ret_standard);
/* The instant of that rule's change in a year. */
int64_t zone_rule_at(const struct zone_rule *rule, int year);

/* A zone from changes given in order, for a VTIMEZONE that no name resolves; lives in the arena. */
const struct zone *zone_from_changes(struct arena *arena, const char *id, const struct zone_change *changes, size_t count);

#endif
