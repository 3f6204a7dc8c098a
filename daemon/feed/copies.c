/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/copies.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "feed/copy_file.h"
#include "http/http.h"

enum { QUEUE_MAX = 512, QUEUE_BYTES_MAX = 64 * 1024 * 1024, WRITES_A_SWEEP = 64 };

enum copy_verb { COPY_WRITE, COPY_READ, COPY_REMOVE, COPY_FORGET };

/* Made and freed by the loop's thread; between, the helper uses bytes and length and sets the answer. */
struct copy_job {
	struct copy_job *next;
	enum copy_verb verb;
	char *key;
	struct http_bytes *shared; /* of a write: its reference is the loop's */
	const char *bytes;
	size_t length;
	struct feed_copy_facts facts;
	uint64_t *scopes;          /* of a write: its own copy of the facts' */
	struct feed_forgotten *forgotten;
	size_t forgotten_count;
	char *answer;              /* of a read: bytes of answer_length, or NULL */
	size_t answer_length;
	bool is_failed;
	feed_copy_read *done;
	void *context;
};

struct copy_list {
	struct copy_job *first, **end;
};

struct feed_copies {
	char *folder;
	size_t files_max, bytes_max;
	int told; /* an eventfd: the helper has finished jobs */
	struct event *on_told;
	pthread_t thread;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t wake;
	struct copy_list queued, finished;
	size_t queued_count, queued_bytes;
	bool is_ending;
	bool is_complaining; /* the loop's own: a failure is logged once until a write succeeds */
};

static void
list_put(struct copy_list *list, struct copy_job *job)
{
	job->next = NULL;
	*list->end = job;
	list->end = &job->next;
}

static struct copy_job *
list_take(struct copy_list *list)
{
	struct copy_job *job = list->first;
	if (job == NULL)
		return NULL;
	list->first = job->next;
	if (list->first == NULL)
		list->end = &list->first;
	return job;
}

static void
job_free(struct copy_job *job)
{
	http_bytes_unref(job->shared);
	free(job->key);
	free(job->scopes);
	free(job->forgotten);
	free(job->answer);
	free(job);
}

/* ---- the helper thread ---- */

static void
run_job(struct feed_copies *copies, struct copy_job *job)
{
	switch (job->verb) {
	case COPY_WRITE:
		job->is_failed = !copy_file_write(copies->folder, job->key, &job->facts, job->bytes, job->length);
		break;
	case COPY_READ:
		job->answer = copy_file_read(copies->folder, job->key, &job->facts, &job->answer_length);
		break;
	case COPY_REMOVE:
		copy_file_remove(copies->folder, job->key);
		break;
	case COPY_FORGET:
		copy_file_forget(copies->folder, job->forgotten, job->forgotten_count);
		break;
	}
}

static struct copy_job *
next_job(struct feed_copies *copies)
{
	pthread_mutex_lock(&copies->lock);
	while (copies->queued.first == NULL && !copies->is_ending)
		pthread_cond_wait(&copies->wake, &copies->lock);
	struct copy_job *job = list_take(&copies->queued);
	if (job != NULL) {
		copies->queued_count--;
		copies->queued_bytes -= job->length;
	}
	pthread_mutex_unlock(&copies->lock);
	return job;
}

static void
tell_loop(struct feed_copies *copies, struct copy_job *job)
{
	uint64_t one = 1;
	pthread_mutex_lock(&copies->lock);
	list_put(&copies->finished, job);
	pthread_mutex_unlock(&copies->lock);
	if (write(copies->told, &one, sizeof one) < 0 && errno != EAGAIN)
		abort();
}

static void *
copies_run(void *context)
{
	struct feed_copies *copies = context;
	size_t files, writes = 0;
	size_t bytes = copy_file_sweep(copies->folder, copies->files_max, copies->bytes_max, &files);
	for (struct copy_job *job; (job = next_job(copies)) != NULL;) {
		run_job(copies, job);
		if (job->verb == COPY_WRITE) {
			bytes += job->length; /* too much where a file was replaced: the sweep counts anew */
			files++;
			writes++;
		}
		tell_loop(copies, job);
		if (writes > 0 && (bytes > copies->bytes_max || files > copies->files_max) && writes >= WRITES_A_SWEEP) {
			bytes = copy_file_sweep(copies->folder, copies->files_max, copies->bytes_max, &files);
			writes = 0;
		}
	}
	return NULL;
}

/* ---- the loop's side ---- */

static void
finish_job(struct feed_copies *copies, struct copy_job *job)
{
	if (job->verb == COPY_WRITE && job->is_failed && !copies->is_complaining)
		log_event(LOG_LEVEL_WARNING, "feed-copy-failed", "folder", copies->folder, NULL);
	if (job->verb == COPY_WRITE)
		copies->is_complaining = job->is_failed;
	if (job->verb == COPY_READ) {
		struct http_bytes *bytes = job->answer == NULL ? NULL : http_bytes_new(job->answer, job->answer_length);
		job->answer = NULL;
		job->done(job->context, bytes, &job->facts);
		http_bytes_unref(bytes);
	}
	job_free(job);
}

static void
hear(evutil_socket_t told, short what, void *context)
{
	struct feed_copies *copies = context;
	uint64_t count;
	(void)what;
	if (read(told, &count, sizeof count) < 0)
		return;
	for (;;) {
		pthread_mutex_lock(&copies->lock);
		struct copy_job *job = list_take(&copies->finished);
		pthread_mutex_unlock(&copies->lock);
		if (job == NULL)
			return;
		finish_job(copies, job);
	}
}

/* Puts newer bytes into a write of the same key that still waits, unless something must be forgotten between them. With the lock. */
static bool
replace_waiting(struct feed_copies *copies, struct copy_job *job)
{
	for (struct copy_job *old = copies->queued.first; old != NULL; old = old->next) {
		if (old->verb == COPY_FORGET)
			return false;
		if (old->verb != COPY_WRITE || strcmp(old->key, job->key) != 0)
			continue;
		struct http_bytes *shared = old->shared;
		copies->queued_bytes += job->length - old->length;
		old->shared = job->shared;
		old->bytes = job->bytes;
		old->length = job->length;
		old->facts = job->facts;
		uint64_t *scopes = old->scopes;
		old->scopes = job->scopes;
		job->scopes = scopes;
		job->shared = shared;
		return true;
	}
	return false;
}

/* False: it does not fit or was merged, and the caller frees it. */
static bool
enqueue(struct feed_copies *copies, struct copy_job *job)
{
	pthread_mutex_lock(&copies->lock);
	bool fits = copies->queued_count < QUEUE_MAX && copies->queued_bytes + job->length <= QUEUE_BYTES_MAX;
	fits = fits || job->verb == COPY_FORGET;
	bool is_taken = !(job->verb == COPY_WRITE && replace_waiting(copies, job)) && fits;
	if (is_taken) {
		list_put(&copies->queued, job);
		copies->queued_count++;
		copies->queued_bytes += job->length;
		pthread_cond_signal(&copies->wake);
	}
	pthread_mutex_unlock(&copies->lock);
	return is_taken;
}

static struct copy_job *
job_new(enum copy_verb verb, const char *key)
{
	struct copy_job *job = base_alloc(sizeof *job);
	job->verb = verb;
	job->key = base_strdup(key);
	return job;
}

void
feed_copies_write(struct feed_copies *copies, const char *key, const struct feed_copy_facts *facts, struct http_bytes *bytes)
{
	if (copies->folder == NULL)
		return;
	struct copy_job *job = job_new(COPY_WRITE, key);
	job->facts = *facts;
	job->scopes = base_realloc(NULL, (facts->scope_count + 1) * sizeof job->scopes[0]);
	if (facts->scope_count > 0)
		memcpy(job->scopes, facts->scopes, facts->scope_count * sizeof job->scopes[0]);
	job->facts.scopes = job->scopes;
	job->shared = http_bytes_ref(bytes);
	job->bytes = http_bytes_data(bytes, &job->length);
	if (!enqueue(copies, job))
		job_free(job);
}

void
feed_copies_remove(struct feed_copies *copies, const char *key)
{
	if (copies->folder == NULL)
		return;
	struct copy_job *job = job_new(COPY_REMOVE, key);
	if (!enqueue(copies, job))
		job_free(job);
}

void
feed_copies_forget(struct feed_copies *copies, const struct feed_forgotten *list, size_t count)
{
	if (copies->folder == NULL || count == 0)
		return;
	struct copy_job *job = job_new(COPY_FORGET, "");
	job->forgotten = base_realloc(NULL, count * sizeof list[0]);
	memcpy(job->forgotten, list, count * sizeof list[0]);
	job->forgotten_count = count;
	if (!enqueue(copies, job))
		job_free(job);
}

void
feed_copies_read(struct feed_copies *copies, const char *key, feed_copy_read *done, void *context)
{
	if (copies->folder == NULL) {
		done(context, NULL, NULL);
		return;
	}
	struct copy_job *job = job_new(COPY_READ, key);
	job->done = done;
	job->context = context;
	if (enqueue(copies, job))
		return;
	job_free(job);
	done(context, NULL, NULL);
}

/* Signals are the loop's. */
static bool
start_thread(struct feed_copies *copies)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool is_started = pthread_create(&copies->thread, NULL, copies_run, copies) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return is_started;
}

struct feed_copies *
feed_copies_new(struct event_base *base, const struct feed_copies_settings *settings)
{
	struct feed_copies *copies = base_alloc(sizeof *copies);
	if (settings->folder == NULL || settings->folder[0] == '\0')
		return copies;
	if (mkdir(settings->folder, 0700) != 0 && errno != EEXIST) {
		log_event(LOG_LEVEL_WARNING, "feed-copies-off", "folder", settings->folder, "why", strerror(errno), NULL);
		return copies;
	}
	copies->folder = base_strdup(settings->folder);
	copies->files_max = settings->files_max;
	copies->bytes_max = settings->bytes_max;
	copies->queued.end = &copies->queued.first;
	copies->finished.end = &copies->finished.first;
	pthread_mutex_init(&copies->lock, NULL);
	pthread_cond_init(&copies->wake, NULL);
	copies->told = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	copies->on_told = copies->told < 0 ? NULL : event_new(base, copies->told, EV_READ | EV_PERSIST, hear, copies);
	if (copies->on_told == NULL || event_add(copies->on_told, NULL) != 0 || !start_thread(copies))
		abort();
	return copies;
}

void
feed_copies_free(struct feed_copies *copies)
{
	if (copies == NULL)
		return;
	if (copies->folder != NULL) {
		pthread_mutex_lock(&copies->lock);
		copies->is_ending = true;
		pthread_cond_signal(&copies->wake);
		pthread_mutex_unlock(&copies->lock);
		pthread_join(copies->thread, NULL);
		for (struct copy_job *job; (job = list_take(&copies->finished)) != NULL;)
			job_free(job);
		event_free(copies->on_told);
		close(copies->told);
		pthread_cond_destroy(&copies->wake);
		pthread_mutex_destroy(&copies->lock);
	}
	free(copies->folder);
	free(copies);
}
