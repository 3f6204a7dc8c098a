/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/server.h"

#include <assert.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "http/connection.h"
#include "http/peers.h"

void
http_settings_default(struct http_settings *settings)
{
	*settings = (struct http_settings){
	    .line_max = 16 * 1024,
	    .head_max = 64 * 1024,
	    .fields_max = 100,
	    .body_max = 16 * 1024 * 1024,
	    .head_ms = 10000,
	    .body_ms = 60000,
	    .reply_ms = 30000,
	    .idle_ms = 75000,
	    .connections_max = 4096,
	    .connections_max_per_address = 256,
	};
}

static void
do_later(evutil_socket_t socket, short what, void *context)
{
	struct http_server *server = context;
	struct http_connection *connection;
	(void)socket, (void)what;
	while ((connection = SLIST_FIRST(&server->later_list)) != NULL) {
		SLIST_REMOVE_HEAD(&server->later_list, later);
		connection->is_later = false;
		http_connection_later(connection);
	}
	if (!server->is_draining || server->is_drained || !LIST_EMPTY(&server->connections))
		return;
	server->is_drained = true;
	if (server->drained != NULL)
		server->drained(server->drained_context);
}

void
http_server_later(struct http_server *server, struct http_connection *connection)
{
	if (connection->is_later)
		return;
	connection->is_later = true;
	SLIST_INSERT_HEAD(&server->later_list, connection, later);
	event_active(server->later, EV_TIMEOUT, 1);
}

void
http_server_lost_one(struct http_server *server)
{
	if (server->is_draining && LIST_EMPTY(&server->connections) && server->later != NULL)
		event_active(server->later, EV_TIMEOUT, 1);
}

const char *
http_server_date(struct http_server *server)
{
	int64_t now = when_now();
	if (now != server->date_second || server->date[0] == '\0') {
		server->date_second = now;
		when_print_http(now, server->date);
	}
	return server->date;
}

void
http_server_id(struct http_server *server, char ret_id[static 17])
{
	static const char digits[] = "0123456789abcdef";
	/* splitmix64 (Steele, Lea, Flood 2014): each value of the counter once, in an order that tells nothing. */
	uint64_t id = server->next_id += 0x9e3779b97f4a7c15u;
	id = (id ^ id >> 30) * 0xbf58476d1ce4e5b9u;
	id = (id ^ id >> 27) * 0x94d049bb133111ebu;
	id ^= id >> 31;
	for (int i = 0; i < 16; i++, id >>= 4)
		ret_id[i] = digits[id & 15];
	ret_id[16] = '\0';
}

static void
set_trust(struct http_trust *trust, const char *const *texts)
{
	size_t room = 0;
	while (texts != NULL && texts[room] != NULL)
		room++;
	free(trust->prefixes);
	*trust = (struct http_trust){.prefixes = base_alloc(room * sizeof *trust->prefixes)};
	for (size_t i = 0; i < room; i++)
		if (http_prefix_parse(texts[i], &trust->prefixes[trust->count]))
			trust->count++;
}

void
http_server_configure(struct http_server *server, const struct http_settings *settings)
{
	server->settings = *settings;
	server->settings.trusted_peers = NULL;
	server->limits = (struct http_limits){
	    .line = settings->line_max,
	    .head = settings->head_max,
	    .fields = settings->fields_max,
	    .body = settings->body_max,
	};
	set_trust(&server->trust, settings->trusted_peers);
}

struct http_server *
http_server_new(struct event_base *base, const struct http_settings *settings, http_handle *handle, void *context)
{
	struct http_server *server = base_alloc(sizeof *server);
	server->base = base;
	server->handle = handle;
	server->context = context;
	server->input = base_alloc(HTTP_INPUT_SIZE);
	server->peers = http_peers_new();
	server->later = evtimer_new(base, do_later, server);
	if (server->later == NULL)
		abort();
	if (getrandom(&server->next_id, sizeof server->next_id, GRND_NONBLOCK) < 0)
		server->next_id = (uint64_t)when_now() << 20;
	http_server_configure(server, settings);
	signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error code */
	return server;
}

void
http_server_on_refusal(struct http_server *server, http_put_refusal *put)
{
	server->put_refusal = put;
}

void
http_server_drain(struct http_server *server, void (*drained)(void *context), void *context)
{
	struct http_connection *connection, *next;
	server->drained = drained;
	server->drained_context = context;
	http_listeners_accept(server); /* who has connected already is served */
	http_listeners_close(server);
	server->is_draining = true;
	for (connection = LIST_FIRST(&server->connections); connection != NULL; connection = next) {
		next = LIST_NEXT(connection, entry);
		http_connection_drain(connection);
	}
	event_active(server->later, EV_TIMEOUT, 1);
}

void
http_server_free(struct http_server *server)
{
	if (server == NULL)
		return;
	http_listeners_close(server);
	server->is_draining = false;
	while (!LIST_EMPTY(&server->connections))
		http_connection_free(LIST_FIRST(&server->connections));
	event_free(server->later);
	http_peers_free(server->peers);
	free(server->trust.prefixes);
	free(server->input);
	str_free(&server->head);
	str_free(&server->error);
	free(server);
}

void
http_server_count(const struct http_server *server, struct http_counts *ret_counts)
{
	*ret_counts = server->counts;
}
