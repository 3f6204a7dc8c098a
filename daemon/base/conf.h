/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The settings: one table of names, kinds, defaults and help, from which parsing, `hubd check-config`
 * and the shipped config/hubd.conf come.
 *
 * A file has lines `name = value`; # begins a comment line. A list is separated by commas, and a name
 * that is repeated in one file adds to it. What the command line says wins over the file. Nothing here knows
 * what a setting does: who uses one asks for it by name, and a wrong name or kind is our mistake (assert).
 */
#ifndef HUBD_BASE_CONF_H
#define HUBD_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct conf;

enum conf_kind {
	CONF_TEXT,
	CONF_CHOICE,   /* one of the words in choices */
	CONF_NUMBER,   /* low..high */
	CONF_DURATION, /* 250ms, 10s, 5min, 2h, 1d; low..high in milliseconds */
	CONF_BYTES,    /* 512, 64K, 8M, 1G; low..high in bytes */
	CONF_BOOL,     /* yes or no */
	CONF_LIST,     /* words with commas between them */
};

struct conf_setting {
	const char *name;
	enum conf_kind kind;
	const char *fallback;     /* the default, as it would stand in the file */
	int64_t low, high;
	const char *choices;      /* "error|warning|…" */
	bool is_reloadable;       /* SIGHUP applies a new value; otherwise it counts from the next start */
	const char *help;         /* whole sentences, for the file and the manual */
};

/* The table; ends with an entry without name. */
const struct conf_setting *conf_settings(void);
/* The kind in words: "a duration such as 250ms, 10s or 5min". */
const char *conf_kind_text(const struct conf_setting *setting);

/*
 * Takes `--config FILE`, `--config=FILE`, `--set name=value` out of argv, wherever they stand before "--", reads
 * /etc/hubd/hubd.conf when there is none of the first kind and it exists, and leaves the rest in order. Errors are added to
 * problems, one line each: "FILE:LINE: name: what is wrong; what would be right". Never NULL: what is
 * wrong keeps its default. Freed with conf_free().
 */
struct conf *conf_load(int *argc, char **argv, struct str *problems);
/* The same sources once more. */
struct conf *conf_reload(const struct conf *conf, struct str *problems);
void conf_free(struct conf *conf); /* NULL is fine */

/* The parts of conf_load(), for tests. where names the source in problems. */
struct conf *conf_new(void);
bool conf_read(struct conf *conf, const char *where, const char *text, size_t length, struct str *problems);
bool conf_set(struct conf *conf, const char *where, const char *pair, struct str *problems);

/* The file that was read, or NULL. */
const char *conf_file(const struct conf *conf);
const char *conf_text(const struct conf *conf, const char *name);      /* any kind: as it was written; never NULL */
int64_t conf_number(const struct conf *conf, const char *name);
int conf_milliseconds(const struct conf *conf, const char *name);
size_t conf_bytes(const struct conf *conf, const char *name);
bool conf_is_on(const struct conf *conf, const char *name);
const char *const *conf_list(const struct conf *conf, const char *name); /* ends with NULL; lives with the conf */

/* The name of the list (ended by NULL) nearest to a mistyped one, or NULL when none is near. */
const char *conf_nearest(const char *mistyped, const char *const *names);

#endif
