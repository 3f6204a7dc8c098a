/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See import_entry.h. */
#include "work/import_entry.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/event.h"
#include "ical/intake.h"
#include "ical/write.h"

/* The words of RFC 5545 and ours. */
static const struct {
	const char *theirs, *ours;
} states[] = {{"TENTATIVE", "tentative"}, {"CANCELLED", "cancelled"}, {"CONFIRMED", "confirmed"}},
  audiences[] = {{"PRIVATE", "invited"}, {"CONFIDENTIAL", "members"}, {"PUBLIC", "public"}};

static const char *
state_of(const char *status)
{
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (str_equal(states[i].theirs, status))
			return states[i].ours;
	return "confirmed";
}

/* A class that is not known is to be treated as private (RFC 5545 3.8.1.3). */
static const char *
audience_of(const char *class)
{
	for (size_t i = 0; i < sizeof audiences / sizeof audiences[0]; i++)
		if (str_equal(audiences[i].theirs, class))
			return audiences[i].ours;
	return class == NULL ? "public" : "invited";
}

static void
put_text(struct json_writer *writer, const char *name, const char *text)
{
	json_put_text(writer, name, text != NULL ? text : "");
}

static void
put_instant(struct json_writer *writer, const char *name, int64_t instant)
{
	char text[WHEN_TEXT_SIZE];

	when_print(instant, text);
	json_put_text(writer, name, text);
}

static void
put_wall(struct json_writer *writer, const char *name, int64_t local)
{
	char text[WHEN_TEXT_SIZE];

	when_print(local, text);
	text[strlen(text) - 1] = '\0'; /* a wall clock time has no Z */
	json_put_text(writer, name, text);
}

/* Lines that hubd only keeps, and two facts that it has no column for. */
static struct str
kept_of(const struct ical_event *event)
{
	struct str kept = {0};

	for (size_t i = 0; i < event->kept_count; i++)
		str_print(&kept, "%s\n", event->kept[i]);
	if (event->has_geo) {
		struct str geo = {0};
		ical_put_geo(&geo, event->latitude, event->longitude);
		str_add(&kept, geo.bytes, strcspn(str_text(&geo), "\r"));
		str_char(&kept, '\n');
		str_free(&geo);
	}
	if (str_equal(event->transp, "TRANSPARENT"))
		str_put(&kept, "TRANSP:TRANSPARENT\n");
	return kept;
}

static void
put_kept(struct json_writer *writer, const struct ical_event *event)
{
	struct str kept = kept_of(event);

	json_put_text(writer, "kept", str_text(&kept));
	str_free(&kept);
}

/* ---- what an event says ---- */

static bool
is_free(const struct ical_event *event)
{
	return str_equal(event->transp, "TRANSPARENT");
}

static const char *
zone_of(const struct ical_calendar *calendar, const struct ical_event *event, const char *zone, const char *default_zone)
{
	if (zone != NULL)
		return zone;
	return event->is_all_day || calendar->zone_id == NULL ? default_zone : calendar->zone_id;
}

static void
put_categories(struct json_writer *writer, const struct ical_event *event)
{
	json_open_list(writer, "categories");
	for (size_t i = 0; i < event->category_count; i++)
		json_put_text(writer, NULL, event->categories[i]);
	json_close_list(writer);
}

static void
put_words(struct json_writer *writer, const struct ical_event *event)
{
	put_text(writer, "title", event->summary);
	put_text(writer, "text", event->description);
	put_text(writer, "place", event->location);
	put_text(writer, "url", event->url);
	put_text(writer, "organiser", event->organizer_name);
	put_categories(writer, event);
	json_put_text(writer, "state", state_of(event->status));
	json_put_text(writer, "audience", audience_of(event->class));
	json_put_bool(writer, "is_free", is_free(event));
	json_put_bool(writer, "is_all_day", event->is_all_day);
	put_kept(writer, event);
}

static void
put_span(struct json_writer *writer, const struct ical_event *event)
{
	put_instant(writer, "start", event->start_utc);
	put_instant(writer, "end", event->end_utc);
	put_wall(writer, "local_start", event->start_local);
	put_wall(writer, "local_end", event->end_local);
}

/* ---- series ---- */

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static bool
has_same_categories(const struct ical_event *a, const struct ical_event *b)
{
	bool is_same = a->category_count == b->category_count;

	for (size_t i = 0; is_same && i < a->category_count; i++)
		is_same = str_equal(a->categories[i], b->categories[i]);
	return is_same;
}

/* The members of the master that an override has otherwise. */
static void
put_changes(struct json_writer *writer, const struct ical_event *master, const char *master_zone, const struct ical_event *event, const char *zone)
{
	const struct {
		const char *name, *theirs, *ours;
	} texts[] = {{"title", master->summary, event->summary}, {"text", master->description, event->description},
	    {"place", master->location, event->location}, {"organiser", master->organizer_name, event->organizer_name},
	    {"state", state_of(master->status), state_of(event->status)}, {"audience", audience_of(master->class), audience_of(event->class)},
	    {"zone", master_zone, zone}};
	struct str kept = kept_of(event), masters = kept_of(master);

	json_open_map(writer, "changes");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!str_equal(or_empty(texts[i].theirs), or_empty(texts[i].ours)) && !str_equal(texts[i].ours, "cancelled"))
			json_put_text(writer, texts[i].name, or_empty(texts[i].ours));
	if (!str_equal(or_empty(master->url), or_empty(event->url)))
		json_put_text(writer, "url", event->url);
	if (!has_same_categories(master, event))
		put_categories(writer, event);
	if (master->is_all_day != event->is_all_day)
		json_put_bool(writer, "is_all_day", event->is_all_day);
	if (!str_equal(str_text(&kept), str_text(&masters)))
		json_put_text(writer, "kept", str_text(&kept));
	json_close_map(writer);
	str_free(&kept);
	str_free(&masters);
}

static void
put_overrides(struct json_writer *writer, const struct ical_calendar *calendar, const struct ical_taken *series, const char *default_zone)
{
	const struct ical_event *master = series->event;
	const char *zone = zone_of(calendar, master, series->zone_id, default_zone);

	json_open_list(writer, "overrides");
	for (size_t i = 0; i < series->override_count; i++) {
		const struct ical_event *event = series->overrides[i].event;
		json_open_map(writer, NULL);
		put_wall(writer, "recurrence_id", series->overrides[i].recurrence);
		put_span(writer, event);
		json_put_bool(writer, "is_cancelled", str_equal(event->status, "CANCELLED"));
		put_text(writer, "place", event->location);
		json_put_bool(writer, "is_free", is_free(event));
		put_changes(writer, master, zone, event, event->is_all_day && master->is_all_day ? zone : zone_of(calendar, event, event->zone_id, default_zone));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* The master's own times, where its first date has an override or was left out. */
static void
put_series(struct json_writer *writer, const struct ical_calendar *calendar, const struct ical_taken *series, const char *default_zone)
{
	recur_put_rule(writer, "series", &series->recur);
	put_overrides(writer, calendar, series, default_zone);
	recur_put_dates(writer, "occurrences", &series->dates);
	if (series->dates.goes_on)
		put_instant(writer, "extended_to", series->horizon);
}

void
import_put_entry(struct json_writer *writer, const struct ical_calendar *calendar, const struct ical_taken *series, const char *default_zone)
{
	const struct ical_event *event = series->event;
	int64_t sequence = event->sequence < 0 ? 0 : event->sequence > INT32_MAX ? INT32_MAX : event->sequence;

	json_open_map(writer, NULL);
	json_put_text(writer, "uid", series->uid);
	json_put_integer(writer, "sequence", sequence);
	put_words(writer, event);
	put_span(writer, event);
	json_put_text(writer, "zone", zone_of(calendar, event, series->zone_id, default_zone));
	if (series->repeats)
		put_series(writer, calendar, series, default_zone);
	json_close_map(writer);
}
