/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/fetch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/str.h"
#include "work/address.h"
#include "work/wire.h"

enum { CONNECT_MS = 10000, HEAD_MAX = 64 * 1024 };

struct fetcher {
	struct wire *wire;
	bool allows_loopback;
};

struct fetch_answer {
	struct fetcher *fetcher;
	CURL *easy;
	struct curl_slist *fields;
	char *body;              /* what is posted */
	struct str head, bytes;  /* the answer's; head: the last one's lines, each ended by NUL */
	size_t answer_max;
	bool is_redirecting;     /* redirects are followed */
	bool is_private;         /* the address was refused */
	bool is_too_large;
	fetch_done *done;
	void *context;
};

/* ---- what may be reached ---- */

static bool
is_allowed(const struct fetcher *fetcher, const struct sockaddr *address)
{
	return address_is_public(address) || (fetcher->allows_loopback && address_is_loopback(address));
}

static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct fetch_answer *answer = context;
	if (purpose != CURLSOCKTYPE_IPCXN || !is_allowed(answer->fetcher, &address->addr)) {
		answer->is_private = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static const char *
refusal_of(const struct fetcher *fetcher, const char *scheme, const char *user)
{
	if (user != NULL)
		return "the address must not hold a user or a password";
	if (str_equal(scheme, "https") || (fetcher->allows_loopback && str_equal(scheme, "http")))
		return NULL;
	return "the address must begin with https://";
}

const char *
fetch_refusal(const struct fetcher *fetcher, const char *url)
{
	char *scheme = NULL, *host = NULL, *user = NULL;
	CURLU *parsed = curl_url();
	const char *why = "the address is no web address";
	if (parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK && curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK && host[0] != '\0') {
		curl_url_get(parsed, CURLUPART_USER, &user, 0);
		why = refusal_of(fetcher, scheme, user);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(parsed);
	return why;
}

/* ---- the answer ---- */

/* A line of a head. A status line begins a new one: of the answer after a redirect, or after 100 Continue. */
static size_t
take_head(char *bytes, size_t size, size_t count, void *context)
{
	struct fetch_answer *answer = context;
	size_t length = size * count;
	if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
		str_clear(&answer->head);
	if (answer->head.length + length >= HEAD_MAX)
		return 0;
	while (length > 0 && (bytes[length - 1] == '\r' || bytes[length - 1] == '\n'))
		length--;
	str_add(&answer->head, bytes, length);
	str_char(&answer->head, '\0');
	return size * count;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct fetch_answer *answer = context;
	if (answer->bytes.length + size * count > answer->answer_max) {
		answer->is_too_large = true;
		return 0;
	}
	str_add(&answer->bytes, bytes, size * count);
	return size * count;
}

int
fetch_status(const struct fetch_answer *answer)
{
	long status = 0;
	curl_easy_getinfo(answer->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

const char *
fetch_body(const struct fetch_answer *answer, size_t *ret_length)
{
	*ret_length = answer->bytes.length;
	return str_text(&answer->bytes);
}

const char *
fetch_field(const struct fetch_answer *answer, const char *name)
{
	size_t length = strlen(name);
	const char *end = answer->head.bytes + answer->head.length;
	for (const char *line = answer->head.bytes; line != NULL && line < end; line += strlen(line) + 1)
		if (strncasecmp(line, name, length) == 0 && line[length] == ':')
			return line + length + 1 + strspn(line + length + 1, " \t");
	return NULL;
}

/* ---- a request ---- */

static const char *
error_of(const struct fetch_answer *answer, CURLcode code)
{
	if (answer->is_private)
		return "the name leads to an address that is not public";
	if (answer->is_too_large)
		return "the answer is too large";
	if (code == CURLE_OK && !answer->is_redirecting && fetch_status(answer) >= 300 && fetch_status(answer) < 400)
		return "the answer is a redirect, and none is followed here";
	return code == CURLE_OK ? NULL : curl_easy_strerror(code);
}

static void
end(void *context, CURLcode code)
{
	struct fetch_answer *answer = context;
	answer->done(answer->context, error_of(answer, code), answer);
	curl_easy_cleanup(answer->easy);
	curl_slist_free_all(answer->fields);
	str_free(&answer->head);
	str_free(&answer->bytes);
	free(answer->body);
	free(answer);
}

static void
bound(struct fetch_answer *answer, const struct fetch_request *request)
{
	CURL *easy = answer->easy;
	const char *schemes = answer->fetcher->allows_loopback ? "https,http" : "https";
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, schemes);
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request->redirects > 0 ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)request->redirects);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, answer);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->deadline_ms);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

static void
describe(struct fetch_answer *answer, const struct fetch_request *request)
{
	CURL *easy = answer->easy;
	for (const char *const *field = request->fields; field != NULL && *field != NULL; field++)
		answer->fields = curl_slist_append(answer->fields, *field);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "hubd/" HUBD_VERSION);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	if (request->body != NULL) {
		answer->body = base_alloc(request->length + 1);
		memcpy(answer->body, request->body, request->length);
		answer->fields = curl_slist_append(answer->fields, "Expect:");
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, answer->body);
	}
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, answer->fields);
}

void
fetch_start(struct fetcher *fetcher, const struct fetch_request *request, fetch_done *done, void *context)
{
	struct fetch_answer *answer = base_alloc(sizeof *answer);
	*answer = (struct fetch_answer){.fetcher = fetcher, .easy = curl_easy_init(), .answer_max = request->answer_max,
		.is_redirecting = request->redirects > 0, .done = done, .context = context};
	if (answer->easy == NULL)
		abort();
	bound(answer, request);
	describe(answer, request);
	wire_add(fetcher->wire, answer->easy, end, answer);
}

struct fetcher *
fetcher_new(struct wire *wire, bool allows_loopback)
{
	struct fetcher *fetcher = base_alloc(sizeof *fetcher);
	*fetcher = (struct fetcher){.wire = wire, .allows_loopback = allows_loopback};
	return fetcher;
}

void
fetcher_free(struct fetcher *fetcher)
{
	free(fetcher);
}
