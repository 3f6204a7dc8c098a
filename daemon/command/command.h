/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subcommands: one file each, one table in main.c.
 *
 * argv[0] is the subcommand's name; --config and --set are already taken out. The result is the exit code: 0 done,
 * 1 it could not be done (said on standard error), 2 wrong usage.
 */
#ifndef HUBD_COMMAND_COMMAND_H
#define HUBD_COMMAND_COMMAND_H

struct conf;

/* What holds for all of them; before any of them runs. */
void command_prepare(const struct conf *conf);

int command_serve(const struct conf *conf, int argc, char **argv);
int command_work(const struct conf *conf, int argc, char **argv);
int command_migrate(const struct conf *conf, int argc, char **argv);
int command_import(const struct conf *conf, int argc, char **argv);
int command_export(const struct conf *conf, int argc, char **argv);
int command_admin(const struct conf *conf, int argc, char **argv);
int command_status(const struct conf *conf, int argc, char **argv);
int command_version(const struct conf *conf, int argc, char **argv);
int command_check_config(const struct conf *conf, int argc, char **argv);

#endif
