/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One VEVENT. libical reads the typed properties, and says which of all that are interpreted
 * are malformed; texts, lists, rules and what is only kept are taken from the lines themselves,
 * because libical loses parts of them. Its dates are not trusted: every one is checked here.
 */
#include "ical/read_inside.h"

#include <libical/ical.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "base/when.h"
#include "ical/lines.h"
#include "ical/timezone_read.h"
#include "ical/zone.h"

enum {
	DAY = 86400,
	LONGEST = 3653 * DAY, /* ten years: beyond it is a mistake */
	KEPT_BYTES = 64 * 1024,
	UID_BYTES = 1000,
};

/* What is done with a property: read by libical, taken from its line, or left out. The rest is kept. */
enum fate { FATE_LIBICAL, FATE_LINE, FATE_LEFT_OUT };

static const struct {
	const char *name;
	enum fate fate;
} fates[] = {
    {"UID", FATE_LIBICAL}, {"SEQUENCE", FATE_LIBICAL}, {"SUMMARY", FATE_LIBICAL}, {"DESCRIPTION", FATE_LIBICAL},
    {"LOCATION", FATE_LIBICAL}, {"URL", FATE_LIBICAL}, {"ORGANIZER", FATE_LIBICAL}, {"STATUS", FATE_LIBICAL},
    {"CLASS", FATE_LIBICAL}, {"TRANSP", FATE_LIBICAL}, {"GEO", FATE_LIBICAL}, {"DTSTART", FATE_LIBICAL},
    {"DTEND", FATE_LIBICAL}, {"DURATION", FATE_LIBICAL}, {"CREATED", FATE_LIBICAL}, {"RECURRENCE-ID", FATE_LIBICAL},
    {"DTSTAMP", FATE_LIBICAL}, {"LAST-MODIFIED", FATE_LIBICAL},
    {"CATEGORIES", FATE_LINE}, {"RRULE", FATE_LINE}, {"RDATE", FATE_LINE}, {"EXDATE", FATE_LINE},
    {"ATTENDEE", FATE_LEFT_OUT}, {"REQUEST-STATUS", FATE_LEFT_OUT}, {"METHOD", FATE_LEFT_OUT},
};

/* A date or a time, resolved. */
struct moment {
	bool is_set, is_date, is_floating;
	const struct ical_timezone *timezone; /* NULL: UTC, floating or a date */
	const struct zone *zone;
	int64_t local, utc;
	enum zone_fit fit;
};

struct event_reading {
	struct ical_reading *reading;
	struct arena *arena;
	const struct ical_line *lines;
	size_t count;
	icalcomponent *component;
	struct ical_event *event;
	struct moment start, end;
	size_t kept_bytes, attendee_count, error_count;
	struct ical_note problem; /* why it cannot come in */
};

void
ical_note(struct arena *arena, const struct ical_note **notes, size_t *count, const char *code, const char *text)
{
	struct ical_note *list = ical_list_room(arena, (struct ical_note *)(uintptr_t)*notes, *count, sizeof *list);
	list[(*count)++] = (struct ical_note){code, text};
	*notes = list;
}

static void
note(struct event_reading *r, const char *code, const char *text)
{
	ical_note(r->arena, &r->event->notes, &r->event->note_count, code, text);
}

static bool
refuse(struct event_reading *r, const char *code, const char *text)
{
	r->problem = (struct ical_note){code, text};
	return false;
}

const char *
ical_clean(struct arena *arena, const char *text)
{
	if (text == NULL)
		return NULL;
	text += strspn(text, " \t\r\n");
	char *copy = arena_take(arena, strlen(text) + 1), *out = copy;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= ' ' ? *text != 0x7f : *text == '\n' || *text == '\t')
			*out++ = *text;
	while (out > copy && strchr(" \t\n", out[-1]) != NULL)
		*--out = '\0';
	*out = '\0';
	return out == copy ? NULL : copy;
}

const char *
ical_derive_uid(struct arena *arena, int64_t start_utc, const char *summary, const char *location)
{
	char hex[DIGEST_HEX_SIZE];
	const char *text = arena_print(arena, "%lld\n%s\n%s", (long long)start_utc, summary, location == NULL ? "" : location);
	digest_sha256_hex(text, strlen(text), hex);
	return arena_print(arena, "derived-%.32s", hex);
}

static void
add_text(struct arena *arena, const char *const **list, size_t *count, const char *text)
{
	const char **texts = ical_list_room(arena, (const char **)(uintptr_t)*list, *count, sizeof *texts);
	texts[(*count)++] = text;
	*list = texts;
}

/* --- from the lines --- */

static void
take_categories(struct event_reading *r, const char *value)
{
	for (const char *rest = value; rest != NULL;) {
		const char *text = ical_clean(r->arena, ical_line_text(r->arena, rest, &rest));
		if (text != NULL)
			add_text(r->arena, &r->event->categories, &r->event->category_count, text);
	}
}

/* "BYDAY=MO, TU": some write lists so, and blanks can mean nothing else in a rule. */
static const char *
without_blanks(struct arena *arena, const char *value)
{
	char *copy = arena_text(arena, value), *out = copy;

	for (const char *at = copy; *at != '\0'; at++)
		if (*at != ' ' && *at != '\t')
			*out++ = *at;
	*out = '\0';
	return copy;
}

static void
take_line(struct event_reading *r, const struct ical_line *line)
{
	struct ical_event *event = r->event;
	if (ical_line_is(line, "CATEGORIES"))
		take_categories(r, line->value);
	else if (ical_line_is(line, "RDATE"))
		add_text(r->arena, &event->rdates, &event->rdate_count, line->text);
	else if (ical_line_is(line, "EXDATE"))
		add_text(r->arena, &event->exdates, &event->exdate_count, line->text);
	else if (event->rrule == NULL)
		event->rrule = without_blanks(r->arena, line->value);
	else if (!str_equal(event->rrule, without_blanks(r->arena, line->value)))
		note(r, "several-rules", "It has several RRULEs; only the first was taken.");
	event->has_recurrence = event->rrule != NULL || event->rdate_count > 0;
}

static void
keep_line(struct event_reading *r, const struct ical_line *line)
{
	r->kept_bytes += strlen(line->text);
	if (r->kept_bytes <= KEPT_BYTES)
		add_text(r->arena, &r->event->kept, &r->event->kept_count, line->text);
}

static const enum fate *
find_fate(const struct ical_line *line)
{
	for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++)
		if (ical_line_is(line, fates[i].name))
			return &fates[i].fate;
	return NULL;
}

/* Whether libical is to see this line; all others are dealt with here. */
static bool
is_for_libical(struct event_reading *r, const struct ical_line *line)
{
	bool has_value = line->value != NULL && *line->value != '\0';
	const enum fate *fate = find_fate(line);
	if (!has_value)
		return true; /* it will count the error */
	if (fate != NULL && *fate == FATE_LINE)
		take_line(r, line);
	else if (fate != NULL && *fate == FATE_LEFT_OUT)
		r->attendee_count += ical_line_is(line, "ATTENDEE");
	else if (fate == NULL && !str_starts(line->text, "X-LIC-"))
		keep_line(r, line);
	return fate != NULL && *fate == FATE_LIBICAL;
}

/* What stands inside the event: alarms and components of other programs are kept whole, but for the people in them. */
static void
keep_component(struct event_reading *r, size_t begin, size_t end)
{
	for (size_t i = begin; i <= end; i++)
		if (ical_line_is(&r->lines[i], "ATTENDEE"))
			r->attendee_count++;
		else if (r->lines[i].value != NULL)
			keep_line(r, &r->lines[i]);
}

/* The event's own lines, without its alarms, as libical gets them. */
static void
parse(struct event_reading *r)
{
	struct str text = {0};
	str_put(&text, "BEGIN:VEVENT\r\n");
	size_t begin = r->lines[0].partner + 1 - r->count; /* the index of lines[0] in the stream */
	for (size_t i = 1; i + 1 < r->count; i++) {
		if (r->lines[i].partner != 0) {
			size_t end = r->lines[i].partner - begin;
			keep_component(r, i, end);
			i = end;
		} else if (is_for_libical(r, &r->lines[i])) {
			str_put(&text, r->lines[i].text);
			str_put(&text, "\r\n");
		}
	}
	str_put(&text, "END:VEVENT\r\n");
	r->component = icalparser_parse_string(text.bytes);
	str_free(&text);
}

static const struct ical_line *
find_line(const struct event_reading *r, const char *name)
{
	size_t begin = r->lines[0].partner + 1 - r->count;
	for (size_t i = 1; i + 1 < r->count; i++) {
		if (r->lines[i].partner != 0)
			i = r->lines[i].partner - begin;
		else if (ical_line_is(&r->lines[i], name))
			return &r->lines[i];
	}
	return NULL;
}

/* The value as it stands in the file, for a sentence about it. */
static const char *
value_of(const struct event_reading *r, const char *name)
{
	const struct ical_line *line = find_line(r, name);
	return line == NULL || line->value == NULL ? "" : line->value;
}

/* --- from libical --- */

static icalproperty *
find_property(const struct event_reading *r, icalproperty_kind kind)
{
	return icalcomponent_get_first_property(r->component, kind);
}

static const struct {
	const char *name;
	bool is_escaped; /* TEXT; a URI is not (RFC 5545 3.3.13) */
	size_t offset;
} texts[] = {
    {"UID", true, offsetof(struct ical_event, uid)},
    {"SUMMARY", true, offsetof(struct ical_event, summary)},
    {"DESCRIPTION", true, offsetof(struct ical_event, description)},
    {"LOCATION", true, offsetof(struct ical_event, location)},
    {"URL", false, offsetof(struct ical_event, url)},
};

/* Unescaped here: libical tears characters behind a stray backslash. */
static void
read_texts(struct event_reading *r)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		const char *value = value_of(r, texts[i].name);
		const char **place = (const char **)((char *)r->event + texts[i].offset);
		*place = ical_clean(r->arena, texts[i].is_escaped ? ical_line_text(r->arena, value, NULL) : value);
	}
	if (r->event->summary == NULL)
		r->event->summary = "";
}

/* A word from a fixed set, whatever its case. */
static const char *
read_word(const struct event_reading *r, const char *name, const char *const *words, const char *otherwise)
{
	const char *value = value_of(r, name);
	for (; *words != NULL; words++)
		if (str_equal_nocase(value, *words))
			return *words;
	return *value == '\0' ? NULL : otherwise;
}

static void
read_words(struct event_reading *r)
{
	static const char *const status[] = {"CONFIRMED", "TENTATIVE", "CANCELLED", NULL};
	static const char *const class[] = {"PUBLIC", "PRIVATE", "CONFIDENTIAL", NULL};
	static const char *const transp[] = {"OPAQUE", "TRANSPARENT", NULL};
	r->event->status = read_word(r, "STATUS", status, NULL);
	r->event->class = read_word(r, "CLASS", class, "PRIVATE"); /* RFC 5545 3.8.1.3 */
	r->event->transp = read_word(r, "TRANSP", transp, NULL);
}

static void
read_organizer(struct event_reading *r)
{
	icalproperty *property = find_property(r, ICAL_ORGANIZER_PROPERTY);
	icalparameter *name = property == NULL ? NULL : icalproperty_get_first_parameter(property, ICAL_CN_PARAMETER);
	if (name != NULL)
		r->event->organizer_name = ical_clean(r->arena, icalparameter_get_cn(name));
}

static void
read_numbers(struct event_reading *r)
{
	icalproperty *sequence = find_property(r, ICAL_SEQUENCE_PROPERTY), *geo = find_property(r, ICAL_GEO_PROPERTY);
	if (sequence != NULL && icalproperty_get_sequence(sequence) > 0)
		r->event->sequence = icalproperty_get_sequence(sequence);
	if (geo == NULL)
		return;
	struct icalgeotype place = icalproperty_get_geo(geo);
	r->event->has_geo = fabs(place.lat) <= 90 && fabs(place.lon) <= 180;
	if (!r->event->has_geo) {
		note(r, "geo", "Its GEO lies outside the globe and was left out.");
		return;
	}
	r->event->latitude = place.lat;
	r->event->longitude = place.lon;
}

static bool
to_civil(const struct icaltimetype *time, struct civil *ret)
{
	*ret = (struct civil){time->year, time->month, time->day, time->hour, time->minute, time->second == 60 ? 59 : time->second};
	if (time->is_date)
		ret->hour = ret->minute = ret->second = 0;
	return when_is_valid(ret);
}

static void
resolve_local(struct event_reading *r, icalproperty *property, struct moment *moment)
{
	/* From the line: libical loses some names ("UTC+11"). */
	const struct ical_line *line = find_line(r, icalproperty_kind_to_string(icalproperty_isa(property)));
	const char *name = line == NULL ? NULL : ical_line_param(r->arena, line, "TZID");
	if (name != NULL && *name != '\0' && !moment->is_date) {
		moment->timezone = ical_timezones_find(r->reading->timezones, name);
		moment->zone = moment->timezone->zone;
	}
	moment->is_floating = moment->zone == NULL && !moment->is_date;
	if (moment->zone == NULL)
		moment->zone = moment->is_date ? r->reading->day_zone : r->reading->zone;
	moment->utc = zone_to_utc(moment->zone, moment->local, &moment->fit);
}

/* False: the property is there, but no date that exists. */
static bool
read_moment(struct event_reading *r, icalproperty_kind kind, struct moment *ret)
{
	struct civil civil;
	icalproperty *property = find_property(r, kind);
	if (property == NULL)
		return true;
	icalvalue *value = icalproperty_get_value(property);
	icalvalue_kind value_kind = value == NULL ? ICAL_NO_VALUE : icalvalue_isa(value);
	if (value_kind != ICAL_DATE_VALUE && value_kind != ICAL_DATETIME_VALUE)
		return false;
	struct icaltimetype time = value_kind == ICAL_DATE_VALUE ? icalvalue_get_date(value) : icalvalue_get_datetime(value);
	if (!to_civil(&time, &civil))
		return false;
	ret->is_set = true;
	ret->is_date = time.is_date != 0;
	ret->local = ret->utc = when_from_civil(&civil);
	ret->zone = icaltime_is_utc(time) ? zone_utc() : NULL;
	if (ret->zone == NULL)
		resolve_local(r, property, ret);
	return true;
}

/* --- start and end --- */

static void
note_start(struct event_reading *r)
{
	const struct moment *start = &r->start;
	if (start->timezone != NULL && start->timezone->note != NULL)
		note(r, "zone", start->timezone->note);
	if (start->is_floating)
		note(r, "floating", arena_print(r->arena, "Its time has no time zone; %s was taken.", zone_id(start->zone)));
	if (start->fit == ZONE_FIT_GAP)
		note(r, "gap", "Its local time does not exist, because the clocks go forward then; the offset before was used.");
	if (start->fit == ZONE_FIT_FOLD)
		note(r, "fold", "Its local time exists twice, because the clocks go back then; the first was taken.");
}

static bool
read_start(struct event_reading *r)
{
	icalproperty *second = find_property(r, ICAL_DTSTART_PROPERTY);
	if (second != NULL)
		second = icalcomponent_get_next_property(r->component, ICAL_DTSTART_PROPERTY);
	if (second != NULL)
		return refuse(r, "two-starts", "It has more than one DTSTART.");
	bool is_read = read_moment(r, ICAL_DTSTART_PROPERTY, &r->start);
	if (!is_read || (!r->start.is_set && *value_of(r, "DTSTART") != '\0'))
		return refuse(r, "bad-start", arena_print(r->arena, "Its DTSTART \"%.40s\" is not a date that exists.", value_of(r, "DTSTART")));
	if (!r->start.is_set)
		return refuse(r, "no-start", "It has no DTSTART.");
	note_start(r);
	return true;
}

/* Days are the calendar's, hours are elapsed time (RFC 5545 3.3.6). */
static bool
end_by_duration(struct event_reading *r, const struct icaldurationtype *duration)
{
	int64_t days = (int64_t)duration->days + 7 * (int64_t)duration->weeks;
	int64_t seconds = 3600 * (int64_t)duration->hours + 60 * (int64_t)duration->minutes + duration->seconds;
	if (duration->is_neg && days + seconds > 0)
		return refuse(r, "negative-duration", "Its DURATION is negative.");
	if (days * DAY + seconds > LONGEST)
		return refuse(r, "too-long", "Its DURATION is longer than ten years.");
	r->end = r->start;
	if (r->start.is_date) {
		days += (seconds + DAY - 1) / DAY;
		seconds = 0;
	}
	r->event->length_days = days;
	r->event->length_seconds = seconds;
	r->end.local += days * DAY;
	r->end.utc = days == 0 ? r->start.utc : zone_to_utc(r->end.zone, r->end.local, NULL);
	r->end.utc += seconds;
	return true;
}

/* Neither DTEND nor DURATION (RFC 5545 3.6.1). */
static bool
end_by_default(struct event_reading *r)
{
	struct icaldurationtype duration = {.days = r->start.is_date ? 1 : 0};
	if (!r->start.is_date)
		note(r, "no-end", "It has neither DTEND nor DURATION; it has no length.");
	return end_by_duration(r, &duration);
}

/* A DTEND of the other kind than its DTSTART is read as the start's kind. */
static void
match_end_to_start(struct event_reading *r)
{
	if (r->start.is_date == r->end.is_date)
		return;
	note(r, "mixed-end", "One of DTSTART and DTEND is a date, the other a time.");
	if (r->start.is_date) {
		int64_t days = r->end.local / DAY + (r->end.local % DAY != 0);
		r->end.local = days * DAY;
	}
	r->end.is_date = r->start.is_date;
	r->end.zone = r->start.zone;
	r->end.utc = zone_to_utc(r->end.zone, r->end.local, NULL);
}

static bool
check_end(struct event_reading *r)
{
	match_end_to_start(r);
	if (r->start.is_date && r->end.local == r->start.local) {
		note(r, "empty-day", "Its DTEND is the day of its DTSTART; it was read as one whole day.");
		return end_by_duration(r, &(struct icaldurationtype){.days = 1});
	}
	if (r->end.utc < r->start.utc)
		return refuse(r, "end-before-start", "It ends before it starts.");
	if (r->end.utc - r->start.utc > LONGEST)
		return refuse(r, "too-long", "It is longer than ten years.");
	r->event->length_days = r->start.is_date ? (r->end.local - r->start.local) / DAY : 0;
	r->event->length_seconds = r->start.is_date ? 0 : r->end.utc - r->start.utc;
	return true;
}

static bool
read_end(struct event_reading *r)
{
	icalproperty *duration = find_property(r, ICAL_DURATION_PROPERTY);
	bool is_read = read_moment(r, ICAL_DTEND_PROPERTY, &r->end);
	const char *end = value_of(r, "DTEND"), *length = value_of(r, "DURATION");
	if (!is_read || (!r->end.is_set && *end != '\0'))
		return refuse(r, "bad-end", arena_print(r->arena, "Its DTEND \"%.40s\" is not a date that exists.", end));
	if (r->end.is_set && *length != '\0')
		note(r, "end-and-duration", "It has both DTEND and DURATION; DTEND was taken.");
	if (r->end.is_set)
		return check_end(r);
	if (duration == NULL && *length != '\0')
		return refuse(r, "bad-end", arena_print(r->arena, "Its DURATION \"%.40s\" cannot be read.", length));
	if (duration == NULL)
		return end_by_default(r);
	struct icaldurationtype read = icalproperty_get_duration(duration);
	return end_by_duration(r, &read);
}

static void
set_times(struct event_reading *r)
{
	struct ical_event *event = r->event;
	const struct moment *start = &r->start;
	bool is_own = start->timezone != NULL && start->timezone->is_own;
	event->is_all_day = start->is_date;
	event->start_utc = start->utc;
	event->end_utc = r->end.utc;
	if (event->is_all_day) {
		event->start_local = start->local;
		event->end_local = r->end.local;
		return;
	}
	const struct zone *zone = is_own ? zone_utc() : start->zone;
	event->start_local = zone_to_local(zone, start->utc, NULL);
	event->end_local = zone_to_local(zone, r->end.utc, NULL);
	if (!start->is_floating)
		event->zone_id = zone_id(zone);
}

static bool
read_recurrence_id(struct event_reading *r)
{
	struct moment moment = {0};
	const struct ical_line *line = find_line(r, "RECURRENCE-ID");
	if (line == NULL || line->value == NULL || *line->value == '\0')
		return true;
	if (!read_moment(r, ICAL_RECURRENCEID_PROPERTY, &moment) || !moment.is_set)
		return refuse(r, "bad-recurrence-id",
		    arena_print(r->arena, "Its RECURRENCE-ID \"%.40s\" is not a date that exists.", line->value));
	const char *range = ical_line_param(r->arena, line, "RANGE");
	r->event->recurrence_id = line->value;
	r->event->recurrence_utc = moment.utc;
	r->event->recurrence_local = moment.local;
	r->event->recurrence_is_day = moment.is_date;
	r->event->is_this_and_future = range != NULL && str_equal_nocase(range, "THISANDFUTURE");
	return true;
}

static void
read_dates(struct event_reading *r)
{
	struct ical_event *event = r->event;
	struct ical_dates extra = {0}, left_out = {0};
	event->repeat_zone = r->start.zone;
	event->repeat_local = r->start.local;
	size_t begin = r->lines[0].partner + 1 - r->count;
	for (size_t i = 1; i + 1 < r->count; i++) {
		if (r->lines[i].partner != 0)
			i = r->lines[i].partner - begin;
		else if (ical_line_is(&r->lines[i], "RDATE"))
			ical_read_dates(r->reading, &r->lines[i], r->start.zone, r->start.is_date, &extra);
		else if (ical_line_is(&r->lines[i], "EXDATE"))
			ical_read_dates(r->reading, &r->lines[i], r->start.zone, r->start.is_date, &left_out);
	}
	event->extra_dates = extra.list;
	event->extra_date_count = extra.count;
	event->left_out_dates = left_out.list;
	event->left_out_date_count = left_out.count;
	if (extra.bad_count + left_out.bad_count > 0)
		note(r, "bad-dates", arena_print(r->arena, "%zu values of its RDATE and EXDATE are no dates that exist and were left out.",
		    extra.bad_count + left_out.bad_count));
}

/* --- the whole --- */

static void
check_uid(struct event_reading *r)
{
	struct ical_event *event = r->event;
	if (event->uid != NULL && strlen(event->uid) <= UID_BYTES)
		return;
	note(r, event->uid == NULL ? "no-uid" : "long-uid", "It has no usable UID; one was derived from its start, title and place.");
	event->uid = ical_derive_uid(r->arena, event->start_utc, event->summary, event->location);
}

static void
count_errors(struct event_reading *r)
{
	icalproperty *error = find_property(r, ICAL_XLICERROR_PROPERTY);
	for (; error != NULL; error = icalcomponent_get_next_property(r->component, ICAL_XLICERROR_PROPERTY))
		r->error_count++;
	if (r->error_count > 0)
		note(r, "errors", arena_print(r->arena, "%zu of its properties could not be read and were left out.", r->error_count));
	if (r->attendee_count > 0)
		note(r, "attendees", arena_print(r->arena, "%zu attendees were left out.", r->attendee_count));
	if (r->kept_bytes > KEPT_BYTES)
		note(r, "kept", "It has too many properties of other programs; the last of them were left out.");
	r->reading->error_count += r->error_count;
}

static bool
read_properties(struct event_reading *r)
{
	if (r->component == NULL || icalcomponent_isa(r->component) != ICAL_VEVENT_COMPONENT)
		return refuse(r, "unreadable", "It cannot be read as an event.");
	count_errors(r);
	read_texts(r);
	read_words(r);
	read_organizer(r);
	read_numbers(r);
	if (!read_start(r) || !read_end(r) || !read_recurrence_id(r))
		return false;
	set_times(r);
	read_dates(r);
	check_uid(r);
	return true;
}

static const char *
revision_stamp(struct event_reading *r)
{
	const char *stamp = value_of(r, "LAST-MODIFIED");
	return *stamp != '\0' ? stamp : value_of(r, "DTSTAMP");
}

bool
ical_read_event(struct ical_reading *reading, const struct ical_line *lines, size_t count, struct ical_event *ret_event,
    const char **ret_stamp, struct ical_skipped *ret_skipped)
{
	struct ical_event event = {.line = lines[0].number};
	struct event_reading r = {.reading = reading, .arena = reading->arena, .lines = lines, .count = count, .event = &event};
	parse(&r);
	bool is_read = read_properties(&r);
	if (r.component != NULL)
		icalcomponent_free(r.component);
	if (is_read) {
		*ret_event = event;
		*ret_stamp = revision_stamp(&r);
	} else {
		*ret_skipped = (struct ical_skipped){.reason = r.problem, .uid = event.uid, .summary = event.summary, .line = event.line};
	}
	return is_read;
}
