/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A feed as Atom (RFC 4287). When and where stand in the text, and for programs in RSS's event module. Identifiers are tag URIs
 * (RFC 4151) of the UID, so that an entry is the same in every feed that has it, for life.
 */
#include <string.h>

#include "base/str.h"
#include "base/when.h"
#include "feed/render_inside.h"

/* A character that XML 1.0 may hold (2.2)? Of UTF-8 only the C0 range and U+FFFE, U+FFFF are not. */
static bool
is_forbidden(const unsigned char *at)
{
	if (*at < 0x20)
		return *at != '\t' && *at != '\n' && *at != '\r';
	return at[0] == 0xEF && at[1] == 0xBF && (at[2] == 0xBE || at[2] == 0xBF);
}

static const char *
entity_of(unsigned char byte)
{
	switch (byte) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\r': return "&#13;";
	default: return NULL;
	}
}

static void
put_escaped(struct str *out, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
		const char *entity = entity_of(*at);
		if (is_forbidden(at)) {
			at += *at == 0xEF ? 2 : 0;
			continue;
		}
		if (entity != NULL)
			str_put(out, entity);
		else
			str_char(out, (char)*at);
	}
}

static void
put_element(struct str *out, const char *name, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	str_print(out, "<%s>", name);
	put_escaped(out, text);
	str_print(out, "</%.*s>\n", (int)strcspn(name, " "), name);
}

static void
put_instant(struct str *out, const char *name, int64_t instant)
{
	char text[WHEN_TEXT_SIZE];
	when_print(instant, text);
	put_element(out, name, text);
}

static void
put_link(struct str *out, const char *relation, const char *type, const char *uri)
{
	if (!feed_is_uri(uri))
		return;
	str_print(out, "<link rel=\"%s\"%s%s%s href=\"", relation, type == NULL ? "" : " type=\"", type == NULL ? "" : type, type == NULL ? "" : "\"");
	put_escaped(out, uri);
	str_put(out, "\"/>\n");
}

static void
put_attribute(struct str *out, const char *element, const char *attribute, const char *text)
{
	str_print(out, "<%s %s=\"", element, attribute);
	put_escaped(out, text);
	str_put(out, "\"/>\n");
}

static void
put_author(struct str *out, const char *name, const char *uri)
{
	if (name == NULL || name[0] == '\0')
		return;
	str_put(out, "<author>");
	put_element(out, "name", name);
	put_element(out, "uri", feed_is_uri(uri) ? uri : NULL);
	str_put(out, "</author>\n");
}

/* What a tag may hold as it is (RFC 3986 3.3); the rest is percent-encoded. */
static void
put_id(struct str *out, const char *host, const char *name)
{
	str_print(out, "<id>tag:%s,2025:", host == NULL || host[0] == '\0' ? "localhost" : host);
	for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++)
		if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') || strchr("-._~@/:", *at) != NULL)
			str_char(out, (char)*at);
		else
			str_print(out, "%%%02X", *at);
	str_put(out, "</id>\n");
}

static void
put_categories(struct str *out, const char *joined)
{
	const char *list[FEED_CATEGORIES_MAX];
	struct str copy = {0};
	size_t count = feed_split_categories(&copy, joined, list);
	for (size_t i = 0; i < count; i++)
		put_attribute(out, "category", "term", list[i]);
	str_free(&copy);
}

static void
put_title(struct str *out, const struct feed_entry *entry)
{
	struct str title = {0};
	if (str_equal(entry->state, "cancelled"))
		str_put(&title, entry->is_english ? "Cancelled: " : "Abgesagt: ");
	if (str_equal(entry->state, "tentative"))
		str_put(&title, entry->is_english ? "Tentative: " : "Vorläufig: ");
	str_put(&title, feed_title(entry));
	put_element(out, "title", str_text(&title));
	str_free(&title);
}

const struct zone *
feed_put_atom_entry(struct str *out, const struct feed_entry *entry)
{
	struct str story = {0};
	str_put(out, "<entry>\n");
	put_id(out, entry->host, entry->uid);
	put_title(out, entry);
	put_instant(out, "published", entry->created);
	put_instant(out, "updated", entry->revised);
	put_link(out, "alternate", "text/html", entry->page);
	put_link(out, "related", NULL, entry->link);
	put_link(out, "related", NULL, entry->online);
	put_link(out, "enclosure", NULL, entry->image);
	put_author(out, entry->hub, entry->hub_page);
	put_categories(out, entry->categories);
	put_instant(out, "ev:startdate", entry->start);
	put_instant(out, "ev:enddate", entry->end);
	put_element(out, "ev:location", entry->location);
	feed_put_story(&story, entry);
	put_element(out, "content type=\"text\"", str_text(&story));
	str_put(out, "</entry>\n");
	str_free(&story);
	return NULL;
}

void
feed_put_atom_head(struct str *out, const struct feed_head *head)
{
	str_print(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:ev=\"http://purl.org/rss/1.0/modules/event/\" xml:lang=\"%s\">\n",
	    head->is_english ? "en" : "de");
	put_id(out, head->host, head->uid);
	put_element(out, "title", head->name);
	put_element(out, "subtitle", head->description);
	put_instant(out, "updated", head->revised);
	put_link(out, "self", "application/atom+xml", head->source);
	put_link(out, "alternate", "text/html", head->page);
	put_link(out, "alternate", "text/calendar", head->calendar);
	put_author(out, head->name, head->page);
	str_put(out, "<generator>hubd</generator>\n");
}

void
feed_put_atom_end(struct str *out)
{
	str_put(out, "</feed>\n");
}
