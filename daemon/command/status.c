/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `hubd status`: one screen for whoever runs the service. Exit code 0: all is well; 1: something needs a look, and the
 * line that says so begins with "!".
 */
#include "command/command.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "command/call.h"
#include "db/db.h"

/* A due job that waits longer than this: no worker runs, or too few. */
enum { LATE_SECONDS = 60, NAME_SIZE = 256 };
/* A mail that waits longer: the mail server is away, or none is set. */
enum { MAIL_LATE_SECONDS = 3600 };

static void
say(bool is_wrong, const char *word, const char *text)
{
	printf("%c %-11s %s\n", is_wrong ? '!' : ' ', word, text);
}

static const char *
text_of(const struct json *body, const char *name)
{
	const char *text = json_as_text(json_get(body, name));
	return text != NULL ? text : "-";
}

static long long
number_of(const struct json *body, const char *name)
{
	return json_as_integer(json_get(body, name));
}

/* The last migration that this program brings: NNN_*.sql by name. False: the folder cannot be read. */
static bool
find_newest(const struct conf *conf, char ret_name[static NAME_SIZE])
{
	struct str path = {0};
	str_print(&path, "%s/sql", conf_text(conf, "data_directory"));
	DIR *folder = opendir(str_text(&path));
	str_free(&path);
	if (folder == NULL)
		return false;
	ret_name[0] = '\0';
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
		if (strspn(entry->d_name, "0123456789") == 3 && str_ends(entry->d_name, ".sql") && strcmp(entry->d_name, ret_name) > 0)
			snprintf(ret_name, NAME_SIZE, "%s", entry->d_name);
	closedir(folder);
	return true;
}

static bool
say_database(struct arena *arena, const struct json *body)
{
	bool is_standby = json_as_bool(json_get(body, "is_standby"));
	say(is_standby, "database", arena_print(arena, "PostgreSQL %s, %s, %lld connections%s", text_of(body, "server"), text_of(body, "size"),
	    number_of(body, "connections"), is_standby ? ", a standby: nothing can be written" : ""));
	return !is_standby;
}

static bool
say_migrations(struct arena *arena, const struct conf *conf, const struct json *body)
{
	char newest[NAME_SIZE];
	const char *applied = text_of(body, "migration");
	if (!find_newest(conf, newest)) {
		say(true, "migrations", "data_directory holds no readable sql/");
		return false;
	}
	bool is_same = str_equal(newest, applied);
	say(!is_same, "migrations", is_same ? arena_print(arena, "%s, applied %s", applied, text_of(body, "migrated_at"))
	    : arena_print(arena, "the database has %s, this program brings %s: run hubd migrate", applied, newest));
	return is_same;
}

static bool
say_queue(struct arena *arena, const struct json *jobs)
{
	bool is_late = number_of(jobs, "late_seconds") > LATE_SECONDS, has_failed = number_of(jobs, "failed") > 0;
	say(is_late || has_failed, "queue", arena_print(arena, "%lld waiting (%lld of them again), %lld running, %lld set aside", number_of(jobs, "waiting"),
	    number_of(jobs, "retrying"), number_of(jobs, "running"), number_of(jobs, "failed")));
	if (is_late)
		say(true, "", arena_print(arena, "a job has been due for %lld s: does hubd work run?", number_of(jobs, "late_seconds")));
	return !is_late && !has_failed;
}

/* What was set aside is often an address that is no more: to be seen, but nothing that is wrong with the service. */
static bool
say_mail(struct arena *arena, const struct json *mails)
{
	bool is_late = number_of(mails, "late_seconds") > MAIL_LATE_SECONDS;
	say(is_late, "mail", arena_print(arena, "%lld waiting, %lld kept for digests, %lld sent today; of the last 7 days %lld set aside, %lld times unknown",
	    number_of(mails, "waiting"), number_of(mails, "kept"), number_of(mails, "sent"), number_of(mails, "set_aside"), number_of(mails, "unknowns")));
	if (is_late)
		say(true, "", arena_print(arena, "a mail has waited for %lld minutes: hubd admin mail list --failed", number_of(mails, "late_seconds") / 60));
	return !is_late;
}

static void
say_errors(struct arena *arena, const struct json *errors)
{
	for (size_t i = 0; i < json_size(errors); i++) {
		const struct json *job = json_at(errors, i);
		say(false, i == 0 ? "last errors" : "", arena_print(arena, "job %lld %s, after %lld attempts: %s", number_of(job, "id"), text_of(job, "kind"),
		    number_of(job, "attempts"), text_of(job, "error")));
	}
}

static bool
say_all(struct arena *arena, const struct conf *conf, const struct json *body)
{
	say(false, "hubd", HUBD_VERSION);
	bool is_well = say_database(arena, body);
	is_well = say_migrations(arena, conf, body) && is_well;
	say(false, "hubs", arena_print(arena, "%lld hubs, %lld resources; to come: %lld bookings, %lld dates of events", number_of(body, "hubs"),
	    number_of(body, "resources"), number_of(body, "bookings"), number_of(body, "events")));
	is_well = say_queue(arena, json_get(body, "jobs")) && is_well;
	is_well = say_mail(arena, json_get(body, "mails")) && is_well;
	say_errors(arena, json_get(body, "errors"));
	return is_well;
}

int
command_status(const struct conf *conf, int argc, char **argv)
{
	bool wants_json = argc == 2 && str_equal(argv[1], "--json");
	if (argc > 1 && !wants_json) {
		fputs("Usage: hubd status [--json]\n", stderr);
		return 2;
	}
	struct db_session *session = command_open(conf, "admin_database");
	if (session == NULL)
		return 1;
	struct arena *arena = arena_new();
	const char *text = NULL;
	const struct json *body = command_call_text(arena, session, "admin_status", "{}", &text);
	bool is_well = body != NULL;
	if (body != NULL && wants_json)
		puts(text);
	else if (body != NULL)
		is_well = say_all(arena, conf, body);
	arena_free(arena);
	db_session_close(session);
	return is_well ? 0 : 1;
}
