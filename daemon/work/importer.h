/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The job "import": a file that a manager uploaded is read in a child process with bounds (child.h), then taken over, or tried, by one call.
 *
 * What strangers wrote is parsed beside the worker, never in it: a file that eats time or memory ends its child, and the report says so.
 * It knows no rule of imports: those are api.import_*'s.
 */
#ifndef HUBD_WORK_IMPORTER_H
#define HUBD_WORK_IMPORTER_H

struct children;
struct db_pool;
struct importer;
struct job;

struct importer *importer_new(struct children *children, struct db_pool *pool);
void importer_free(struct importer *importer); /* after the pool; NULL is fine */

/* A job_run; the context is the importer. */
void importer_run(void *importer, struct job *job);

#endif
