/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which subcommand, in one table. */
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/log.h"
#include "command/command.h"

static const struct subcommand {
	const char *name;
	int (*run)(const struct conf *conf, int argc, char **argv);
	const char *help;
	bool takes_faulty_conf; /* runs in spite of settings that are wrong, to say so or because it needs none */
} subcommands[] = {
	{"serve", command_serve, "answer HTTP: API, feeds, pages", false},
	{"work", command_work, "do what happens by the clock", false},
	{"migrate", command_migrate, "bring the database to this program's state", false},
	{"import", command_import, "read a programme: .ics, frab or pentabarf XML, pretalx JSON", false},
	{"export", command_export, "write a hub back as .ics", false},
	{"admin", command_admin, "make hubs, people, roles and tokens; look after jobs", false},
	{"status", command_status, "one screen: database, migrations, queue", false},
	{"check-config", command_check_config, "say what is wrong in the settings", true},
	{"version", command_version, "print the version", true},
};

enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

static int
print_help(FILE *out)
{
	fputs("hubd: events and bookings of hubs on one calendar\n\n"
	      "Usage: hubd [--config FILE] [--set NAME=VALUE]... COMMAND ...\n\nCommands:\n", out);
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		fprintf(out, "  %-14s%s\n", subcommands[i].name, subcommands[i].help);
	fputs("\nSettings: `hubd check-config --defaults` prints all of them with their help.\n", out);
	return out == stdout ? 0 : 2;
}

static const struct subcommand *
find(const char *name)
{
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (str_equal(subcommands[i].name, name))
			return &subcommands[i];
	return NULL;
}

static int
refuse(const char *name)
{
	const char *names[SUBCOMMANDS + 1] = {0};
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		names[i] = subcommands[i].name;
	const char *nearest = conf_nearest(name, names);
	fprintf(stderr, "hubd: there is no command \"%s\"", name);
	if (nearest != NULL)
		fprintf(stderr, "; did you mean \"%s\"?", nearest);
	fputs("\n`hubd help` lists them.\n", stderr);
	return 2;
}

static int
run(int argc, char **argv, const struct conf *conf, const char *problems)
{
	const char *name = argc > 1 ? argv[1] : "";
	if (argc < 2)
		return print_help(stderr);
	if (str_equal(name, "help") || str_equal(name, "--help") || str_equal(name, "-h"))
		return print_help(stdout);
	const struct subcommand *subcommand = find(str_equal(name, "--version") ? "version" : name);
	if (subcommand == NULL)
		return refuse(name);
	if (*problems != '\0')
		fputs(problems, stderr);
	if (*problems != '\0' && !subcommand->takes_faulty_conf)
		return 2;
	command_prepare(conf);
	int code = subcommand->run(conf, argc - 1, argv + 1);
	return *problems != '\0' && code == 0 && str_equal(name, "check-config") ? 1 : code;
}

int
main(int argc, char **argv)
{
	struct str problems = {0};
	struct conf *conf = conf_load(&argc, argv, &problems);
	int code = run(argc, argv, conf, str_text(&problems));
	str_free(&problems);
	conf_free(conf);
	return code;
}
