/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Migrations: brings a database to the state that a folder sql/ describes, or says why not. It knows files,
 * numbers and checksums; it does not know what the statements do.
 */
#ifndef HUBD_COMMAND_MIGRATION_H
#define HUBD_COMMAND_MIGRATION_H

#include <stdbool.h>

struct db_session;
struct str;

/*
 * Applies, each in a transaction: roles.sql where it changed; what is missing of NNN_*.sql, one transaction a file; then
 * internal/ and api/ together where any of them changed. is_again: roles and functions even if unchanged.
 * Safe when two do it at the same time. report gets a line for each thing done. False: *ret_error is a sentence
 * that the caller frees, and the step it names left nothing behind; those before it stay.
 */
bool migration_run(struct db_session *session, const char *folder, bool is_again, struct str *report, char **ret_error);

#endif
