/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/migration.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "db/db.h"

/* One lock a database, held until the session ends: whoever comes second finds nothing to do. */
static const char lock[] = "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(1752523364)";

static const char bookkeeping[] =
    "BEGIN;"
    "CREATE SCHEMA IF NOT EXISTS hubd;"
    "CREATE TABLE IF NOT EXISTS hubd.migration (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now());"
    "COMMENT ON TABLE hubd.migration IS 'The files sql/NNN_*.sql that were applied, with their SHA-256.';"
    "CREATE TABLE IF NOT EXISTS hubd.applied (name text PRIMARY KEY, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now());"
    "COMMENT ON TABLE hubd.applied IS 'What may be applied again: roles and functions, with the SHA-256 over their files.';"
    "COMMIT";

/* Functions may name each other. Tables are in use: a migration gives up rather than queue everybody behind it. */
static const char begin[] = "BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL check_function_bodies = off";

/* Both take the name and the checksum. A migration's name begins with its number. */
static const char record_migration[] =
    "INSERT INTO hubd.migration (version, name, checksum) VALUES (left($1, 3)::integer, $1, $2)";
static const char record_applied[] = "INSERT INTO hubd.applied (name, checksum) VALUES ($1, $2)"
                                     " ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()";

struct file {
	char *name; /* below the folder: "001_ground.sql", "api/book.sql" */
	struct str text;
};

struct files {
	struct file *items;
	size_t count;
};

struct migration {
	struct db_session *session;
	const char *folder;
	bool is_again;
	struct str *report;
	char **ret_error;
	struct files roles, numbered, functions;
};

/* ---- saying what is wrong ---- */

static bool refuse(struct migration *migration, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Always false, so that a step may say: return refuse(…). */
static bool
refuse(struct migration *migration, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(migration->ret_error, format, arguments) < 0)
		abort();
	va_end(arguments);
	return false;
}

static bool
refuse_session(struct migration *migration, const char *what)
{
	return refuse(migration, "%s: %s", what, db_session_error(migration->session));
}

/* PostgreSQL counts characters, an editor lines. */
static size_t
line_of(const struct str *text, size_t position)
{
	size_t line = 1, character = 1;
	for (size_t i = 0; i < text->length && character < position; i++) {
		if (((unsigned char)text->bytes[i] & 0xc0) != 0x80)
			character++;
		line += text->bytes[i] == '\n';
	}
	return line;
}

static bool
refuse_file(struct migration *migration, const struct file *file)
{
	size_t position, statement = db_session_failed_at(migration->session, &position);
	const char *error = db_session_error(migration->session);
	if (position > 0)
		return refuse(migration, "%s, line %zu: %s", file->name, line_of(&file->text, position), error);
	return refuse(migration, "%s, statement %zu: %s", file->name, statement, error);
}

/* ---- files ---- */

static void
files_free(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->items[i].name);
		str_free(&files->items[i].text);
	}
	free(files->items);
	*files = (struct files){0};
}

static bool
read_file(struct migration *migration, const char *name, struct files *files)
{
	struct str path = {0};
	str_print(&path, "%s/%s", migration->folder, name);
	FILE *stream = fopen(str_text(&path), "re");
	if (stream == NULL) {
		refuse(migration, "%s cannot be read: %s", str_text(&path), strerror(errno));
		str_free(&path);
		return false;
	}
	files->items = base_realloc(files->items, (files->count + 1) * sizeof *files->items);
	struct file *file = &files->items[files->count++];
	*file = (struct file){.name = base_strdup(name)};
	char bytes[16384];
	size_t got;
	while ((got = fread(bytes, 1, sizeof bytes, stream)) > 0)
		str_add(&file->text, bytes, got);
	bool is_good = ferror(stream) == 0;
	fclose(stream);
	if (!is_good)
		refuse(migration, "%s cannot be read to its end", str_text(&path));
	else if (memchr(str_text(&file->text), '\0', file->text.length) != NULL)
		is_good = refuse(migration, "%s holds a NUL byte", str_text(&path));
	str_free(&path);
	return is_good;
}

static bool
is_numbered(const char *name)
{
	return isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1]) && isdigit((unsigned char)name[2]) && name[3] == '_';
}

static int
is_sql(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends(entry->d_name, ".sql");
}

/* By bytes: the same order on every machine. */
static int
by_name(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

/* One file of a folder into the list where it belongs. */
static bool
take_file(struct migration *migration, const char *below, const char *name)
{
	struct str whole = {0};
	str_print(&whole, "%s%s", below, name);
	bool is_good;
	if (below[0] != '\0')
		is_good = read_file(migration, str_text(&whole), &migration->functions);
	else if (is_numbered(name))
		is_good = read_file(migration, name, &migration->numbered);
	else if (str_equal(name, "roles.sql"))
		is_good = read_file(migration, name, &migration->roles);
	else
		is_good = refuse(migration, "%s/%s is neither roles.sql nor NNN_name.sql", migration->folder, name);
	str_free(&whole);
	return is_good;
}

static bool
read_folder(struct migration *migration, const char *below)
{
	struct str path = {0};
	str_print(&path, "%s/%s", migration->folder, below);
	struct dirent **entries = NULL;
	int count = scandir(str_text(&path), &entries, is_sql, by_name);
	bool is_good = count >= 0 || refuse(migration, "%s cannot be read: %s", str_text(&path), strerror(errno));
	for (int i = 0; i < count; i++) {
		is_good = is_good && take_file(migration, below, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	str_free(&path);
	return is_good;
}

/* 001, 002, 003 …: a gap or a double is two people's work that was not put together. */
static bool
check_numbers(struct migration *migration)
{
	for (size_t i = 0; i < migration->numbered.count; i++) {
		const char *name = migration->numbered.items[i].name;
		size_t number = strtoul(name, NULL, 10);
		if (number == i)
			return refuse(migration, "%s has the number of the file before it; give it the next free one", name);
		if (number != i + 1)
			return refuse(migration, "%s follows %03zu: there is no %03zu", name, i, i + 1);
	}
	if (migration->numbered.count == 0)
		return refuse(migration, "%s holds no migration (NNN_name.sql)", migration->folder);
	return true;
}

/* Over names and contents, each with its end marked. */
static void
files_checksum(const struct files *files, bool with_names, char ret_hex[static DIGEST_HEX_SIZE])
{
	struct digest *digest = digest_new();
	for (size_t i = 0; i < files->count; i++) {
		const struct file *file = &files->items[i];
		if (with_names)
			digest_add(digest, file->name, strlen(file->name) + 1);
		digest_add(digest, str_text(&file->text), file->text.length + with_names);
	}
	digest_end(digest, ret_hex);
}

/* ---- applying ---- */

/* The transaction's number; NULL and a refusal on failure. */
static char *
transaction_number(struct migration *migration)
{
	struct db_rows *rows = db_session_run(migration->session, "SELECT pg_current_xact_id()::text AS number", NULL, 0);
	if (rows == NULL) {
		refuse_session(migration, "transaction");
		return NULL;
	}
	char *number = base_strdup(db_text(rows, 0, "number"));
	db_rows_free(rows);
	return number;
}

/* A file that ends the transaction by itself could leave half of its work behind. */
static bool
run_file(struct migration *migration, const struct file *file)
{
	char *before = transaction_number(migration);
	if (before == NULL)
		return false;
	bool is_good = db_session_script(migration->session, str_text(&file->text)) || refuse_file(migration, file);
	char *after = is_good ? transaction_number(migration) : NULL;
	if (after != NULL && !str_equal(before, after))
		refuse(migration, "%s holds a COMMIT or ROLLBACK of its own: each file is one transaction already", file->name);
	is_good = after != NULL && str_equal(before, after);
	free(before);
	free(after);
	return is_good;
}

static bool
record(struct migration *migration, const char *sql, const char *name, const char *checksum)
{
	const char *const parameters[] = {name, checksum};
	struct db_rows *rows = db_session_run(migration->session, sql, parameters, 2);
	if (rows == NULL)
		return refuse_session(migration, name);
	db_rows_free(rows);
	return true;
}

static bool
run_script(struct migration *migration, const char *script, const char *name)
{
	return db_session_script(migration->session, script) || refuse_session(migration, name);
}

/* All the files and the record of them in one transaction. */
static bool
apply(struct migration *migration, const struct files *files, const char *record_sql, const char *name, const char *checksum)
{
	bool is_good = run_script(migration, begin, name);
	for (size_t i = 0; i < files->count && is_good; i++)
		is_good = run_file(migration, &files->items[i]);
	is_good = is_good && run_script(migration, "RESET ROLE; RESET search_path", name) &&
	    record(migration, record_sql, name, checksum) && run_script(migration, "COMMIT", name);
	if (!is_good)
		db_session_script(migration->session, "ROLLBACK");
	return is_good;
}

/* Roles or functions, if they are not those that were applied last. */
static bool
apply_changed(struct migration *migration, const struct files *files, const char *name)
{
	char checksum[DIGEST_HEX_SIZE];
	files_checksum(files, true, checksum);
	const char *const parameters[] = {name, checksum};
	struct db_rows *rows = db_session_run(migration->session,
	    "SELECT 1 AS found FROM hubd.applied WHERE name = $1 AND checksum = $2", parameters, 2);
	if (rows == NULL)
		return refuse_session(migration, name);
	bool is_known = db_count(rows) > 0;
	db_rows_free(rows);
	if (files->count == 0 || (is_known && !migration->is_again))
		return true;
	if (!apply(migration, files, record_applied, name, checksum))
		return false;
	str_print(migration->report, "%s: %zu %s applied.\n", name, files->count, files->count == 1 ? "file" : "files");
	return true;
}

/* ---- what the database has ---- */

/* One recorded migration against the file of its number. */
static bool
check_recorded(struct migration *migration, const struct db_rows *rows, size_t row)
{
	size_t version = (size_t)db_number(rows, row, "version"), known = migration->numbered.count;
	const char *name = db_text(rows, row, "name");
	if (version > known)
		return refuse(migration, "The database is newer than this hubd: it holds %s, and this hubd knows %zu %s. Install the newer hubd.",
		    name, known, known == 1 ? "migration" : "migrations");
	if (version != row + 1)
		return refuse(migration, "The database lacks migration %03zu, but holds %s: hubd.migration was changed by hand.", row + 1, name);
	char checksum[DIGEST_HEX_SIZE];
	const struct file *file = &migration->numbered.items[row];
	files_checksum(&(struct files){.items = &migration->numbered.items[row], .count = 1}, false, checksum);
	if (!str_equal(checksum, db_text(rows, row, "checksum")))
		return refuse(migration, "%s is not the file that was applied (as %s): put the change into a migration of its own.",
		    file->name, name);
	return true;
}

static bool
read_recorded(struct migration *migration, size_t *ret_count)
{
	struct db_rows *rows = db_session_run(migration->session,
	    "SELECT version, name, checksum FROM hubd.migration ORDER BY version", NULL, 0);
	if (rows == NULL)
		return refuse_session(migration, "hubd.migration");
	bool is_good = true;
	for (size_t row = 0; row < db_count(rows) && is_good; row++)
		is_good = check_recorded(migration, rows, row);
	*ret_count = db_count(rows);
	db_rows_free(rows);
	return is_good;
}

static bool
apply_numbered(struct migration *migration, size_t done)
{
	for (size_t i = done; i < migration->numbered.count; i++) {
		const struct files one = {.items = &migration->numbered.items[i], .count = 1};
		char checksum[DIGEST_HEX_SIZE];
		files_checksum(&one, false, checksum);
		if (!apply(migration, &one, record_migration, one.items->name, checksum))
			return false;
		str_print(migration->report, "%s: applied.\n", one.items->name);
	}
	return true;
}

static bool
read_all(struct migration *migration)
{
	return read_folder(migration, "") && read_folder(migration, "internal/") && read_folder(migration, "api/") &&
	    check_numbers(migration);
}

static bool
prepare(struct migration *migration)
{
	return run_script(migration, lock, "waiting for another hubd migrate") && run_script(migration, bookkeeping, "hubd.migration");
}

bool
migration_run(struct db_session *session, const char *folder, bool is_again, struct str *report, char **ret_error)
{
	struct migration migration = {.session = session, .folder = folder, .is_again = is_again, .report = report,
	    .ret_error = ret_error};
	size_t done = 0;
	bool is_good = read_all(&migration) && prepare(&migration) && read_recorded(&migration, &done) &&
	    apply_changed(&migration, &migration.roles, "roles") && apply_numbered(&migration, done) &&
	    apply_changed(&migration, &migration.functions, "functions");
	files_free(&migration.roles);
	files_free(&migration.numbered);
	files_free(&migration.functions);
	return is_good;
}
