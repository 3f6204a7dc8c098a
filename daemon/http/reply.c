/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replies and streams: heads, conditional answers, content coding. What is sent leaves in one call with its
 * head (connection.c).
 */
#include "http/http.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "http/connection.h"
#include "http/grammar.h"
#include "http/request.h"
#include "http/server.h"

enum {
	GZIP_MIN = 1024,
	GZIP_MAX = 1 << 18, /* more would hold up the loop */
};

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
    {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {206, "Partial Content"}, {207, "Multi-Status"},
    {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"}, {304, "Not Modified"}, {307, "Temporary Redirect"},
    {308, "Permanent Redirect"}, {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
    {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"},
    {411, "Length Required"}, {412, "Precondition Failed"}, {413, "Content Too Large"}, {414, "URI Too Long"},
    {415, "Unsupported Media Type"}, {417, "Expectation Failed"}, {422, "Unprocessable Content"}, {423, "Locked"},
    {424, "Failed Dependency"}, {428, "Precondition Required"}, {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"}, {501, "Not Implemented"}, {502, "Bad Gateway"},
    {503, "Service Unavailable"}, {504, "Gateway Timeout"}, {505, "HTTP Version Not Supported"}, {507, "Insufficient Storage"},
};

/* Types that compress well, besides text/. */
static const char *const text_types[] = {"application/json", "application/problem+json", "application/xml", "application/atom+xml",
    "application/javascript", "application/feed+json", "application/manifest+json", "image/svg+xml"};

static const char *
phrase_of(int status)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Status";
}

static void
put_number(struct str *head, uint64_t number)
{
	char digits[20], *at = digits + sizeof digits;
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	str_add(head, at, (size_t)(digits + sizeof digits - at));
}

static void
put_field(struct str *head, const char *name, const char *value)
{
	str_put(head, name);
	str_add(head, ": ", 2);
	str_put(head, value);
	str_add(head, "\r\n", 2);
}

static struct str *
begin_head(struct http_server *server, int status)
{
	struct str *head = &server->head;
	assert(status >= 200 && status <= 599);
	str_clear(head);
	str_put(head, "HTTP/1.1 ");
	put_number(head, (uint64_t)status);
	str_char(head, ' ');
	str_put(head, phrase_of(status));
	str_put(head, "\r\n");
	put_field(head, "Date", http_server_date(server));
	server->counts.replies_by_class[status / 100]++;
	return head;
}

static void
put_length(struct str *head, size_t length)
{
	str_put(head, "Content-Length: ");
	put_number(head, length);
	str_put(head, "\r\n");
}

/* What describes a body that a 304 does not have (RFC 9110 15.4.5). */
static bool
is_about_body(const char *line)
{
	return strncasecmp(line, "content-", 8) == 0 && strncasecmp(line, "content-location:", 17) != 0 &&
	    strncasecmp(line, "content-security-policy", 23) != 0;
}

static void
put_own_fields(struct str *head, const struct str *fields, int status)
{
	if (status != 304) {
		str_add(head, str_text(fields), fields->length);
		return;
	}
	for (const char *line = str_text(fields); *line != '\0';) {
		const char *next = strchr(line, '\n') + 1;
		if (!is_about_body(line))
			str_add(head, line, (size_t)(next - line));
		line = next;
	}
}

static void
end_head(struct str *head, const struct http_connection *connection)
{
	if (http_connection_will_close(connection))
		str_put(head, "Connection: close\r\n");
	else if (connection->reader.minor == 0)
		str_put(head, "Connection: keep-alive\r\n");
	str_put(head, "\r\n");
}

static const char *
put_blank_refusal(struct str *out, int status, const char *detail, const char *accept, const char *accept_language)
{
	(void)accept;
	(void)accept_language;
	str_print(out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n", phrase_of(status), status, detail);
	return "application/problem+json";
}

void
http_refuse(struct http_connection *connection, int status, const char *detail)
{
	struct str body = {0};
	struct str *head = begin_head(connection->server, status);
	connection->must_close = connection->must_linger = true;
	http_put_refusal *put = connection->server->put_refusal != NULL ? connection->server->put_refusal : put_blank_refusal;
	const char *type = put(&body, status, detail, http_reader_field(&connection->reader, "accept"), http_reader_field(&connection->reader, "accept-language"));
	put_field(head, "Content-Type", type);
	put_length(head, body.length);
	if (status == 503)
		put_field(head, "Retry-After", "5");
	put_field(head, "X-Request-Id", connection->id);
	end_head(head, connection);
	http_connection_reply(connection, head, body.bytes, body.length, NULL);
	str_free(&body);
}

/* ---- whole replies ---- */

struct content {
	const char *type, *etag;
	const void *bytes;
	size_t length;
	struct http_bytes *shared; /* holds bytes; or NULL: they are copied where needed */
	int64_t last_modified;
	bool is_gzip, varies;
};

static bool
is_head_request(const struct http_request *request)
{
	return strcmp(request->reader->method, "HEAD") == 0;
}

static void
send_content(struct http_request *request, int status, const struct content *content)
{
	struct http_connection *connection = request->connection;
	assert(!request->is_replied);
	request->is_replied = true;
	request->status = status;
	struct str *head = begin_head(connection->server, status);
	bool has_body = status != 204 && status != 304;
	if (has_body && content->type != NULL)
		put_field(head, "Content-Type", content->type);
	if (has_body)
		put_length(head, content->length);
	if (has_body && content->is_gzip)
		str_put(head, "Content-Encoding: gzip\r\n");
	if (content->varies)
		str_put(head, "Vary: Accept-Encoding\r\n");
	if (content->etag != NULL)
		put_field(head, "ETag", content->etag);
	if (content->last_modified != 0) {
		char date[WHEN_TEXT_SIZE];
		when_print_http(content->last_modified, date);
		put_field(head, "Last-Modified", date);
	}
	put_field(head, "X-Request-Id", request->id);
	put_own_fields(head, &request->fields, status);
	end_head(head, connection);
	bool sends_body = has_body && !is_head_request(request) && content->length > 0;
	http_connection_reply(connection, head, sends_body ? content->bytes : NULL, sends_body ? content->length : 0, content->shared);
}

static bool
is_text(const char *type)
{
	size_t length = strcspn(type, "; ");
	if (strncmp(type, "text/", 5) == 0)
		return strncmp(type, "text/event-stream", 17) != 0;
	for (size_t i = 0; i < sizeof text_types / sizeof text_types[0]; i++)
		if (strlen(text_types[i]) == length && strncmp(type, text_types[i], length) == 0)
			return true;
	return false;
}

/* May another site have made the browser send this, with a cookie? Silence of an old browser counts as yes. */
static bool
may_be_forced(const struct http_request *request)
{
	const char *site = http_field(request, "sec-fetch-site");
	if (http_field(request, "cookie") == NULL)
		return false;
	return site == NULL || (strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0);
}

/* Compressed only where nothing names the bytes and nobody can measure what stands beside words of their own. */
static bool
may_compress(const struct http_request *request, const char *type, size_t length)
{
	return type != NULL && length >= GZIP_MIN && length <= GZIP_MAX && request->etag == NULL && is_text(type) &&
	    !may_be_forced(request);
}

void
http_reply(struct http_request *request, int status, const char *type, const void *body, size_t length)
{
	struct content content = {.type = type, .bytes = body, .length = length};
	int64_t modified = 0;
	if (request->last_modified != NULL && !when_parse_http(request->last_modified, &modified))
		modified = 0;
	if (status == 200 && http_request_is_unchanged(request, request->etag, NULL, modified))
		status = 304;
	struct http_bytes *compressed = NULL;
	if (status != 204 && may_compress(request, type, length)) {
		content.varies = true;
		if (status != 304 && http_accepts_gzip(request)) {
			char *copy = base_alloc(length);
			memcpy(copy, body, length);
			struct http_bytes *plain = http_bytes_new(copy, length);
			compressed = http_bytes_gzip(plain);
			http_bytes_unref(plain);
		}
	}
	if (compressed != NULL) {
		content.bytes = http_bytes_data(compressed, &content.length);
		content.shared = compressed;
		content.is_gzip = true;
	}
	send_content(request, status, &content);
	http_bytes_unref(compressed);
}

void
http_reply_entity(struct http_request *request, int status, const struct http_entity *entity)
{
	struct content content = {
	    .type = entity->type,
	    .etag = entity->etag,
	    .last_modified = entity->last_modified,
	    .varies = entity->gzip != NULL || entity->gzip_etag != NULL,
	};
	bool accepts = content.varies && http_accepts_gzip(request);
	const char *gzip_etag = accepts ? entity->gzip_etag : NULL;
	content.is_gzip = accepts && entity->gzip != NULL;
	content.shared = content.is_gzip ? entity->gzip : entity->plain;
	content.bytes = http_bytes_data(content.shared, &content.length);
	if (content.is_gzip)
		content.etag = entity->gzip_etag;
	if (status == 200 && http_request_is_unchanged(request, entity->etag, gzip_etag, entity->last_modified)) {
		status = 304;
		/* The one that the client has: it may know either form. */
		const char *known = http_field(request, "if-none-match");
		if (gzip_etag != NULL && (known == NULL || strstr(known, gzip_etag) != NULL))
			content.etag = gzip_etag;
		else if (known != NULL && entity->etag != NULL && strstr(known, entity->etag) != NULL)
			content.etag = entity->etag;
	}
	send_content(request, status, &content);
}

/* ---- streams ---- */

void
http_stream_open(struct http_request *request, int status, const char *type, void (*closed)(void *context), void *context)
{
	struct http_connection *connection = request->connection;
	assert(!request->is_replied);
	request->is_replied = true;
	request->status = status;
	request->closed = closed;
	request->closed_context = context;
	request->is_chunked = request->reader->minor > 0;
	if (!request->is_chunked)
		connection->must_close = true;
	struct str *head = begin_head(connection->server, status);
	put_field(head, "Content-Type", type);
	if (request->is_chunked)
		str_put(head, "Transfer-Encoding: chunked\r\n");
	put_field(head, "X-Request-Id", request->id);
	put_own_fields(head, &request->fields, status);
	end_head(head, connection);
	bool is_open = http_connection_stream(connection, head, NULL, 0);
	if (is_open && is_head_request(request))
		http_connection_end_stream(connection);
}

bool
http_stream_send(struct http_request *request, const void *bytes, size_t length)
{
	struct http_connection *connection = request->connection;
	struct str *head = &connection->server->head;
	if (length == 0 || connection->stream_is_lost)
		return !connection->stream_is_lost;
	str_clear(head);
	if (request->is_chunked)
		str_print(head, "%zx\r\n", length);
	str_add(head, bytes, length);
	if (request->is_chunked)
		str_put(head, "\r\n");
	return http_connection_stream(connection, head, NULL, 0);
}

void
http_stream_close(struct http_request *request)
{
	static char last_chunk[] = "0\r\n\r\n";
	const struct str end = {.bytes = last_chunk, .length = sizeof last_chunk - 1};
	struct http_connection *connection = request->connection;
	if (request->is_chunked && !is_head_request(request))
		http_connection_stream(connection, &end, NULL, 0);
	http_connection_end_reply(connection);
}
