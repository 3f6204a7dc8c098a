/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How SQL keeps a series and its dates: to JSON, and from a row's texts. See recur.h. */
#include "ical/recur.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/repeat.h"

enum { DAY = 86400 };

/* ---- out ---- */

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

/* "2026-12-01T09:00:00", of a period with "/" and its end. */
static void
put_extra(struct json_writer *writer, const struct recur_series *series, const struct repeat_date *date)
{
	char start[WHEN_TEXT_SIZE], end[WHEN_TEXT_SIZE];
	struct str text = {0};

	when_print(date->at, start);
	str_add(&text, start, strlen(start) - 1);
	if (date->has_end) {
		when_print(zone_to_local(series->zone, date->end_utc, NULL), end);
		str_print(&text, "/%.*s", (int)strlen(end) - 1, end);
	}
	json_put_text(writer, NULL, str_text(&text));
	str_free(&text);
}

void
recur_put_rule(struct json_writer *writer, const char *name, const struct recur_series *series)
{
	int64_t end = recur_end(series, series->local_start, zone_to_utc(series->zone, series->local_start, NULL));

	json_open_map(writer, name);
	json_put_text(writer, "rrule", series->rrule);
	json_open_list(writer, "rdates");
	for (size_t i = 0; i < series->rdate_count; i++)
		put_extra(writer, series, &series->rdates[i]);
	json_close_list(writer);
	json_open_list(writer, "exdates");
	for (size_t i = 0; i < series->exdate_count; i++)
		put_wall(writer, NULL, series->exdates[i].at);
	json_close_list(writer);
	put_wall(writer, "local_start", series->local_start);
	put_wall(writer, "local_end", series->is_all_day ? series->local_start + series->days * DAY : zone_to_local(series->zone, end, NULL));
	json_put_integer(writer, "days", series->days);
	json_put_integer(writer, "seconds", series->seconds);
	json_close_map(writer);
}

void
recur_put_dates(struct json_writer *writer, const char *name, const struct recur_dates *dates)
{
	json_open_list(writer, name);
	for (size_t i = 0; i < dates->count; i++) {
		const struct recur_date *date = &dates->list[i];
		json_open_list(writer, NULL);
		put_wall(writer, NULL, date->recurrence);
		put_instant(writer, NULL, date->start);
		put_instant(writer, NULL, date->end);
		put_wall(writer, NULL, date->local_start);
		put_wall(writer, NULL, date->local_end);
		json_close_list(writer);
	}
	json_close_list(writer);
}

/* ---- in ---- */

static bool
read_local(const char *text, size_t length, int64_t *ret_local)
{
	char copy[WHEN_TEXT_SIZE];
	bool is_local;

	if (length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return when_parse(copy, ret_local, &is_local) && is_local;
}

static bool
read_date(const struct zone *zone, const char *text, struct repeat_date *ret)
{
	size_t length = strcspn(text, "/");
	int64_t end;

	if (!read_local(text, length, &ret->at))
		return false;
	ret->has_end = text[length] == '/';
	if (!ret->has_end)
		return true;
	if (!read_local(text + length + 1, strlen(text + length + 1), &end))
		return false;
	ret->end_utc = zone_to_utc(zone, end, NULL);
	return true;
}

static bool
read_list(struct arena *arena, const struct zone *zone, const char *text, const struct repeat_date **ret_list, size_t *ret_count)
{
	const char *error;
	const struct json *list = text == NULL ? NULL : json_read(arena, text, strlen(text), &error);
	struct repeat_date *dates = arena_take(arena, (json_size(list) + 1) * sizeof *dates);

	for (size_t i = 0; i < json_size(list); i++) {
		const char *date = json_as_text(json_at(list, i));
		if (date == NULL || !read_date(zone, date, &dates[i]))
			return false;
	}
	*ret_list = dates;
	*ret_count = json_size(list);
	return true;
}

bool
recur_read_row(struct arena *arena, const struct recur_row *row, struct recur_series *ret_series)
{
	struct recur_series series = {.zone = row->zone != NULL ? zone_find(row->zone) : NULL, .is_all_day = row->is_all_day, .days = row->days,
	    .seconds = row->seconds, .rrule = row->rrule};

	if (series.zone == NULL || row->series_start == NULL || !read_local(row->series_start, strlen(row->series_start), &series.local_start) ||
	    !read_list(arena, series.zone, row->rdates, &series.rdates, &series.rdate_count) ||
	    !read_list(arena, series.zone, row->exdates, &series.exdates, &series.exdate_count))
		return false;
	*ret_series = series;
	return true;
}
