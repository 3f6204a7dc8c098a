/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a folder, read whole at boot. Whatever goes wrong is one sentence that names the file; free() it. */
#ifndef HUBD_BASE_FOLDER_H
#define HUBD_BASE_FOLDER_H

#include <stdbool.h>

struct str;

/* name is the file's without the ending. False ends the round; *ret_error says why. */
typedef bool folder_take(void *context, const char *path, const char *name, const struct str *text, char **ret_error);

/* Hands every file with this ending ("": all but hidden ones), in the order of their names, to take. */
bool folder_each(const char *folder, const char *ending, folder_take *take, void *context, char **ret_error);
/* Adds a file's bytes to ret_text. */
bool folder_read(const char *path, struct str *ret_text, char **ret_error);
/* Makes the sentence "path: why"; false, so that a take may return it. */
bool folder_say(char **ret_error, const char *path, const char *why);

#endif
