/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mails to a mail server (RFC 5321), over libcurl: STARTTLS or TLS always, but for a server on this machine.
 *
 * What matters is the one moment that SMTP leaves open: a server that has the whole text may have accepted it, whether or not we hear
 * so. Therefore nothing of the text is sent before `claim` was answered (the server said 354, the connection stands), and the end says which
 * of the four it was. Words of the server stay here, since they repeat addresses: only its number comes out.
 */
#ifndef HUBD_WORK_SMTP_H
#define HUBD_WORK_SMTP_H

#include <stdbool.h>
#include <stddef.h>

struct smtp;
struct smtp_sending;
struct wire;

enum smtp_outcome {
	SMTP_SENT,    /* accepted: it is the server's now */
	SMTP_LATER,   /* not accepted, and worth another try: 4xx, no connection, a login or TLS that failed */
	SMTP_REFUSED, /* not accepted and never will be: 5xx about this mail */
	SMTP_UNKNOWN, /* the connection was lost after the whole text and before the answer */
};

struct smtp_settings {
	const char *url;             /* smtp://host:587, smtps://host; a path is the name for EHLO */
	const char *user, *password; /* "": no login */
	const char *ca_file;         /* certificates that count instead of the system's; "": those. With it, TLS on this machine too */
	int timeout_ms;              /* of one mail */
};

struct smtp_mail {
	const char *from, *to; /* mime_is_address() */
	const char *bytes;     /* CRLF; copied */
	size_t length;
};

struct smtp_calls {
	/* The text comes next: answer with smtp_go(), now or later. */
	void (*claim)(void *context, struct smtp_sending *sending);
	/* Once. code: the server's last one or 0; why: a sentence without addresses; sending is gone. */
	void (*ended)(void *context, enum smtp_outcome outcome, int code, const char *why);
};

struct smtp *smtp_new(struct wire *wire, const struct smtp_settings *settings); /* the settings' texts must outlive it */
void smtp_free(struct smtp *smtp);                                              /* after the wire; NULL is fine */
void smtp_send(struct smtp *smtp, const struct smtp_mail *mail, const struct smtp_calls *calls, void *context);
/* false: it is not ours to send any more; it ends with SMTP_LATER. */
void smtp_go(struct smtp_sending *sending, bool may);

/* NULL: an address for smtp_settings.url; else what would be right. */
const char *smtp_refusal(const char *url);

#endif
