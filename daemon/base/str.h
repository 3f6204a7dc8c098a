/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A string that grows, and the few questions about text that every module asks.
 *
 * It counts bytes and does not know an encoding, but for str_is_utf8().
 */
#ifndef HUBD_BASE_STR_H
#define HUBD_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Always ends in NUL once anything was added; {0} is an empty one. Freed with str_free(). */
struct str {
	char *bytes;
	size_t length, room;
};

void str_add(struct str *str, const void *bytes, size_t length);
void str_put(struct str *str, const char *text);
void str_char(struct str *str, char byte);
void str_print(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_clear(struct str *str); /* keeps its memory */
void str_free(struct str *str);  /* leaves {0} */
/* Its bytes, never NULL. */
const char *str_text(const struct str *str);
/* Hands its bytes over: free() them; leaves {0}. */
char *str_steal(struct str *str, size_t *ret_length);

bool str_equal(const char *a, const char *b);          /* NULL equals NULL only */
bool str_equal_nocase(const char *a, const char *b);   /* ASCII, whatever the locale */
bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
/* Well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong). */
bool str_is_utf8(const char *bytes, size_t length);
/* A whole decimal number, digits only with an optional sign, within [low, high]; else false. */
bool str_number(const char *text, int64_t low, int64_t high, int64_t *ret_number);
/* Compares secrets in a time that does not depend on where they differ. */
bool str_same_secret(const char *a, const char *b);

#endif
