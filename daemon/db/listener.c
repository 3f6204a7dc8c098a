/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A listener: LISTEN over a link of its own. After each connect it tells once "you may have missed
 * something", since PostgreSQL keeps no notifications for those who are away.
 */
#include "db/db.h"

#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/arena.h"
#include "base/str.h"
#include "db/link.h"
#include "db/rows.h"

struct db_listener {
	struct link *link;
	char *channel;
	bool is_listening; /* the server has answered LISTEN */
	void (*heard)(void *context, const char *payload);
	void *context;
};

static void
on_up(void *context)
{
	struct db_listener *listener = context;
	PGconn *conn = link_conn(listener->link);
	char *channel = PQescapeIdentifier(conn, listener->channel, strlen(listener->channel));
	struct str listen = {0};
	str_print(&listen, "LISTEN %s", channel != NULL ? channel : "");
	if (PQsendQuery(conn, str_text(&listen)) == 1)
		link_flush(listener->link);
	else
		link_lose_soon(listener->link);
	str_free(&listen);
	PQfreemem(channel);
}

/* The answer to LISTEN. False: the server refused it. */
static bool
listener_learn(struct db_listener *listener, PGconn *conn)
{
	PGresult *result;
	bool is_good = true;
	while (is_good && !PQisBusy(conn) && (result = PQgetResult(conn)) != NULL) {
		is_good = !rows_is_error(result);
		if (!is_good)
			link_lose(listener->link, rows_message(result));
		PQclear(result);
		if (is_good && !listener->is_listening) {
			listener->is_listening = true;
			listener->heard(listener->context, NULL);
		}
	}
	return is_good;
}

static void
on_readable(void *context)
{
	struct db_listener *listener = context;
	PGconn *conn = link_conn(listener->link);
	if (!listener_learn(listener, conn))
		return;
	PGnotify *notify;
	while ((notify = PQnotifies(conn)) != NULL) {
		listener->heard(listener->context, notify->extra);
		PQfreemem(notify);
	}
}

static void
on_down(void *context, const char *why)
{
	(void)why;
	struct db_listener *listener = context;
	listener->is_listening = false;
}

static const struct link_owner link_owner = {.up = on_up, .readable = on_readable, .down = on_down};

struct db_listener *
db_listen(struct event_base *base, const struct db_settings *settings, const char *channel,
    void (*heard)(void *context, const char *payload), void *context)
{
	struct db_listener *listener = base_alloc(sizeof *listener);
	*listener = (struct db_listener){.channel = base_strdup(channel), .heard = heard, .context = context};
	listener->link = link_new(base, settings, &link_owner, listener);
	return listener;
}

void
db_listener_free(struct db_listener *listener)
{
	if (listener == NULL)
		return;
	link_free(listener->link);
	free(listener->channel);
	free(listener);
}
