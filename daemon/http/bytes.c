/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shared immutable bytes and their gzip form. One thread: plain reference counts.
 */
#include "http/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"
#include "http/http.h"

enum {
	HOT_LENGTH = 16 * 1024, /* below it a copy costs less than a second system call */
	HOT_SENDINGS = 16,
	DESCRIPTORS_MAX = 64,
};
enum { GZIP_LEVEL = 6, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8 }; /* + 16: gzip, not zlib */

struct http_bytes {
	char *bytes;
	size_t length, references, sendings;
	int descriptor; /* -1: none (yet) */
};

static unsigned descriptors; /* that all bytes of the process hold */

struct http_gzip {
	struct http_bytes *plain;
	z_stream stream;
	char *out;
	size_t taken, room; /* of plain; of out: one byte less than plain, so that "not smaller" ends it */
	bool done, is_larger;
};

struct http_bytes *
http_bytes_new(char *bytes, size_t length)
{
	struct http_bytes *shared = base_alloc(sizeof *shared);
	*shared = (struct http_bytes){.bytes = bytes, .length = length, .references = 1, .descriptor = -1};
	return shared;
}

struct http_bytes *
http_bytes_ref(struct http_bytes *bytes)
{
	assert(bytes->references > 0);
	bytes->references++;
	return bytes;
}

void
http_bytes_unref(struct http_bytes *bytes)
{
	if (bytes == NULL)
		return;
	assert(bytes->references > 0);
	if (--bytes->references > 0)
		return;
	if (bytes->descriptor >= 0) {
		close(bytes->descriptor);
		descriptors--;
	}
	free(bytes->bytes);
	free(bytes);
}

const char *
http_bytes_data(const struct http_bytes *bytes, size_t *ret_length)
{
	if (ret_length != NULL)
		*ret_length = bytes->length;
	return bytes->bytes;
}

int
http_bytes_descriptor(struct http_bytes *bytes)
{
	if (bytes->descriptor >= 0 || bytes->length < HOT_LENGTH || ++bytes->sendings != HOT_SENDINGS || descriptors >= DESCRIPTORS_MAX)
		return bytes->descriptor;
	int descriptor = memfd_create("http-bytes", MFD_CLOEXEC);
	if (descriptor < 0)
		return -1;
	size_t written = 0;
	while (written < bytes->length) {
		ssize_t part = write(descriptor, bytes->bytes + written, bytes->length - written);
		if (part <= 0) {
			close(descriptor);
			return -1;
		}
		written += (size_t)part;
	}
	descriptors++;
	return bytes->descriptor = descriptor;
}

struct http_gzip *
http_gzip_new(struct http_bytes *bytes)
{
	struct http_gzip *gzip = base_alloc(sizeof *gzip);
	gzip->plain = http_bytes_ref(bytes);
	gzip->room = bytes->length > 0 ? bytes->length - 1 : 0;
	gzip->out = base_alloc(gzip->room + 1);
	/* zlib's own header has no time and no name: equal bytes compress to equal bytes. */
	int result = deflateInit2(&gzip->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY);
	if (result != Z_OK)
		abort(); /* no memory */
	gzip->stream.next_out = (Bytef *)gzip->out;
	return gzip;
}

bool
http_gzip_step(struct http_gzip *gzip, size_t budget)
{
	enum { SLICE = 1 << 30 }; /* zlib counts in unsigned int */
	size_t left = gzip->plain->length - gzip->taken;
	size_t slice = budget < left ? budget : left;
	slice = slice < SLICE ? slice : SLICE;
	if (gzip->done)
		return true;
	size_t room = gzip->room - gzip->stream.total_out;
	gzip->stream.next_in = (Bytef *)gzip->plain->bytes + gzip->taken;
	gzip->stream.avail_in = (uInt)slice;
	gzip->stream.avail_out = (uInt)(room < SLICE ? room : SLICE);
	int result = deflate(&gzip->stream, slice == left ? Z_FINISH : Z_NO_FLUSH);
	gzip->taken += slice - gzip->stream.avail_in;
	gzip->is_larger = result != Z_STREAM_END && gzip->stream.total_out == gzip->room;
	gzip->done = result == Z_STREAM_END || gzip->is_larger;
	return gzip->done;
}

void
http_gzip_free(struct http_gzip *gzip)
{
	if (gzip == NULL)
		return;
	deflateEnd(&gzip->stream);
	http_bytes_unref(gzip->plain);
	free(gzip->out);
	free(gzip);
}

struct http_bytes *
http_gzip_done(struct http_gzip *gzip)
{
	struct http_bytes *compressed = NULL;
	assert(gzip->done);
	if (!gzip->is_larger) {
		size_t length = gzip->stream.total_out;
		compressed = http_bytes_new(base_realloc(gzip->out, length + 1), length);
		gzip->out = NULL;
	}
	http_gzip_free(gzip);
	return compressed;
}

struct http_bytes *
http_bytes_gzip(const struct http_bytes *bytes)
{
	struct http_bytes borrowed = {.bytes = bytes->bytes, .length = bytes->length, .references = 1, .descriptor = -1};
	struct http_gzip *gzip = http_gzip_new(&borrowed);
	while (!http_gzip_step(gzip, SIZE_MAX))
		;
	return http_gzip_done(gzip);
}
