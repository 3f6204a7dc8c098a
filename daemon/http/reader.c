/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "http/grammar.h"

enum {
	METHOD_MAX = 32,
	CHUNK_LINE_MAX = 1024,
	CHUNK_LINE_MIN = 20,   /* a plain size always has room */
	KEEP_BODY = 64 * 1024, /* a buffer larger than this is not kept for the next request */
};

/* What may come once only: two of them would be two answers to one question. */
enum single { SINGLE_HOST, SINGLE_LENGTH, SINGLE_CODING, SINGLE_TYPE, SINGLE_AUTHORIZATION, SINGLES };
static const char *const single_names[SINGLES] = {"host", "content-length", "transfer-encoding", "content-type", "authorization"};

/* What RFC 9110 6.5.1 forbids in trailers, as far as somebody could profit from it. */
static const char *const not_in_trailers[] = {"content-length", "transfer-encoding", "host", "content-type", "content-encoding",
    "content-range", "authorization", "cookie", "expect", "trailer", "te", "connection"};

static void
refuse(struct http_reader *reader, int status, const char *detail)
{
	reader->state = HTTP_READ_REFUSED;
	reader->status = status;
	reader->detail = detail;
}

void
http_reader_start(struct http_reader *reader, const struct http_limits *limits)
{
	reader->state = HTTP_READ_LINE;
	reader->limits = *limits;
	str_clear(&reader->head);
	str_clear(&reader->body);
	str_clear(&reader->extra);
	reader->line = reader->field_count = reader->extra_total = reader->trailer_count = 0;
	reader->left = 0;
	reader->is_too_large = reader->wants_continue = false;
	reader->keep_alive = false;
	reader->method = reader->path = reader->query = reader->host = "";
	reader->minor = 1;
	reader->status = 0;
	reader->detail = NULL;
}

void
http_reader_reset(struct http_reader *reader, const struct http_limits *limits)
{
	if (reader->body.room > KEEP_BODY)
		str_free(&reader->body);
	http_reader_start(reader, limits);
	reader->after_request = true;
}

void
http_reader_free(struct http_reader *reader)
{
	str_free(&reader->head);
	str_free(&reader->body);
	str_free(&reader->extra);
	free(reader->fields);
	reader->fields = NULL;
	reader->field_count = reader->field_room = 0;
}

bool
http_reader_is_idle(const struct http_reader *reader)
{
	return reader->state == HTTP_READ_LINE && reader->head.length == 0;
}

bool
http_reader_is_in_head(const struct http_reader *reader)
{
	return reader->state == HTTP_READ_LINE || reader->state == HTTP_READ_FIELDS;
}

/* ---- the request line ---- */

/* http://host/path?query: the host must be the one that Host names. */
static bool
split_absolute(struct http_reader *reader, const char **at, size_t *length)
{
	const char *authority = *at + (http_is_word(*at, *length < 8 ? 0 : 8, "https://") ? 8 : 7);
	const char *end = *at + *length, *path = authority;
	while (path < end && *path != '/' && *path != '?')
		path++;
	if (!http_is_host(authority, (size_t)(path - authority)))
		return false;
	if (reader->minor > 0 || *reader->host != '\0') {
		size_t host_length = strlen(reader->host);
		if (host_length != (size_t)(path - authority) || strncasecmp(reader->host, authority, host_length) != 0)
			return false;
	} else { /* HTTP/1.0 without Host: a copy that ends in NUL, where chunks cannot come */
		str_add(&reader->extra, authority, (size_t)(path - authority));
		reader->host = reader->extra.bytes;
	}
	*at = path;
	*length = (size_t)(end - path);
	return true;
}

static void
judge_version(struct http_reader *reader, const char *version, size_t length)
{
	if (length != 8 || memcmp(version, "HTTP/", 5) != 0 || version[5] < '0' || version[5] > '9' || version[6] != '.' ||
	    version[7] < '0' || version[7] > '9') {
		refuse(reader, 400, "The request line does not end in an HTTP version such as HTTP/1.1.");
		return;
	}
	if (version[5] != '1')
		refuse(reader, 505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
	reader->minor = version[7] == '0' ? 0 : 1;
}

static void
take_request_line(struct http_reader *reader, char *line, size_t length)
{
	char *end = line + length;
	char *space = memchr(line, ' ', length);
	size_t method = space == NULL ? 0 : (size_t)(space - line);
	if (method > METHOD_MAX || !http_is_token(line, method)) {
		refuse(reader, 400, "The request line does not begin with a method.");
		return;
	}
	char *target = space + 1;
	space = memchr(target, ' ', (size_t)(end - target));
	if (space == NULL) {
		refuse(reader, 400, "The request line is not a method, a target and a version with one space between.");
		return;
	}
	judge_version(reader, space + 1, (size_t)(end - space - 1));
	if (reader->state == HTTP_READ_REFUSED)
		return;
	*space = line[method] = '\0';
	if (strcmp(line, "CONNECT") == 0) {
		refuse(reader, 501, "CONNECT is not offered: this is no proxy.");
		return;
	}
	reader->target = (size_t)(target - reader->head.bytes);
	reader->target_length = (size_t)(space - target);
	if (!http_is_target(target, reader->target_length, strcmp(line, "OPTIONS") == 0))
		refuse(reader, 400, "The request target is not a well-formed path.");
	else
		reader->state = HTTP_READ_FIELDS;
}

/* ---- fields ---- */

/* Splits "name: value" in place. Lower-cases the name, ends both in NUL. */
static bool
split_field(char *line, size_t length, size_t *ret_name_length, char **ret_value, size_t *ret_value_length)
{
	char *colon = memchr(line, ':', length);
	if (colon == NULL || !http_is_token(line, (size_t)(colon - line)))
		return false;
	char *value = colon + 1, *end = line + length;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (!http_is_field_text(value, (size_t)(end - value)))
		return false;
	for (char *at = line; at < colon; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	*colon = *end = '\0';
	*ret_name_length = (size_t)(colon - line);
	*ret_value = value;
	*ret_value_length = (size_t)(end - value);
	return true;
}

static void
take_field(struct http_reader *reader, char *line, size_t length)
{
	size_t name_length, value_length;
	char *value;
	if (reader->field_count >= reader->limits.fields) {
		refuse(reader, 431, "The request has too many fields.");
		return;
	}
	if (!split_field(line, length, &name_length, &value, &value_length)) {
		refuse(reader, 400, "A field line is not a name, a colon and a value.");
		return;
	}
	if (reader->field_count == reader->field_room) {
		reader->field_room = reader->field_room == 0 ? 16 : reader->field_room * 2;
		reader->fields = base_realloc(reader->fields, reader->field_room * sizeof *reader->fields);
	}
	reader->fields[reader->field_count++] = (struct http_field_line){
	    .name = (uint32_t)(line - reader->head.bytes),
	    .name_length = (uint32_t)name_length,
	    .value = (uint32_t)(value - reader->head.bytes),
	    .value_length = (uint32_t)value_length,
	};
}

/* ---- the head as a whole ---- */

struct head {
	const char *singles[SINGLES];
	bool says_close, says_keep_alive, expects_continue;
};

static bool
take_single(struct http_reader *reader, struct head *head, const char *name, const char *value)
{
	for (size_t i = 0; i < SINGLES; i++) {
		if (*name != *single_names[i] || strcmp(name, single_names[i]) != 0)
			continue;
		if (head->singles[i] != NULL) {
			refuse(reader, 400, "Host, Content-Length, Transfer-Encoding, Content-Type and Authorization may come only once.");
			return false;
		}
		head->singles[i] = value;
	}
	return true;
}

static void
take_connection(struct head *head, const char *value)
{
	const char *element;
	size_t length;
	while (http_list_next(&value, &element, &length)) {
		head->says_close |= http_is_word(element, length, "close");
		head->says_keep_alive |= http_is_word(element, length, "keep-alive");
	}
}

/*
 * "Name: value" or "Name:value" to the byte. Other blanks are legal, but nobody sends them where the framing
 * hangs on it but to find two readers that trim differently.
 */
static bool
is_plainly_written(const struct http_reader *reader, const struct http_field_line *line)
{
	const char *bytes = reader->head.bytes;
	size_t after_colon = line->name + line->name_length + 1;
	bool plain_before = line->value == after_colon || (line->value == after_colon + 1 && bytes[after_colon] == ' ');
	return plain_before && bytes[line->value + line->value_length + 1] == '\n';
}

static bool
gather(struct http_reader *reader, struct head *head)
{
	const char *bytes = reader->head.bytes;
	for (size_t i = 0; i < reader->field_count; i++) {
		const char *name = bytes + reader->fields[i].name, *value = bytes + reader->fields[i].value;
		if (!take_single(reader, head, name, value))
			return false;
		bool frames = value == head->singles[SINGLE_LENGTH] || value == head->singles[SINGLE_CODING];
		if (frames && !is_plainly_written(reader, &reader->fields[i])) {
			refuse(reader, 400, "Content-Length and Transfer-Encoding take no blanks but one space after the colon.");
			return false;
		}
		if (strcmp(name, "connection") == 0)
			take_connection(head, value);
		if (strcmp(name, "expect") == 0 && reader->minor > 0) {
			if (!http_is_word(value, strlen(value), "100-continue")) {
				refuse(reader, 417, "Only 100-continue can be expected of this server.");
				return false;
			}
			head->expects_continue = true;
		}
	}
	return true;
}

static bool
judge_host(struct http_reader *reader, const char *host)
{
	if (host == NULL && reader->minor == 0) {
		reader->host = "";
		return true;
	}
	if (host == NULL || !http_is_host(host, strlen(host))) {
		refuse(reader, 400, host == NULL ? "The request has no Host field." : "The Host field is not a host with an optional port.");
		return false;
	}
	reader->host = host;
	return true;
}

static void
split_target(struct http_reader *reader)
{
	const char *target = reader->head.bytes + reader->target;
	size_t length = reader->target_length;
	if (http_is_absolute(target, length) && !split_absolute(reader, &target, &length)) {
		refuse(reader, 400, "The target's host is not the one that the Host field names.");
		return;
	}
	const char *mark = memchr(target, '?', length);
	reader->query = mark == NULL ? "" : mark + 1;
	reader->path = length == 0 || mark == target ? "/" : target;
	if (mark != NULL)
		reader->head.bytes[mark - reader->head.bytes] = '\0';
	reader->method = reader->head.bytes;
}

static void
judge_coding(struct http_reader *reader, const char *coding, const char *length)
{
	if (length != NULL) {
		refuse(reader, 400, "Content-Length and Transfer-Encoding must not come together.");
		return;
	}
	if (reader->minor == 0) {
		refuse(reader, 400, "HTTP/1.0 has no Transfer-Encoding.");
		return;
	}
	if (http_is_word(coding, strlen(coding), "chunked")) {
		reader->state = HTTP_READ_CHUNK_SIZE;
		return;
	}
	const char *at = coding, *element;
	size_t element_length;
	bool chunked = false, good = *coding != '\0';
	while (http_list_next(&at, &element, &element_length)) {
		good = good && !chunked && http_is_token(element, element_length);
		chunked = chunked || http_is_word(element, element_length, "chunked");
	}
	refuse(reader, good ? 501 : 400,
	    good ? "The only transfer coding that is read here is chunked." : "Transfer-Encoding is malformed, or chunked is not its last coding.");
}

static void
judge_body(struct http_reader *reader, const struct head *head)
{
	const char *length = head->singles[SINGLE_LENGTH];
	if (head->singles[SINGLE_CODING] != NULL) {
		judge_coding(reader, head->singles[SINGLE_CODING], length);
	} else if (length == NULL) {
		reader->state = HTTP_READ_DONE;
	} else if (!http_is_length(length, strlen(length), &reader->left)) {
		refuse(reader, 400, "Content-Length is not a plain decimal number.");
	} else {
		reader->is_too_large = reader->left > reader->limits.body;
		reader->state = reader->left == 0 ? HTTP_READ_DONE : HTTP_READ_BODY;
	}
	if (head->expects_continue && reader->is_too_large)
		refuse(reader, 413, "The body is larger than this server takes.");
	reader->wants_continue = head->expects_continue && (reader->state == HTTP_READ_BODY || reader->state == HTTP_READ_CHUNK_SIZE);
}

static void
judge_head(struct http_reader *reader)
{
	struct head head = {0};
	if (!gather(reader, &head) || !judge_host(reader, head.singles[SINGLE_HOST]))
		return;
	split_target(reader);
	if (reader->state == HTTP_READ_REFUSED)
		return;
	reader->keep_alive = !head.says_close && (reader->minor > 0 || head.says_keep_alive);
	judge_body(reader, &head);
}

/* ---- lines ---- */

/* Ends the line in head at its CR; false when it is not ended by CRLF. */
static bool
cut_line(struct str *text, size_t begin, size_t *ret_length)
{
	size_t length = text->length - begin;
	if (length < 2 || text->bytes[text->length - 2] != '\r')
		return false;
	text->bytes[text->length - 2] = '\0';
	*ret_length = length - 2;
	return true;
}

static void
end_head_line(struct http_reader *reader)
{
	size_t length, begin = reader->line;
	if (!cut_line(&reader->head, begin, &length)) {
		refuse(reader, 400, "A line does not end in CR LF.");
		return;
	}
	reader->line = reader->head.length;
	char *line = reader->head.bytes + begin;
	if (reader->state == HTTP_READ_FIELDS) {
		if (length > 0)
			take_field(reader, line, length);
		else
			judge_head(reader);
		return;
	}
	if (length == 0 && reader->after_request) {
		reader->after_request = false;
		str_clear(&reader->head);
		reader->line = 0;
		return;
	}
	take_request_line(reader, line, length);
}

static void
refuse_long_line(struct http_reader *reader)
{
	if (reader->state == HTTP_READ_FIELDS) {
		refuse(reader, 431, "The fields of the request are too long.");
		return;
	}
	size_t begun = reader->head.length < METHOD_MAX + 1 ? reader->head.length : METHOD_MAX + 1;
	if (memchr(reader->head.bytes, ' ', begun) == NULL)
		refuse(reader, 400, "The request line does not begin with a method.");
	else
		refuse(reader, 414, "The request target is too long.");
}

/* How many bytes the line that is being read may still take: a line is bounded, and so is the head. */
static size_t
line_room(const struct http_reader *reader)
{
	size_t line_bound = reader->line + reader->limits.line + 2;
	size_t bound = line_bound < reader->limits.head ? line_bound : reader->limits.head;
	return bound > reader->head.length ? bound - reader->head.length : 0;
}

static size_t
feed_head(struct http_reader *reader, const char *bytes, size_t length)
{
	const char *newline = memchr(bytes, '\n', length);
	size_t part = newline == NULL ? length : (size_t)(newline - bytes) + 1;
	size_t room = line_room(reader);
	str_add(&reader->head, bytes, part < room ? part : room);
	if (part > room)
		refuse_long_line(reader);
	else if (newline != NULL)
		end_head_line(reader);
	return part < room ? part : room;
}

/* ---- the body ---- */

static size_t
feed_body(struct http_reader *reader, const char *bytes, size_t length)
{
	if (reader->is_too_large) {
		refuse(reader, 413, "The body is larger than this server takes.");
		return 0;
	}
	size_t part = reader->left < length ? (size_t)reader->left : length;
	str_add(&reader->body, bytes, part);
	reader->left -= part;
	if (reader->left == 0)
		reader->state = reader->state == HTTP_READ_BODY ? HTTP_READ_DONE : HTTP_READ_CHUNK_END;
	return part;
}

static void
take_chunk_size(struct http_reader *reader, const char *line, size_t length)
{
	if (!http_is_chunk_line(line, length, &reader->left)) {
		refuse(reader, 400, "A chunk does not begin with its size in hexadecimal digits.");
		return;
	}
	if (reader->left > reader->limits.body - reader->body.length) {
		refuse(reader, 413, "The body is larger than this server takes.");
		return;
	}
	reader->state = reader->left == 0 ? HTTP_READ_TRAILERS : HTTP_READ_CHUNK;
}

static void
take_trailer(struct http_reader *reader, char *line, size_t length)
{
	size_t name_length, value_length;
	char *value;
	if (length == 0) {
		reader->state = HTTP_READ_DONE;
		return;
	}
	if (++reader->trailer_count > reader->limits.fields) {
		refuse(reader, 431, "The request has too many trailer fields.");
		return;
	}
	if (!split_field(line, length, &name_length, &value, &value_length)) {
		refuse(reader, 400, "A trailer line is not a name, a colon and a value.");
		return;
	}
	for (size_t i = 0; i < sizeof not_in_trailers / sizeof not_in_trailers[0]; i++)
		if (strcmp(line, not_in_trailers[i]) == 0)
			refuse(reader, 400, "A trailer names a field that must not come there.");
}

static void
end_extra_line(struct http_reader *reader)
{
	size_t length;
	reader->extra_total += reader->extra.length;
	if (!cut_line(&reader->extra, 0, &length)) {
		refuse(reader, 400, "A line of the chunked body does not end in CR LF.");
		return;
	}
	bool has_extension = reader->state == HTTP_READ_TRAILERS || memchr(reader->extra.bytes, ';', length) != NULL;
	if (!has_extension)
		reader->extra_total -= reader->extra.length; /* plain sizes are bounded by the body */
	if (reader->state == HTTP_READ_TRAILERS)
		take_trailer(reader, reader->extra.bytes, length);
	else
		take_chunk_size(reader, reader->extra.bytes, length);
	str_clear(&reader->extra);
}

static size_t
feed_extra(struct http_reader *reader, const char *bytes, size_t length)
{
	const char *newline = memchr(bytes, '\n', length);
	size_t part = newline == NULL ? length : (size_t)(newline - bytes) + 1;
	size_t bound = reader->state == HTTP_READ_TRAILERS ? reader->limits.line + 2 : CHUNK_LINE_MAX;
	size_t left = reader->limits.head > reader->extra_total ? reader->limits.head - reader->extra_total : 0;
	left = left < CHUNK_LINE_MIN ? CHUNK_LINE_MIN : left;
	bound = left < bound ? left : bound;
	size_t room = bound > reader->extra.length ? bound - reader->extra.length : 0;
	str_add(&reader->extra, bytes, part < room ? part : room);
	if (part > room)
		refuse(reader, reader->state == HTTP_READ_TRAILERS ? 431 : 400, "The chunk extensions or trailers are too long.");
	else if (newline != NULL)
		end_extra_line(reader);
	return part < room ? part : room;
}

static size_t
feed_chunk_end(struct http_reader *reader, const char *bytes)
{
	char wanted = reader->left == 0 ? '\r' : '\n'; /* left counts the bytes of CRLF that came */
	if (bytes[0] != wanted) {
		refuse(reader, 400, "A chunk is not as long as it says.");
		return 0;
	}
	if (++reader->left == 2)
		reader->state = HTTP_READ_CHUNK_SIZE;
	return 1;
}

static size_t
feed_once(struct http_reader *reader, const char *bytes, size_t length)
{
	switch (reader->state) {
	case HTTP_READ_LINE:
	case HTTP_READ_FIELDS:
		return feed_head(reader, bytes, length);
	case HTTP_READ_BODY:
	case HTTP_READ_CHUNK:
		return feed_body(reader, bytes, length);
	case HTTP_READ_CHUNK_END:
		return feed_chunk_end(reader, bytes);
	case HTTP_READ_CHUNK_SIZE:
	case HTTP_READ_TRAILERS:
		return feed_extra(reader, bytes, length);
	case HTTP_READ_DONE:
	case HTTP_READ_REFUSED:
		break;
	}
	return 0;
}

size_t
http_reader_feed(struct http_reader *reader, const char *bytes, size_t length)
{
	size_t taken = 0;
	while (taken < length && reader->state != HTTP_READ_DONE && reader->state != HTTP_READ_REFUSED)
		taken += feed_once(reader, bytes + taken, length - taken);
	return taken;
}

const char *
http_reader_field(const struct http_reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->field_count; i++)
		if (strcmp(reader->head.bytes + reader->fields[i].name, name) == 0)
			return reader->head.bytes + reader->fields[i].value;
	return NULL;
}
