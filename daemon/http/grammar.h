/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The small grammars of RFC 9110, 9112 and 3986 that the reader and its neighbours share: tokens, field
 * text, targets, hosts, lists. Plain functions over bytes; it does not know a request.
 */
#ifndef HUBD_HTTP_GRAMMAR_H
#define HUBD_HTTP_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool http_is_token(const char *text, size_t length); /* RFC 9110 5.6.2; an empty one is none */
bool http_is_field_text(const char *text, size_t length); /* RFC 9110 5.5: no control but HTAB */
/*
 * A path or a query of a target. Stricter than RFC 3986 in one thing, a path with an escaped control byte is
 * none, and laxer in one: what browsers send bare ("|", "[", "]", "^", in a query also "{", "}", "`", "\") passes.
 */
bool http_is_path(const char *text, size_t length);
bool http_is_query(const char *text, size_t length);
/* An http or https URI without a fragment begins here (RFC 9112 3.2.2). */
bool http_is_absolute(const char *target, size_t length);
/* A request target: path and query, an absolute URI with a host, or for OPTIONS "*". */
bool http_is_target(const char *target, size_t length, bool is_options);
/* Host: a name, an IPv4 address or [an IPv6 address], with or without a port (RFC 9112 3.2). */
bool http_is_host(const char *text, size_t length);
/* Content-Length as we want it: digits without leading zeros, below 2^53. */
bool http_is_length(const char *text, size_t length, uint64_t *ret_length);
/* A chunk-size line without its CRLF: hexadecimal digits, then well-formed extensions without blanks (RFC 9112 7.1). */
bool http_is_chunk_line(const char *text, size_t length, uint64_t *ret_size);
/* The value of a hexadecimal digit, or -1. */
int http_hex(char digit);

/*
 * Walks a comma-separated list (RFC 9110 5.6.1): sets the next element without the blanks around it, and moves
 * *at behind it. Commas within quoted strings do not separate; empty elements are skipped. False at the end.
 */
bool http_list_next(const char **at, const char **ret_element, size_t *ret_length);
/* True when the element equals a lower-case word, whatever its case. */
bool http_is_word(const char *element, size_t length, const char *word);

#endif
