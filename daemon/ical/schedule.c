/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/schedule.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/lines.h"
#include "ical/read.h"
#include "ical/read_inside.h"
#include "ical/schedule_inside.h"
#include "ical/zone.h"

enum { DAY = 86400, LONGEST = 3653 * DAY };

static const struct {
	const char *entity, *text;
} entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", " "}};

/* "FOSDEM 2015" becomes "fosdem-2015". */
static char *
make_slug(struct arena *arena, const char *title)
{
	char *slug = arena_text(arena, title);
	for (char *at = slug; *at != '\0'; at++)
		*at = *at == ' ' ? '-' : (char)tolower((unsigned char)*at);
	return slug;
}

/* HH:MM[:SS] or HHMM, as seconds since midnight. */
static bool
read_clock(const char *text, int64_t *ret)
{
	unsigned hour, minute, second = 0;
	int length = 0;
	bool is_read = sscanf(text, "%2u:%2u%n:%2u%n", &hour, &minute, &length, &second, &length) >= 2 ||
	    sscanf(text, "%2u%2u%n", &hour, &minute, &length) == 2;
	if (!is_read || text[length] != '\0' || hour > 23 || minute > 59 || second > 59)
		return false;
	*ret = hour * 3600 + minute * 60 + second;
	return true;
}

/* "00:25", "1:10:00", "45" (minutes), "PT45M". */
static bool
read_duration(const char *text, int64_t *ret)
{
	unsigned hours, minutes, seconds = 0;
	int length = 0;
	int64_t number;
	if (str_number(text, 0, 100000, &number)) {
		*ret = number * 60;
		return true;
	}
	if (*text == 'P')
		return when_parse_duration(text, ret);
	if (sscanf(text, "%4u:%2u%n:%2u%n", &hours, &minutes, &length, &seconds, &length) < 2 || text[length] != '\0')
		return false;
	*ret = (int64_t)hours * 3600 + minutes * 60 + seconds;
	return minutes <= 59 && seconds <= 59;
}

/* Plain text of what may be HTML: tags go, paragraphs become lines. */
static const char *
plain(struct arena *arena, const char *html)
{
	struct str text = {0};
	if (html == NULL)
		return NULL;
	while (*html != '\0') {
		size_t i = 0;
		bool is_tag = *html == '<' && (isalpha((unsigned char)html[1]) || html[1] == '/' || html[1] == '!');
		const char *end = is_tag ? strchr(html, '>') : NULL;
		if (end != NULL) {
			if (strncmp(html, "</p", 3) == 0 || strncmp(html, "<br", 3) == 0 || strncmp(html, "</li", 4) == 0)
				str_char(&text, '\n');
			html = end + 1;
			continue;
		}
		while (i < sizeof entities / sizeof entities[0] && !str_starts(html, entities[i].entity))
			i++;
		if (i < sizeof entities / sizeof entities[0]) {
			str_put(&text, entities[i].text);
			html += strlen(entities[i].entity);
		} else {
			str_char(&text, *html++);
		}
	}
	const char *clean = ical_clean(arena, str_text(&text));
	str_free(&text);
	return clean;
}

void
schedule_begin(struct schedule *schedule, const char *title, const char *acronym, const char *zone_name, const char *day_change)
{
	const struct zone *zone = zone_find_foreign(zone_name, NULL);
	const char *name = ical_clean(schedule->arena, acronym);
	schedule->name = ical_clean(schedule->arena, title);
	if (name == NULL)
		name = schedule->name;
	schedule->slug = name == NULL ? "schedule" : make_slug(schedule->arena, name);
	if (zone != NULL)
		schedule->zone = zone;
	if (day_change == NULL || !read_clock(day_change, &schedule->day_change))
		schedule->day_change = 0;
}

const char *
schedule_uid(const struct schedule *schedule, const char *guid, const char *id)
{
	const char *uid = ical_clean(schedule->arena, guid);
	if (uid == NULL && id != NULL && *id != '\0')
		uid = arena_print(schedule->arena, "%s@%s", id, schedule->slug);
	return uid;
}

static void
skip(struct schedule *schedule, const struct schedule_entry *entry, const char *code, const char *text)
{
	schedule->skipped = ical_list_room(schedule->arena, schedule->skipped, schedule->skipped_count, sizeof *schedule->skipped);
	schedule->skipped[schedule->skipped_count++] = (struct ical_skipped){.reason = {code, text}, .uid = entry->uid,
	    .summary = ical_clean(schedule->arena, entry->title), .line = entry->line};
}

static void
note(struct schedule *schedule, struct ical_event *event, const char *code, const char *text)
{
	ical_note(schedule->arena, &event->notes, &event->note_count, code, text);
}

/*
 * The start as an instant: by its date with an offset, else by day and clock time in the
 * schedule's zone, where a time before the day change belongs to the night behind the day.
 */
static bool
read_start(struct schedule *schedule, const struct schedule_entry *entry, struct ical_event *event)
{
	bool is_local = true;
	int64_t local, day, clock;
	enum zone_fit fit;
	if (entry->date != NULL && when_parse(entry->date, &local, &is_local) && !is_local) {
		event->start_utc = local;
		return true;
	}
	if (entry->date == NULL || !when_parse(entry->date, &local, &is_local)) {
		if (entry->day == NULL || entry->start == NULL || !when_parse_date(entry->day, &day) || !read_clock(entry->start, &clock))
			return false;
		local = day * DAY + clock + (clock < schedule->day_change ? DAY : 0);
	}
	event->start_utc = zone_to_utc(schedule->zone, local, &fit);
	if (fit == ZONE_FIT_GAP)
		note(schedule, event, "gap", "Its local time does not exist, because the clocks go forward then; the offset before was used.");
	if (fit == ZONE_FIT_FOLD)
		note(schedule, event, "fold", "Its local time exists twice, because the clocks go back then; the first was taken.");
	return true;
}

static void
set_texts(struct schedule *schedule, const struct schedule_entry *entry, struct ical_event *event)
{
	struct arena *arena = schedule->arena;
	const char *summary = ical_clean(arena, entry->title), *track = ical_clean(arena, entry->track);
	const char *subtitle = ical_clean(arena, entry->subtitle), *description = plain(arena, entry->abstract);
	if (description == NULL)
		description = plain(arena, entry->description);
	if (subtitle != NULL)
		description = description == NULL ? subtitle : arena_print(arena, "%s\n\n%s", subtitle, description);
	event->summary = summary == NULL ? "" : summary;
	event->description = description;
	event->location = ical_clean(arena, entry->room);
	event->url = ical_clean(arena, entry->url);
	if (track != NULL) {
		const char **categories = arena_take(arena, sizeof *categories);
		categories[0] = track;
		event->categories = categories;
		event->category_count = 1;
	}
}

static void
set_uid(struct schedule *schedule, const struct schedule_entry *entry, struct ical_event *event)
{
	event->uid = entry->uid;
	if (event->uid != NULL)
		return;
	event->uid = ical_derive_uid(schedule->arena, event->start_utc, event->summary, event->location);
	note(schedule, event, "no-uid", "It has neither guid nor id; a UID was derived from its start, title and room.");
}

void
schedule_add(struct schedule *schedule, const struct schedule_entry *entry)
{
	struct ical_event event = {.line = entry->line};
	int64_t duration;
	if (schedule->count + schedule->skipped_count >= ICAL_READ_EVENTS) {
		schedule->error = arena_print(schedule->arena, "The file has more than %d entries.", ICAL_READ_EVENTS);
		return;
	}
	if (!read_start(schedule, entry, &event)) {
		skip(schedule, entry, "bad-start", arena_print(schedule->arena, "Its start \"%.40s %.40s\" is not a date and time that exists.",
		    entry->date != NULL ? entry->date : entry->day != NULL ? entry->day : "", entry->start != NULL ? entry->start : ""));
		return;
	}
	if (entry->duration == NULL || !read_duration(entry->duration, &duration) || duration > LONGEST) {
		skip(schedule, entry, "bad-duration", arena_print(schedule->arena, "Its duration \"%.40s\" cannot be read.",
		    entry->duration == NULL ? "" : entry->duration));
		return;
	}
	event.end_utc = event.start_utc + duration;
	event.start_local = zone_to_local(schedule->zone, event.start_utc, NULL);
	event.end_local = zone_to_local(schedule->zone, event.end_utc, NULL);
	event.zone_id = zone_id(schedule->zone);
	event.repeat_zone = schedule->zone;
	event.repeat_local = event.start_local;
	event.length_seconds = duration;
	if (duration == 0)
		note(schedule, &event, "no-end", "It has no length.");
	set_texts(schedule, entry, &event);
	set_uid(schedule, entry, &event);
	schedule->events = ical_list_room(schedule->arena, schedule->events, schedule->count, sizeof *schedule->events);
	schedule->events[schedule->count++] = event;
}

struct ical_calendar *
schedule_end(struct schedule *schedule, const char **ret_error)
{
	if (schedule->error == NULL && schedule->count + schedule->skipped_count == 0)
		schedule->error = "This schedule file has no events.";
	if (schedule->error != NULL) {
		*ret_error = schedule->error;
		return NULL;
	}
	const char **stamps = arena_take(schedule->arena, (schedule->count + 1) * sizeof *stamps);
	for (size_t i = 0; i < schedule->count; i++)
		stamps[i] = "";
	struct ical_calendar *calendar = ical_gather(schedule->arena, schedule->events, stamps, schedule->count, schedule->skipped,
	    schedule->skipped_count);
	calendar->name = schedule->name;
	calendar->zone_id = zone_id(schedule->zone);
	return calendar;
}

struct ical_calendar *
ical_read_any(struct arena *arena, const char *bytes, size_t length, const struct zone *default_zone, const char **ret_error)
{
	size_t at = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (at < length && strchr(" \t\r\n", bytes[at]) != NULL && bytes[at] != '\0')
		at++;
	if (at == length) {
		*ret_error = "The file is empty.";
		return NULL;
	}
	if (bytes[at] == '<')
		return schedule_read_xml(arena, bytes + at, length - at, default_zone, ret_error);
	if (bytes[at] == '{' || bytes[at] == '[')
		return schedule_read_json(arena, bytes + at, length - at, default_zone, ret_error);
	return ical_read(arena, bytes, length, default_zone, ret_error);
}
