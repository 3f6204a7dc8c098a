/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an import did as one document: the database's, and what the file's reader said.
 */
#ifndef HUBD_WORK_IMPORT_DOCUMENT_H
#define HUBD_WORK_IMPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

struct ical_calendar;
struct json;
struct str;

struct import_result {
	const char *file;
	bool is_dry_run;
	const struct ical_calendar *calendar;
	const struct json *body;         /* api.import_finish's */
	const struct json *const *twice; /* api.import_chunk's lists of UIDs that stand in the file more than once */
	size_t twice_count;
};

/* Appends one JSON map. */
void import_report_json(struct str *out, const struct import_result *result);

#endif
