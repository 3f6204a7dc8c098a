/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/series.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "feed/render_inside.h"
#include "ical/repeat.h"
#include "ical/write.h"
#include "ical/zone.h"

enum { OVERRIDES_MAX = 5000, DATES_MAX = 10000 };

/* ---- reading ---- */

static size_t
bounded(size_t count, size_t most)
{
	return count < most ? count : most;
}

static const int64_t *
read_exdates(struct arena *arena, const struct json *list, size_t *ret_count)
{
	size_t count = bounded(json_size(list), DATES_MAX);
	int64_t *dates = arena_take(arena, (count + 1) * sizeof dates[0]);
	for (size_t i = 0; i < count; i++)
		dates[i] = json_as_integer(json_at(list, i));
	*ret_count = count;
	return dates;
}

static const struct feed_rdate *
read_rdates(struct arena *arena, const struct json *list, size_t *ret_count)
{
	size_t count = bounded(json_size(list), DATES_MAX);
	struct feed_rdate *dates = arena_take(arena, (count + 1) * sizeof dates[0]);
	for (size_t i = 0; i < count; i++)
		dates[i] = (struct feed_rdate){json_as_integer(json_at(json_at(list, i), 0)), json_as_integer(json_at(json_at(list, i), 1))};
	*ret_count = count;
	return dates;
}

/* What an override says otherwise; a member that is not there stays as the series has it. */
static const char *
said(const struct json *date, const char *name, const char *else_text)
{
	const struct json *value = json_get(date, name);
	return value == NULL ? else_text : json_as_text(value);
}

static void
read_override(const struct json *date, const struct feed_entry *of, struct feed_override *override)
{
	override->recurrence = json_as_integer(json_get(date, "recurrence"));
	override->entry = *of;
	struct feed_entry *entry = &override->entry;
	entry->series = NULL;
	entry->start = json_as_integer(json_get(date, "start"));
	entry->end = json_as_integer(json_get(date, "end"));
	entry->local_start = json_as_integer(json_get(date, "local_start"));
	entry->local_end = json_as_integer(json_get(date, "local_end"));
	if (json_get(date, "sequence") != NULL) {
		entry->sequence = json_as_integer(json_get(date, "sequence"));
		entry->revised = json_as_integer(json_get(date, "revised"));
	}
	entry->state = said(date, "state", of->state);
	entry->title = said(date, "title", of->title);
	entry->text = said(date, "text", of->text);
	entry->location = said(date, "location", of->location);
	entry->speakers = said(date, "speakers", of->speakers);
	entry->organiser = said(date, "organiser", of->organiser);
	entry->price = said(date, "price", of->price);
	entry->link = said(date, "url", of->link);
	entry->online = said(date, "online", of->online);
	entry->image = said(date, "image", of->image);
}

const struct feed_series *
feed_series_read(struct arena *arena, const char *document, const struct feed_entry *entry)
{
	const char *error;
	const struct json *json = document == NULL ? NULL : json_read(arena, document, strlen(document), &error);
	if (json_kind(json) != JSON_IS_MAP)
		return NULL;
	struct feed_series *series = arena_take(arena, sizeof *series);
	const struct json *overrides = json_get(json, "overrides");
	size_t count = bounded(json_size(overrides), OVERRIDES_MAX);
	struct feed_override *list = arena_take(arena, (count + 1) * sizeof list[0]);
	for (size_t i = 0; i < count; i++)
		read_override(json_at(overrides, i), entry, &list[i]);
	*series = (struct feed_series){
		.rrule = json_as_text(json_get(json, "rrule")), .overrides = list, .override_count = count, .last = json_as_integer(json_get(json, "last")),
	};
	series->rdates = read_rdates(arena, json_get(json, "rdates"), &series->rdate_count);
	series->exdates = read_exdates(arena, json_get(json, "exdates"), &series->exdate_count);
	return series;
}

/* ---- dates ---- */

static const struct zone *
zone_of(const struct feed_entry *entry)
{
	const struct zone *zone = entry->zone == NULL ? NULL : zone_find(entry->zone);
	return zone == NULL ? zone_utc() : zone;
}

void
feed_series_span(const struct feed_entry *entry, int64_t *ret_start, int64_t *ret_end, int64_t *ret_last)
{
	const struct zone *zone = zone_of(entry);
	*ret_start = zone_to_utc(zone, entry->local_start, NULL);
	*ret_end = zone_to_utc(zone, entry->local_end, NULL);
	*ret_last = entry->series->last > *ret_end ? entry->series->last : *ret_end;
}

static const struct feed_override *
find_override(const struct feed_series *series, int64_t recurrence)
{
	for (size_t i = 0; i < series->override_count; i++)
		if (series->overrides[i].recurrence == recurrence)
			return &series->overrides[i];
	return NULL;
}

static void
take_words(struct arena *arena, const struct feed_entry *entry, struct repeat_words *ret_words)
{
	const struct feed_series *series = entry->series;
	struct repeat_date *rdates = arena_take(arena, (series->rdate_count + 1) * sizeof rdates[0]);
	struct repeat_date *exdates = arena_take(arena, (series->exdate_count + 1) * sizeof exdates[0]);
	for (size_t i = 0; i < series->rdate_count; i++)
		rdates[i] = (struct repeat_date){.at = series->rdates[i].start, .is_day = entry->is_all_day};
	for (size_t i = 0; i < series->exdate_count; i++)
		exdates[i] = (struct repeat_date){.at = series->exdates[i], .is_day = entry->is_all_day};
	*ret_words = (struct repeat_words){
		.zone = zone_of(entry), .local_start = entry->local_start, .is_all_day = entry->is_all_day, .rrule = series->rrule, .keeps_start = true,
		.rdates = rdates, .exdates = exdates, .rdate_count = series->rdate_count, .exdate_count = series->exdate_count,
	};
}

/* ---- the series as it is ---- */

/* An RDATE with an end of its own is written as an override: few readers know PERIOD. */
static void
put_rdates_with_ends(struct str *out, const struct feed_entry *entry)
{
	const struct feed_series *series = entry->series;
	for (size_t i = 0; i < series->rdate_count; i++) {
		const struct feed_rdate *date = &series->rdates[i];
		struct feed_entry own = *entry;
		if (date->end <= date->start || date->end - date->start == entry->local_end - entry->local_start || find_override(series, date->start) != NULL)
			continue;
		own.series = NULL;
		own.local_start = date->start;
		own.local_end = date->end;
		own.start = zone_to_utc(zone_of(entry), date->start, NULL);
		own.end = zone_to_utc(zone_of(entry), date->end, NULL);
		feed_put_component(out, &own, &(struct feed_recurrence){.kind = FEED_OVERRIDE, .recurrence = date->start});
	}
}

static const struct zone *
put_master(struct str *out, const struct feed_entry *entry)
{
	const struct feed_series *series = entry->series;
	const struct zone *zone = feed_put_component(out, entry, &(struct feed_recurrence){.kind = FEED_MASTER});
	put_rdates_with_ends(out, entry);
	for (size_t i = 0; i < series->override_count; i++)
		feed_put_component(out, &series->overrides[i].entry,
		    &(struct feed_recurrence){.kind = FEED_OVERRIDE, .recurrence = series->overrides[i].recurrence});
	return zone;
}

/* ---- its dates as single events ---- */

/* "20261201T090000-UID": the date's own, for it does not move when the date does. */
static void
put_single(struct str *out, const struct feed_entry *entry, const struct repeat_instance *instance)
{
	const struct feed_override *override = find_override(entry->series, instance->local_start);
	struct feed_entry single = override != NULL ? override->entry : *entry;
	char stamp[ICAL_TIME_SIZE];
	struct str uid = {0};
	ical_print_local(instance->local_start, stamp);
	str_print(&uid, "%s-%s", stamp, entry->uid);
	if (override == NULL) {
		single.local_start = instance->local_start;
		single.local_end = instance->local_start + (entry->local_end - entry->local_start);
		single.start = instance->utc_start;
		single.end = zone_to_utc(zone_of(entry), single.local_end, NULL);
	}
	single.series = NULL;
	single.uid = str_text(&uid);
	/* What was cancelled stays, also outside the window. */
	if (str_equal(single.state, "cancelled") || (single.start < entry->shown_to && single.end >= entry->shown_from))
		feed_put_component(out, &single, NULL);
	str_free(&uid);
}

static const struct zone *
put_singles(struct str *out, const struct feed_entry *entry, struct repeat *repeat)
{
	struct repeat_instance instance;
	int count = 0;
	if (!str_equal(entry->state, "cancelled") && entry->shown_from > INT64_MIN && entry->series->override_count == 0)
		repeat_from(repeat, entry->shown_from - (entry->local_end - entry->local_start));
	while (count < FEED_SINGLES_MAX && repeat_next(repeat, &instance) == REPEAT_MORE && instance.utc_start <= entry->series->last) {
		put_single(out, entry, &instance);
		count++;
	}
	return entry->is_all_day || zone_of(entry) == zone_utc() ? NULL : zone_of(entry);
}

const struct zone *
feed_put_series(struct str *out, const struct feed_entry *entry)
{
	struct arena *arena = arena_new();
	struct repeat_words words;
	struct repeat_fault fault;
	struct repeat_instance first;
	take_words(arena, entry, &words);
	struct repeat *repeat = repeat_new(arena, &words, &fault);
	/* A start that its own rule does not name: readers differ in whether it is shown, and counted (RFC 5545 3.8.5.3 leaves it open). */
	bool is_in_step = entry->series->rrule == NULL || repeat == NULL || repeat_is_in_step(arena, &words, &first);
	bool is_readable = repeat == NULL || (is_in_step && repeat_outlook(arena, &words, entry->local_end - entry->local_start) == REPEAT_OUTLOOK_READS);
	const struct zone *zone = is_readable ? put_master(out, entry) : put_singles(out, entry, repeat);
	arena_free(arena);
	return zone;
}
