/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/request.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "http/condition.h"
#include "http/grammar.h"
#include "http/reader.h"

void
http_request_begin(struct http_request *request, const struct http_reader *reader, const char *peer, bool is_trusted,
    const char *id)
{
	struct str fields = request->fields;
	str_clear(&fields);
	*request = (struct http_request){
	    .connection = request->connection,
	    .reader = reader,
	    .arena = arena_new(),
	    .client = peer,
	    .scheme = "http",
	    .host = reader->host,
	    .id = id,
	    .is_trusted = is_trusted,
	    .fields = fields,
	};
}

static bool
is_good_id(const char *id)
{
	size_t length = id == NULL ? 0 : strlen(id);
	return length >= 8 && length <= 64 && http_is_token(id, length);
}

void
http_request_forward(struct http_request *request, const struct http_trust *trust)
{
	struct http_forwarded_fields fields = {
	    .forwarded = http_field(request, "forwarded"),
	    .x_for = http_field(request, "x-forwarded-for"),
	    .x_proto = http_field(request, "x-forwarded-proto"),
	    .x_host = http_field(request, "x-forwarded-host"),
	};
	struct http_forwarded said;
	http_forwarded_read(request->arena, trust, &fields, &said);
	request->client = said.client != NULL ? said.client : request->client;
	request->scheme = said.scheme != NULL ? said.scheme : request->scheme;
	request->host = said.host != NULL ? said.host : request->host;
	const char *id = http_field(request, "x-request-id");
	request->id = is_good_id(id) ? id : request->id;
}

void
http_request_end(struct http_request *request)
{
	arena_free(request->arena);
	request->arena = NULL;
}

/* ---- what was read ---- */

struct arena *
http_arena(const struct http_request *request)
{
	return request->arena;
}

const char *
http_method(const struct http_request *request)
{
	return request->reader->method;
}

const char *
http_path(const struct http_request *request)
{
	return request->reader->path;
}

const char *
http_query(const struct http_request *request)
{
	return request->reader->query;
}

const char *
http_field(const struct http_request *request, const char *name)
{
	const struct http_reader *reader = request->reader;
	size_t length = strlen(name);
	const char *bytes = reader->head.bytes, *found = NULL;
	for (size_t i = 0; i < reader->field_count; i++) {
		const struct http_field_line *line = &reader->fields[i];
		if (line->name_length != length || memcmp(bytes + line->name, name, length) != 0)
			continue;
		found = found == NULL ? bytes + line->value : arena_print(request->arena, "%s, %s", found, bytes + line->value);
	}
	return found;
}

const char *
http_body(const struct http_request *request, size_t *ret_length)
{
	*ret_length = request->reader->body.length;
	return str_text(&request->reader->body);
}

const char *
http_client(const struct http_request *request)
{
	return request->client;
}

const char *
http_scheme(const struct http_request *request)
{
	return request->scheme;
}

const char *
http_host(const struct http_request *request)
{
	return request->host;
}

bool
http_peer_is_trusted(const struct http_request *request)
{
	return request->is_trusted;
}

const char *
http_request_id(const struct http_request *request)
{
	return request->id;
}

void
http_set_state(struct http_request *request, void *state)
{
	request->state = state;
}

void *
http_state(const struct http_request *request)
{
	return request->state;
}

int
http_status(const struct http_request *request)
{
	return request->status;
}

bool
http_is_replied(const struct http_request *request)
{
	return request->is_replied;
}

bool
http_accepts_gzip(const struct http_request *request)
{
	return http_coding_accepts_gzip(http_field(request, "accept-encoding"));
}

/* ---- parameters ---- */

const char *
http_decode(struct arena *arena, const char *text, size_t length, bool plus_is_space)
{
	char *decoded = arena_take(arena, length + 1), *to = decoded;
	for (size_t i = 0; i < length; i++) {
		char byte = text[i];
		if (byte == '+' && plus_is_space)
			byte = ' ';
		if (byte == '%') {
			int high = i + 2 < length ? http_hex(text[i + 1]) : -1;
			int low = i + 2 < length ? http_hex(text[i + 2]) : -1;
			if (high < 0 || low < 0 || high * 16 + low == 0)
				return NULL;
			byte = (char)(high * 16 + low);
			i += 2;
		}
		*to++ = byte;
	}
	*to = '\0';
	return decoded;
}

const char *
http_parameter(const struct http_request *request, const char *name)
{
	const char *at = request->reader->query;
	while (*at != '\0') {
		size_t length = strcspn(at, "&");
		const char *equals = memchr(at, '=', length);
		size_t name_length = equals == NULL ? length : (size_t)(equals - at);
		const char *decoded = length > 0 ? http_decode(request->arena, at, name_length, true) : NULL;
		if (decoded != NULL && strcmp(decoded, name) == 0)
			return equals == NULL ? "" : http_decode(request->arena, equals + 1, length - name_length - 1, true);
		at += length + (at[length] == '&');
	}
	return NULL;
}

/* ---- the reply's fields ---- */

void
http_add_field(struct http_request *request, const char *name, const char *value)
{
	assert(http_is_token(name, strlen(name)) && strpbrk(value, "\r\n") == NULL);
	assert(!request->is_replied);
	str_put(&request->fields, name);
	str_add(&request->fields, ": ", 2);
	str_put(&request->fields, value);
	str_add(&request->fields, "\r\n", 2);
	if (str_equal_nocase(name, "ETag"))
		request->etag = arena_text(request->arena, value);
	else if (str_equal_nocase(name, "Last-Modified"))
		request->last_modified = arena_text(request->arena, value);
}

bool
http_request_is_unchanged(const struct http_request *request, const char *etag, const char *other_etag, int64_t last_modified)
{
	const char *method = request->reader->method;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return false;
	if (etag == NULL && other_etag == NULL && last_modified == 0)
		return false;
	const char *none_match = http_field(request, "if-none-match");
	if (none_match != NULL)
		return http_etag_is_listed(none_match, etag) || http_etag_is_listed(none_match, other_etag);
	const char *since = http_field(request, "if-modified-since");
	return since != NULL && last_modified != 0 && http_is_unmodified_since(since, last_modified);
}
