/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "db/db.h"
#include "feed/render.h"
#include "feed/series.h"
#include "feed/shelf.h"

void
feed_pieces_free(struct feed_pieces *pieces)
{
	str_free(&pieces->bytes);
	free(pieces->parts);
	*pieces = (struct feed_pieces){0};
}

static struct feed_part *
new_part(struct feed_pieces *pieces)
{
	if (pieces->count == pieces->room) {
		pieces->room = pieces->room == 0 ? 64 : pieces->room * 2;
		pieces->parts = base_realloc(pieces->parts, pieces->room * sizeof pieces->parts[0]);
	}
	return &pieces->parts[pieces->count++];
}

void
feed_pieces_add(struct feed_pieces *pieces, const struct feed_part *part, const char *bytes)
{
	struct feed_part *own = new_part(pieces);
	*own = *part;
	own->at = pieces->bytes.length;
	own->is_hidden = false;
	str_add(&pieces->bytes, bytes, part->length);
}

void
feed_pieces_copy_parts(struct feed_pieces *pieces, const struct feed_part *parts, size_t count)
{
	pieces->count = pieces->room = count;
	pieces->parts = count == 0 ? NULL : base_realloc(NULL, count * sizeof parts[0]);
	if (count > 0)
		memcpy(pieces->parts, parts, count * sizeof parts[0]);
}

static const char *
put_address(struct str *uri, const char *public_url, const char *folder, const char *name)
{
	if (name == NULL)
		return NULL;
	str_print(uri, "%s/%s%s", public_url, folder, name);
	return str_text(uri);
}

static void
read_entry(const struct db_rows *rows, size_t row, struct feed_entry *entry)
{
	const char *latitude = db_text(rows, row, "latitude"), *longitude = db_text(rows, row, "longitude");
	*entry = (struct feed_entry){
		.uid = db_text(rows, row, "uid"),
		.sequence = db_number(rows, row, "sequence"),
		.revised = db_number(rows, row, "revised"),
		.created = db_number(rows, row, "created"),
		.start = db_number(rows, row, "start"),
		.end = db_number(rows, row, "end"),
		.local_start = db_number(rows, row, "local_start"),
		.local_end = db_number(rows, row, "local_end"),
		.is_all_day = db_is_true(rows, row, "is_all_day"),
		.blocks = db_is_true(rows, row, "blocks"),
		.zone = db_text(rows, row, "zone"),
		.state = db_text(rows, row, "state"),
		.title = db_text(rows, row, "title"),
		.text = db_text(rows, row, "text"),
		.location = db_text(rows, row, "location"),
		.categories = db_text(rows, row, "categories"),
		.speakers = db_text(rows, row, "speakers"),
		.organiser = db_text(rows, row, "organiser"),
		.price = db_text(rows, row, "price"),
		.link = db_text(rows, row, "url"),
		.has_geo = latitude != NULL && longitude != NULL,
		.latitude = latitude == NULL ? 0 : strtod(latitude, NULL),
		.longitude = longitude == NULL ? 0 : strtod(longitude, NULL),
		.hub = db_text(rows, row, "hub_name"),
		.online = db_text(rows, row, "online_url"),
		.image = db_text(rows, row, "image_url"),
		.busy = db_text(rows, row, "busy"),
	};
}

/* arena NULL: there is none. Sets the entry's series and the instants of its first date; returns when its last date ends. */
static int64_t
read_series(struct arena *arena, const struct db_rows *rows, size_t row, struct feed_entry *entry)
{
	int64_t last = entry->end;
	if (arena == NULL)
		return last;
	entry->series = feed_series_read(arena, db_text(rows, row, "series"), entry);
	if (entry->series != NULL)
		feed_series_span(entry, &entry->start, &entry->end, &last);
	return last;
}

void
feed_pieces_render(struct feed_pieces *pieces, const struct db_rows *rows, size_t row, const struct feed_look *look)
{
	const struct feed_form *form = feed_form(look->format);
	struct str page = {0}, hub_page = {0};
	struct feed_entry entry;
	read_entry(rows, row, &entry);
	entry.is_english = look->is_english;
	entry.host = look->host;
	entry.shown_from = look->from;
	entry.shown_to = look->to;
	entry.page = put_address(&page, look->public_url, "", db_text(rows, row, "page"));
	entry.hub_page = put_address(&hub_page, look->public_url, "hubs/", db_text(rows, row, "hub"));
	struct arena *arena = db_text(rows, row, "series") == NULL ? NULL : arena_new();
	int64_t last = read_series(arena, rows, row, &entry);
	size_t at = pieces->bytes.length;
	const struct zone *zone = form->put_entry(&pieces->bytes, &entry);
	size_t length = pieces->bytes.length - at;
	const char *named = memmem(pieces->bytes.bytes + at, length, form->name_ends, strlen(form->name_ends));
	*new_part(pieces) = (struct feed_part){
		.id = db_number(rows, row, "id"), .version = db_number(rows, row, "version"), .at = at, .length = (uint32_t)length,
		.name_length = named == NULL ? 0 : (uint32_t)(named - (pieces->bytes.bytes + at)), .zone = zone,
		.start = entry.start, .end = last, .is_cancelled = str_equal(entry.state, "cancelled"),
	};
	arena_free(arena);
	str_free(&page);
	str_free(&hub_page);
}
