/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

/* A line longer than this is cut: the journal would split it. */
enum { LINE_MAX_BYTES = 2000 };

static enum log_level log_limit = LOG_LEVEL_INFO; /* set once at start */

void
log_set_level(enum log_level level)
{
	log_limit = level;
}

bool
log_is_shown(enum log_level level)
{
	return level <= log_limit;
}

static bool
is_plain(const char *value)
{
	if (*value == '\0')
		return false;
	for (; *value != '\0'; value++)
		if ((unsigned char)*value <= ' ' || *value == '"' || *value == '=' || *value == '\\' || *value == 0x7f)
			return false;
	return true;
}

static void
put_quoted(struct str *line, const char *value)
{
	str_char(line, '"');
	for (; *value != '\0'; value++) {
		unsigned char byte = (unsigned char)*value;
		if (byte == '"' || byte == '\\')
			str_print(line, "\\%c", byte);
		else if (byte == '\n')
			str_put(line, "\\n");
		else if (byte < ' ' || byte == 0x7f)
			str_print(line, "\\x%02x", byte);
		else
			str_char(line, (char)byte);
	}
	str_char(line, '"');
}

void
log_event(enum log_level level, const char *word, ...)
{
	if (!log_is_shown(level))
		return;
	struct str line = {0};
	str_print(&line, "<%d>%s", (int)level, word);
	va_list pairs;
	va_start(pairs, word);
	for (const char *name; (name = va_arg(pairs, const char *)) != NULL;) {
		const char *value = va_arg(pairs, const char *);
		if (value == NULL)
			continue;
		str_print(&line, " %s=", name);
		if (is_plain(value))
			str_put(&line, value);
		else
			put_quoted(&line, value);
	}
	va_end(pairs);
	if (line.length > LINE_MAX_BYTES)
		line.length = LINE_MAX_BYTES;
	str_char(&line, '\n');
	const char *bytes = line.bytes;
	for (size_t left = line.length; left > 0;) {
		ssize_t written = write(STDERR_FILENO, bytes, left);
		if (written < 0 && errno != EINTR)
			break; /* there is nowhere to complain to */
		if (written > 0) {
			bytes += written;
			left -= (size_t)written;
		}
	}
	str_free(&line);
}
