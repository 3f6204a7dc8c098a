/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "booking/times.h"

#include <string.h>

#include "base/json.h"
#include "base/when.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/span.h"

enum { DAY = 86400 };

const struct zone *
times_zone(struct http_request *request, struct ask *ret_ask, const char *own, const struct db_rows *looked)
{
	if (own != NULL) {
		const struct zone *zone = zone_find(own);
		if (zone == NULL)
			ask_refuse(request, ret_ask, 422, "malformed-time", "/zone", "„%s“ ist keine Zeitzone; richtig ist ein IANA-Name wie Europe/Berlin.",
			    "\"%s\" is no time zone; right is an IANA name such as Europe/Berlin.", own);
		return zone;
	}
	const char *id = looked != NULL && db_count(looked) > 0 ? db_text(looked, 0, "zone") : NULL;
	const struct zone *zone = id == NULL ? NULL : zone_find(id);
	if (zone == NULL)
		ask_refuse(request, ret_ask, 404, "not-found", NULL, "Den genannten Hub, die Ressource oder die Buchung gibt es nicht.",
		    "The hub, resource or booking that was named does not exist.");
	return zone;
}

static void
put_local(struct json_writer *writer, const char *name, int64_t local)
{
	char text[WHEN_TEXT_SIZE];
	when_print(local, text);
	text[strlen(text) - 1] = '\0'; /* without the Z: it is a wall clock time */
	json_put_text(writer, name, text);
}

static void
put_instant(struct json_writer *writer, const char *name, int64_t instant)
{
	char text[WHEN_TEXT_SIZE];
	when_print(instant, text);
	json_put_text(writer, name, text);
}

/* Says in a dry run what became of a wall clock time that no clock shows, or that comes twice. */
static void
note_fit(struct http_request *request, struct ask *ask, const char *pointer, enum zone_fit fit, int64_t instant)
{
	if (fit == ZONE_FIT_EXACT)
		return;
	static const char *const gap[] = {"Diese Uhrzeit gibt es an dem Tag nicht (Beginn der Sommerzeit); es wird von der Zeit davor weitergezählt.",
		"No clock shows this time: it is skipped when daylight saving time begins. It is counted on from the time before."};
	static const char *const fold[] = {"Diese Uhrzeit gibt es an dem Tag zweimal (Ende der Sommerzeit); gemeint ist die erste. Mit +01:00 oder +02:00 ist beides sagbar.",
		"Clocks show this time twice: the first one is meant. With an offset from UTC both can be said."};
	bool is_english = str_equal(request_language(request), "en");
	struct json_writer writer = {.out = &ask->notes, .needs_comma = ask->notes.length > 0};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "pointer", pointer);
	json_put_text(&writer, "note", fit == ZONE_FIT_GAP ? "gap" : "fold");
	json_put_text(&writer, "detail", (fit == ZONE_FIT_GAP ? gap : fold)[is_english]);
	put_instant(&writer, "instant", instant);
	json_close_map(&writer);
}

static bool
refuse_fraction(struct http_request *request, struct ask *ask, const char *pointer, const char *text)
{
	return ask_refuse(request, ask, 422, "malformed-time", pointer, "„%s“ hat Bruchteile einer Sekunde; Zeiten sind hier ganze Sekunden.",
	    "\"%s\" has a fraction of a second; times are whole seconds here.", text);
}

static bool
refuse_span(struct http_request *request, struct ask *ask, enum span_fault fault, const struct span_words *words)
{
	static const char time_de[] = "„%s“ ist keine Zeit; richtig ist 2026-11-23T09:00 (Uhr des Ortes) oder mit Z oder +01:00.";
	static const char time_en[] = "\"%s\" is no time; right is 2026-11-23T09:00 (the site's clock), or with Z or +01:00.";
	const char *wrong = fault == SPAN_BAD_START ? words->start : fault == SPAN_BAD_END ? words->end : NULL;
	if (span_has_fraction(wrong))
		return refuse_fraction(request, ask, fault == SPAN_BAD_START ? "/start" : "/end", wrong);
	switch (fault) {
	case SPAN_BAD_START: return ask_refuse(request, ask, 422, "malformed-time", "/start", time_de, time_en, words->start);
	case SPAN_BAD_END: return ask_refuse(request, ask, 422, "malformed-time", "/end", time_de, time_en, words->end);
	case SPAN_BAD_DURATION:
		return ask_refuse(request, ask, 422, "malformed-time", "/duration", "„%s“ ist keine Dauer; richtig ist PT2H, PT90M oder P1D.",
		    "\"%s\" is no duration; right is PT2H, PT90M or P1D.", words->duration);
	case SPAN_NO_END:
		return ask_refuse(request, ask, 422, "missing-member", "/end", "Zu „start“ gehört „end“ oder „duration“.",
		    "\"start\" needs \"end\" or \"duration\".");
	case SPAN_TWO_ENDS:
		return ask_refuse(request, ask, 422, "malformed-time", "/duration", "„end“ und „duration“ zugleich: eines muss weg.",
		    "\"end\" and \"duration\" at once: one of them must go.");
	case SPAN_IS_SKIPPED:
		return ask_refuse(request, ask, 422, "wrong-time", "/start",
		    "„%s“ gibt es an dem Tag nicht: die Uhren springen darüber (Beginn der Sommerzeit). Weitergezählt läge der Beginn nicht vor dem Ende.",
		    "No clock shows \"%s\": it is skipped when daylight saving time begins. Counted on, the start would not be before the end.",
		    words->start);
	default:
		return ask_refuse(request, ask, 422, "wrong-time", words->end != NULL ? "/end" : "/duration", "Das Ende liegt nicht nach dem Anfang.",
		    "The end is not after the start.");
	}
}

bool
times_put_span(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct zone *zone, struct json_writer *writer)
{
	struct span_words words = {.start = json_as_text(json_get(body, "start")), .end = json_as_text(json_get(body, "end")),
		.duration = json_as_text(json_get(body, "duration"))};
	struct span span;
	if (words.start == NULL)
		return ask_refuse(request, ret_ask, 422, "missing-member", "/start", "„start“ fehlt.", "\"start\" is missing.");
	enum span_fault fault = span_read(&words, zone, &span);
	if (fault != SPAN_IS_RIGHT)
		return refuse_span(request, ret_ask, fault, &words);
	put_instant(writer, "start", span.start);
	put_instant(writer, "end", span.end);
	put_local(writer, "local_start", span.local_start);
	put_local(writer, "local_end", span.local_end);
	json_put_text(writer, "zone", zone_id(zone));
	note_fit(request, ret_ask, "/start", span.start_fit, span.start);
	note_fit(request, ret_ask, "/end", span.end_fit, span.end);
	return true;
}

bool
times_window_is_local(const struct http_request *request)
{
	const char *from = http_parameter(request, "from"), *to = http_parameter(request, "to");
	return (from != NULL && span_is_local(from)) || (to != NULL && span_is_local(to));
}

/* A moment of a change: the other end of the booking stays. */
static bool
put_moment(struct http_request *request, struct ask *ask, const struct json *body, const char *name, const struct zone *zone, struct json_writer *writer)
{
	const char *text = json_as_text(json_get(body, name));
	bool is_start = str_equal(name, "start");
	int64_t instant, local;
	enum zone_fit fit;
	if (!span_read_time(text, zone, &instant, &local, &fit)) {
		struct span_words words = {.start = text, .end = text};
		return refuse_span(request, ask, is_start ? SPAN_BAD_START : SPAN_BAD_END, &words);
	}
	put_instant(writer, name, instant);
	put_local(writer, is_start ? "local_start" : "local_end", local);
	json_put_text(writer, "zone", zone_id(zone));
	note_fit(request, ask, is_start ? "/start" : "/end", fit, instant);
	return true;
}

bool
times_put_change(struct http_request *request, struct ask *ret_ask, const struct json *body, const struct zone *zone, struct json_writer *writer)
{
	bool has_start = json_get(body, "start") != NULL, has_end = json_get(body, "end") != NULL, has_duration = json_get(body, "duration") != NULL;
	if (has_start && (has_end || has_duration))
		return times_put_span(request, ret_ask, body, zone, writer);
	if (has_duration || (!has_start && !has_end))
		return ask_refuse(request, ret_ask, 422, "missing-member", "/start", "„duration“ und „zone“ brauchen „start“ dazu.",
		    "\"duration\" and \"zone\" need \"start\" beside them.");
	return put_moment(request, ret_ask, body, has_start ? "start" : "end", zone, writer);
}

static bool
read_parameter(struct http_request *request, struct ask *ask, const char *name, const struct zone *zone, int64_t *ret_instant)
{
	const char *text = http_parameter(request, name);
	int64_t local;
	enum zone_fit fit;
	if (text == NULL || span_read_moment(text, zone, ret_instant, &local, &fit))
		return true;
	if (span_has_fraction(text))
		return refuse_fraction(request, ask, name, text);
	return ask_refuse(request, ask, 422, "malformed-time", name, "„%s“ ist keine Zeit; richtig ist 2026-11-23, 2026-11-23T09:00 oder mit Z oder %%2B01:00.",
	    "\"%s\" is no time; right is 2026-11-23, 2026-11-23T09:00, or with Z or %%2B01:00.", text);
}

bool
times_put_window(struct http_request *request, struct ask *ret_ask, const struct times_window *window, const struct zone *zone,
    struct json_writer *writer)
{
	bool has_from = http_parameter(request, "from") != NULL || window->days > 0, has_to = http_parameter(request, "to") != NULL || window->days > 0;
	int64_t from = when_now(), to;
	if (!read_parameter(request, ret_ask, "from", zone, &from))
		return false;
	to = from + (int64_t)window->days * DAY;
	if (!read_parameter(request, ret_ask, "to", zone, &to))
		return false;
	if (has_from && has_to && to <= from)
		return ask_refuse(request, ret_ask, 422, "malformed-time", "to", "„to“ liegt nicht nach „from“.", "\"to\" is not after \"from\".");
	if (has_from && has_to && to - from > (int64_t)window->days_max * DAY)
		return ask_refuse(request, ret_ask, 422, "malformed-time", "to", "Der Zeitraum ist zu lang: höchstens %d Tage.",
		    "The time span is too long: at most %d days.", window->days_max);
	if (has_from)
		put_instant(writer, "from", from);
	if (has_to)
		put_instant(writer, "to", to);
	return true;
}
