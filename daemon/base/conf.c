/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/conf.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

static const char default_file[] = "/etc/hubd/hubd.conf";

enum { FILE_MAX_BYTES = 1024 * 1024, SETTINGS_MAX = 128 };

/* Where a value came from: a later source replaces an earlier one, the same one adds to a list. */
enum layer { LAYER_DEFAULT, LAYER_FILE, LAYER_COMMAND_LINE };

struct value {
	char *text;
	int64_t number;
	char **list; /* list[0] is memory, the words follow, NULL ends them */
	enum layer layer;
};

struct conf {
	struct value values[SETTINGS_MAX]; /* in the table's order */
	enum layer layer;                  /* what is being read */
	char *file;
	char **pairs;                      /* of --set, for a reload; ended by NULL */
	size_t pair_count;
	bool has_named_file;
};

struct unit {
	const char *suffix;
	int64_t factor;
};

static const struct unit duration_units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}, {0}};
static const struct unit byte_units[] = {{"", 1}, {"K", 1024}, {"M", 1024 * 1024}, {"G", 1024 * 1024 * 1024}, {0}};

static size_t
find(const char *name)
{
	const struct conf_setting *table = conf_settings();
	for (size_t i = 0; table[i].name != NULL; i++)
		if (str_equal(table[i].name, name))
			return i;
	return SETTINGS_MAX;
}

static const struct value *
value_of(const struct conf *conf, const char *name)
{
	size_t at = find(name);
	assert(at < SETTINGS_MAX && "no such setting");
	return &conf->values[at];
}

/* ---- nearness: Damerau-Levenshtein (optimal string alignment) on short words ---- */

enum { WORD_MAX = 48 };

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t low = a < b ? a : b;
	return low < c ? low : c;
}

static size_t
distance(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b);
	size_t table[WORD_MAX + 1][WORD_MAX + 1];
	if (a_length > WORD_MAX || b_length > WORD_MAX)
		return WORD_MAX;
	for (size_t i = 0; i <= a_length; i++)
		table[i][0] = i;
	for (size_t j = 0; j <= b_length; j++)
		table[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		for (size_t j = 1; j <= b_length; j++) {
			size_t cost = a[i - 1] != b[j - 1];
			table[i][j] = least(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && table[i - 2][j - 2] + 1 < table[i][j])
				table[i][j] = table[i - 2][j - 2] + 1;
		}
	}
	return table[a_length][b_length];
}

const char *
conf_nearest(const char *mistyped, const char *const *names)
{
	const char *nearest = NULL;
	size_t best = strlen(mistyped) / 3 + 2; /* further away it would be another word */
	if (strlen(mistyped) > WORD_MAX)
		return NULL;
	for (; *names != NULL; names++) {
		size_t away = distance(mistyped, *names);
		if (away < best) {
			best = away;
			nearest = *names;
		}
	}
	return nearest;
}

/* ---- values ---- */

static bool
parse_with_unit(const char *text, const struct unit *units, int64_t *ret_number)
{
	char digits[20];
	size_t count = strspn(text, "0123456789");
	if (count == 0 || count >= sizeof digits - 1)
		return false;
	memcpy(digits, text, count);
	digits[count] = '\0';
	int64_t number;
	if (!str_number(digits, 0, INT64_MAX, &number))
		return false;
	const char *suffix = text + count + strspn(text + count, " ");
	for (; units->suffix != NULL; units++)
		if (str_equal_nocase(suffix, units->suffix))
			return !__builtin_mul_overflow(number, units->factor, ret_number);
	return false;
}

static bool
is_choice(const char *choices, const char *text)
{
	size_t length = strlen(text);
	for (const char *at = choices; length > 0 && at != NULL; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == '\0'))
			return true;
	}
	return false;
}

static bool
parse_bool(const char *text, int64_t *ret_number)
{
	*ret_number = str_equal(text, "yes");
	return *ret_number == 1 || str_equal(text, "no");
}

static bool
parse_number(const struct conf_setting *setting, const char *text, int64_t *ret_number)
{
	bool is_read = setting->kind == CONF_NUMBER ? str_number(text, INT64_MIN, INT64_MAX, ret_number)
	    : parse_with_unit(text, setting->kind == CONF_BYTES ? byte_units : duration_units, ret_number);
	return is_read && *ret_number >= setting->low && *ret_number <= setting->high;
}

/* Text and list take anything; the rest must be read. */
static bool
parse_value(const struct conf_setting *setting, const char *text, int64_t *ret_number)
{
	switch (setting->kind) {
	case CONF_TEXT:
	case CONF_LIST: return true;
	case CONF_CHOICE: return is_choice(setting->choices, text);
	case CONF_BOOL: return parse_bool(text, ret_number);
	default: return parse_number(setting, text, ret_number);
	}
}

const char *
conf_kind_text(const struct conf_setting *setting)
{
	switch (setting->kind) {
	case CONF_TEXT: return "a text";
	case CONF_CHOICE: return "one word of its list";
	case CONF_NUMBER: return "a number";
	case CONF_DURATION: return "a duration such as 250ms, 10s, 5min, 2h or 1d";
	case CONF_BYTES: return "a number of bytes such as 512, 64K, 8M or 1G";
	case CONF_BOOL: return "yes or no";
	default: return "words with commas between them";
	}
}

static void
print_range(const struct conf_setting *setting, struct str *out)
{
	long long low = (long long)setting->low, high = (long long)setting->high;
	if (setting->kind == CONF_CHOICE)
		str_print(out, " (%s)", setting->choices);
	else if (setting->kind == CONF_DURATION)
		str_print(out, " from %lldms to %lldms", low, high);
	else if (setting->kind == CONF_NUMBER || setting->kind == CONF_BYTES)
		str_print(out, " from %lld to %lld", low, high);
}

static void
value_clear(struct value *value)
{
	free(value->text);
	if (value->list != NULL)
		free(value->list[0]);
	free(value->list);
	*value = (struct value){0};
}

/* Makes the words of a list out of value->text; blanks around them go, empty ones too. */
static void
split_list(struct value *value)
{
	size_t count = 2;
	for (const char *at = value->text; *at != '\0'; at++)
		count += *at == ',';
	/* list[0] is the copy that the words are pieces of, so that it can be freed; they begin at list[1]. */
	char *copy = base_strdup(value->text);
	char **list = base_alloc((count + 1) * sizeof *list);
	size_t used = 1;
	for (char *rest = copy, *word; (word = strsep(&rest, ",")) != NULL;) {
		word += strspn(word, " \t");
		size_t length = strlen(word);
		while (length > 0 && isspace((unsigned char)word[length - 1]))
			word[--length] = '\0';
		if (length > 0)
			list[used++] = word;
	}
	list[0] = copy;
	value->list = list;
}

static void
store(struct conf *conf, size_t at, const char *text, int64_t number)
{
	struct value *value = &conf->values[at];
	bool adds = conf_settings()[at].kind == CONF_LIST && value->layer == conf->layer && conf->layer == LAYER_FILE;
	struct str whole = {0};
	if (adds)
		str_print(&whole, "%s, ", value->text);
	str_put(&whole, text);
	value_clear(value);
	value->text = str_steal(&whole, NULL);
	value->number = number;
	value->layer = conf->layer;
	if (conf_settings()[at].kind == CONF_LIST)
		split_list(value);
}

static bool
refuse_name(const char *where, const char *name, struct str *problems)
{
	const char *names[SETTINGS_MAX + 1] = {0};
	for (size_t i = 0; conf_settings()[i].name != NULL; i++)
		names[i] = conf_settings()[i].name;
	const char *nearest = conf_nearest(name, names);
	str_print(problems, "%s: %s: there is no such setting", where, name);
	if (nearest != NULL)
		str_print(problems, "; did you mean %s?", nearest);
	str_char(problems, '\n');
	return false;
}

static bool
set_named(struct conf *conf, const char *where, const char *name, const char *text, struct str *problems)
{
	size_t at = find(name);
	if (at == SETTINGS_MAX)
		return refuse_name(where, name, problems);
	const struct conf_setting *setting = &conf_settings()[at];
	int64_t number = 0;
	if (!parse_value(setting, text, &number)) {
		str_print(problems, "%s: %s: \"%s\" is not %s", where, name, text, conf_kind_text(setting));
		print_range(setting, problems);
		str_print(problems, "; the default is %s\n", setting->fallback);
		return false;
	}
	if (conf->values[at].layer == LAYER_FILE && conf->layer == LAYER_FILE && setting->kind != CONF_LIST) {
		str_print(problems, "%s: %s: is set twice; one line must go\n", where, name);
		return false;
	}
	store(conf, at, text, number);
	return true;
}

struct conf *
conf_new(void)
{
	struct conf *conf = base_alloc(sizeof *conf);
	for (size_t i = 0; conf_settings()[i].name != NULL; i++) {
		const struct conf_setting *setting = &conf_settings()[i];
		int64_t number = 0;
		bool is_right = i < SETTINGS_MAX && parse_value(setting, setting->fallback, &number);
		assert(is_right && "a default that its own kind refuses");
		store(conf, i, setting->fallback, number);
	}
	return conf;
}

void
conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	for (size_t i = 0; i < SETTINGS_MAX; i++)
		value_clear(&conf->values[i]);
	for (size_t i = 0; i < conf->pair_count; i++)
		free(conf->pairs[i]);
	free(conf->pairs);
	free(conf->file);
	free(conf);
}

/* ---- sources ---- */

static char *
trim(char *text)
{
	text += strspn(text, " \t\r");
	size_t length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Cuts "name = value" in place; NULL without a name or '='. */
static char *
cut_pair(char *line, char **ret_value)
{
	char *equals = strchr(line, '=');
	if (equals == NULL)
		return NULL;
	*equals = '\0';
	*ret_value = trim(equals + 1);
	char *name = trim(line);
	return *name == '\0' ? NULL : name;
}

static bool
read_line(struct conf *conf, const char *where, char *line, struct str *problems)
{
	char *value, *text = trim(line);
	if (*text == '\0' || *text == '#')
		return true;
	char *name = cut_pair(text, &value);
	if (name == NULL) {
		str_print(problems, "%s: \"%s\" is not a setting; a line is `name = value`, or a comment that begins with #\n", where, text);
		return false;
	}
	return set_named(conf, where, name, value, problems);
}

bool
conf_read(struct conf *conf, const char *where, const char *text, size_t length, struct str *problems)
{
	if (memchr(text, '\0', length) != NULL || !str_is_utf8(text, length)) {
		str_print(problems, "%s: is not a text file in UTF-8\n", where);
		return false;
	}
	char *copy = base_alloc(length + 1);
	memcpy(copy, text, length);
	bool is_right = true;
	int number = 1;
	conf->layer = LAYER_FILE;
	for (char *rest = copy, *line; (line = strsep(&rest, "\n")) != NULL; number++) {
		struct str place = {0};
		str_print(&place, "%s:%d", where, number);
		is_right = read_line(conf, str_text(&place), line, problems) && is_right;
		str_free(&place);
	}
	free(copy);
	return is_right;
}

bool
conf_set(struct conf *conf, const char *where, const char *pair, struct str *problems)
{
	char *copy = base_strdup(pair), *value;
	char *name = cut_pair(copy, &value);
	conf->layer = LAYER_COMMAND_LINE;
	bool is_right = name != NULL && set_named(conf, where, name, value, problems);
	if (name == NULL)
		str_print(problems, "%s: \"%s\" is not name=value\n", where, pair);
	free(copy);
	return is_right;
}

static bool
read_file(struct conf *conf, const char *path, struct str *problems)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		str_print(problems, "%s: cannot be read: %s\n", path, strerror(errno));
		return false;
	}
	char *bytes = base_alloc(FILE_MAX_BYTES + 1);
	size_t length = fread(bytes, 1, FILE_MAX_BYTES + 1, file);
	bool is_right = ferror(file) == 0 && length <= FILE_MAX_BYTES;
	if (!is_right)
		str_print(problems, "%s: cannot be read, or is larger than 1 MiB\n", path);
	fclose(file);
	is_right = is_right && conf_read(conf, path, bytes, length, problems);
	free(bytes);
	return is_right;
}

static struct conf *
read_sources(const char *file, char *const *pairs, size_t pair_count, struct str *problems)
{
	struct conf *conf = conf_new();
	conf->has_named_file = file != NULL;
	if (file == NULL && access(default_file, F_OK) == 0)
		file = default_file;
	if (file != NULL) {
		conf->file = base_strdup(file);
		read_file(conf, file, problems);
	}
	conf->pairs = base_alloc((pair_count + 1) * sizeof *conf->pairs);
	for (size_t i = 0; i < pair_count; i++) {
		conf->pairs[conf->pair_count++] = base_strdup(pairs[i]);
		conf_set(conf, "--set", pairs[i], problems);
	}
	return conf;
}

/* "--name VALUE" or "--name=VALUE" at argv[*at]: moves *at on to its last word; NULL: it is another word. */
static char *
take_option(const char *name, int argc, char **argv, int *at, struct str *problems)
{
	size_t length = strlen(name);
	if (strncmp(argv[*at], name, length) != 0)
		return NULL;
	if (argv[*at][length] == '=')
		return argv[*at] + length + 1;
	if (argv[*at][length] != '\0')
		return NULL;
	if (*at + 1 < argc)
		return argv[++*at];
	str_print(problems, "%s: needs a value behind it\n", name);
	return NULL;
}

struct conf *
conf_load(int *argc, char **argv, struct str *problems)
{
	const char *file = NULL;
	char **pairs = base_alloc(((size_t)*argc + 1) * sizeof *pairs), *word;
	size_t pair_count = 0;
	int kept = 0;
	bool is_over = false;
	for (int at = 0; at < *argc; at++) {
		is_over = is_over || (at > 0 && str_equal(argv[at], "--"));
		if (at > 0 && !is_over && (word = take_option("--config", *argc, argv, &at, problems)) != NULL)
			file = word;
		else if (at > 0 && !is_over && (word = take_option("--set", *argc, argv, &at, problems)) != NULL)
			pairs[pair_count++] = word;
		else
			argv[kept++] = argv[at];
	}
	argv[kept] = NULL;
	*argc = kept;
	struct conf *conf = read_sources(file, pairs, pair_count, problems);
	free(pairs);
	return conf;
}

struct conf *
conf_reload(const struct conf *conf, struct str *problems)
{
	return read_sources(conf->has_named_file ? conf->file : NULL, conf->pairs, conf->pair_count, problems);
}

/* ---- asking ---- */

const char *
conf_file(const struct conf *conf)
{
	return conf->file;
}

const char *
conf_text(const struct conf *conf, const char *name)
{
	return value_of(conf, name)->text;
}

static int64_t
number_of(const struct conf *conf, const char *name, enum conf_kind kind)
{
	const struct value *value = value_of(conf, name);
	assert(conf_settings()[find(name)].kind == kind);
	return value->number;
}

int64_t
conf_number(const struct conf *conf, const char *name)
{
	return number_of(conf, name, CONF_NUMBER);
}

int
conf_milliseconds(const struct conf *conf, const char *name)
{
	return (int)number_of(conf, name, CONF_DURATION); /* every duration's upper bound fits */
}

size_t
conf_bytes(const struct conf *conf, const char *name)
{
	return (size_t)number_of(conf, name, CONF_BYTES);
}

bool
conf_is_on(const struct conf *conf, const char *name)
{
	return number_of(conf, name, CONF_BOOL) != 0;
}

const char *const *
conf_list(const struct conf *conf, const char *name)
{
	const struct value *value = value_of(conf, name);
	assert(value->list != NULL && "not a list");
	return (const char *const *)value->list + 1;
}
