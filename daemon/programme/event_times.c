/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See event_times.h. */
#include "programme/event_times.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/event_plan.h"
#include "ical/span.h"
#include "ical/zone.h"

enum { DAY = 86400, DAYS_MAX = 400 };

/* What the body says; NULL where it says nothing. */
struct words {
	const char *start, *end, *duration, *zone;
	const struct json *all_day;
};

static struct words
read_words(const struct json *body)
{
	return (struct words){.start = json_as_text(json_get(body, "start")), .end = json_as_text(json_get(body, "end")),
	    .duration = json_as_text(json_get(body, "duration")), .zone = json_as_text(json_get(body, "zone")), .all_day = json_get(body, "is_all_day")};
}

bool
event_times_are_in(const struct json *body)
{
	struct words words = read_words(body);

	return words.start != NULL || words.end != NULL || words.duration != NULL || words.zone != NULL || words.all_day != NULL;
}

/* ---- writing ---- */

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

/* For a dry run: what became of a time that no clock shows, or that comes twice. */
static void
note_fit(struct http_request *request, struct ask *ask, const char *pointer, enum zone_fit fit, int64_t instant)
{
	static const char *const gap[] = {"Diese Uhrzeit gibt es an dem Tag nicht (Beginn der Sommerzeit); es wird von der Zeit davor weitergezählt.",
	    "No clock shows this time: it is skipped when daylight saving time begins. It is counted on from the time before."};
	static const char *const fold[] = {"Diese Uhrzeit gibt es an dem Tag zweimal (Ende der Sommerzeit); gemeint ist die erste.",
	    "Clocks show this time twice: the first one is meant."};
	bool is_english = str_equal(request_language(request), "en");
	struct json_writer writer = {.out = &ask->notes, .needs_comma = ask->notes.length > 0};

	if (fit == ZONE_FIT_EXACT)
		return;
	json_open_map(&writer, NULL);
	json_put_text(&writer, "pointer", pointer);
	json_put_text(&writer, "note", fit == ZONE_FIT_GAP ? "gap" : "fold");
	json_put_text(&writer, "detail", (fit == ZONE_FIT_GAP ? gap : fold)[is_english]);
	put_instant(&writer, "instant", instant);
	json_close_map(&writer);
}

bool
event_times_write(struct http_request *request, struct ask *ask, const struct event_times *times, struct json_writer *writer)
{
	if (times->span.end - times->span.start > (int64_t)DAYS_MAX * DAY)
		return ask_refuse(request, ask, 422, "malformed-time", "/end", "Eine Veranstaltung dauert höchstens %d Tage.", "An event lasts %d days at most.", DAYS_MAX);
	put_instant(writer, "start", times->span.start);
	put_instant(writer, "end", times->span.end);
	put_wall(writer, "local_start", times->span.local_start);
	put_wall(writer, "local_end", times->span.local_end);
	json_put_text(writer, "zone", zone_id(times->zone));
	json_put_bool(writer, "is_all_day", times->is_all_day);
	note_fit(request, ask, "/start", times->span.start_fit, times->span.start);
	note_fit(request, ask, "/end", times->span.end_fit, times->span.end);
	return true;
}

/* ---- reading ---- */

static bool
refuse_fraction(struct http_request *request, struct ask *ask, const char *pointer, const char *text)
{
	return ask_refuse(request, ask, 422, "malformed-time", pointer, "„%s“ hat Bruchteile einer Sekunde; Zeiten sind hier ganze Sekunden.",
	    "\"%s\" has a fraction of a second; times are whole seconds here.", text);
}

static bool
refuse_fault(struct http_request *request, struct ask *ask, enum span_fault fault, const struct words *words)
{
	static const char time_de[] = "„%s“ ist keine Zeit; richtig ist 2026-11-23T09:00 (Uhr des Ortes), mit Z oder +01:00, oder ein Tag: 2026-11-23.";
	static const char time_en[] = "\"%s\" is no time; right is 2026-11-23T09:00 (the site's clock), with Z or +01:00, or a day: 2026-11-23.";

	const char *wrong = fault == SPAN_BAD_START ? words->start : fault == SPAN_BAD_END ? words->end : NULL;

	if (span_has_fraction(wrong))
		return refuse_fraction(request, ask, fault == SPAN_BAD_START ? "/start" : "/end", wrong);
	switch (fault) {
	case SPAN_BAD_START:
		return ask_refuse(request, ask, 422, "malformed-time", "/start", time_de, time_en, words->start);
	case SPAN_BAD_END:
		return ask_refuse(request, ask, 422, "malformed-time", "/end", time_de, time_en, words->end);
	case SPAN_BAD_DURATION:
		return ask_refuse(request, ask, 422, "malformed-time", "/duration", "„%s“ ist hier keine Dauer; richtig ist PT2H, PT90M oder für ganze Tage P1D.",
		    "\"%s\" is no duration here; right is PT2H, PT90M, or P1D for whole days.", words->duration);
	case SPAN_TWO_ENDS:
		return ask_refuse(request, ask, 422, "malformed-time", "/duration", "„end“ und „duration“ zugleich: eines muss weg.",
		    "\"end\" and \"duration\" at once: one of them must go.");
	case SPAN_IS_SKIPPED:
		return ask_refuse(request, ask, 422, "wrong-time", "/start",
		    "„%s“ gibt es an dem Tag nicht: die Uhren springen darüber (Beginn der Sommerzeit). Weitergezählt läge der Beginn nicht vor dem Ende.",
		    "No clock shows \"%s\": it is skipped when daylight saving time begins. Counted on, the start would not be before the end.",
		    words->start);
	default:
		return ask_refuse(request, ask, 422, "wrong-time", words->end != NULL ? "/end" : "/duration",
		    "Das Ende liegt nicht nach dem Anfang. Eine Veranstaltung ohne Ende lässt „end“ weg.",
		    "The end is not after the start. An event without an end leaves \"end\" out.");
	}
}

/* Whole days: the end is the first day that is no longer part of it; without one it is a single day. */
static bool
read_days(struct http_request *request, struct ask *ask, const struct words *words, struct event_times *times)
{
	int64_t first, last, seconds;

	if (!when_parse_date(words->start, &first))
		return ask_refuse(request, ask, 422, "malformed-time", "/start", "Für ganze Tage ist „start“ ein Tag: 2026-11-23, nicht „%s“.",
		    "For whole days \"start\" is a day: 2026-11-23, not \"%s\".", words->start);
	if (words->end != NULL && words->duration != NULL)
		return refuse_fault(request, ask, SPAN_TWO_ENDS, words);
	last = first + 1;
	if (words->end != NULL && !when_parse_date(words->end, &last))
		return refuse_fault(request, ask, SPAN_BAD_END, words);
	if (words->duration != NULL) {
		if (!when_parse_duration(words->duration, &seconds) || seconds % DAY != 0)
			return refuse_fault(request, ask, SPAN_BAD_DURATION, words);
		last = first + seconds / DAY;
	}
	if (last <= first)
		return refuse_fault(request, ask, SPAN_IS_EMPTY, words);
	times->is_all_day = true;
	times->span = (struct span){.local_start = first * DAY, .local_end = last * DAY};
	times->span.start = zone_to_utc(times->zone, times->span.local_start, NULL);
	times->span.end = zone_to_utc(times->zone, times->span.local_end, NULL);
	return true;
}

static bool
read_times(struct http_request *request, struct ask *ask, const struct words *words, struct event_times *times)
{
	struct span_words span_words = {.start = words->start, .end = words->end, .duration = words->duration};
	int64_t day;
	enum span_fault fault;

	if (json_as_bool(words->all_day) || (words->all_day == NULL && when_parse_date(words->start, &day)))
		return read_days(request, ask, words, times);
	times->is_all_day = false;
	if (words->end == NULL && words->duration == NULL) {
		struct span *span = &times->span;
		*span = (struct span){0};
		if (!span_read_time(words->start, times->zone, &span->start, &span->local_start, &span->start_fit))
			return refuse_fault(request, ask, SPAN_BAD_START, words);
		span->end = span->start;
		span->local_end = span->local_start;
		return true;
	}
	fault = span_read(&span_words, times->zone, &times->span);
	return fault == SPAN_IS_RIGHT || refuse_fault(request, ask, fault, words);
}

static const struct zone *
find_zone(struct http_request *request, struct ask *ask, const char *own, const struct db_rows *looked)
{
	const char *id = own != NULL ? own : db_count(looked) > 0 ? db_text(looked, 0, "zone") : NULL;
	const struct zone *zone = id != NULL ? zone_find(id) : NULL;

	if (zone != NULL)
		return zone;
	if (own != NULL)
		ask_refuse(request, ask, 422, "malformed-time", "/zone", "„%s“ ist keine Zeitzone; richtig ist ein IANA-Name wie Europe/Berlin.",
		    "\"%s\" is no time zone; right is an IANA name such as Europe/Berlin.", own);
	else
		ask_refuse(request, ask, 404, "not-found", NULL, "Den genannten Hub oder die Veranstaltung gibt es nicht.",
		    "The hub or event that was named does not exist.");
	return NULL;
}

bool
event_times_read(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked, struct event_times *ret_times)
{
	struct words words = read_words(body);

	*ret_times = (struct event_times){.zone = find_zone(request, ret_ask, words.zone, looked)};
	return ret_times->zone != NULL && read_times(request, ret_ask, &words, ret_times);
}

/* Fills what a change leaves out. A new zone alone keeps what the clocks show; a new end alone keeps the start. */
static void
complete_words(struct words *words, const struct db_rows *looked)
{
	bool was_all_day = db_is_true(looked, 0, "is_all_day"), keeps_wall = words->zone != NULL || was_all_day;

	if (words->start != NULL)
		return;
	if (words->end == NULL && words->duration == NULL && !str_equal(db_text(looked, 0, "starts"), db_text(looked, 0, "ends")))
		words->end = db_text(looked, 0, keeps_wall ? "local_ends" : "ends");
	words->start = db_text(looked, 0, keeps_wall ? "local_starts" : "starts");
}

/* The stored length, behind a new start. */
static void
keep_length(struct event_times *times, const struct db_rows *looked)
{
	int64_t start, end;
	bool is_local, was_all_day = db_is_true(looked, 0, "is_all_day");

	if (was_all_day != times->is_all_day)
		return;
	if (!when_parse(db_text(looked, 0, was_all_day ? "local_starts" : "starts"), &start, &is_local) ||
	    !when_parse(db_text(looked, 0, was_all_day ? "local_ends" : "ends"), &end, &is_local))
		return;
	if (was_all_day) {
		times->span.local_end = times->span.local_start + (end - start);
		times->span.end = zone_to_utc(times->zone, times->span.local_end, NULL);
	} else {
		times->span.end = times->span.start + (end - start);
		times->span.local_end = zone_to_local(times->zone, times->span.end, NULL);
	}
}

/* 2026-11-23T00:00:00 of a stored whole day, as the day that it is. */
static const char *
as_day(struct http_request *request, const char *wall)
{
	return wall == NULL || strlen(wall) < 10 ? wall : arena_copy(http_arena(request), wall, 10);
}

bool
event_times_read_change(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct db_rows *looked,
    struct event_times *ret_times)
{
	struct words words = read_words(body);
	struct event_times times = {.zone = find_zone(request, ret_ask, words.zone, looked)};
	bool has_start = words.start != NULL, has_length = words.end != NULL || words.duration != NULL;

	if (times.zone == NULL || db_count(looked) == 0)
		return times.zone == NULL ? false : ask_refuse(request, ret_ask, 404, "not-found", NULL, "Diese Veranstaltung gibt es nicht.", "There is no such event.");
	if (words.all_day != NULL && !has_start && json_as_bool(words.all_day) != db_is_true(looked, 0, "is_all_day"))
		return ask_refuse(request, ret_ask, 422, "missing-member", "/start", "„is_all_day“ braucht „start“ dazu.", "\"is_all_day\" needs \"start\" beside it.");
	complete_words(&words, looked);
	if (!has_start && db_is_true(looked, 0, "is_all_day")) {
		words.start = as_day(request, words.start);
		words.end = as_day(request, words.end);
	}
	if (!read_times(request, ret_ask, &words, &times))
		return false;
	if (has_start && !has_length)
		keep_length(&times, looked);
	*ret_times = times;
	return true;
}

bool
event_times_put_parameter(struct http_request *request, struct ask *ret_ask, const char *name, const struct zone *zone, struct json_writer *writer)
{
	const char *text = http_parameter(request, name);
	int64_t instant, local;
	enum zone_fit fit;

	if (text == NULL)
		return true;
	if (span_has_fraction(text))
		return refuse_fraction(request, ret_ask, name, text);
	if (!span_read_moment(text, zone, &instant, &local, &fit))
		return ask_refuse(request, ret_ask, 422, "malformed-time", name, "„%s“ ist keine Zeit; richtig ist 2026-11-23, 2026-11-23T09:00 oder mit Z oder %%2B01:00.",
		    "\"%s\" is no time; right is 2026-11-23, 2026-11-23T09:00, or with Z or %%2B01:00.", text);
	put_instant(writer, name, instant);
	return true;
}
