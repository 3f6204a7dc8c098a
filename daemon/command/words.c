/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See words.h. */
#include "command/words.h"

#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"

static const char *
find(const char *const *names, const char *name, size_t length)
{
	for (; *names != NULL; names++)
		if (strlen(*names) == length && strncmp(*names, name, length) == 0)
			return *names;
	return NULL;
}

static bool
refuse(const char *word, const char *const *flags, const char *const *options)
{
	const char *near = conf_nearest(word + 2, flags);

	if (near == NULL)
		near = conf_nearest(word + 2, options);
	if (near != NULL)
		fprintf(stderr, "hubd: there is no option %s; did you mean --%s?\n", word, near);
	else
		fprintf(stderr, "hubd: there is no option %s; --help lists them\n", word);
	return false;
}

/* One option at *position; false where it is refused. */
static bool
read_option(struct words *words, int argc, char **argv, int *position, const char *const *flags, const char *const *options)
{
	const char *word = argv[*position], *name = word + 2, *equals = strchr(name, '=');
	size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const char *flag = find(flags, name, length), *option = find(options, name, length);

	if (flag == NULL && option == NULL)
		return refuse(word, flags, options);
	if (flag != NULL && equals != NULL) {
		fprintf(stderr, "hubd: --%s takes no value\n", flag);
		return false;
	}
	if (option != NULL && equals == NULL && *position + 1 >= argc) {
		fprintf(stderr, "hubd: --%s needs a value: --%s VALUE\n", option, option);
		return false;
	}
	words->names[words->options] = flag != NULL ? flag : option;
	words->values[words->options] = flag != NULL ? NULL : equals != NULL ? equals + 1 : argv[++*position];
	words->options++;
	return true;
}

bool
words_read(struct words *words, int argc, char **argv, const char *const *flags, const char *const *options)
{
	bool is_ended = false;

	*words = (struct words){0};
	if (argc > WORDS_MAX) {
		fprintf(stderr, "hubd: more than %d words\n", WORDS_MAX);
		return false;
	}
	for (int i = 1; i < argc; i++) {
		if (!is_ended && str_equal(argv[i], "--"))
			is_ended = true;
		else if (is_ended || !str_starts(argv[i], "--"))
			words->plain[words->count++] = argv[i];
		else if (!read_option(words, argc, argv, &i, flags, options))
			return false;
	}
	return true;
}

bool
words_has(const struct words *words, const char *flag)
{
	for (size_t i = 0; i < words->options; i++)
		if (str_equal(words->names[i], flag))
			return true;
	return false;
}

const char *
words_value(const struct words *words, const char *option)
{
	for (size_t i = words->options; i-- > 0;)
		if (str_equal(words->names[i], option))
			return words->values[i];
	return NULL;
}
