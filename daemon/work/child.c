/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/str.h"

struct child {
	struct child *next, **place; /* in the list */
	pid_t pid;
	int pipe;
	struct event *readable, *late;
	struct str text;
	child_done *done;
	void *context;
};

struct children {
	struct event_base *base;
	struct child *list;
};

/* ---- in the child ---- */

static void
limit(void)
{
	/* Where the service manager forbids to set limits, its own hold, and the parent's patience ends. */
	struct rlimit seconds = {CHILD_SECONDS, CHILD_SECONDS};
	setrlimit(RLIMIT_CPU, &seconds);
#ifndef __SANITIZE_ADDRESS__
	struct rlimit memory = {CHILD_MEMORY, CHILD_MEMORY};
	setrlimit(RLIMIT_AS, &memory);
#endif
}

static void
run(int pipe, child_work *work, const void *input)
{
	struct str text = {0};
	limit();
	work(input, &text);
	for (size_t done = 0; done < text.length;) {
		ssize_t written = write(pipe, text.bytes + done, text.length - done);
		if (written < 0 && errno != EINTR)
			_exit(1);
		done += written > 0 ? (size_t)written : 0;
	}
	_exit(0);
}

/* ---- the parent ---- */

static void
child_free(struct child *child)
{
	*child->place = child->next;
	if (child->next != NULL)
		child->next->place = child->place;
	if (child->pid > 0) {
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
	}
	event_free(child->readable);
	event_free(child->late);
	if (child->pipe >= 0)
		close(child->pipe);
	str_free(&child->text);
	free(child);
}

static void
end(struct child *child, bool is_whole)
{
	int status = 0;
	if (child->pid > 0) {
		if (!is_whole)
			kill(child->pid, SIGKILL);
		waitpid(child->pid, &status, 0); /* its end of the pipe is closed, or it was killed: it is gone */
		child->pid = 0;
	}
	bool is_done = is_whole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	child->done(child->context, is_done ? str_text(&child->text) : NULL);
	child_free(child);
}

static void
on_readable(evutil_socket_t pipe, short events, void *context)
{
	struct child *child = context;
	char part[65536];
	(void)events;
	ssize_t got = read(pipe, part, sizeof part);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		end(child, got == 0);
		return;
	}
	str_add(&child->text, part, (size_t)got);
	if (child->text.length > CHILD_OUTPUT)
		end(child, false);
}

static void
on_late(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	end(context, false);
}

static struct child *
child_new(struct children *children, child_done *done, void *context)
{
	struct child *child = base_alloc(sizeof *child);
	*child = (struct child){.next = children->list, .place = &children->list, .pipe = -1, .done = done, .context = context};
	if (child->next != NULL)
		child->next->place = &child->next;
	children->list = child;
	return child;
}

/* No process or pipe to be had: the same end as one that costs too much, a moment later. */
static bool
start(struct child *child, child_work *work, const void *input)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	child->pid = fork();
	if (child->pid == 0) {
		close(ends[0]);
		run(ends[1], work, input);
	}
	close(ends[1]);
	child->pipe = ends[0];
	return child->pid > 0 && fcntl(child->pipe, F_SETFL, O_NONBLOCK) == 0;
}

void
child_run(struct children *children, child_work *work, const void *input, child_done *done, void *context)
{
	struct child *child = child_new(children, done, context);
	bool is_started = start(child, work, input);
	struct timeval patience = {.tv_sec = is_started ? 2 * CHILD_SECONDS : 0};
	child->readable = event_new(children->base, child->pipe, EV_READ | EV_PERSIST, on_readable, child);
	child->late = event_new(children->base, -1, 0, on_late, child);
	if (child->readable == NULL || child->late == NULL || event_add(child->late, &patience) != 0 || (is_started && event_add(child->readable, NULL) != 0))
		abort();
}

struct children *
children_new(struct event_base *base)
{
	struct children *children = base_alloc(sizeof *children);
	children->base = base;
	return children;
}

void
children_free(struct children *children)
{
	if (children == NULL)
		return;
	while (children->list != NULL)
		end(children->list, false);
	free(children);
}
