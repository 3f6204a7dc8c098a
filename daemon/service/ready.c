/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/ready.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "db/db.h"
#include "http/http.h"
#include "service/service.h"

enum { DEADLINE_MS = 2000 };

/* Who waits, in its request's arena. */
struct asker {
	struct asker *next;
	struct http_request *request;
};

struct ready {
	struct db_pool *pool;
	struct asker *askers; /* not empty: a question is under way */
};

const struct db_statement *
service_statements(size_t *ret_count)
{
	static const struct db_statement statements[] = {{.name = "ready", .sql = "SELECT 1 AS one"},
		{.name = "credentials_used", .sql = "SELECT api.credentials_used($1::jsonb)", .parameters = 1, .is_write = true}};
	*ret_count = sizeof statements / sizeof statements[0];
	return statements;
}

/* The detail names a statement of ours; the reason of a lost connection is the log's business. */
static void
put_reason(struct str *out, const struct db_pool *pool)
{
	const char *detail;
	switch (db_pool_state(pool, &detail)) {
	case DB_STATE_MISMATCHED:
		str_print(out, "the database's functions do not match this program (%s): run `hubd migrate`\n", detail);
		break;
	case DB_STATE_AWAY:
		str_put(out, "the database cannot be reached\n");
		break;
	case DB_STATE_READY:
		str_print(out, "the database does not answer within %d ms\n", DEADLINE_MS);
		break;
	}
}

static void
answered(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct ready *ready = context;
	struct str body = {0};
	(void)rows;
	if (outcome == DB_ROWS)
		str_put(&body, "ready\n");
	else
		put_reason(&body, ready->pool);
	struct asker *next = ready->askers;
	ready->askers = NULL;
	while (next != NULL) {
		struct asker *asker = next;
		next = asker->next;
		http_add_field(asker->request, "Cache-Control", "no-store");
		http_reply(asker->request, outcome == DB_ROWS ? 200 : 503, "text/plain; charset=utf-8", str_text(&body), body.length);
	}
	str_free(&body);
}

void
ready_ask(struct ready *ready, struct http_request *request)
{
	struct asker *asker = arena_take(http_arena(request), sizeof *asker);
	bool is_first = ready->askers == NULL;
	*asker = (struct asker){ready->askers, request};
	ready->askers = asker;
	if (is_first)
		db_call_within(ready->pool, DEADLINE_MS, "ready", NULL, answered, ready);
}

struct ready *
ready_new(struct db_pool *pool)
{
	struct ready *ready = base_alloc(sizeof *ready);
	ready->pool = pool;
	return ready;
}

void
ready_free(struct ready *ready)
{
	free(ready);
}
