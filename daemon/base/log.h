/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: one line an event on standard error, a word, then key=value, with the journal's
 * level prefix (sd-daemon(3)). Values are quoted where they need it, so that nothing from
 * outside starts a line of its own. Never log a token, an address or a mail body.
 */
#ifndef HUBD_BASE_LOG_H
#define HUBD_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Lines above this level are left out. */
void log_set_level(enum log_level level);
/* Whether such a line would be written, where it costs something to make one. */
bool log_is_shown(enum log_level level);

/*
 * log_event(LOG_LEVEL_NOTICE, "listening", "address", "127.0.0.1:8080", NULL): pairs of name and value,
 * ended by NULL. A value of NULL leaves its pair out.
 */
void log_event(enum log_level level, const char *word, ...) __attribute__((sentinel));

#endif
