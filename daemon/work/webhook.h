/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The job "webhook": one delivery is posted to the address that a hub's manager gave, signed, and its outcome noted.
 *
 *	Webhook-Id: the delivery's number, the same in every attempt
 *	Webhook-Timestamp: seconds since 1970 of this attempt
 *	Webhook-Signature: v1=HEX, the HMAC-SHA256 of "ID.TIMESTAMP.BODY" with the webhook's secret
 *
 * A delivery may come twice (its job is done at least once): receivers know it by its id.
 */
#ifndef HUBD_WORK_WEBHOOK_H
#define HUBD_WORK_WEBHOOK_H

struct db_pool;
struct fetcher;
struct job;
struct webhooks;

struct webhooks *webhooks_new(struct fetcher *fetcher, struct db_pool *pool);
void webhooks_free(struct webhooks *webhooks); /* after the wire and the pool; NULL is fine */

/* A job_run; the context is the webhooks. */
void webhooks_run(void *webhooks, struct job *job);

#endif
