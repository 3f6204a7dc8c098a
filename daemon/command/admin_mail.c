/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hubd admin mail: what is known of a mail, and the mail itself where mail_directory keeps it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/conf.h"
#include "base/folder.h"
#include "base/json.h"
#include "base/str.h"
#include "command/admin.h"

static const char *const fields[] = {"id", "kind", "to", "language", "state", "attempts", "unknowns", "written", "ended", "answer"};

static void
say_field(const char *name, const struct json *value)
{
	if (json_kind(value) == JSON_IS_TEXT)
		printf("%-9s %s\n", name, json_as_text(value));
	else if (json_kind(value) == JSON_IS_INTEGER)
		printf("%-9s %lld\n", name, (long long)json_as_integer(value));
}

void
admin_mail_say(const struct conf *conf, const struct json *body)
{
	struct str path = {0}, text = {0};
	char *error = NULL;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		say_field(fields[i], json_get(body, fields[i]));
	str_print(&path, "%s/%lld.eml", conf_text(conf, "mail_directory"), (long long)json_as_integer(json_get(body, "id")));
	if (conf_text(conf, "mail_directory")[0] != '\0' && folder_read(str_text(&path), &text, &error))
		printf("%-9s %s\n\n%s", "file", str_text(&path), str_text(&text));
	free(error);
	str_free(&path);
	str_free(&text);
}
