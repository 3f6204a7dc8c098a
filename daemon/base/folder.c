/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

bool
folder_say(char **ret_error, const char *path, const char *why)
{
	struct str text = {0};
	str_print(&text, "%s: %s", path, why);
	*ret_error = str_steal(&text, NULL);
	return false;
}

bool
folder_read(const char *path, struct str *ret_text, char **ret_error)
{
	char part[8192];
	size_t length;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return folder_say(ret_error, path, strerror(errno));
	while ((length = fread(part, 1, sizeof part, file)) > 0)
		str_add(ret_text, part, length);
	bool is_read = !ferror(file);
	fclose(file);
	return is_read || folder_say(ret_error, path, "cannot be read");
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
take_file(const char *folder, const char *file, const char *ending, folder_take *take, void *context, char **ret_error)
{
	struct str path = {0}, name = {0}, text = {0};
	str_print(&path, "%s/%s", folder, file);
	str_add(&name, file, strlen(file) - strlen(ending));
	bool is_fine = folder_read(str_text(&path), &text, ret_error) && take(context, str_text(&path), str_text(&name), &text, ret_error);
	str_free(&path);
	str_free(&name);
	str_free(&text);
	return is_fine;
}

bool
folder_each(const char *folder, const char *ending, folder_take *take, void *context, char **ret_error)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_visible, alphasort);
	bool is_fine = count >= 0 || folder_say(ret_error, folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (is_fine && str_ends(entries[i]->d_name, ending))
			is_fine = take_file(folder, entries[i]->d_name, ending, take, context, ret_error);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return is_fine;
}
