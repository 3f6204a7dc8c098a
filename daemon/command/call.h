/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A command's calls of api functions, through one synchronous session. What goes wrong is said on standard error in one
 * sentence; the caller only gives up.
 */
#ifndef HUBD_COMMAND_CALL_H
#define HUBD_COMMAND_CALL_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct conf;
struct db_session;
struct json;

/* A session on the database that a setting names. NULL: it was said why. */
struct db_session *command_open(const struct conf *conf, const char *setting);
/* The body of api.FUNCTION(caller, input), in the arena. NULL: an error, or a refusal, and its sentence was said. */
const struct json *command_call(struct arena *arena, struct db_session *session, const char *function, const char *input);
/* The body's own bytes as well, for --json. ret_body may be NULL. */
const struct json *command_call_text(struct arena *arena, struct db_session *session, const char *function, const char *input, const char **ret_body);
bool command_script(struct db_session *session, const char *script);
/* A whole file, "-" being standard input, in the arena. NULL: it was said why. */
const char *command_read_file(struct arena *arena, const char *path, size_t *ret_length);

#endif
