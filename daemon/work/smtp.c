/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/smtp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/str.h"
#include "work/address.h"
#include "work/wire.h"

enum { CONNECT_MS = 30000 };

enum step {
	TALKING,  /* up to DATA */
	CLAIMING, /* the server waits for the text, we for smtp_go() */
	GOING,    /* the text is sent */
	STOPPED,  /* smtp_go(false) */
	WHOLE,    /* all of it, and the line with the dot comes or came */
};

struct smtp {
	struct wire *wire;
	struct smtp_settings settings;
	bool is_local; /* the server's name is this machine's: no TLS, but then the address must be as well */
};

struct smtp_sending {
	struct smtp *smtp;
	CURL *easy; /* NULL: the transfer has ended */
	struct curl_slist *recipients;
	char *sender, *bytes;
	size_t length, sent;
	enum step step;
	bool is_paused;
	CURLcode result;
	long code;
	struct smtp_calls calls;
	void *context;
};

/* ---- the end ---- */

/* About the login or the connection, not about this mail (RFC 4954 6, RFC 3207 4): an operator mends it. */
static bool
is_about_us(long code)
{
	return code == 530 || code == 534 || code == 535 || code == 538;
}

static enum smtp_outcome
outcome_of(const struct smtp_sending *sending)
{
	bool is_refusal = sending->code >= 500 && sending->code < 600 && !is_about_us(sending->code);
	if (sending->result == CURLE_OK)
		return SMTP_SENT;
	if (sending->step == WHOLE)
		return sending->code < 400 ? SMTP_UNKNOWN : is_refusal ? SMTP_REFUSED : SMTP_LATER;
	/* MAIL, RCPT or DATA was answered; a greeting or EHLO that is refused ends otherwise. */
	return sending->result == CURLE_SEND_ERROR && is_refusal ? SMTP_REFUSED : SMTP_LATER;
}

static void
finish(struct smtp_sending *sending)
{
	struct smtp_calls calls = sending->calls;
	void *context = sending->context;
	enum smtp_outcome outcome = outcome_of(sending);
	int code = (int)sending->code;
	const char *why = sending->result == CURLE_OK ? NULL : sending->code >= 400 ? "the server said no" : curl_easy_strerror(sending->result);
	free(sending->sender);
	free(sending->bytes);
	free(sending);
	calls.ended(context, outcome, code, why);
}

static void
end(void *context, CURLcode result)
{
	struct smtp_sending *sending = context;
	sending->result = result;
	curl_easy_getinfo(sending->easy, CURLINFO_RESPONSE_CODE, &sending->code);
	curl_easy_cleanup(sending->easy);
	curl_slist_free_all(sending->recipients);
	sending->easy = NULL;
	if (sending->step != CLAIMING) /* else smtp_go() is still to come */
		finish(sending);
}

/* ---- the text ---- */

static size_t
give(char *room, size_t size, size_t count, void *context)
{
	struct smtp_sending *sending = context;
	if (sending->step == TALKING) {
		sending->step = CLAIMING;
		sending->calls.claim(sending->context, sending);
	}
	if (sending->step == CLAIMING) {
		sending->is_paused = true;
		return CURL_READFUNC_PAUSE;
	}
	if (sending->step == STOPPED)
		return CURL_READFUNC_ABORT;
	size_t length = sending->length - sending->sent;
	if (length > size * count)
		length = size * count;
	memcpy(room, sending->bytes + sending->sent, length);
	sending->sent += length;
	if (length == 0)
		sending->step = WHOLE;
	return length;
}

void
smtp_go(struct smtp_sending *sending, bool may)
{
	sending->step = may ? GOING : STOPPED;
	if (sending->easy == NULL)
		finish(sending);
	else if (sending->is_paused)
		curl_easy_pause(sending->easy, CURLPAUSE_CONT);
}

/* ---- the connection ---- */

static curl_socket_t
open_local_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)context;
	if (purpose != CURLSOCKTYPE_IPCXN || !address_is_loopback(&address->addr))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void
secure(const struct smtp *smtp, CURL *easy)
{
	bool is_plain = smtp->is_local && smtp->settings.ca_file[0] == '\0';
	curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(is_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (is_plain && str_starts(smtp->settings.url, "smtp:"))
		curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_local_socket);
	if (smtp->settings.ca_file[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_CAINFO, smtp->settings.ca_file);
	if (smtp->settings.user[0] != '\0') {
		curl_easy_setopt(easy, CURLOPT_USERNAME, smtp->settings.user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, smtp->settings.password);
	}
}

static void
address(struct smtp_sending *sending, const struct smtp_mail *mail)
{
	struct str text = {0};
	str_print(&text, "<%s>", mail->from);
	sending->sender = str_steal(&text, NULL);
	str_print(&text, "<%s>", mail->to);
	sending->recipients = curl_slist_append(NULL, str_text(&text));
	str_free(&text);
	curl_easy_setopt(sending->easy, CURLOPT_MAIL_FROM, sending->sender);
	curl_easy_setopt(sending->easy, CURLOPT_MAIL_RCPT, sending->recipients);
}

void
smtp_send(struct smtp *smtp, const struct smtp_mail *mail, const struct smtp_calls *calls, void *context)
{
	struct smtp_sending *sending = base_alloc(sizeof *sending);
	*sending = (struct smtp_sending){.smtp = smtp, .easy = curl_easy_init(), .bytes = base_alloc(mail->length + 1), .length = mail->length,
		.calls = *calls, .context = context};
	CURL *easy = sending->easy;
	if (easy == NULL)
		abort();
	memcpy(sending->bytes, mail->bytes, mail->length);
	curl_easy_setopt(easy, CURLOPT_URL, smtp->settings.url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)smtp->settings.timeout_ms);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(easy, CURLOPT_READDATA, sending);
	secure(smtp, easy);
	address(sending, mail);
	wire_add(smtp->wire, easy, end, sending);
}

/* ---- settings ---- */

static bool
is_local_name(const char *url)
{
	char *host = NULL;
	CURLU *parsed = curl_url();
	bool is_local = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK && curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    (str_equal_nocase(host, "localhost") || str_starts(host, "127.") || str_equal(host, "[::1]"));
	curl_free(host);
	curl_url_cleanup(parsed);
	return is_local;
}

const char *
smtp_refusal(const char *url)
{
	CURLU *parsed = curl_url();
	bool is_right = (str_starts(url, "smtp://") || str_starts(url, "smtps://")) && parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK;
	curl_url_cleanup(parsed);
	return is_right ? NULL : "write smtp://HOST:587 or smtps://HOST";
}

struct smtp *
smtp_new(struct wire *wire, const struct smtp_settings *settings)
{
	struct smtp *smtp = base_alloc(sizeof *smtp);
	*smtp = (struct smtp){.wire = wire, .settings = *settings, .is_local = is_local_name(settings->url)};
	return smtp;
}

void
smtp_free(struct smtp *smtp)
{
	free(smtp);
}
