/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One booking as a calendar file (RFC 5545), with the UID that the private feed has for it, so that nothing comes twice. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "ical/write.h"
#include "page/my.h"
#include "page/page.h"
#include "page/pages.h"

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

/* In UTC: a file that is read once needs no rule of a zone. */
static void
put_event(struct http_request *request, struct str *out, const struct json *booking)
{
	struct arena *arena = http_arena(request);
	const struct json *site = json_get(booking, "site");
	const char *what = my_what(request, json_get(booking, "items")), *title = text_of(booking, "title");
	ical_begin(out, "VEVENT");
	ical_put_text(out, "UID", text_of(booking, "uid"));
	ical_put_utc(out, "DTSTAMP", when_now());
	ical_put_utc(out, "DTSTART", dates_read(text_of(booking, "start")));
	ical_put_utc(out, "DTEND", dates_read(text_of(booking, "end")));
	ical_put_number(out, "SEQUENCE", json_as_integer(json_get(booking, "sequence")));
	ical_put_text(out, "SUMMARY", *title != '\0' ? title : what);
	ical_put_text(out, "DESCRIPTION", text_of(booking, "note"));
	ical_put_text(out, "LOCATION", arena_print(arena, "%s, %s, %s, %s %s", what, text_of(site, "name"), text_of(site, "street"),
	    text_of(site, "postcode"), text_of(site, "city")));
	ical_put_raw(out, "STATUS", str_equal(text_of(booking, "state"), "cancelled") ? "CANCELLED" : "CONFIRMED");
	ical_put_raw(out, "URL", arena_print(arena, "%s/me/bookings/%lld", page_settings_of(request)->public_url,
	    (long long)json_as_integer(json_get(booking, "id"))));
	ical_end(out, "VEVENT");
}

void
page_answer_my_file(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct str out = {0};
	if (document == NULL)
		return;
	ical_begin(&out, "VCALENDAR");
	ical_put_raw(&out, "VERSION", "2.0");
	ical_put_raw(&out, "PRODID", "-//hubd//hubd//EN");
	put_event(request, &out, json_get(document, "booking"));
	ical_end(&out, "VCALENDAR");
	http_add_field(request, "Cache-Control", "private, no-store");
	http_add_field(request, "Content-Disposition", "attachment; filename=\"booking.ics\"");
	http_reply(request, 200, "text/calendar; charset=utf-8", out.bytes, out.length);
	str_free(&out);
}
