/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/process.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <systemd/sd-daemon.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/when.h"

enum { SIGNALS = 3 };

struct process {
	struct event_base *base;
	struct process_calls calls;
	struct event *signals[SIGNALS], *watchdog, *drain_end;
	int drain_ms;
	bool is_stopping, is_too_late;
};

static const struct {
	const char *word;
	enum log_level level;
} levels[] = {{"error", LOG_LEVEL_ERROR}, {"warning", LOG_LEVEL_WARNING}, {"notice", LOG_LEVEL_NOTICE}, {"info", LOG_LEVEL_INFO},
	{"debug", LOG_LEVEL_DEBUG}};

void
process_set_log_level(const struct conf *conf)
{
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (str_equal(levels[i].word, conf_text(conf, "log_level")))
			log_set_level(levels[i].level);
}

void
process_say_status(const char *status)
{
	sd_notifyf(0, "STATUS=%s", status);
}

static struct timeval
after_ms(int64_t milliseconds)
{
	return (struct timeval){.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
}

static void
give_up(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	struct process *process = context;
	process->is_too_late = true;
	log_event(LOG_LEVEL_WARNING, "drain-timeout", "help", "what still ran was cut off; see drain_timeout", NULL);
	event_base_loopbreak(process->base);
}

static void
on_stop(evutil_socket_t signal_number, short events, void *context)
{
	(void)signal_number;
	(void)events;
	struct process *process = context;
	if (process->is_stopping) {
		event_base_loopbreak(process->base);
		return;
	}
	process->is_stopping = true;
	sd_notify(0, "STOPPING=1");
	log_event(LOG_LEVEL_NOTICE, "stopping", NULL);
	struct timeval bound = after_ms(process->drain_ms);
	event_add(process->drain_end, &bound);
	process->calls.stop(process->calls.context);
}

static void
on_reload(evutil_socket_t signal_number, short events, void *context)
{
	(void)signal_number;
	(void)events;
	struct process *process = context;
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)when_monotonic_ms() * 1000);
	process->calls.reload(process->calls.context);
	sd_notify(0, "READY=1");
}

static void
feed_watchdog(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	(void)context;
	sd_notify(0, "WATCHDOG=1");
}

/* The loop itself feeds the dog: what holds the loop up for long is what it is there to see. */
static void
begin_watchdog(struct process *process)
{
	uint64_t microseconds = 0;
	if (sd_watchdog_enabled(0, &microseconds) <= 0)
		return;
	struct timeval interval = after_ms((int64_t)(microseconds / 3000));
	process->watchdog = event_new(process->base, -1, EV_PERSIST, feed_watchdog, NULL);
	event_add(process->watchdog, &interval);
}

static void
raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* as far as we may */
}

static void
watch_signals(struct process *process)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	process->signals[0] = evsignal_new(process->base, SIGTERM, on_stop, process);
	process->signals[1] = evsignal_new(process->base, SIGINT, on_stop, process);
	process->signals[2] = evsignal_new(process->base, SIGHUP, on_reload, process);
	for (size_t i = 0; i < SIGNALS; i++)
		if (process->signals[i] == NULL || event_add(process->signals[i], NULL) != 0)
			abort();
}

struct process *
process_begin(const struct conf *conf, const struct process_calls *calls)
{
	struct process *process = base_alloc(sizeof *process);
	process->calls = *calls;
	process->drain_ms = conf_milliseconds(conf, "drain_timeout");
	process_set_log_level(conf);
	when_set_offset(conf_number(conf, "clock_offset"));
	raise_descriptor_limit();
	process->base = event_base_new();
	if (process->base == NULL)
		abort();
	watch_signals(process);
	process->drain_end = event_new(process->base, -1, 0, give_up, process);
	begin_watchdog(process);
	return process;
}

struct event_base *
process_base(const struct process *process)
{
	return process->base;
}

int
process_run(struct process *process)
{
	sd_notify(0, "READY=1");
	event_base_dispatch(process->base);
	log_event(LOG_LEVEL_NOTICE, "stopped", NULL);
	return process->is_too_late;
}

void
process_free(struct process *process)
{
	if (process == NULL)
		return;
	for (size_t i = 0; i < SIGNALS; i++)
		event_free(process->signals[i]);
	event_free(process->drain_end);
	if (process->watchdog != NULL)
		event_free(process->watchdog);
	event_base_free(process->base);
	free(process);
}
