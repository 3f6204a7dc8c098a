/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ical/span.h"

#include <stddef.h>
#include <string.h>

#include "base/when.h"

static const int64_t last_instant = 253402300799; /* 9999-12-31T23:59:59Z */

bool
span_is_local(const char *text)
{
	int64_t instant;
	bool is_local = true;
	return !when_parse(text, &instant, &is_local) || is_local;
}

bool
span_has_fraction(const char *text)
{
	int64_t instant;
	bool is_local;
	return text != NULL && strchr(text, '.') != NULL && when_parse(text, &instant, &is_local);
}

bool
span_read_moment(const char *text, const struct zone *zone, int64_t *ret_instant, int64_t *ret_local, enum zone_fit *ret_fit)
{
	int64_t number, days;
	bool is_local = true;
	if (when_parse_date(text, &days))
		number = days * 86400;
	else if (strchr(text, '.') != NULL || !when_parse(text, &number, &is_local))
		return false;
	*ret_fit = ZONE_FIT_EXACT;
	*ret_instant = is_local ? zone_to_utc(zone, number, ret_fit) : number;
	*ret_local = is_local ? number : zone_to_local(zone, number, NULL);
	return true;
}

bool
span_read_time(const char *text, const struct zone *zone, int64_t *ret_instant, int64_t *ret_local, enum zone_fit *ret_fit)
{
	int64_t days;
	return text != NULL && !when_parse_date(text, &days) && span_read_moment(text, zone, ret_instant, ret_local, ret_fit);
}

enum span_fault
span_read(const struct span_words *words, const struct zone *zone, struct span *ret_span)
{
	struct span span = {0};
	int64_t seconds;
	if (!span_read_time(words->start, zone, &span.start, &span.local_start, &span.start_fit))
		return SPAN_BAD_START;
	if (words->end != NULL && words->duration != NULL)
		return SPAN_TWO_ENDS;
	if (words->duration != NULL) {
		if (!when_parse_duration(words->duration, &seconds) || seconds <= 0 || __builtin_add_overflow(span.start, seconds, &span.end))
			return SPAN_BAD_DURATION;
		span.local_end = zone_to_local(zone, span.end, NULL);
	} else if (words->end == NULL) {
		return SPAN_NO_END;
	} else if (!span_read_time(words->end, zone, &span.end, &span.local_end, &span.end_fit)) {
		return SPAN_BAD_END;
	}
	if (span.end > last_instant)
		return words->end != NULL ? SPAN_BAD_END : SPAN_BAD_DURATION;
	if (span.end <= span.start)
		return span.start_fit == ZONE_FIT_GAP ? SPAN_IS_SKIPPED : SPAN_IS_EMPTY;
	*ret_span = span;
	return SPAN_IS_RIGHT;
}
