/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/output.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/str.h"
#include "http/bytes.h"
#include "http/http.h"

static void
unref_shared(const void *data, size_t length, void *shared)
{
	(void)data, (void)length;
	http_bytes_unref(shared);
}

/* What the socket did not take waits: a copy, or a reference where the bytes are shared. */
static void
keep(struct evbuffer **output, struct iovec parts[static 2], size_t sent, struct http_bytes *shared)
{
	if (*output == NULL && (*output = evbuffer_new()) == NULL)
		abort();
	for (size_t i = 0; i < 2; i++) {
		size_t skip = sent < parts[i].iov_len ? sent : parts[i].iov_len;
		const char *bytes = (const char *)parts[i].iov_base + skip;
		size_t length = parts[i].iov_len - skip;
		sent -= skip;
		if (length == 0)
			continue;
		int result = i == 1 && shared != NULL
		    ? evbuffer_add_reference(*output, bytes, length, unref_shared, http_bytes_ref(shared))
		    : evbuffer_add(*output, bytes, length);
		if (result != 0)
			abort();
	}
}

static bool
is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

/*
 * Hands both parts to the socket: in one system call, or where the body has a descriptor in two that leave as one. How much it
 * took; -1: the peer is gone.
 */
static ssize_t
send_now(int socket, struct iovec parts[static 2], int descriptor)
{
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = parts[1].iov_len > 0 && descriptor < 0 ? 2 : 1};
	ssize_t sent;
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL | (descriptor < 0 ? 0 : MSG_MORE));
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return is_full(errno) ? 0 : -1;
	if (descriptor < 0 || (size_t)sent < parts[0].iov_len)
		return sent;
	off_t offset = 0;
	ssize_t more = sendfile(socket, descriptor, &offset, parts[1].iov_len);
	return more < 0 ? sent : sent + more; /* whatever it was, the next write will tell */
}

bool
http_output_send(int socket, struct evbuffer **output, const struct str *head, const void *body, size_t length,
    struct http_bytes *shared, bool is_crowd)
{
	union {
		const void *constant;
		void *plain;
	} bytes = {.constant = body};
	struct iovec parts[2] = {{head->bytes, head->length}, {bytes.plain, length}};
	ssize_t sent = 0;
	if (*output == NULL || evbuffer_get_length(*output) == 0)
		sent = send_now(socket, parts, is_crowd && shared != NULL && length > 0 ? http_bytes_descriptor(shared) : -1);
	if (sent < 0)
		return false;
	if ((size_t)sent < head->length + length)
		keep(output, parts, (size_t)sent, shared);
	return true;
}
