/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work on what a stranger wrote, in a child process: bounded in processor time, memory, patience and output, so that neither the loop waits nor the
 * worker dies of it. The child shares nothing but what it was given and the pipe on which its text comes back. It does not know what the work is.
 */
#ifndef HUBD_WORK_CHILD_H
#define HUBD_WORK_CHILD_H

struct children;
struct event_base;
struct str;

enum { CHILD_SECONDS = 30, CHILD_MEMORY = 1 << 30, CHILD_OUTPUT = 64 * 1024 * 1024 };

/* In the child: appends to out. It must not touch the loop, the database or any file. */
typedef void child_work(const void *input, struct str *out);
/* In the parent, once: what the work wrote; NULL: it was ended because it cost too much, or it died. */
typedef void child_done(void *context, const char *text);

struct children *children_new(struct event_base *base);
/* Kills those that still run; their done hears NULL. NULL is fine. */
void children_free(struct children *children);

/* input is needed only until this returns. done is called from the loop, never from within. */
void child_run(struct children *children, child_work *work, const void *input, child_done *done, void *context);

#endif
