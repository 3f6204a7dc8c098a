/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/webhook.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/when.h"
#include "db/db.h"
#include "work/fetch.h"
#include "work/work.h"

/* A receiver says 2xx at once and works later; of its answer nothing but the status is kept. */
enum { DEADLINE_MS = 15000, ANSWER_MAX = 64 * 1024 };

struct webhooks {
	struct fetcher *fetcher;
	struct db_pool *pool;
};

struct delivery {
	struct webhooks *webhooks;
	struct job *job;
	struct arena *arena;
	const char *id, *why;
};

static void
leave(struct delivery *delivery, const char *why)
{
	job_leave(delivery->job, why);
	arena_free(delivery->arena);
	free(delivery);
}

/* Where the note is lost the lease ends, and the delivery comes once more. */
static void
end_note(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct delivery *delivery = context;
	(void)rows;
	leave(delivery, outcome == DB_ROWS ? delivery->why : "it could not be noted");
}

static void
note(struct delivery *delivery, int status, const char *why)
{
	const char *parameters[] = {job_id(delivery->job), delivery->id, arena_print(delivery->arena, "%d", status), why};
	delivery->why = why;
	if (job_is_abandoned(delivery->job))
		leave(delivery, "cut off by the end of the worker");
	else
		db_call(delivery->webhooks->pool, "job_webhook_end", parameters, end_note, delivery);
}

static void
end_post(void *context, const char *error, const struct fetch_answer *answer)
{
	struct delivery *delivery = context;
	int status = fetch_status(answer);
	bool is_taken = error == NULL && status >= 200 && status < 300;
	note(delivery, error != NULL && status >= 200 && status < 300 ? 0 : status,
	    is_taken ? NULL : error != NULL ? error : arena_print(delivery->arena, "it answered %d", status));
}

static const char *
signature(struct delivery *delivery, const char *secret, const char *timestamp, const char *body)
{
	char hex[DIGEST_HEX_SIZE];
	const char *text = arena_print(delivery->arena, "%s.%s.%s", delivery->id, timestamp, body);
	digest_hmac_sha256_hex(secret, text, strlen(text), hex);
	return arena_print(delivery->arena, "Webhook-Signature: v1=%s", hex);
}

static void
post(struct delivery *delivery, const struct db_rows *rows)
{
	struct arena *arena = delivery->arena;
	const char *body = db_text(rows, 0, "body"), *url = db_text(rows, 0, "url"), *timestamp = arena_print(arena, "%lld", (long long)when_now());
	delivery->id = arena_text(arena, db_text(rows, 0, "id"));
	const char *fields[] = {"Content-Type: application/json", arena_print(arena, "Webhook-Id: %s", delivery->id),
		arena_print(arena, "Webhook-Timestamp: %s", timestamp), signature(delivery, db_text(rows, 0, "secret"), timestamp, body), NULL};
	struct fetch_request request = {.url = url, .fields = fields, .body = body, .length = strlen(body), .answer_max = ANSWER_MAX, .deadline_ms = DEADLINE_MS};
	const char *refusal = fetch_refusal(delivery->webhooks->fetcher, url);
	if (refusal != NULL)
		note(delivery, 0, refusal);
	else
		fetch_start(delivery->webhooks->fetcher, &request, end_post, delivery);
}

static void
end_begin(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct delivery *delivery = context;
	struct job *job = delivery->job;
	if (outcome == DB_ROWS && db_count(rows) == 1) {
		post(delivery, rows);
		return;
	}
	arena_free(delivery->arena);
	free(delivery);
	if (outcome == DB_ROWS)
		job_leave(job, NULL);
	else
		job_end(job, outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
}

void
webhooks_run(void *context, struct job *job)
{
	struct webhooks *webhooks = context;
	struct delivery *delivery = base_alloc(sizeof *delivery);
	*delivery = (struct delivery){.webhooks = webhooks, .job = job, .arena = arena_new()};
	const char *parameters[] = {job_id(job)};
	db_call(webhooks->pool, "job_webhook_begin", parameters, end_begin, delivery);
}

struct webhooks *
webhooks_new(struct fetcher *fetcher, struct db_pool *pool)
{
	struct webhooks *webhooks = base_alloc(sizeof *webhooks);
	*webhooks = (struct webhooks){.fetcher = fetcher, .pool = pool};
	return webhooks;
}

void
webhooks_free(struct webhooks *webhooks)
{
	free(webhooks);
}
