/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives daemon/db/ for tests/api/test_db_pool.py, which owns the server and its accidents.
 *
 *   db_driver CONNINFO CONNECTIONS DEPTH QUEUE DEADLINE_MS STATEMENTS
 *
 * STATEMENTS is a file: name TAB r or w TAB parameters TAB sql. Standard input, fields split by TABs, \N is NULL:
 *   call ID NAME PARAMETER…   answered some time by   done ID OUTCOME FIRST-VALUE-OR-SQLSTATE
 *   listen CHANNEL            heard CHANNEL PAYLOAD, \N after a connect
 *   bench NAME CALLERS MS     rate CALLS-A-SECOND: NAME has no parameters and is called again by each caller
 *   count                     count and the numbers of struct db_counts
 *   quit                      frees the pool with whatever is in flight
 * Changes of the pool's state are told as: state NAME DETAIL
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/when.h"
#include "db/db.h"

enum { FIELDS_MAX = 16, STATEMENTS_MAX = 1000 };

static const char *const outcomes[] = {[DB_ROWS] = "rows", [DB_ERROR] = "error", [DB_BUSY] = "busy", [DB_AWAY] = "away",
    [DB_LOST] = "lost", [DB_LATE] = "late"};
static const char *const states[] = {[DB_STATE_AWAY] = "away", [DB_STATE_READY] = "ready", [DB_STATE_MISMATCHED] = "mismatched"};

struct bench {
	struct db_pool *pool;
	const char *name;
	int64_t start, end;
	size_t running, calls;
};

struct driver {
	struct event_base *base;
	struct db_pool *pool;
	struct db_settings settings;
	struct db_statement statements[STATEMENTS_MAX];
	size_t statement_count;
	struct db_listener *listener;
	struct bench bench;
	struct str input;
};

static size_t
split(char *line, char *fields[FIELDS_MAX])
{
	size_t count = 0;
	for (char *field = line; field != NULL && count < FIELDS_MAX; count++) {
		fields[count] = strsep(&field, "\t");
		if (strcmp(fields[count], "\\N") == 0)
			fields[count] = NULL;
	}
	return count;
}

static void
on_done(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	char *id = context;
	const char *value = "";
	if (outcome == DB_ROWS && db_count(rows) > 0)
		value = db_text(rows, 0, "answer");
	if (outcome == DB_ERROR)
		value = db_sqlstate(rows);
	printf("done\t%s\t%s\t%s\n", id, outcomes[outcome], value != NULL ? value : "\\N");
	free(id);
}

static void
on_bench(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	(void)rows;
	struct bench *bench = context;
	bench->calls += outcome == DB_ROWS;
	if (when_monotonic_ms() < bench->end && outcome == DB_ROWS) {
		db_call(bench->pool, bench->name, NULL, on_bench, bench);
		return;
	}
	if (--bench->running == 0)
		printf("rate\t%.0f\n", (double)bench->calls * 1000 / (double)(when_monotonic_ms() - bench->start));
}

static void
start_bench(struct driver *driver, const char *name, const char *callers, const char *ms)
{
	static char kept[64];
	snprintf(kept, sizeof kept, "%s", name);
	int64_t now = when_monotonic_ms();
	driver->bench = (struct bench){.pool = driver->pool, .name = kept, .start = now, .end = now + atoi(ms),
	    .running = (size_t)atoi(callers)};
	for (int i = atoi(callers); i > 0; i--)
		db_call(driver->pool, kept, NULL, on_bench, &driver->bench);
}

static void
on_heard(void *context, const char *payload)
{
	printf("heard\t%s\t%s\n", (char *)context, payload != NULL ? payload : "\\N");
	fflush(stdout);
}

static void
on_state(void *context)
{
	struct driver *driver = context;
	const char *detail;
	enum db_state state = db_pool_state(driver->pool, &detail);
	printf("state\t%s\t%s\n", states[state], detail);
}

static void
print_counts(struct driver *driver)
{
	struct db_counts counts;
	db_pool_count(driver->pool, &counts);
	printf("count\tcalls=%lu errors=%lu busy=%lu away=%lu lost=%lu late=%lu connects=%lu ready=%zu waiting=%zu running=%zu\n",
	    counts.calls, counts.errors, counts.busy, counts.away, counts.lost, counts.late, counts.connects, counts.ready,
	    counts.waiting, counts.running);
}

static void
obey(struct driver *driver, char *line)
{
	static char channel[64];
	char *fields[FIELDS_MAX] = {NULL};
	size_t count = split(line, fields);
	if (strcmp(fields[0], "call") == 0 && count >= 3)
		db_call(driver->pool, fields[2], (const char *const *)&fields[3], on_done, base_strdup(fields[1]));
	else if (strcmp(fields[0], "bench") == 0 && count == 4)
		start_bench(driver, fields[1], fields[2], fields[3]);
	else if (strcmp(fields[0], "listen") == 0 && count == 2 && driver->listener == NULL) {
		snprintf(channel, sizeof channel, "%s", fields[1]);
		driver->listener = db_listen(driver->base, &driver->settings, channel, on_heard, channel);
	} else if (strcmp(fields[0], "count") == 0)
		print_counts(driver);
	else if (strcmp(fields[0], "quit") == 0)
		event_base_loopbreak(driver->base);
	else
		printf("what\t%s\n", fields[0]);
}

static void
on_input(evutil_socket_t socket, short what, void *context)
{
	(void)what;
	struct driver *driver = context;
	char bytes[65536];
	ssize_t got = read(socket, bytes, sizeof bytes);
	if (got <= 0) {
		event_base_loopbreak(driver->base);
		return;
	}
	str_add(&driver->input, bytes, (size_t)got);
	char *start = driver->input.bytes, *end;
	while ((end = strchr(start, '\n')) != NULL) {
		*end = '\0';
		obey(driver, start);
		start = end + 1;
	}
	struct str rest = {0};
	str_put(&rest, start);
	str_free(&driver->input);
	driver->input = rest;
}

/* What was printed goes out once a turn of the loop. */
static void
on_turn(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	(void)context;
	fflush(stdout);
}

static bool
read_statements(struct driver *driver, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	while (file != NULL && driver->statement_count < STATEMENTS_MAX && (length = getline(&line, &room, file)) > 0) {
		line[length - 1] = '\0';
		char *fields[FIELDS_MAX] = {NULL};
		if (split(line, fields) != 4)
			continue;
		driver->statements[driver->statement_count++] = (struct db_statement){.name = base_strdup(fields[0]),
		    .is_write = fields[1][0] == 'w', .parameters = atoi(fields[2]), .sql = base_strdup(fields[3])};
	}
	free(line);
	return file != NULL && fclose(file) == 0;
}

static void
run(struct driver *driver)
{
	driver->base = event_base_new();
	driver->pool = db_pool_new(driver->base, &driver->settings, driver->statements, driver->statement_count);
	db_pool_on_state(driver->pool, on_state, driver);
	struct event *input = event_new(driver->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, driver);
	struct event *turn = event_new(driver->base, -1, EV_PERSIST, on_turn, driver);
	event_add(input, NULL);
	event_add(turn, &(struct timeval){.tv_usec = 5000});
	event_base_dispatch(driver->base);
	db_listener_free(driver->listener);
	db_pool_free(driver->pool);
	event_free(input);
	event_free(turn);
	event_base_free(driver->base);
}

int
main(int argc, char **argv)
{
	static struct driver driver;
	if (argc != 7 || !read_statements(&driver, argv[6])) {
		fprintf(stderr, "usage: db_driver CONNINFO CONNECTIONS DEPTH QUEUE DEADLINE_MS STATEMENTS\n");
		return 2;
	}
	driver.settings = (struct db_settings){.conninfo = argv[1], .connections = (size_t)atoi(argv[2]),
	    .pipeline_depth = (size_t)atoi(argv[3]), .queue_max = (size_t)atoi(argv[4]), .deadline_ms = atoi(argv[5]),
	    .reconnect_min_ms = 50, .reconnect_max_ms = 500};
	run(&driver);
	for (size_t i = 0; i < driver.statement_count; i++) {
		free((void *)(uintptr_t)driver.statements[i].name);
		free((void *)(uintptr_t)driver.statements[i].sql);
	}
	str_free(&driver.input);
	return fflush(stdout) != 0;
}
