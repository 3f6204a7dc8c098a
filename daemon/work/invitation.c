/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/invitation.h"

#include <stdint.h>

#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/dates.h"
#include "ical/timezone_write.h"
#include "ical/write.h"
#include "ical/zone.h"

enum { YEAR = 366 * 24 * 60 * 60, ENTRIES_MAX = 600 };

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

static bool
has_text(const struct json *map, const char *name)
{
	return text_of(map, name)[0] != '\0';
}

static const struct zone *
zone_of(const struct json *entry)
{
	const struct zone *zone = zone_find(text_of(entry, "zone"));
	return zone != NULL ? zone : zone_utc();
}

/* A local time of the series, as an instant: what EXDATE and RECURRENCE-ID name, in the form of DTSTART. */
static void
put_local(struct str *out, const char *name, const struct json *entry, const char *local)
{
	const struct zone *zone = zone_of(entry);
	if (json_as_bool(json_get(entry, "is_all_day")))
		ical_put_date(out, name, dates_read(local));
	else
		ical_put_local(out, name, zone, zone_to_utc(zone, dates_read(local), NULL));
}

static void
put_locals(struct str *out, const char *name, const struct json *entry, const struct json *locals)
{
	for (size_t i = 0; i < json_size(locals); i++)
		put_local(out, name, entry, json_as_text(json_at(locals, i)));
}

static void
put_times(struct str *out, const struct json *entry)
{
	if (json_as_bool(json_get(entry, "is_all_day"))) {
		ical_put_date(out, "DTSTART", dates_read(text_of(entry, "local_start")));
		ical_put_date(out, "DTEND", dates_read(text_of(entry, "local_end")));
		return;
	}
	ical_put_local(out, "DTSTART", zone_of(entry), dates_read(text_of(entry, "start")));
	if (has_text(entry, "end") && !str_equal(text_of(entry, "end"), text_of(entry, "start")))
		ical_put_local(out, "DTEND", zone_of(entry), dates_read(text_of(entry, "end")));
}

static void
put_person(struct str *out, const char *property, const char *address, const char *name, bool is_attendee)
{
	struct str line = {0}, value = {0};
	str_put(&line, property);
	if (name[0] != '\0')
		ical_param(&line, "CN", name);
	/* The booking stands already: nobody waits for an answer. */
	if (is_attendee)
		str_put(&line, ";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE");
	str_print(&value, "mailto:%s", address);
	ical_put_raw(out, str_text(&line), str_text(&value));
	str_free(&line);
	str_free(&value);
}

static void
put_entry(struct str *out, const struct json *entry, const struct invitation_people *people, bool is_cancel)
{
	int64_t revised = dates_read(text_of(entry, "revised"));
	ical_begin(out, "VEVENT");
	ical_put_text(out, "UID", text_of(entry, "uid"));
	if (has_text(entry, "recurrence_id"))
		put_local(out, "RECURRENCE-ID", entry, text_of(entry, "recurrence_id"));
	ical_put_utc(out, "DTSTAMP", revised);
	ical_put_utc(out, "LAST-MODIFIED", revised);
	ical_put_number(out, "SEQUENCE", json_as_integer(json_get(entry, "sequence")));
	put_times(out, entry);
	if (has_text(entry, "rrule"))
		ical_put_raw(out, "RRULE", text_of(entry, "rrule"));
	put_locals(out, "RDATE", entry, json_get(entry, "rdates"));
	put_locals(out, "EXDATE", entry, json_get(entry, "exdates"));
	ical_put_text(out, "SUMMARY", text_of(entry, "title"));
	ical_put_text(out, "DESCRIPTION", text_of(entry, "text"));
	ical_put_text(out, "LOCATION", text_of(entry, "location"));
	put_person(out, "ORGANIZER", people->organizer, people->organizer_name, false);
	put_person(out, "ATTENDEE", people->attendee, people->attendee_name, true);
	if (has_text(entry, "url"))
		ical_put_raw(out, "URL", text_of(entry, "url"));
	ical_put_raw(out, "STATUS", is_cancel || str_equal(text_of(entry, "state"), "cancelled") ? "CANCELLED" : "CONFIRMED");
	ical_end(out, "VEVENT");
}

/* A VTIMEZONE for each zone that is used; the window takes in what recurs. */
static void
put_zones(struct str *out, const struct json *entries)
{
	for (size_t i = 0; i < json_size(entries); i++) {
		const struct zone *zone = zone_of(json_at(entries, i));
		bool is_first = zone != zone_utc() && !json_as_bool(json_get(json_at(entries, i), "is_all_day"));
		int64_t from = INT64_MAX, to = INT64_MIN;
		for (size_t k = 0; k < json_size(entries); k++) {
			int64_t start = dates_read(text_of(json_at(entries, k), "start"));
			if (zone_of(json_at(entries, k)) != zone)
				continue;
			is_first = is_first && k >= i;
			from = start < from ? start : from;
			to = start > to ? start : to;
		}
		if (is_first)
			ical_put_vtimezone(out, zone, from - YEAR, to + 10 * (int64_t)YEAR);
	}
}

const char *
invitation_method(const struct json *calendar)
{
	const char *method = text_of(calendar, "method");
	size_t count = json_size(json_get(calendar, "entries"));
	bool is_known = str_equal(method, "REQUEST") || str_equal(method, "CANCEL");
	return is_known && count > 0 && count <= ENTRIES_MAX ? method : NULL;
}

bool
invitation_write(struct str *out, const struct json *calendar, const struct invitation_people *people)
{
	const struct json *entries = json_get(calendar, "entries");
	const char *method = invitation_method(calendar);
	if (method == NULL)
		return false;
	ical_begin(out, "VCALENDAR");
	ical_put_raw(out, "VERSION", "2.0");
	ical_put_raw(out, "PRODID", "-//hubd//hubd//DE");
	ical_put_raw(out, "CALSCALE", "GREGORIAN");
	ical_put_raw(out, "METHOD", method);
	put_zones(out, entries);
	for (size_t i = 0; i < json_size(entries); i++)
		put_entry(out, json_at(entries, i), people, str_equal(method, "CANCEL"));
	ical_end(out, "VCALENDAR");
	return true;
}
