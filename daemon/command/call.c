/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See call.h. */
#include "command/call.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"

enum { FILE_BYTES = 256 * 1024 * 1024 };

struct db_session *
command_open(const struct conf *conf, const char *setting)
{
	char *error = NULL;
	struct db_session *session = db_session_open(conf_text(conf, setting), &error);

	if (session == NULL)
		fprintf(stderr, "hubd: no connection (setting %s): %s\n", setting, error);
	free(error);
	return session;
}

/* One sentence for what the database said; an unknown function means that the schema is another version's. */
static void
say_error(const struct db_session *session)
{
	const char *state = db_session_sqlstate(session);

	fprintf(stderr, "hubd: %s\n", db_session_error(session));
	if (str_equal(state, "42883") || str_equal(state, "3F000"))
		fprintf(stderr, "hubd: the database does not match this program: hubd migrate brings it up to date\n");
}

const struct json *
command_call_text(struct arena *arena, struct db_session *session, const char *function, const char *input, const char **ret_body)
{
	const char *sql = arena_print(arena, "SELECT status, body FROM api.%s($1::jsonb, $2::jsonb)", function);
	const char *const parameters[] = {"{\"language\":\"en\"}", input};
	struct db_rows *rows = db_session_run(session, sql, parameters, 2);

	if (rows == NULL) {
		say_error(session);
		return NULL;
	}
	assert(db_count(rows) == 1);
	int64_t status = db_number(rows, 0, "status");
	const char *text = arena_text(arena, db_text(rows, 0, "body")), *error = NULL;
	db_rows_free(rows);
	if (text == NULL)
		text = "{}";
	const struct json *body = json_read(arena, text, strlen(text), &error);
	if (body == NULL || status >= 400) {
		const char *detail = json_as_text(json_get(body, "detail"));

		fprintf(stderr, "hubd: %s\n", detail != NULL ? detail : error != NULL ? error : "it was refused without a reason");
		return NULL;
	}
	if (ret_body != NULL)
		*ret_body = text;
	return body;
}

const struct json *
command_call(struct arena *arena, struct db_session *session, const char *function, const char *input)
{
	return command_call_text(arena, session, function, input, NULL);
}

bool
command_script(struct db_session *session, const char *script)
{
	if (db_session_script(session, script))
		return true;
	say_error(session);
	return false;
}

const char *
command_read_file(struct arena *arena, const char *path, size_t *ret_length)
{
	bool is_input = str_equal(path, "-");
	FILE *file = is_input ? stdin : fopen(path, "rb");
	struct str text = {0};
	char part[65536];
	size_t got;

	if (file == NULL) {
		fprintf(stderr, "hubd: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	while (text.length <= FILE_BYTES && (got = fread(part, 1, sizeof part, file)) > 0)
		str_add(&text, part, got);
	bool is_bad = ferror(file) != 0;
	if (!is_input)
		fclose(file);
	if (is_bad || text.length > FILE_BYTES) {
		fprintf(stderr, "hubd: %s: %s\n", path, is_bad ? "it could not be read to its end" : "it is larger than 256 MiB");
		str_free(&text);
		return NULL;
	}
	str_add(&text, "", 0);
	char *bytes = str_steal(&text, ret_length);
	arena_defer(arena, free, bytes);
	return bytes;
}
