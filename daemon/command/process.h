/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What serve and work share as long-running processes: the event loop, signals, limits, the service manager.
 *
 * SIGTERM and SIGINT stop (drain_timeout bounds how long that takes; a second one ends at once), SIGHUP reloads, SIGPIPE is
 * ignored. READY, RELOADING, STOPPING and WATCHDOG go to the service manager. It does not know what runs.
 */
#ifndef HUBD_COMMAND_PROCESS_H
#define HUBD_COMMAND_PROCESS_H

struct conf;
struct event_base;
struct process;

struct process_calls {
	void (*reload)(void *context);
	void (*stop)(void *context); /* begins to stop; whoever is done breaks the loop */
	void *context;
};

/* conf must outlive it. */
struct process *process_begin(const struct conf *conf, const struct process_calls *calls);
struct event_base *process_base(const struct process *process);
/* Runs the loop until it is broken. The exit code: 0, or 1 when the drain took too long. */
int process_run(struct process *process);
void process_free(struct process *process); /* the loop too; NULL is fine */

void process_set_log_level(const struct conf *conf);
/* One line for `systemctl status`. */
void process_say_status(const char *status);

#endif
