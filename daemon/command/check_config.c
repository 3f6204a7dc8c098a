/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `hubd check-config`: main has read the settings and said what the table can judge. Here is what only the
 * rest of the program knows: addresses, prefixes, folders, and settings that do not fit together.
 */
#include "command/command.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/conf.h"
#include "http/http.h"
#include "work/mime.h"
#include "work/smtp.h"

enum { WIDTH = 96 };

/* Prints words of help as comment lines of at most WIDTH bytes. */
static void
print_comment(const char *text)
{
	size_t column = 0;
	while (*text != '\0') {
		size_t length = strcspn(text, " ");
		if (column == 0 || column + 1 + length > WIDTH) {
			fputs(column == 0 ? "#" : "\n#", stdout);
			column = 1;
		}
		printf(" %.*s", (int)length, text);
		column += length + 1;
		text += length;
		text += *text == ' ';
	}
	putchar('\n');
}

/* The file config/hubd.conf: every setting with its help, its default commented out. */
static int
print_defaults(void)
{
	puts("# The settings of hubd: `name = value`, one a line. A line that begins with # says nothing: what stands behind it is\n"
	     "# the default. `hubd check-config` judges this file. With (reload), SIGHUP applies a new value; the others\n"
	     "# count from the next start.");
	for (const struct conf_setting *setting = conf_settings(); setting->name != NULL; setting++) {
		putchar('\n');
		print_comment(setting->help);
		printf("# Kind: %s", conf_kind_text(setting));
		if (setting->choices != NULL)
			printf(" (%s)", setting->choices);
		puts(setting->is_reloadable ? ". (reload)" : ".");
		printf("#%s = %s\n", setting->name, setting->fallback);
	}
	return 0;
}

static int
say(const char *name, const char *value, const char *what)
{
	fprintf(stderr, "%s: \"%s\" %s\n", name, value, what);
	return 1;
}

static int
check_peers(const struct conf *conf)
{
	int wrong = 0;
	for (const char *const *peer = conf_list(conf, "trusted_peers"); *peer != NULL; peer++)
		if (!http_is_peer_prefix(*peer))
			wrong += say("trusted_peers", *peer, "is no address or prefix; right is 10.0.0.0/8, ::1 or unix");
	return wrong;
}

static int
check_listen(const struct conf *conf)
{
	int wrong = 0;
	for (const char *const *address = conf_list(conf, "listen"); *address != NULL; address++) {
		const char *colon = strrchr(*address, ':');
		int64_t port;
		bool is_socket = str_starts(*address, "unix:/");
		if (!is_socket && (colon == NULL || colon == *address || !str_number(colon + 1, 1, 65535, &port)))
			wrong += say("listen", *address, "is no address; right is 127.0.0.1:8080, [::1]:8080 or unix:/run/hubd/http.sock");
	}
	return wrong;
}

static int
check_url(const struct conf *conf)
{
	const char *url = conf_text(conf, "public_url");
	if (!str_starts(url, "http://") && !str_starts(url, "https://"))
		return say("public_url", url, "must begin with http:// or https://");
	if (str_ends(url, "/"))
		return say("public_url", url, "must not end with a slash");
	return 0;
}

static int
check_folder(const struct conf *conf, const char *name)
{
	struct stat found;
	const char *path = conf_text(conf, name);
	if (stat(path, &found) != 0 || !S_ISDIR(found.st_mode))
		return say(name, path, "is no folder");
	return 0;
}

static int
check_deadlines(const struct conf *conf)
{
	if (conf_milliseconds(conf, "reply_timeout") > conf_milliseconds(conf, "database_deadline"))
		return 0;
	return say("reply_timeout", conf_text(conf, "reply_timeout"), "must be longer than database_deadline, or slow requests get no answer");
}

/* Mail: what would fail only when the first one is sent. */
static int
check_mail(const struct conf *conf)
{
	const char *url = conf_text(conf, "smtp_url"), *from = conf_text(conf, "smtp_from");
	const char *why = url[0] == '\0' ? NULL : smtp_refusal(url);
	int wrong = why != NULL ? say("smtp_url", url, why) : 0;
	if (from[0] != '\0' && !mime_is_address(from))
		wrong += say("smtp_from", from, "is no plain address; right is hubd@example.org");
	return wrong;
}

int
command_check_config(const struct conf *conf, int argc, char **argv)
{
	if (argc > 1 && str_equal(argv[1], "--defaults"))
		return print_defaults();
	if (argc > 1) {
		fputs("Usage: hubd check-config [--defaults]\n", stderr);
		return 2;
	}
	int wrong = check_peers(conf) + check_listen(conf) + check_url(conf) + check_folder(conf, "data_directory") +
	    check_folder(conf, "state_directory") + check_deadlines(conf) + check_mail(conf);
	if (wrong == 0)
		printf("%s: nothing wrong found\n", conf_file(conf) != NULL ? conf_file(conf) : "settings");
	return wrong != 0;
}
