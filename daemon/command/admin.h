/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hubd admin: one row a verb. Most verbs only name their api function and words; the others bring a function that adds to the
 * input, or one that says the result.
 */
#ifndef HUBD_COMMAND_ADMIN_H
#define HUBD_COMMAND_ADMIN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct conf;
struct json;
struct json_writer;
struct words;

enum { ADMIN_PLAIN = 4, ADMIN_OPTIONS = 8 };

struct admin_verb {
	const char *noun, *verb; /* verb NULL: the noun is all */
	const char *usage, *help;
	const char *function;                    /* api.FUNCTION */
	const char *plain[ADMIN_PLAIN];          /* members of the input, by position */
	size_t needed;                           /* so many of them */
	const char *options[ADMIN_OPTIONS], *flags[ADMIN_OPTIONS]; /* further members: text, true */
	const char *columns[ADMIN_OPTIONS];      /* of a list's items */
	/* Writes the whole input where it is not just the words; false: it was said why not. *ret_secret is shown once at the end. */
	bool (*prepare)(struct arena *arena, const struct words *words, struct json_writer *input, const char **ret_secret);
	const char *address;                     /* the secret is shown as an address: what stands before it behind public_url */
	void (*say)(const struct conf *conf, const struct json *body); /* NULL: its message, or its items as a table */
	int (*run)(const struct conf *conf, const struct words *words); /* a verb of several calls: its exit code */
};

/* For the verb table: see admin_load.c, admin_mail.c, admin_token.c and admin_zones.c. */
int admin_zones_run(const struct conf *conf, const struct words *words);
void admin_mail_say(const struct conf *conf, const struct json *body);
bool admin_load_prepare(struct arena *arena, const struct words *words, struct json_writer *input, const char **ret_secret);
void admin_load_say(const struct conf *conf, const struct json *body);
void admin_remove_say(const struct conf *conf, const struct json *body);
bool admin_code_prepare(struct arena *arena, const struct words *words, struct json_writer *input, const char **ret_secret);
bool admin_token_prepare(struct arena *arena, const struct words *words, struct json_writer *input, const char **ret_secret);

#endif
