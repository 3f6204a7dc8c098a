/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/key.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "base/when.h"

enum { SLUG_MAX = 100 };

static const struct {
	const char *name;
	int names; /* how many segments follow */
} kinds[] = {
	[FEED_ALL] = {"all", 0},
	[FEED_HUB] = {"hub", 1},
	[FEED_TOPIC] = {"topic", 1},
	[FEED_RESOURCE] = {"resource", 2},
	[FEED_EVENT] = {"event", 1},
	[FEED_ORGANISATION] = {"organisation", 1},
	[FEED_TEAM] = {"team", 1},
	[FEED_PRIVATE] = {"private", 1},
};

/* Freebusy is a last segment of its own: "hub/berlin/freebusy.ics". */
static const struct {
	const char *ending, *mark; /* mark: in a key's text and a file's name */
} formats[] = {
	[FEED_ICS] = {".ics", ""},
	[FEED_ATOM] = {".atom", ".atom"},
	[FEED_JSON] = {".json", ".json"},
	[FEED_BUSY] = {"/freebusy.ics", "/freebusy"},
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

const char *
feed_kind_name(enum feed_kind kind)
{
	return kinds[kind].name;
}

/* As the tables' slugs are: a-z, 0-9 and single hyphens within. */
static bool
is_slug(const char *text)
{
	size_t length = strlen(text);
	return length > 0 && length <= SLUG_MAX && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
	    text[0] != '-' && text[length - 1] != '-' && strstr(text, "--") == NULL;
}

static bool
is_id(const char *text)
{
	int64_t number;
	return text[0] >= '1' && text[0] <= '9' && str_number(text, 1, INT64_MAX, &number);
}

static bool
is_token(const char *text)
{
	return strlen(text) == DIGEST_TOKEN_SIZE - 1 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(text);
}

static bool
is_name(enum feed_kind kind, const char *text)
{
	if (kind == FEED_PRIVATE)
		return is_token(text);
	return kind == FEED_EVENT ? is_id(text) : is_slug(text);
}

/* Cuts the next segment off a path; NULL at its end. */
static char *
next_segment(char **at)
{
	char *segment = *at, *end;
	if (segment == NULL)
		return NULL;
	end = strchr(segment, '/');
	if (end != NULL)
		*end++ = '\0';
	*at = end;
	return segment;
}

/* The format, and how long the path is before its ending; the longest ending counts. */
static bool
read_ending(const char *path, enum feed_format *ret_format, size_t *ret_length)
{
	size_t length = strlen(path), best = 0;
	for (size_t i = 0; i < FORMATS; i++) {
		size_t ending = strlen(formats[i].ending);
		if (ending < best || length <= ending || strcmp(path + length - ending, formats[i].ending) != 0)
			continue;
		best = ending;
		*ret_format = (enum feed_format)i;
		*ret_length = length - ending;
	}
	return best > 0;
}

static bool
read_path(struct arena *arena, const char *path, struct feed_key *key)
{
	size_t length, count = sizeof kinds / sizeof kinds[0], kind = 0;
	if (!read_ending(path, &key->format, &length))
		return false;
	char *at = arena_copy(arena, path, length);
	const char *word = next_segment(&at);
	while (kind < count && !str_equal(word, kinds[kind].name))
		kind++;
	if (kind == count)
		return false;
	key->kind = (enum feed_kind)kind;
	if (key->format == FEED_BUSY && key->kind != FEED_HUB && key->kind != FEED_RESOURCE)
		return false;
	key->first = next_segment(&at);
	key->second = next_segment(&at);
	if (at != NULL || (key->first != NULL) + (key->second != NULL) != kinds[kind].names)
		return false;
	if (key->first != NULL && !is_name(key->kind, key->first))
		return false;
	return key->second == NULL || is_slug(key->second);
}

/* The token itself goes no further than here: neither a log nor a copy's name gives it away. */
static bool
read_secret(struct arena *arena, const char *token, struct feed_key *key)
{
	if (key->kind == FEED_PRIVATE)
		token = key->first;
	if (token == NULL || (key->kind != FEED_PRIVATE && key->kind != FEED_ORGANISATION && key->kind != FEED_TEAM))
		return true;
	if (!is_token(token))
		return false;
	char *hash = arena_take(arena, DIGEST_HEX_SIZE);
	digest_sha256_hex(token, strlen(token), hash);
	key->secret = hash;
	if (key->kind == FEED_PRIVATE)
		key->first = hash;
	return true;
}

/* The same date some years later or earlier; 29 February becomes the 28th. */
static int64_t
years_on(int64_t days, int years)
{
	int year, month, day;
	when_from_days(days, &year, &month, &day);
	int length = when_month_length(year + years, month);
	return when_days(year + years, month, day < length ? day : length);
}

static const char *
read_window(const char *from, const char *to, struct feed_key *key)
{
	key->has_window = from != NULL || to != NULL;
	if (!key->has_window)
		return NULL;
	if (from != NULL && !when_parse_date(from, &key->from))
		return "from";
	if (to != NULL && !when_parse_date(to, &key->to))
		return "to";
	if (from == NULL)
		key->from = years_on(key->to, -FEED_YEARS_MAX);
	if (to == NULL)
		key->to = years_on(key->from, FEED_YEARS_MAX);
	return key->to < key->from || key->to > years_on(key->from, FEED_YEARS_MAX) ? "to" : NULL;
}

static void
put_date(struct str *out, const char *name, int64_t days)
{
	char text[WHEN_TEXT_SIZE];
	when_print(days * 86400, text);
	str_print(out, "%s%.10s", name, text);
}

void
feed_key_put_name(struct str *out, const struct feed_key *key, char separator)
{
	str_put(out, feed_kind_name(key->kind));
	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? key->first : key->second;
		if (name == NULL)
			break;
		str_char(out, separator);
		str_put(out, name);
	}
}

static void
put_query(struct str *out, const struct feed_key *key)
{
	if (key->has_window) {
		put_date(out, "?from=", key->from);
		put_date(out, "&to=", key->to);
	}
	if (key->is_english)
		str_put(out, key->has_window ? "&lang=en" : "?lang=en");
}

bool
feed_key_read(struct arena *arena, const char *path, const struct feed_query *query, struct feed_key *ret_key, const char **ret_window_error)
{
	struct feed_key key = {.is_english = query->is_english};
	struct str text = {0};
	if (!read_path(arena, path, &key) || !read_secret(arena, query->token, &key))
		return false;
	*ret_window_error = read_window(query->from, query->to, &key);
	feed_key_put_name(&text, &key, '/');
	if (key.secret != NULL && key.kind != FEED_PRIVATE)
		str_print(&text, "/%s", key.secret);
	str_put(&text, formats[key.format].mark);
	put_query(&text, &key);
	key.text = arena_text(arena, str_text(&text));
	str_free(&text);
	*ret_key = key;
	return true;
}

void
feed_key_copy(struct arena *arena, const struct feed_key *key, struct feed_key *ret_copy)
{
	*ret_copy = *key;
	ret_copy->first = arena_text(arena, key->first);
	ret_copy->second = arena_text(arena, key->second);
	ret_copy->secret = arena_text(arena, key->secret);
	ret_copy->text = arena_text(arena, key->text);
}

const char *
feed_key_file(struct arena *arena, const struct feed_key *key)
{
	struct str name = {0};
	if (key->kind == FEED_PRIVATE)
		str_put(&name, feed_kind_name(key->kind));
	else
		feed_key_put_name(&name, key, '-');
	str_put(&name, key->format == FEED_BUSY ? "-freebusy.ics" : formats[key->format].ending);
	const char *file = arena_text(arena, str_text(&name));
	str_free(&name);
	return file;
}

void
feed_key_put_page(struct str *out, const struct feed_key *key)
{
	switch (key->kind) {
	case FEED_HUB:
		str_print(out, "/hubs/%s", key->first);
		break;
	case FEED_RESOURCE:
		str_print(out, "/hubs/%s/resources/%s", key->first, key->second);
		break;
	case FEED_EVENT:
		str_print(out, "/events/%s", key->first);
		break;
	case FEED_TEAM:
	case FEED_PRIVATE:
		str_put(out, "/me");
		break;
	case FEED_ORGANISATION:
	case FEED_ALL:
	case FEED_TOPIC:
		str_put(out, "/");
		break;
	}
}

static void
put_address(struct str *out, const struct feed_key *key, enum feed_format format)
{
	str_put(out, "/feeds/");
	feed_key_put_name(out, key, '/');
	str_put(out, formats[format].ending);
	put_query(out, key);
}

void
feed_key_put_source(struct str *out, const struct feed_key *key)
{
	put_address(out, key, key->format);
}

void
feed_key_put_calendar(struct str *out, const struct feed_key *key)
{
	put_address(out, key, FEED_ICS);
}
