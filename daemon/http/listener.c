/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listening sockets: addresses, unix sockets, adopted ones; and the accept loop, which outlives a lack of
 * descriptors: it pauses, says so once, and tries again.
 */
#include "http/server.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "http/connection.h"
#include "http/peers.h"

enum {
	BACKLOG = 1024,
	ACCEPT_BURST = 64,      /* then the others have their turn */
	RESUME_MS = 200,
	LINGERING_MAX = 128,    /* refused connections that are ended politely */
};

struct http_listener {
	SLIST_ENTRY(http_listener) entry;
	struct http_server *server;
	int socket;
	struct event *acceptable;
	char *path;             /* of a unix socket that is ours to unlink */
	dev_t device;
	ino_t inode;
};

static bool
fail(struct http_server *server, const char **ret_error, const char *address, const char *what)
{
	str_clear(&server->error);
	str_print(&server->error, "Cannot listen on %s: %s.", address, what);
	*ret_error = str_text(&server->error);
	return false;
}

/* ---- accepting ---- */

static void
pause_accepting(struct http_server *server, int error)
{
	struct http_listener *listener;
	struct timeval wait = {.tv_usec = RESUME_MS * 1000};
	if (!server->was_exhausted)
		log_event(LOG_LEVEL_WARNING, "accept-paused", "reason", strerror(error), NULL);
	server->was_exhausted = server->is_paused = true;
	SLIST_FOREACH(listener, &server->listeners, entry)
		event_del(listener->acceptable);
	event_add(server->resume, &wait);
}

static void
on_resume(evutil_socket_t socket, short what, void *context)
{
	struct http_server *server = context;
	struct http_listener *listener;
	(void)socket, (void)what;
	server->is_paused = false;
	SLIST_FOREACH(listener, &server->listeners, entry)
		event_add(listener->acceptable, NULL);
}

static bool
is_exhausted(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static bool
is_over(const struct http_server *server, const struct http_address *address)
{
	if (server->counts.connections >= server->settings.connections_max)
		return true;
	return !http_trust_holds(&server->trust, address) &&
	    http_peers_count(server->peers, address) >= server->settings.connections_max_per_address;
}

static void
take_socket(struct http_server *server, int socket, const struct sockaddr *from)
{
	struct http_address address;
	http_address_of(from, &address);
	bool over = is_over(server, &address);
	server->counts.accepted++;
	if (over) {
		server->counts.refused_busy++;
		if (server->lingering >= LINGERING_MAX) {
			close(socket);
			return;
		}
	}
	http_connection_new(server, socket, &address, over);
}

static void
on_acceptable(evutil_socket_t socket, short what, void *context)
{
	struct http_listener *listener = context;
	struct http_server *server = listener->server;
	(void)what;
	for (int i = 0; i < ACCEPT_BURST; i++) {
		struct sockaddr_storage from = {0};
		socklen_t length = sizeof from;
		int accepted = accept4(socket, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (accepted >= 0) {
			take_socket(server, accepted, (const struct sockaddr *)&from);
			continue;
		}
		if (is_exhausted(errno)) {
			pause_accepting(server, errno);
			return;
		}
		if (errno == EAGAIN && server->was_exhausted) { /* all who waited are in: it is over */
			server->was_exhausted = false;
			log_event(LOG_LEVEL_NOTICE, "accept-resumed", NULL);
		}
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

void
http_listeners_accept(struct http_server *server)
{
	struct http_listener *listener;
	SLIST_FOREACH(listener, &server->listeners, entry)
		if (!server->is_paused)
			on_acceptable(listener->socket, EV_READ, listener);
}

/* ---- listening ---- */

static struct http_listener *
add_listener(struct http_server *server, int socket)
{
	struct http_listener *listener = base_alloc(sizeof *listener);
	if (server->resume == NULL)
		server->resume = evtimer_new(server->base, on_resume, server);
	listener->server = server;
	listener->socket = socket;
	listener->acceptable = event_new(server->base, socket, EV_READ | EV_PERSIST, on_acceptable, listener);
	if (server->resume == NULL || listener->acceptable == NULL)
		abort();
	if (!server->is_paused)
		event_add(listener->acceptable, NULL);
	SLIST_INSERT_HEAD(&server->listeners, listener, entry);
	return listener;
}

/* A socket nobody listens on any more was left by a process that died. */
static bool
is_stale(const struct sockaddr_un *name)
{
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool stale = probe >= 0 && connect(probe, (const struct sockaddr *)name, sizeof *name) < 0 && errno == ECONNREFUSED;
	if (probe >= 0)
		close(probe);
	return stale;
}

static bool
listen_unix(struct http_server *server, const char *address, const char *path, const char **ret_error)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct stat info;
	if (*path == '\0' || strlen(path) >= sizeof name.sun_path)
		return fail(server, ret_error, address, "the path is empty or too long");
	memcpy(name.sun_path, path, strlen(path));
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listening < 0)
		return fail(server, ret_error, address, strerror(errno));
	int result = bind(listening, (const struct sockaddr *)&name, sizeof name);
	if (result < 0 && errno == EADDRINUSE && is_stale(&name)) {
		unlink(path);
		result = bind(listening, (const struct sockaddr *)&name, sizeof name);
	}
	if (result < 0 || listen(listening, BACKLOG) < 0) {
		int error = errno;
		close(listening);
		return fail(server, ret_error, address, strerror(error));
	}
	struct http_listener *listener = add_listener(server, listening);
	if (stat(path, &info) == 0) {
		listener->path = base_strdup(path);
		listener->device = info.st_dev;
		listener->inode = info.st_ino;
	}
	return true;
}

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080": no name service is asked. */
static struct addrinfo *
resolve(const char *address)
{
	char host[64];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE}, *found;
	const char *colon = strrchr(address, ':'), *begin = address;
	if (colon == NULL || colon == address || colon[1] == '\0')
		return NULL;
	size_t length = (size_t)(colon - address);
	if (*begin == '[' && colon[-1] == ']') {
		begin++;
		length -= 2;
	} else if (memchr(begin, ':', length) != NULL) {
		return NULL;
	}
	if (length >= sizeof host)
		return NULL;
	memcpy(host, begin, length);
	host[length] = '\0';
	if (strcmp(host, "localhost") == 0)
		memcpy(host, "127.0.0.1", sizeof "127.0.0.1");
	return getaddrinfo(host, colon + 1, &hints, &found) == 0 ? found : NULL;
}

bool
http_server_listen(struct http_server *server, const char *address, const char **ret_error)
{
	int one = 1;
	if (strncmp(address, "unix:", 5) == 0)
		return listen_unix(server, address, address + 5, ret_error);
	struct addrinfo *found = resolve(address);
	if (found == NULL)
		return fail(server, ret_error, address, "it is not ADDRESS:PORT, [IPV6]:PORT or unix:PATH");
	int listening = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listening >= 0) {
		setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		if (found->ai_family == AF_INET6)
			setsockopt(listening, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	}
	bool good = listening >= 0 && bind(listening, found->ai_addr, found->ai_addrlen) == 0 && listen(listening, BACKLOG) == 0;
	int error = errno;
	freeaddrinfo(found);
	if (good) {
		add_listener(server, listening);
		return true;
	}
	if (listening >= 0)
		close(listening);
	return fail(server, ret_error, address, strerror(error));
}

bool
http_server_adopt(struct http_server *server, int listening_socket, const char **ret_error)
{
	int accepts = 0;
	socklen_t length = sizeof accepts;
	char name[32];
	snprintf(name, sizeof name, "descriptor %d", listening_socket);
	if (getsockopt(listening_socket, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &length) < 0 || accepts == 0)
		return fail(server, ret_error, name, "it is not a listening socket");
	int flags = fcntl(listening_socket, F_GETFL);
	if (flags < 0 || fcntl(listening_socket, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(listening_socket, F_SETFD, FD_CLOEXEC) < 0)
		return fail(server, ret_error, name, strerror(errno));
	add_listener(server, listening_socket);
	return true;
}

static void
unlink_own(const struct http_listener *listener)
{
	struct stat info;
	/* A successor may have put its own socket there. */
	if (listener->path != NULL && stat(listener->path, &info) == 0 && info.st_dev == listener->device && info.st_ino == listener->inode)
		unlink(listener->path);
}

void
http_listeners_close(struct http_server *server)
{
	struct http_listener *listener;
	while ((listener = SLIST_FIRST(&server->listeners)) != NULL) {
		SLIST_REMOVE_HEAD(&server->listeners, entry);
		unlink_own(listener);
		event_free(listener->acceptable);
		close(listener->socket);
		free(listener->path);
		free(listener);
	}
	if (server->resume != NULL)
		event_free(server->resume);
	server->resume = NULL;
}
