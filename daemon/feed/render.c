/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/render.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "feed/color.h"
#include "feed/render_inside.h"
#include "feed/series.h"
#include "ical/write.h"
#include "ical/zone.h"

enum { DAY = 24 * 60 * 60, UNIT_SEPARATOR = 0x1F };

static const struct {
	const char *state, *status;
} states[] = {
	{"tentative", "TENTATIVE"}, {"confirmed", "CONFIRMED"}, {"cancelled", "CANCELLED"},
};

static const char *
text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* What a URI may not hold would end it early for some readers (RFC 3986 2): such an address is left out. */
bool
feed_is_uri(const char *text)
{
	if (text == NULL || text[0] == '\0')
		return false;
	for (const char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr("<>\"{}|\\^`", *at) != NULL)
			return false;
	return strchr(text, ':') != NULL;
}

static void
put_uri(struct str *out, const char *name, const char *uri)
{
	if (feed_is_uri(uri))
		ical_put_raw(out, name, uri);
}

static void
put_days(struct str *out, const struct feed_entry *entry)
{
	int64_t last = (entry->local_end + DAY - 1) / DAY * DAY; /* an end within a day takes the day in */
	ical_put_date(out, "DTSTART", entry->local_start);
	if (last > entry->local_start)
		ical_put_date(out, "DTEND", last);
	ical_put_raw(out, "TRANSP", entry->blocks ? "OPAQUE" : "TRANSPARENT");
}

/* An hour that a clock shows twice: RFC 5545 3.3.5 reads the first, some readers take the second. UTC leaves no choice. */
static bool
has_local_name(const struct zone *zone, int64_t instant)
{
	enum zone_fit fit;
	return zone_to_utc(zone, zone_to_local(zone, instant, NULL), &fit) == instant && fit == ZONE_FIT_EXACT;
}

static const struct zone *
put_times(struct str *out, const struct feed_entry *entry)
{
	const struct zone *zone = entry->zone == NULL ? NULL : zone_find(entry->zone);
	if (zone == NULL || !has_local_name(zone, entry->start) || !has_local_name(zone, entry->end))
		zone = zone_utc();
	ical_put_local(out, "DTSTART", zone, entry->start);
	if (entry->end > entry->start)
		ical_put_local(out, "DTEND", zone, entry->end);
	return zone == zone_utc() ? NULL : zone;
}

/* ---- what recurs: DTSTART's form is local, and whatever names a date has the same ---- */

static void
put_local(struct str *out, const char *name, const struct feed_entry *entry, const struct zone *zone, int64_t local)
{
	struct str full = {0};
	char text[ICAL_TIME_SIZE];
	if (entry->is_all_day) {
		ical_put_date(out, name, local);
		return;
	}
	ical_print_local(local, text);
	str_print(&full, "%s;TZID=%s", name, zone_id(zone));
	ical_put_raw(out, str_text(&full), text);
	str_free(&full);
}

static void
put_rule(struct str *out, const struct feed_entry *entry, const struct zone *zone)
{
	const struct feed_series *series = entry->series;
	ical_put_raw(out, "RRULE", series->rrule);
	for (size_t i = 0; i < series->rdate_count; i++)
		put_local(out, "RDATE", entry, zone, series->rdates[i].start);
	for (size_t i = 0; i < series->exdate_count; i++)
		put_local(out, "EXDATE", entry, zone, series->exdates[i]);
}

static const struct zone *
put_recurring_times(struct str *out, const struct feed_entry *entry, const struct feed_recurrence *recurrence)
{
	const struct zone *zone = entry->zone == NULL ? NULL : zone_find(entry->zone);
	if (zone == NULL)
		zone = zone_utc();
	if (recurrence->kind == FEED_OVERRIDE)
		put_local(out, "RECURRENCE-ID", entry, zone, recurrence->recurrence);
	if (entry->is_all_day) {
		put_days(out, entry);
	} else {
		put_local(out, "DTSTART", entry, zone, entry->local_start);
		if (entry->local_end > entry->local_start)
			put_local(out, "DTEND", entry, zone, entry->local_end);
	}
	if (recurrence->kind == FEED_MASTER)
		put_rule(out, entry, zone);
	return entry->is_all_day ? NULL : zone;
}

static void
add_paragraph(struct str *text, const char *label, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	if (text->length > 0)
		str_put(text, "\n\n");
	str_put(text, label);
	str_put(text, value);
}

void
feed_put_text(struct str *out, const struct feed_entry *entry)
{
	add_paragraph(out, "", entry->text);
	add_paragraph(out, entry->is_english ? "With: " : "Mit: ", entry->speakers);
	add_paragraph(out, entry->is_english ? "Organiser: " : "Veranstalter: ", entry->organiser);
	add_paragraph(out, entry->is_english ? "Price: " : "Preis: ", entry->price);
	add_paragraph(out, entry->is_english ? "More: " : "Mehr: ", entry->link);
}

static void
put_description(struct str *out, const struct feed_entry *entry)
{
	struct str text = {0};
	feed_put_text(&text, entry);
	ical_put_text(out, "DESCRIPTION", str_text(&text));
	str_free(&text);
}

size_t
feed_split_categories(struct str *copy, const char *joined, const char *ret_list[static FEED_CATEGORIES_MAX])
{
	size_t count = 0;
	str_put(copy, text_or_empty(joined));
	for (char *at = copy->bytes, *end; at != NULL && *at != '\0' && count < FEED_CATEGORIES_MAX; at = end) {
		end = strchr(at, UNIT_SEPARATOR);
		if (end != NULL)
			*end++ = '\0';
		ret_list[count++] = at;
	}
	return count;
}

static void
put_categories(struct str *out, const char *joined)
{
	const char *list[FEED_CATEGORIES_MAX];
	struct str copy = {0};
	size_t count = feed_split_categories(&copy, joined, list);
	if (count > 0)
		ical_put_texts(out, "CATEGORIES", list, count);
	str_free(&copy);
}

const char *
feed_title(const struct feed_entry *entry)
{
	return entry->title != NULL ? entry->title : entry->is_english ? "Busy" : "Belegt";
}

static void
put_organizer(struct str *out, const struct feed_entry *entry)
{
	if (entry->hub == NULL || !feed_is_uri(entry->hub_page))
		return;
	struct str name = {0};
	str_put(&name, "ORGANIZER");
	ical_param(&name, "CN", entry->hub);
	ical_put_raw(out, str_text(&name), entry->hub_page);
	str_free(&name);
}

static void
put_status(struct str *out, const char *state)
{
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (str_equal(state, states[i].state))
			ical_put_raw(out, "STATUS", states[i].status);
}

const struct zone *
feed_put_component(struct str *out, const struct feed_entry *entry, const struct feed_recurrence *recurrence)
{
	const struct zone *zone = NULL;
	ical_begin(out, "VEVENT");
	ical_put_text(out, "UID", entry->uid);
	ical_put_utc(out, "DTSTAMP", entry->revised);
	ical_put_utc(out, "LAST-MODIFIED", entry->revised);
	ical_put_utc(out, "CREATED", entry->created);
	ical_put_number(out, "SEQUENCE", entry->sequence);
	if (recurrence != NULL)
		zone = put_recurring_times(out, entry, recurrence);
	else if (entry->is_all_day)
		put_days(out, entry);
	else
		zone = put_times(out, entry);
	ical_put_text(out, "SUMMARY", feed_title(entry));
	put_description(out, entry);
	ical_put_text(out, "LOCATION", text_or_empty(entry->location));
	if (entry->has_geo)
		ical_put_geo(out, entry->latitude, entry->longitude);
	put_categories(out, entry->categories);
	put_organizer(out, entry);
	put_uri(out, "URL", entry->page);
	put_uri(out, "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Stream", entry->online);
	put_uri(out, "IMAGE;VALUE=URI;DISPLAY=BADGE", entry->image);
	put_status(out, entry->state);
	ical_end(out, "VEVENT");
	return zone;
}

const struct zone *
feed_put_entry(struct str *out, const struct feed_entry *entry)
{
	return entry->series != NULL ? feed_put_series(out, entry) : feed_put_component(out, entry, NULL);
}

void
feed_put_head(struct str *out, const struct feed_head *head)
{
	const char *color = feed_color_name(head->color);
	const char *description = text_or_empty(head->description)[0] == '\0' ? head->name : head->description;
	ical_begin(out, "VCALENDAR");
	ical_put_raw(out, "VERSION", "2.0");
	ical_put_raw(out, "PRODID", "-//hubd//hubd//DE");
	ical_put_raw(out, "CALSCALE", "GREGORIAN");
	/* Names have no case (RFC 5545 2): vdirsyncer takes the first "UID" of the file for each event's, and would keep one event. */
	ical_put_text(out, "uid", head->uid);
	ical_put_text(out, "NAME", head->name);
	ical_put_text(out, "X-WR-CALNAME", head->name);
	ical_put_text(out, "DESCRIPTION", description);
	ical_put_text(out, "X-WR-CALDESC", description);
	ical_put_text(out, "X-WR-TIMEZONE", head->zone);
	ical_put_raw(out, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
	ical_put_raw(out, "X-PUBLISHED-TTL", "PT1H");
	if (color != NULL) {
		ical_put_raw(out, "COLOR", color);
		ical_put_raw(out, "X-APPLE-CALENDAR-COLOR", head->color);
	}
	put_uri(out, "URL", head->page);
	put_uri(out, "SOURCE;VALUE=URI", head->source);
	ical_put_utc(out, "LAST-MODIFIED", head->revised);
}

void
feed_put_end(struct str *out)
{
	ical_end(out, "VCALENDAR");
}

/* ---- the formats ---- */

static const struct feed_form forms[] = {
	[FEED_ICS] = {"text/calendar; charset=utf-8", feed_put_head, feed_put_entry, feed_put_end, "\r\nDTSTAMP", "", true},
	[FEED_ATOM] = {"application/atom+xml; charset=utf-8", feed_put_atom_head, feed_put_atom_entry, feed_put_atom_end, "</id>", "", false},
	[FEED_JSON] = {"application/feed+json; charset=utf-8", feed_put_json_head, feed_put_json_entry, feed_put_json_end, "\",\"date_published\"", ",\n", false},
	[FEED_BUSY] = {"text/calendar; charset=utf-8", feed_put_head, feed_put_busy_entry, feed_put_end, "\r\nDTSTAMP", "", false},
};

const struct feed_form *
feed_form(enum feed_format format)
{
	return &forms[format];
}
