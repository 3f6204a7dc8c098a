/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fetches one address by daemon/work/fetch, for tests/api/test_fetch.py:
 *
 *	fetch_driver [--loopback] [--redirects=N] [--most=BYTES] [--ms=N] [--post=TEXT] URL
 *
 * Prints a line "refused SENTENCE", "failed SENTENCE", or "STATUS LENGTH ETAG".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/str.h"
#include "work/fetch.h"
#include "work/wire.h"

static struct event_base *base;

static void
say(void *context, const char *error, const struct fetch_answer *answer)
{
	(void)context;
	size_t length;
	const char *tag = fetch_field(answer, "etag");
	fetch_body(answer, &length);
	if (error != NULL)
		printf("failed %s\n", error);
	else
		printf("%d %zu %s\n", fetch_status(answer), length, tag != NULL ? tag : "-");
	event_base_loopbreak(base);
}

static const char *
value_of(int argc, char **argv, const char *name, const char *fallback)
{
	size_t length = strlen(name);
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, length) == 0)
			return argv[i] + length;
	return fallback;
}

int
main(int argc, char **argv)
{
	base = event_base_new();
	struct wire *wire = wire_new(base, 4);
	struct fetcher *fetcher = fetcher_new(wire, value_of(argc, argv, "--loopback", NULL) != NULL);
	const char *url = argv[argc - 1], *post = value_of(argc, argv, "--post=", NULL);
	const char *refusal = fetch_refusal(fetcher, url);
	struct fetch_request request = {.url = url, .body = post, .length = post == NULL ? 0 : strlen(post), .redirects = atoi(value_of(argc, argv, "--redirects=", "0")),
		.answer_max = (size_t)atol(value_of(argc, argv, "--most=", "100000")), .deadline_ms = atoi(value_of(argc, argv, "--ms=", "5000"))};
	if (refusal != NULL) {
		printf("refused %s\n", refusal);
	} else {
		fetch_start(fetcher, &request, say, NULL);
		event_base_dispatch(base);
	}
	wire_free(wire);
	fetcher_free(fetcher);
	event_base_free(base);
	return 0;
}
