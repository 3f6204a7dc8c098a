/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job "extend-series": a series that goes on gets the dates that have come within its horizon. Which of them can be had is SQL's. */
#ifndef HUBD_WORK_EXTEND_H
#define HUBD_WORK_EXTEND_H

struct db_pool;
struct job;

/* A job_run; context is the struct db_pool. The job's key is the series' number. */
void extend_run(void *context, struct job *job);
/* The job "extend-event": the same for a series of events. */
void extend_event_run(void *context, struct job *job);

#endif
