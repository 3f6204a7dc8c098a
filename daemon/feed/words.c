/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An entry in words, for those who read news rather than calendars. */
#include <string.h>

#include "base/str.h"
#include "base/when.h"
#include "feed/render_inside.h"
#include "feed/series.h"
#include "ical/zone.h"

enum { DAY = 24 * 60 * 60, EXCEPTIONS_MAX = 50 };

static const struct {
	const char *weekdays[7]; /* Monday first */
	const char *until, *clock, *starts, *where, *repeats, *left_out, *instead;
} words[] = {
	{{"Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."}, "–", " Uhr", "Wann: ", "Wo: ", "; wiederholt sich", "Fällt aus: ", "Verlegt: "},
	{{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, "–", "", "When: ", "Where: ", "; repeats", "Left out: ", "Moved: "},
};
static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
	"November", "December"};

static int64_t
day_of(int64_t local)
{
	return local >= 0 ? local / DAY : -((DAY - 1 - local) / DAY);
}

static void
put_day(struct str *out, int64_t local, bool is_english)
{
	int year, month, day;
	int64_t days = day_of(local);
	when_from_days(days, &year, &month, &day);
	str_print(out, "%s%s ", words[is_english].weekdays[when_weekday(days)], is_english ? "" : ",");
	if (is_english)
		str_print(out, "%d %s %d", day, months[month - 1], year);
	else
		str_print(out, "%02d.%02d.%d", day, month, year);
}

static void
put_clock(struct str *out, int64_t local)
{
	int64_t second = local - day_of(local) * DAY;
	str_print(out, "%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60));
}

static void
put_days(struct str *out, const struct feed_entry *entry)
{
	int64_t last = entry->local_end - 1;
	put_day(out, entry->local_start, entry->is_english);
	if (day_of(last) > day_of(entry->local_start)) {
		str_put(out, words[entry->is_english].until);
		put_day(out, last, entry->is_english);
	}
}

void
feed_put_when(struct str *out, const struct feed_entry *entry)
{
	const struct zone *zone = entry->zone == NULL ? NULL : zone_find(entry->zone);
	if (zone == NULL)
		zone = zone_utc();
	if (entry->is_all_day) {
		put_days(out, entry);
		return;
	}
	int64_t start = zone_to_local(zone, entry->start, NULL), end = zone_to_local(zone, entry->end, NULL);
	put_day(out, start, entry->is_english);
	str_put(out, ", ");
	put_clock(out, start);
	if (entry->end > entry->start) {
		str_put(out, words[entry->is_english].until);
		if (day_of(end) != day_of(start)) {
			put_day(out, end, entry->is_english);
			str_put(out, ", ");
		}
		put_clock(out, end);
	}
	str_print(out, "%s (%s)", words[entry->is_english].clock, zone_id(zone));
}

/* The dates that do not take place, and those that differ; of very many the first. */
static void
put_exceptions(struct str *out, const struct feed_entry *entry)
{
	const struct feed_series *series = entry->series;
	for (size_t i = 0; i < series->exdate_count && i < EXCEPTIONS_MAX; i++) {
		str_print(out, "\n%s", words[entry->is_english].left_out);
		put_day(out, series->exdates[i], entry->is_english);
	}
	for (size_t i = 0; i < series->override_count && i < EXCEPTIONS_MAX; i++) {
		const struct feed_override *other = &series->overrides[i];
		str_print(out, "\n%s", words[entry->is_english].instead);
		put_day(out, other->recurrence, entry->is_english);
		str_put(out, " → ");
		feed_put_when(out, &other->entry);
		str_print(out, " · %s", feed_title(&other->entry));
	}
}

void
feed_put_story(struct str *out, const struct feed_entry *entry)
{
	struct str text = {0};
	str_put(out, words[entry->is_english].starts);
	feed_put_when(out, entry);
	if (entry->series != NULL)
		str_put(out, words[entry->is_english].repeats);
	if (entry->location != NULL && entry->location[0] != '\0')
		str_print(out, "\n%s%s", words[entry->is_english].where, entry->location);
	if (entry->series != NULL)
		put_exceptions(out, entry);
	feed_put_text(&text, entry);
	if (text.length > 0)
		str_print(out, "\n\n%s", str_text(&text));
	str_free(&text);
}
