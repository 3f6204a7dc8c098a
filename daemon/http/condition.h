/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conditional requests and content coding, on the fields' texts alone (RFC 9110 12.5.3, 13.1). It does not
 * know a request.
 */
#ifndef HUBD_HTTP_CONDITION_H
#define HUBD_HTTP_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

/* True when If-None-Match names this entity tag (weak comparison) or is "*". etag may be NULL. */
bool http_etag_is_listed(const char *if_none_match, const char *etag);
/* True when If-Modified-Since is a date not before last_modified; a malformed one counts as none. */
bool http_is_unmodified_since(const char *if_modified_since, int64_t last_modified);
/* True when Accept-Encoding (NULL: none) takes gzip with a quality above 0. */
bool http_coding_accepts_gzip(const char *accept_encoding);

#endif
