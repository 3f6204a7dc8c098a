/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/connection.h"

#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/when.h"
#include "http/output.h"
#include "http/peers.h"
#include "http/server.h"

enum {
	LINGER_MS = 2000,
	LINGER_BYTES = 4 << 20,
	DRAIN_MS = 1000,            /* for a fresh connection whose first request is on its way */
	PENDING_MAX = HTTP_INPUT_SIZE,
	STREAM_BUFFER = 256 * 1024,
	MIB = 1 << 20,
	CACHE = 512 << 10,
};

static void take(struct http_connection *connection, const char *bytes, size_t length);

/* ---- deadlines: one lazy timer, moved only when the deadline comes nearer ---- */

static void
set_deadline(struct http_connection *connection, int64_t milliseconds)
{
	int64_t now = when_monotonic_ms();
	connection->deadline = now + milliseconds;
	if (connection->deadline >= connection->timer_at)
		return;
	struct timeval in = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
	connection->timer_at = connection->deadline;
	event_add(&connection->timer, &in);
}

static void
clear_deadline(struct http_connection *connection)
{
	connection->deadline = INT64_MAX;
}

/* ---- the end ---- */

static void
close_socket(struct http_connection *connection)
{
	if (connection->socket < 0)
		return;
	event_del(&connection->readable);
	event_del(&connection->writable);
	event_del(&connection->timer);
	close(connection->socket);
	connection->socket = -1;
}

static void
close_now(struct http_connection *connection)
{
	if (connection->state == HTTP_LINGERING)
		connection->server->lingering--;
	close_socket(connection);
	connection->state = HTTP_CLOSED;
	http_server_later(connection->server, connection);
}

static void
linger(struct http_connection *connection)
{
	shutdown(connection->socket, SHUT_WR);
	connection->state = HTTP_LINGERING;
	connection->server->lingering++;
	event_add(&connection->readable, NULL);
	set_deadline(connection, LINGER_MS);
}

static void
end_request(struct http_connection *connection)
{
	if (connection->request.arena == NULL)
		return;
	http_request_end(&connection->request);
	connection->server->counts.running--;
}

/* All of the reply is with the socket. */
static void
finish(struct http_connection *connection)
{
	assert(connection->state == HTTP_SENT);
	end_request(connection);
	if (connection->socket < 0 || http_connection_will_close(connection)) {
		if (connection->socket >= 0 && (connection->must_linger || connection->pending.length > 0) && !connection->has_ended)
			linger(connection);
		else
			close_now(connection);
		return;
	}
	http_reader_reset(&connection->reader, &connection->server->limits);
	connection->is_in_body = false;
	connection->is_used = true;
	connection->state = HTTP_READING;
	set_deadline(connection, connection->server->settings.idle_ms);
}

/* The next request may have come already. */
static void
resume(struct http_connection *connection)
{
	struct str pending = connection->pending;
	connection->pending = (struct str){0};
	take(connection, str_text(&pending), pending.length);
	str_free(&pending);
	if (connection->state != HTTP_READING)
		return;
	if (connection->has_ended)
		close_now(connection);
	else
		event_add(&connection->readable, NULL);
}

static void
finish_and_resume(struct http_connection *connection)
{
	finish(connection);
	if (connection->state == HTTP_READING)
		resume(connection);
}

/* The peer is gone. A request that a handler has stays, and its reply will be dropped. */
static void
lose(struct http_connection *connection)
{
	switch (connection->state) {
	case HTTP_RUNNING:
	case HTTP_SENT:
		close_socket(connection);
		return;
	case HTTP_WRITING:
		close_socket(connection);
		connection->state = HTTP_SENT;
		http_server_later(connection->server, connection);
		return;
	case HTTP_STREAMING:
		close_socket(connection);
		connection->stream_is_lost = true;
		http_server_later(connection->server, connection);
		return;
	default:
		close_now(connection);
	}
}

/* It holds our bytes and does not take them: no polite end, and the kernel keeps none of them either. */
static void
cut(struct http_connection *connection)
{
	struct linger hard = {.l_onoff = 1};
	connection->server->counts.timed_out++;
	if (connection->socket >= 0)
		setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	lose(connection);
}

void
http_connection_later(struct http_connection *connection)
{
	if (connection->stream_is_lost) {
		struct http_request *request = &connection->request;
		connection->stream_is_lost = false;
		connection->state = HTTP_SENT;
		if (request->closed != NULL)
			request->closed(request->closed_context);
	}
	if (connection->state == HTTP_SENT)
		finish_and_resume(connection);
	if (connection->state == HTTP_CLOSED && !connection->is_later)
		http_connection_free(connection);
}

void
http_connection_free(struct http_connection *connection)
{
	struct http_server *server = connection->server;
	close_socket(connection);
	end_request(connection);
	if (connection->is_counted) {
		server->counts.connections--;
		if (!connection->is_trusted)
			http_peers_remove(server->peers, &connection->address);
	}
	LIST_REMOVE(connection, entry);
	http_reader_free(&connection->reader);
	str_free(&connection->request.fields);
	str_free(&connection->pending);
	if (connection->output != NULL)
		evbuffer_free(connection->output);
	free(connection);
	http_server_lost_one(server);
}

bool
http_connection_will_close(const struct http_connection *connection)
{
	return connection->must_close || connection->server->is_draining || (connection->has_ended && connection->pending.length == 0);
}

/* ---- writing ---- */

static size_t
output_length(const struct http_connection *connection)
{
	return connection->output == NULL ? 0 : evbuffer_get_length(connection->output);
}

/* False: the peer is gone. */
static bool
send_parts(struct http_connection *connection, const struct str *head, const void *body, size_t length, struct http_bytes *shared)
{
	/* Copies are quicker as long as those for all connections stay in the cache of one processor. */
	bool is_crowd = connection->server->counts.connections * length > CACHE;
	if (connection->socket < 0 || !http_output_send(connection->socket, &connection->output, head, body, length, shared, is_crowd))
		return false;
	if (output_length(connection) > 0)
		event_add(&connection->writable, NULL);
	return true;
}

/* Everything is written, or nobody is there to read it. */
static void
reply_is_out(struct http_connection *connection)
{
	connection->state = HTTP_SENT;
	if (!connection->is_in_handler)
		http_server_later(connection->server, connection);
}

void
http_connection_reply(struct http_connection *connection, const struct str *head, const void *body, size_t length,
    struct http_bytes *shared)
{
	assert(connection->state == HTTP_RUNNING || connection->state == HTTP_READING);
	connection->state = HTTP_WRITING;
	if (!send_parts(connection, head, body, length, shared)) {
		lose(connection);
		return;
	}
	if (output_length(connection) == 0)
		reply_is_out(connection);
	else
		set_deadline(connection, connection->server->settings.reply_ms * (1 + (int64_t)(length / MIB)));
}

bool
http_connection_stream(struct http_connection *connection, const struct str *head, const void *body, size_t length)
{
	if (connection->stream_is_lost)
		return false;
	if (connection->state == HTTP_RUNNING)
		connection->state = HTTP_STREAMING;
	bool was_empty = output_length(connection) == 0;
	if (!send_parts(connection, head, body, length, NULL)) {
		lose(connection);
		return false;
	}
	if (output_length(connection) > STREAM_BUFFER) {
		cut(connection);
		return false;
	}
	if (output_length(connection) == 0)
		clear_deadline(connection);
	else if (was_empty)
		set_deadline(connection, connection->server->settings.reply_ms);
	return true;
}

void
http_connection_end_stream(struct http_connection *connection)
{
	connection->stream_is_lost = true;
	http_server_later(connection->server, connection);
}

void
http_connection_end_reply(struct http_connection *connection)
{
	connection->stream_is_lost = false; /* its owner knows */
	if (connection->socket >= 0 && output_length(connection) > 0)
		connection->state = HTTP_WRITING;
	else
		reply_is_out(connection);
}

static void
on_writable(evutil_socket_t socket, short what, void *context)
{
	struct http_connection *connection = context;
	(void)what;
	if (evbuffer_write(connection->output, socket) < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		lose(connection);
		return;
	}
	if (output_length(connection) > 0)
		return;
	event_del(&connection->writable);
	if (connection->state == HTTP_STREAMING)
		clear_deadline(connection);
	if (connection->state != HTTP_WRITING)
		return;
	connection->state = HTTP_SENT;
	finish_and_resume(connection);
}

/* ---- reading ---- */

static void
run(struct http_connection *connection)
{
	struct http_server *server = connection->server;
	struct http_request *request = &connection->request;
	connection->state = HTTP_RUNNING;
	connection->must_close = !connection->reader.keep_alive;
	clear_deadline(connection);
	http_server_id(server, connection->id);
	http_request_begin(request, &connection->reader, connection->peer, connection->is_trusted, connection->id);
	if (connection->is_trusted)
		http_request_forward(request, &server->trust);
	server->counts.requests++;
	server->counts.running++;
	connection->is_in_handler = true;
	server->handle(request, server->context);
	connection->is_in_handler = false;
	if (connection->state == HTTP_SENT)
		finish(connection);
}

static void
send_continue(struct http_connection *connection)
{
	static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const struct str head = {.bytes = text, .length = sizeof text - 1};
	connection->reader.wants_continue = false;
	if (connection->reader.body.length == 0 && !send_parts(connection, &head, NULL, 0, NULL))
		lose(connection);
}

/* After bytes were fed: where is the request, and what is due until when? */
static void
judge(struct http_connection *connection, bool was_idle)
{
	struct http_reader *reader = &connection->reader;
	const struct http_settings *settings = &connection->server->settings;
	if (reader->state == HTTP_READ_DONE) {
		run(connection);
		return;
	}
	if (reader->state == HTTP_READ_REFUSED) {
		connection->server->counts.malformed++;
		http_refuse(connection, reader->status, reader->detail);
		return;
	}
	if (http_reader_is_in_head(reader)) {
		if (was_idle)
			set_deadline(connection, settings->head_ms);
		return;
	}
	if (!connection->is_in_body) {
		connection->is_in_body = true;
		set_deadline(connection, settings->body_ms);
	}
	if (reader->wants_continue)
		send_continue(connection);
}

static void
take(struct http_connection *connection, const char *bytes, size_t length)
{
	while (length > 0 && connection->state == HTTP_READING) {
		bool was_idle = http_reader_is_idle(&connection->reader);
		size_t used = http_reader_feed(&connection->reader, bytes, length);
		bytes += used;
		length -= used;
		judge(connection, was_idle);
	}
	if (connection->state == HTTP_LINGERING || connection->state == HTTP_CLOSED || length == 0)
		return;
	str_add(&connection->pending, bytes, length);
	if (connection->pending.length > PENDING_MAX)
		event_del(&connection->readable);
}

static void
on_end(struct http_connection *connection)
{
	connection->has_ended = true;
	event_del(&connection->readable);
	if (connection->state == HTTP_READING || connection->state == HTTP_LINGERING)
		close_now(connection);
	else if (connection->state == HTTP_STREAMING)
		lose(connection);
	/* else: a client may shut its side after its request and still read */
}

static void
discard(struct http_connection *connection, size_t length)
{
	connection->lingered += length;
	if (connection->state == HTTP_LINGERING && connection->lingered > LINGER_BYTES)
		close_now(connection);
}

static void
on_readable(evutil_socket_t socket, short what, void *context)
{
	struct http_connection *connection = context;
	char *input = connection->server->input;
	(void)what;
	if (connection->state != HTTP_READING && connection->state != HTTP_LINGERING && connection->pending.length > 0) {
		event_del(&connection->readable); /* one look ahead is enough; the rest waits in the socket */
		return;
	}
	ssize_t length = recv(socket, input, HTTP_INPUT_SIZE, 0);
	if (length < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			lose(connection);
		return;
	}
	if (length == 0)
		on_end(connection);
	else if (connection->state == HTTP_LINGERING)
		discard(connection, (size_t)length);
	else
		take(connection, input, (size_t)length);
}

/* ---- deadlines that came ---- */

static void
expire(struct http_connection *connection)
{
	struct http_server *server = connection->server;
	if (connection->state == HTTP_READING && !http_reader_is_idle(&connection->reader)) {
		server->counts.timed_out++;
		http_refuse(connection, 408, connection->is_in_body ? "The body did not come in time." : "The request head did not come in time.");
		return;
	}
	if (connection->state == HTTP_WRITING || connection->state == HTTP_STREAMING)
		cut(connection);
	else
		lose(connection);
}

static void
on_timer(evutil_socket_t socket, short what, void *context)
{
	struct http_connection *connection = context;
	(void)socket, (void)what;
	connection->timer_at = INT64_MAX;
	if (connection->deadline == INT64_MAX)
		return;
	int64_t left = connection->deadline - when_monotonic_ms();
	if (left > 0)
		set_deadline(connection, left);
	else
		expire(connection);
}

/* ---- the beginning ---- */

void
http_connection_new(struct http_server *server, int socket, const struct http_address *address, bool is_over)
{
	struct http_connection *connection = base_alloc(sizeof *connection);
	int one = 1;
	connection->server = server;
	connection->socket = socket;
	connection->address = *address;
	connection->deadline = connection->timer_at = INT64_MAX;
	connection->is_trusted = http_trust_holds(&server->trust, address);
	http_address_print(address, connection->peer);
	http_server_id(server, connection->id);
	connection->request.connection = connection;
	http_reader_start(&connection->reader, &server->limits);
	event_assign(&connection->readable, server->base, socket, EV_READ | EV_PERSIST, on_readable, connection);
	event_assign(&connection->writable, server->base, socket, EV_WRITE | EV_PERSIST, on_writable, connection);
	evtimer_assign(&connection->timer, server->base, on_timer, connection);
	if (address->family != HTTP_FAMILY_UNIX)
		setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	LIST_INSERT_HEAD(&server->connections, connection, entry);
	if (is_over) {
		http_refuse(connection, 503, "There are too many connections at the moment.");
		return;
	}
	connection->is_counted = true;
	server->counts.connections++;
	if (!connection->is_trusted)
		http_peers_add(server->peers, address);
	int first_ms = server->settings.head_ms < server->settings.idle_ms ? server->settings.head_ms : server->settings.idle_ms;
	set_deadline(connection, first_ms);
	event_add(&connection->readable, NULL);
}

void
http_connection_drain(struct http_connection *connection)
{
	if (connection->state == HTTP_STREAMING) {
		lose(connection);
		return;
	}
	if (connection->state != HTTP_READING || !http_reader_is_idle(&connection->reader))
		return;
	on_readable(connection->socket, EV_READ, connection); /* a request may be in the socket already */
	if (connection->state != HTTP_READING || !http_reader_is_idle(&connection->reader))
		return;
	if (connection->is_used)
		close_now(connection);
	else
		set_deadline(connection, DRAIN_MS);
}
