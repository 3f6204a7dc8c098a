/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a command line: plain ones, --flags and --options with a value (--name VALUE or --name=VALUE). "--" ends
 * the options; "-" alone is a plain word. It does not know what any of them means.
 */
#ifndef HUBD_COMMAND_WORDS_H
#define HUBD_COMMAND_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 256 };

struct words {
	const char *plain[WORDS_MAX];
	size_t count;
	const char *names[WORDS_MAX], *values[WORDS_MAX]; /* a flag's value is NULL */
	size_t options;
};

/*
 * flags and options are names without hyphens, ended by NULL. False: something is not known or misses its value, and a sentence
 * with the nearest known word went to standard error.
 */
bool words_read(struct words *words, int argc, char **argv, const char *const *flags, const char *const *options);
bool words_has(const struct words *words, const char *flag);
const char *words_value(const struct words *words, const char *option); /* the last one given; NULL when there is none */

#endif
