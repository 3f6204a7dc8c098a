/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See import_document.h. */
#include "work/import_document.h"

#include "base/json.h"
#include "base/str.h"
#include "ical/event.h"

enum { NOTES = 64 };

static void
put_skipped(struct json_writer *writer, const char *code, const char *text, const char *uid, const char *title, size_t line)
{
	json_open_map(writer, NULL);
	json_put_text(writer, "code", code);
	json_put_text(writer, "text", text);
	json_put_text(writer, "uid", uid);
	json_put_text(writer, "title", title);
	if (line > 0)
		json_put_integer(writer, "line", (int64_t)line);
	json_close_map(writer);
}

static void
put_all_skipped(struct json_writer *writer, const struct import_result *result)
{
	const struct ical_calendar *calendar = result->calendar;
	const struct json *foreign = json_get(result->body, "foreign");

	json_open_list(writer, "skipped");
	for (size_t i = 0; i < calendar->skipped_count; i++) {
		const struct ical_skipped *skipped = &calendar->skipped[i];
		put_skipped(writer, skipped->reason.code, skipped->reason.text, skipped->uid, skipped->summary, skipped->line);
	}
	for (size_t i = 0; i < result->twice_count; i++)
		for (size_t k = 0; k < json_size(result->twice[i]); k++) {
			const struct json *entry = json_at(result->twice[i], k);
			put_skipped(writer, "twice", "Its UID stands in the file already; the first one counts.", json_as_text(json_get(entry, "uid")),
			    json_as_text(json_get(entry, "title")), 0);
		}
	for (size_t i = 0; i < json_size(foreign); i++)
		put_skipped(writer, "elsewhere", "The hub has this UID already, from another source or made in hubd; that one stays.",
		    json_as_text(json_get(json_at(foreign, i), "uid")), json_as_text(json_get(json_at(foreign, i), "title")), 0);
	json_close_list(writer);
}

struct tally {
	const char *code, *text;
	int64_t count; /* 0: of the whole file, which speaks for its events */
};

static void
count_note(struct tally tallies[static NOTES], size_t *count, const struct ical_note *note, bool is_of_file)
{
	for (size_t i = 0; i < *count; i++)
		if (str_equal(tallies[i].code, note->code)) {
			tallies[i].count += tallies[i].count > 0;
			return;
		}
	if (*count < NOTES)
		tallies[(*count)++] = (struct tally){.code = note->code, .text = note->text, .count = is_of_file ? 0 : 1};
}

/* Notes by kind, each with the first sentence of its kind. */
static void
put_notes(struct json_writer *writer, const struct ical_calendar *calendar)
{
	struct tally tallies[NOTES];
	size_t count = 0;

	for (size_t i = 0; i < calendar->note_count; i++)
		count_note(tallies, &count, &calendar->notes[i], true);
	for (size_t i = 0; i < calendar->count; i++)
		for (size_t k = 0; k < calendar->events[i].note_count; k++)
			count_note(tallies, &count, &calendar->events[i].notes[k], false);
	json_open_list(writer, "notes");
	for (size_t i = 0; i < count; i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "code", tallies[i].code);
		json_put_integer(writer, "count", tallies[i].count);
		json_put_text(writer, "text", tallies[i].text);
		json_close_map(writer);
	}
	json_close_list(writer);
	json_put_integer(writer, "errors", (int64_t)calendar->error_count);
}

void
import_report_json(struct str *out, const struct import_result *result)
{
	struct json_writer writer = {.out = out};

	json_open_map(&writer, NULL);
	json_put_text(&writer, "file", result->file);
	json_put_text(&writer, "calendar", result->calendar->name);
	json_put_bool(&writer, "dry_run", result->is_dry_run);
	for (size_t i = 0; json_name_at(result->body, i) != NULL; i++)
		if (!str_equal(json_name_at(result->body, i), "foreign"))
			json_put_value(&writer, json_name_at(result->body, i), json_value_at(result->body, i));
	put_all_skipped(&writer, result);
	put_notes(&writer, result->calendar);
	json_close_map(&writer);
}
