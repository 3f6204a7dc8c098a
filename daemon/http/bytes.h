/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shared bytes as the connection sees them: hot ones can be sent without copying them.
 */
#ifndef HUBD_HTTP_BYTES_H
#define HUBD_HTTP_BYTES_H

struct http_bytes;

/*
 * A descriptor that holds the same bytes, for sendfile(2), or -1: all connections then share the kernel's pages, where a copy for
 * each would leave the processor's cache. Only bytes that are large and often sent get one, and only a bounded number.
 * Each call counts as one sending. It stays the bytes' own.
 */
int http_bytes_descriptor(struct http_bytes *bytes);

#endif
