/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an import did, for people.
 */
#ifndef HUBD_COMMAND_IMPORT_REPORT_H
#define HUBD_COMMAND_IMPORT_REPORT_H

struct json;

/* Prints a report that import_report_json() made. */
void import_report_say(const struct json *report);

#endif
