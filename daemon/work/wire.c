/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/wire.h"

#include <stdbool.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/arena.h"

struct transfer {
	struct transfer *next, **place; /* in the wire's list */
	CURL *easy;
	wire_done *done;
	void *context;
};

struct wire {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct transfer *transfers;
};

/* ---- the end of a transfer ---- */

static void
end_transfer(struct wire *wire, struct transfer *transfer, CURLcode code)
{
	curl_multi_remove_handle(wire->multi, transfer->easy);
	*transfer->place = transfer->next;
	if (transfer->next != NULL)
		transfer->next->place = transfer->place;
	wire_done *done = transfer->done;
	void *context = transfer->context;
	free(transfer);
	done(context, code);
}

static void
end_those_that_are_done(struct wire *wire)
{
	const CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(wire->multi, &left)) != NULL) {
		char *transfer = NULL;
		CURLcode code = message->data.result; /* the message does not outlive the handle */
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		end_transfer(wire, (void *)transfer, code);
	}
}

/* ---- what libcurl wants to be told ---- */

static void
on_socket(evutil_socket_t socket, short events, void *context)
{
	struct wire *wire = context;
	int running, happened = (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0);
	curl_multi_socket_action(wire->multi, socket, happened, &running);
	end_those_that_are_done(wire);
}

static void
on_timer(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	struct wire *wire = context;
	int running;
	curl_multi_socket_action(wire->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	end_those_that_are_done(wire);
}

static int
watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *watched)
{
	(void)easy;
	struct wire *wire = context;
	if (watched != NULL)
		event_free(watched);
	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(wire->multi, socket, NULL);
		return 0;
	}
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
	struct event *event = event_new(wire->base, socket, wanted, on_socket, wire);
	if (event == NULL || event_add(event, NULL) != 0)
		abort();
	curl_multi_assign(wire->multi, socket, event);
	return 0;
}

static int
set_timer(CURLM *multi, long milliseconds, void *context)
{
	(void)multi;
	struct wire *wire = context;
	struct timeval after = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
	if (milliseconds < 0)
		event_del(wire->timer);
	else
		event_add(wire->timer, &after);
	return 0;
}

/* ---- the wire ---- */

struct wire *
wire_new(struct event_base *base, long connections)
{
	struct wire *wire = base_alloc(sizeof *wire);
	wire->base = base;
	wire->multi = curl_multi_init();
	wire->timer = event_new(base, -1, 0, on_timer, wire);
	if (wire->multi == NULL || wire->timer == NULL)
		abort();
	curl_multi_setopt(wire->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(wire->multi, CURLMOPT_SOCKETDATA, wire);
	curl_multi_setopt(wire->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(wire->multi, CURLMOPT_TIMERDATA, wire);
	curl_multi_setopt(wire->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
	return wire;
}

void
wire_add(struct wire *wire, CURL *easy, wire_done *done, void *context)
{
	struct transfer *transfer = base_alloc(sizeof *transfer);
	*transfer = (struct transfer){.next = wire->transfers, .place = &wire->transfers, .easy = easy, .done = done, .context = context};
	if (transfer->next != NULL)
		transfer->next->place = &transfer->next;
	wire->transfers = transfer;
	curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)transfer);
	if (curl_multi_add_handle(wire->multi, easy) != CURLM_OK)
		abort();
}

void
wire_free(struct wire *wire)
{
	if (wire == NULL)
		return;
	while (wire->transfers != NULL)
		end_transfer(wire, wire->transfers, CURLE_ABORTED_BY_CALLBACK);
	curl_multi_cleanup(wire->multi);
	event_free(wire->timer);
	free(wire);
}
