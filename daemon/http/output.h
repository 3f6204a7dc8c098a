/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing to a socket: as much as it takes now in as few system calls as can be, the rest kept in a buffer. It does not
 * know connections.
 */
#ifndef HUBD_HTTP_OUTPUT_H
#define HUBD_HTTP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;
struct http_bytes;
struct str;

/*
 * Sends head and body; what does not fit goes to *output, which is made when it is needed, and everything does while that
 * still holds something. shared (or NULL) holds the body's bytes from their beginning: then the body is not copied there, and for
 * a crowd it comes from its descriptor. False: the peer is gone.
 */
bool http_output_send(int socket, struct evbuffer **output, const struct str *head, const void *body, size_t length,
    struct http_bytes *shared, bool is_crowd);

#endif
