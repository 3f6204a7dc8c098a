/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The job "mail": one mail of the outbox is taken, written, and given to a mail server or put into a folder as a file.
 *
 * Invariant: a mail that a server has accepted is never sent again, but for the case that SMTP leaves open. Before the text the row says
 * "sending"; after the answer it says what became of it. A row that still says so when it is taken again is that case: SQL counts it
 * and decides. Into a folder the file has the row's number as its name, so that writing it twice is the same.
 */
#ifndef HUBD_WORK_MAIL_H
#define HUBD_WORK_MAIL_H

#include "work/smtp.h"

struct db_pool;
struct event_base;
struct job;
struct mailer;

struct mailer_settings {
	const char *templates, *locale; /* folders */
	const char *public_url, *operator_name, *operator_address, *operator_mail;
	const char *from;               /* an address */
	const char *directory;          /* "": to a server */
	struct smtp_settings smtp;      /* url "": nothing is sent, everything waits */
};

/* NULL: *ret_error is a sentence on a template or a text; free() it. The settings' texts must outlive it. */
struct mailer *mailer_new(struct event_base *base, struct wire *wire, struct db_pool *pool, const struct mailer_settings *settings, char **ret_error);
void mailer_free(struct mailer *mailer); /* after the wire and the pool; NULL is fine */

/* A job_run; the context is the mailer. */
void mailer_run(void *mailer, struct job *job);

#endif
