/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of fetches that wait to be told is bounded, and one address is one entry however often it is fetched. */
#include "feed/fetches.h"

#include <stdio.h>

#include <event2/event.h>

#include "check.h"

static struct feed_fetch
fetch_of(int number, char secret[static 65])
{
	snprintf(secret, 65, "%064x", (unsigned)number * 2654435761u);
	return (struct feed_fetch){.secret = secret, .etag = "0123456789abcdef0123456789abcdef", .snapshot = "1.2/00:00:00/10:10:", .at = number, .revised = 1};
}

static void
more_addresses_than_fit_are_left_out(void)
{
	struct event_base *base = event_base_new();
	struct feed_fetches *fetches = feed_fetches_new(base, NULL, 3600 * 1000);
	char secret[65];
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < FEED_FETCHES_MAX; i++) {
			struct feed_fetch fetch = fetch_of(i, secret);
			feed_fetches_note(fetches, &fetch);
		}
	CHECK(feed_fetches_dropped(fetches) == 0);
	for (int i = 0; i < 100; i++) {
		struct feed_fetch fetch = fetch_of(FEED_FETCHES_MAX + i, secret);
		feed_fetches_note(fetches, &fetch);
	}
	CHECK(feed_fetches_dropped(fetches) == 100);
	CHECK(feed_fetches_told(fetches) == 0);
	feed_fetches_free(fetches);
	event_base_free(base);
}

TEST_MAIN(TEST(more_addresses_than_fit_are_left_out))
