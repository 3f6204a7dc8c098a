/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/letter.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/mustache.h"
#include "base/wording.h"
#include "ical/dates.h"

enum { ITEMS_MAX = 100 };

/* A line of the list of facts: what data calls it, and the text that labels it. */
static const struct {
	const char *name, *label;
} facts[] = {{"title", "what"}, {"when", "when"}, {"was", "was"}, {"repeats", "repeats"}, {"where", "where"}, {"hub", "hub"}, {"by", "by"},
	{"reason", "reason"}};
enum { FACTS = sizeof facts / sizeof facts[0] };

struct making {
	struct wording *wording;
	const struct letter_case *letter_case;
	const struct letter_settings *settings;
	const struct json *texts;   /* of section mail */
	const struct json *more;    /* what data does not say: name, hub, when, was */
	const char *error;
};

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

static const struct json *
read_map(struct making *making, struct str *text)
{
	const char *error;
	const struct json *map = json_read(making->letter_case->arena, str_text(text), text->length, &error);
	if (map == NULL)
		making->error = error;
	str_free(text);
	return map;
}

/* ---- when ---- */

static const char *
span_of(const struct making *making, const struct json *data, const char *start_name, const char *end_name)
{
	struct dates dates = {.arena = making->letter_case->arena, .is_english = str_equal(making->letter_case->language, "en")};
	const char *start = text_of(data, start_name), *end = text_of(data, end_name);
	if (*start == '\0')
		return NULL;
	if (json_as_bool(json_get(data, "is_all_day")))
		return dates_days(&dates, dates_read(start), dates_read(end));
	return dates_span(&dates, dates_read(start), dates_read(*end != '\0' ? end : start));
}

static const struct json *
make_more(struct making *making, const struct json *data)
{
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "name", making->letter_case->name);
	if (making->letter_case->hub != NULL)
		json_put_text(&writer, "hub", making->letter_case->hub);
	json_put_text(&writer, "when", span_of(making, data, "local_start", "local_end"));
	json_put_text(&writer, "was", span_of(making, data, "before_local_start", "before_local_end"));
	json_put_text(&writer, "site", text_of(making->texts, "site"));
	json_close_map(&writer);
	return read_map(making, &text);
}

/* ---- texts ---- */

/* A text of the locale is itself a template: over data, without escaping, since it becomes a value of the mail's template. NULL: malformed. */
static const char *
say(struct making *making, const char *text, const struct json *data, const struct json *more)
{
	char *error = NULL;
	struct mustache *parsed = mustache_new(text, strlen(text), &error);
	struct str out = {0};
	if (parsed == NULL) {
		making->error = arena_print(making->letter_case->arena, "a text is malformed: %s", error);
		free(error);
		return "";
	}
	const struct json *contexts[] = {more, data};
	mustache_render_plain(parsed, contexts, 2, NULL, NULL, &out);
	const char *said = arena_copy(making->letter_case->arena, str_text(&out), out.length);
	mustache_free(parsed);
	str_free(&out);
	return said;
}

static const struct json *
kind_texts(struct making *making, const char *kind)
{
	const struct json *kinds = json_get(json_get(making->texts, "kinds"), kind);
	if (json_as_text(json_get(kinds, "subject")) == NULL || json_as_text(json_get(kinds, "text")) == NULL)
		making->error = arena_print(making->letter_case->arena, "there are no texts for mails of kind %s (config/locale/%s/mail.json)", kind,
		    making->letter_case->language);
	return kinds;
}

/* ---- the view ---- */

static const char *
address_of(const struct making *making, const char *path)
{
	return path[0] == '/' ? arena_print(making->letter_case->arena, "%s%s", making->settings->public_url, path) : path;
}

static void
put_button(struct making *making, struct json_writer *writer, const struct json *texts)
{
	const struct json *data = making->letter_case->data;
	const char *path = text_of(json_get(data, "secret"), "url"), *label = text_of(texts, "button");
	if (*path == '\0')
		path = text_of(data, "url");
	if (*path == '\0' || *label == '\0')
		return;
	json_open_map(writer, "button");
	json_put_text(writer, "label", say(making, label, data, making->more));
	json_put_text(writer, "address", address_of(making, path));
	json_close_map(writer);
}

static void
put_facts(struct making *making, struct json_writer *writer)
{
	const struct json *data = making->letter_case->data;
	bool is_listed = json_get(data, "title") != NULL || json_get(data, "local_start") != NULL;
	json_put_bool(writer, "has_facts", is_listed);
	json_open_list(writer, "facts");
	for (size_t i = 0; is_listed && i < FACTS; i++) {
		const char *value = text_of(data, facts[i].name);
		if (*value == '\0')
			value = text_of(making->more, facts[i].name);
		if (*value == '\0')
			continue;
		json_open_map(writer, NULL);
		json_put_text(writer, "label", text_of(making->texts, facts[i].label));
		json_put_text(writer, "value", value);
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* A mail that waited: its subject, which says when, and where to read more. */
static void
put_item(struct making *making, struct json_writer *writer, const struct json *item)
{
	const struct json *data = json_get(item, "data"), *texts = kind_texts(making, text_of(item, "kind")), *more = make_more(making, data);
	json_open_map(writer, NULL);
	json_put_text(writer, "subject", say(making, text_of(texts, "subject"), data, more));
	json_put_text(writer, "where", text_of(data, "where"));
	json_put_text(writer, "address", address_of(making, text_of(data, "url")));
	json_close_map(writer);
}

static void
put_items(struct making *making, struct json_writer *writer)
{
	const struct json *items = json_get(making->letter_case->data, "items");
	json_open_list(writer, "items");
	for (size_t i = 0; i < json_size(items) && i < ITEMS_MAX; i++)
		put_item(making, writer, json_at(items, i));
	json_close_list(writer);
}

static void
put_foot(struct making *making, struct json_writer *writer)
{
	const struct letter_case *letter_case = making->letter_case;
	const char *reason = arena_print(letter_case->arena, "why_%s", letter_case->class);
	json_put_text(writer, "why", text_of(making->texts, reason));
	json_put_text(writer, "settings", address_of(making, "/me/settings"));
	json_put_text(writer, "imprint", address_of(making, "/imprint"));
	json_put_text(writer, "operator_name", making->settings->operator_name);
	json_put_text(writer, "operator_address", making->settings->operator_address);
	if (letter_case->unsubscribe != NULL)
		json_put_text(writer, "unsubscribe", address_of(making, letter_case->unsubscribe));
}

static const struct json *
make_view(struct making *making, const struct json *texts, const char *subject)
{
	const struct letter_case *letter_case = making->letter_case;
	const struct json *data = letter_case->data;
	struct str text = {0};
	struct json_writer writer = {.out = &text};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "lang", letter_case->language);
	json_put_text(&writer, "public_url", making->settings->public_url);
	json_put_text(&writer, "color", letter_case->color != NULL ? letter_case->color : "#0b4f9e");
	json_put_text(&writer, "subject", subject);
	json_put_text(&writer, "heading", say(making, json_get(texts, "heading") != NULL ? text_of(texts, "heading") : text_of(texts, "subject"), data, making->more));
	json_put_text(&writer, "name", letter_case->name);
	json_put_text(&writer, "text", say(making, text_of(texts, "text"), data, making->more));
	json_put_text(&writer, "code", text_of(json_get(data, "secret"), "code"));
	json_put_bool(&writer, "has_calendar", json_get(data, "calendar") != NULL);
	json_put_text(&writer, "hub_name", letter_case->hub);
	put_facts(making, &writer);
	put_items(making, &writer);
	put_button(making, &writer, texts);
	put_foot(making, &writer);
	json_close_map(&writer);
	return read_map(making, &text);
}

bool
letter_write(struct wording *wording, const struct letter_settings *settings, const struct letter_case *letter_case, struct letter *ret_letter,
    const char **ret_error)
{
	bool is_english = str_equal(letter_case->language, "en");
	struct making making = {.wording = wording, .letter_case = letter_case, .settings = settings,
		.texts = json_get(json_get(wording_texts(wording, is_english), "t"), "mail")};
	const struct json *texts = kind_texts(&making, letter_case->kind);
	making.more = make_more(&making, letter_case->data);
	const char *subject = making.error == NULL ? say(&making, text_of(texts, "subject"), letter_case->data, making.more) : "";
	const struct json *view = making.error == NULL ? make_view(&making, texts, subject) : NULL;
	const struct mustache *text = wording_template(wording, "letter-text"), *html = wording_template(wording, "letter-html");
	if (making.error == NULL && (text == NULL || html == NULL))
		making.error = "the templates letter-text and letter-html are missing";
	*ret_error = making.error;
	if (making.error != NULL)
		return false;
	const struct json *contexts[] = {wording_texts(wording, is_english), view};
	*ret_letter = (struct letter){0};
	str_put(&ret_letter->subject, subject);
	mustache_render_plain(text, contexts, 2, wording_template, wording, &ret_letter->text);
	mustache_render(html, contexts, 2, wording_template, wording, &ret_letter->html);
	return true;
}

void
letter_free(struct letter *letter)
{
	str_free(&letter->subject);
	str_free(&letter->text);
	str_free(&letter->html);
}
