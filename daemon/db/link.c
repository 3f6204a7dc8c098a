/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/link.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"

enum {
	CONNECT_TIMEOUT_MS = 5000, /* of one try, where the connection string says nothing */
	SSL_READS = 3,             /* servers since 17 send TLS records of up to 16 KB, libpq may read but 8 KB a time: one to spare */
};

enum link_state { LINK_WAITING, LINK_CONNECTING, LINK_UP };

/* The keywords that hold one entry a host, and turn together. */
static const char *const host_keywords[] = {"host", "hostaddr", "port"};
enum { HOST_KEYWORDS = sizeof host_keywords / sizeof host_keywords[0] };

struct link {
	struct event_base *base;
	const struct db_settings *settings;
	const struct link_owner *owner;
	void *context;
	enum link_state state;
	PGconn *conn;
	struct event *reading, *writing; /* of the connection's socket */
	struct event *timer;             /* the end of a wait, or of the patience with a connect */
	unsigned failures;               /* in a row */
	int64_t up_since;
	char *hosts[HOST_KEYWORDS];      /* turned lists, after a try ended in silence; NULL: as configured */
};

static void
link_arm(struct link *link, int64_t milliseconds)
{
	struct timeval wait = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
	event_add(link->timer, &wait);
}

static int64_t
random_below(int64_t bound)
{
	uint32_t number = 0;
	if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number)
		number = (uint32_t)when_monotonic_ms() * 2654435761u;
	return bound > 0 ? number % bound : 0;
}

/* The first try after a good time comes quickly; each further one after twice the wait, somewhere in its upper half. */
static int64_t
link_backoff(struct link *link)
{
	int64_t wait = link->settings->reconnect_min_ms > 0 ? link->settings->reconnect_min_ms : 1;
	if (link->failures++ == 0)
		return random_below(wait);
	for (unsigned i = 2; i < link->failures && wait < link->settings->reconnect_max_ms; i++)
		wait *= 2;
	if (wait > link->settings->reconnect_max_ms)
		wait = link->settings->reconnect_max_ms;
	return wait / 2 + random_below(wait / 2 + 1);
}

static void
link_unwatch(struct link *link)
{
	if (link->reading != NULL)
		event_free(link->reading);
	if (link->writing != NULL)
		event_free(link->writing);
	link->reading = link->writing = NULL;
}

/* The one door out of every state. */
static void
link_close(struct link *link)
{
	event_del(link->timer);
	link_unwatch(link);
	PQfinish(link->conn);
	link->conn = NULL;
	link->state = LINK_WAITING;
}

void
link_lose(struct link *link, const char *why)
{
	/* why may be libpq's own text. It ends in a line feed, and may have several lines. */
	char *reason = base_strdup(why);
	for (size_t end = strlen(reason); end > 0 && reason[end - 1] == '\n'; end--)
		reason[end - 1] = '\0';
	if (link->state == LINK_UP && when_monotonic_ms() - link->up_since > link->settings->reconnect_max_ms)
		link->failures = 0;
	link_close(link);
	link_arm(link, link_backoff(link));
	link->owner->down(link->context, reason);
	free(reason);
}

void
link_lose_soon(struct link *link)
{
	assert(link->state == LINK_UP);
	event_active(link->timer, EV_TIMEOUT, 0);
}

static void
on_writable(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	link_flush(context);
}

void
link_flush(struct link *link)
{
	int left = PQflush(link->conn);
	if (left < 0)
		link_lose_soon(link);
	if (left == 1)
		event_add(link->writing, NULL);
}

static void
on_readable(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	struct link *link = context;
	PGconn *conn = link->conn;
	/* libpq leaves a part of a TLS record in the TLS library's hands, where no socket tells of it. */
	int reads = PQsslInUse(conn) ? SSL_READS : 1;
	bool is_good = true;
	for (int i = 0; i < reads && is_good; i++)
		is_good = PQconsumeInput(conn) == 1;
	/* What came before the end is still an answer. */
	link->owner->readable(link->context);
	if (!is_good && link->conn == conn)
		link_lose(link, PQerrorMessage(conn));
}

static void
link_up(struct link *link)
{
	event_del(link->timer);
	link_unwatch(link);
	link->state = LINK_UP;
	link->up_since = when_monotonic_ms();
	PQsetnonblocking(link->conn, 1);
	int socket = PQsocket(link->conn);
	link->reading = event_new(link->base, socket, EV_READ | EV_PERSIST, on_readable, link);
	link->writing = event_new(link->base, socket, EV_WRITE, on_writable, link);
	event_add(link->reading, NULL);
	link->owner->up(link->context);
}

static void link_poll(struct link *link);

static void
on_connecting(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	link_poll(context);
}

/* One step of the connect. libpq changes the socket as it goes from host to host: it is watched anew each time. */
static void
link_poll(struct link *link)
{
	link_unwatch(link);
	PostgresPollingStatusType next = PQconnectPoll(link->conn);
	if (next == PGRES_POLLING_FAILED) {
		link_lose(link, PQerrorMessage(link->conn));
		return;
	}
	if (next == PGRES_POLLING_OK) {
		link_up(link);
		return;
	}
	short what = next == PGRES_POLLING_READING ? EV_READ : EV_WRITE;
	link->reading = event_new(link->base, PQsocket(link->conn), what, on_connecting, link);
	event_add(link->reading, NULL);
}

/* "a,b,c" becomes "b,c,a"; a single entry stays. */
static char *
list_turned(const char *list)
{
	const char *comma = strchr(list, ',');
	struct str turned = {0};
	if (comma != NULL) {
		str_put(&turned, comma + 1);
		str_char(&turned, ',');
		str_add(&turned, list, (size_t)(comma - list));
	} else {
		str_put(&turned, list);
	}
	return str_steal(&turned, NULL);
}

/*
 * libpq goes on to the next host when one refuses, but not, without blocking, when one is silent (a machine
 * that lost its power): then the next try begins with the next host.
 */
static void
link_turn_hosts(struct link *link)
{
	PQconninfoOption *options = PQconninfo(link->conn);
	for (PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++) {
		for (size_t i = 0; i < HOST_KEYWORDS; i++) {
			if (strcmp(option->keyword, host_keywords[i]) != 0 || option->val == NULL)
				continue;
			free(link->hosts[i]);
			link->hosts[i] = list_turned(option->val);
		}
	}
	PQconninfoFree(options);
}

/* connect_timeout in seconds, which libpq itself heeds only where it blocks. */
static int64_t
connect_timeout_ms(PGconn *conn)
{
	int64_t seconds = 0;
	PQconninfoOption *options = PQconninfo(conn);
	for (PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++) {
		if (strcmp(option->keyword, "connect_timeout") == 0 && option->val != NULL)
			str_number(option->val, 1, 3600, &seconds);
	}
	PQconninfoFree(options);
	return seconds > 0 ? seconds * 1000 : CONNECT_TIMEOUT_MS;
}

static void
link_discard_notice(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

/* Of two values for a keyword libpq takes the later: ours before "dbname" are defaults, ours behind it are fixed. */
static PGconn *
link_start(struct link *link)
{
	const char *const keywords[] = {"keepalives_idle", "keepalives_interval", "keepalives_count", "dbname",
	    "application_name", "client_encoding", host_keywords[0], host_keywords[1], host_keywords[2], NULL};
	const char *const values[] = {"20", "5", "4", link->settings->conninfo, "hubd", "UTF8", link->hosts[0], link->hosts[1],
	    link->hosts[2], NULL};
	PGconn *conn = PQconnectStartParams(keywords, values, 1);
	if (conn == NULL)
		abort();
	PQsetNoticeReceiver(conn, link_discard_notice, NULL);
	return conn;
}

static void
link_connect(struct link *link)
{
	link->conn = link_start(link);
	link->state = LINK_CONNECTING;
	if (PQstatus(link->conn) == CONNECTION_BAD) {
		link_lose(link, PQerrorMessage(link->conn));
		return;
	}
	link_arm(link, connect_timeout_ms(link->conn));
	/* As if PQconnectPoll() had asked to write: the documented beginning. */
	link->reading = event_new(link->base, PQsocket(link->conn), EV_WRITE, on_connecting, link);
	event_add(link->reading, NULL);
}

static void
on_timer(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	struct link *link = context;
	switch (link->state) {
	case LINK_WAITING:
		link_connect(link);
		break;
	case LINK_CONNECTING:
		link_turn_hosts(link);
		link_lose(link, "The server did not answer the connection in time.");
		break;
	case LINK_UP:
		link_lose(link, PQerrorMessage(link->conn));
		break;
	}
}

struct link *
link_new(struct event_base *base, const struct db_settings *settings, const struct link_owner *owner, void *context)
{
	struct link *link = base_alloc(sizeof *link);
	*link = (struct link){.base = base, .settings = settings, .owner = owner, .context = context};
	link->timer = evtimer_new(base, on_timer, link);
	link_arm(link, 0);
	return link;
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	link_close(link);
	event_free(link->timer);
	for (size_t i = 0; i < HOST_KEYWORDS; i++)
		free(link->hosts[i]);
	free(link);
}

PGconn *
link_conn(const struct link *link)
{
	return link->state == LINK_UP ? link->conn : NULL;
}
