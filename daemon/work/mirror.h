/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The job "mirror": fetches another system's calendar of a room, with the ETag of the last time, reads it in a child process, and hands what takes
 * place in the next 400 days to SQL, which claims the room for it. Size, time and cost are bounded; what is not to be had leaves everything as it was.
 */
#ifndef HUBD_WORK_MIRROR_H
#define HUBD_WORK_MIRROR_H

struct children;
struct db_pool;
struct fetcher;
struct job;
struct mirrors;

struct mirrors *mirrors_new(struct db_pool *pool, struct fetcher *fetcher, struct children *children);
void mirrors_free(struct mirrors *mirrors); /* NULL is fine */
/* A job_run. */
void mirrors_run(void *mirrors, struct job *job);

#endif
