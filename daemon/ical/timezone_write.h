/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes a VTIMEZONE (RFC 5545 3.6.5) for an IANA zone: the few observances that are right for
 * every instant of a window, rather than the zone's whole history. A zone with a lasting yearly
 * rule gets two RRULE observances, one without daylight saving time a single STANDARD.
 */
#ifndef HUBD_ICAL_TIMEZONE_WRITE_H
#define HUBD_ICAL_TIMEZONE_WRITE_H

#include <stdint.h>

struct str;
struct zone;

/*
 * The window is that of the instants written with this TZID; both ends count. Where the zone's
 * rule began before the window its own first years are given (Europe/Berlin: 1981 and 1996),
 * so that the bytes do not move with the window. Where it does not, but the rule is right for
 * the window, it is given from 1970; else each change of the window is given by itself.
 */
void ical_put_vtimezone(struct str *out, const struct zone *zone, int64_t from_utc, int64_t to_utc);

#endif
