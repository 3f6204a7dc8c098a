/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A feed as JSON Feed 1.1 (jsonfeed.org). What a calendar needs and the format has no name for stands in the
 * extension "_hubd": when, where, and whether it still takes place.
 */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "feed/render_inside.h"
#include "feed/series.h"
#include "ical/zone.h"

static void
put_instant(struct json_writer *writer, const char *name, int64_t instant)
{
	char text[WHEN_TEXT_SIZE];
	when_print(instant, text);
	json_put_text(writer, name, text);
}

static void
put_given(struct json_writer *writer, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_put_text(writer, name, text);
}

static void
put_uri(struct json_writer *writer, const char *name, const char *uri)
{
	if (feed_is_uri(uri))
		json_put_text(writer, name, uri);
}

static void
put_authors(struct json_writer *writer, const char *name, const char *uri)
{
	if (name == NULL || name[0] == '\0')
		return;
	json_open_list(writer, "authors");
	json_open_map(writer, NULL);
	json_put_text(writer, "name", name);
	put_uri(writer, "url", uri);
	json_close_map(writer);
	json_close_list(writer);
}

static void
put_tags(struct json_writer *writer, const char *joined)
{
	const char *list[FEED_CATEGORIES_MAX];
	struct str copy = {0};
	size_t count = feed_split_categories(&copy, joined, list);
	if (count > 0) {
		json_open_list(writer, "tags");
		for (size_t i = 0; i < count; i++)
			json_put_text(writer, NULL, list[i]);
		json_close_list(writer);
	}
	str_free(&copy);
}

/* A day as a date, an instant as its zone's clocks show it. */
static void
put_time(struct json_writer *writer, const char *name, const struct feed_entry *entry, int64_t instant, int64_t local)
{
	char text[ZONE_INSTANT_SIZE]; /* the longer of the two */
	const struct zone *zone = entry->zone == NULL ? NULL : zone_find(entry->zone);
	if (entry->is_all_day) {
		when_print(local, text);
		text[10] = '\0';
	} else {
		zone_print(zone == NULL ? zone_utc() : zone, instant, text);
	}
	json_put_text(writer, name, text);
}

static void
put_date(struct json_writer *writer, const char *name, const struct feed_entry *entry, int64_t local)
{
	char text[WHEN_TEXT_SIZE];
	when_print(local, text);
	text[entry->is_all_day ? 10 : 19] = '\0';
	json_put_text(writer, name, text);
}

/* Dates on the wall clock of the zone; an override names the date that it stands for. */
static void
put_series(struct json_writer *writer, const struct feed_entry *entry)
{
	const struct feed_series *series = entry->series;
	json_open_map(writer, "series");
	json_put_text(writer, "rrule", series->rrule);
	json_open_list(writer, "rdates");
	for (size_t i = 0; i < series->rdate_count; i++)
		put_date(writer, NULL, entry, series->rdates[i].start);
	json_close_list(writer);
	json_open_list(writer, "exdates");
	for (size_t i = 0; i < series->exdate_count; i++)
		put_date(writer, NULL, entry, series->exdates[i]);
	json_close_list(writer);
	json_open_list(writer, "overrides");
	for (size_t i = 0; i < series->override_count; i++) {
		const struct feed_entry *other = &series->overrides[i].entry;
		json_open_map(writer, NULL);
		put_date(writer, "recurrence", entry, series->overrides[i].recurrence);
		put_time(writer, "start", other, other->start, other->local_start);
		put_time(writer, "end", other, other->end, other->local_end);
		json_put_text(writer, "title", feed_title(other));
		put_given(writer, "location", other->location);
		json_put_text(writer, "state", other->state);
		json_close_map(writer);
	}
	json_close_list(writer);
	json_close_map(writer);
}

static void
put_extension(struct json_writer *writer, const struct feed_entry *entry)
{
	json_open_map(writer, "_hubd");
	json_put_text(writer, "uid", entry->uid);
	json_put_integer(writer, "sequence", entry->sequence);
	put_time(writer, "start", entry, entry->start, entry->local_start);
	put_time(writer, "end", entry, entry->end, entry->local_end);
	put_given(writer, "zone", entry->zone);
	json_put_bool(writer, "all_day", entry->is_all_day);
	json_put_text(writer, "state", entry->state);
	put_given(writer, "location", entry->location);
	if (entry->has_geo) {
		json_put_real(writer, "latitude", entry->latitude);
		json_put_real(writer, "longitude", entry->longitude);
	}
	put_uri(writer, "online", entry->online);
	if (entry->series != NULL)
		put_series(writer, entry);
	json_close_map(writer);
}

const struct zone *
feed_put_json_entry(struct str *out, const struct feed_entry *entry)
{
	struct json_writer writer = {.out = out};
	struct str story = {0};
	feed_put_story(&story, entry);
	json_open_map(&writer, NULL);
	json_put_text(&writer, "id", entry->uid);
	put_instant(&writer, "date_published", entry->created);
	put_instant(&writer, "date_modified", entry->revised);
	put_uri(&writer, "url", entry->page);
	put_uri(&writer, "external_url", entry->link);
	json_put_text(&writer, "title", feed_title(entry));
	json_put_text(&writer, "content_text", str_text(&story));
	put_uri(&writer, "image", entry->image);
	put_authors(&writer, entry->hub, entry->hub_page);
	put_tags(&writer, entry->categories);
	put_extension(&writer, entry);
	json_close_map(&writer);
	str_free(&story);
	return NULL;
}

void
feed_put_json_head(struct str *out, const struct feed_head *head)
{
	struct json_writer writer = {.out = out};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "version", "https://jsonfeed.org/version/1.1");
	json_put_text(&writer, "title", head->name);
	put_given(&writer, "description", head->description);
	put_uri(&writer, "home_page_url", head->page);
	put_uri(&writer, "feed_url", head->source);
	json_put_text(&writer, "language", head->is_english ? "en" : "de");
	put_authors(&writer, head->name, head->page);
	json_open_map(&writer, "_hubd");
	json_put_text(&writer, "about", "https://jsonfeed.org/version/1.1#extensions");
	put_instant(&writer, "revised", head->revised);
	put_uri(&writer, "calendar", head->calendar);
	json_close_map(&writer);
	json_open_list(&writer, "items");
	str_char(out, '\n');
}

void
feed_put_json_end(struct str *out)
{
	str_put(out, "\n]}\n");
}
