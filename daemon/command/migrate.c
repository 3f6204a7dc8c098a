/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hubd migrate: brings the database up to this release, before its daemons are started.
 */
#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "command/migration.h"
#include "db/db.h"

static int
usage(void)
{
	fputs("usage: hubd migrate [--sql DIR] [--database CONNINFO] [--again]\n"
	      "  --sql DIR            the folder of migrations, else sql/ in data_directory\n"
	      "  --database CONNINFO  instead of owner_database\n"
	      "  --again              apply roles and functions even if they did not change\n",
	    stderr);
	return 2;
}

static int
migrate(const char *database, const char *folder, bool is_again)
{
	char *error = NULL;
	struct str report = {0};
	struct db_session *session = db_session_open(database, &error);
	bool is_good = session != NULL && migration_run(session, folder, is_again, &report, &error);
	fputs(is_good && report.length == 0 ? "The database is up to date.\n" : str_text(&report), stdout);
	if (!is_good)
		fprintf(stderr, "hubd migrate: %s\n", error);
	db_session_close(session);
	str_free(&report);
	free(error);
	return is_good ? 0 : 1;
}

int
command_migrate(const struct conf *conf, int argc, char **argv)
{
	const char *database = conf_text(conf, "owner_database"), *folder = NULL;
	bool is_again = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--again") == 0)
			is_again = true;
		else if (strcmp(argv[i], "--sql") == 0 && i + 1 < argc)
			folder = argv[++i];
		else if (strcmp(argv[i], "--database") == 0 && i + 1 < argc)
			database = argv[++i];
		else
			return usage();
	}
	struct str shipped = {0};
	str_print(&shipped, "%s/sql", conf_text(conf, "data_directory"));
	int result = migrate(database, folder != NULL ? folder : str_text(&shipped), is_again);
	str_free(&shipped);
	return result;
}
