/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/copy_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "feed/copies.h"

enum { HALF_WRITTEN_SECONDS = 3600, KEPT_SECONDS = 31 * 24 * 3600, HEAD_MAX = 256 * 1024, FILE_MAX = 256 * 1024 * 1024 };

static const char file_mark[] = "hubd feed copy 2";

struct copy_entry {
	char name[80];
	struct timespec at;
	size_t size;
};

/* A key may hold what a file's name may not: its hash names the file. */
static void
put_path(struct str *path, const char *folder, const char *key)
{
	char hex[DIGEST_HEX_SIZE];
	digest_sha256_hex(key, strlen(key), hex);
	str_print(path, "%s/%s.copy", folder, hex);
}

static bool
write_all(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t done = write(file, bytes, length);
		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			bytes += done;
			length -= (size_t)done;
		}
	}
	return true;
}

bool
copy_file_write(const char *folder, const char *key, const struct feed_copy_facts *facts, const char *bytes, size_t length)
{
	struct str path = {0}, half = {0}, head = {0};
	put_path(&path, folder, key);
	str_print(&half, "%s.%ld", str_text(&path), (long)getpid());
	str_print(&head, "%s\n%s\nmodified %" PRId64 "\nwritten %" PRId64 "\nhash %s\nlength %zu\nscopes", file_mark, key, facts->modified,
	    facts->written, facts->hash, length);
	for (size_t i = 0; i < facts->scope_count; i++)
		str_print(&head, " %016" PRIx64, facts->scopes[i]);
	str_put(&head, "\n\n");
	int file = open(str_text(&half), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool is_good = file >= 0 && write_all(file, head.bytes, head.length) && write_all(file, bytes, length) && fdatasync(file) == 0;
	if (file >= 0)
		is_good = close(file) == 0 && is_good;
	is_good = is_good && rename(str_text(&half), str_text(&path)) == 0;
	if (!is_good && file >= 0)
		unlink(str_text(&half));
	str_free(&path);
	str_free(&half);
	str_free(&head);
	return is_good;
}

static char *
read_whole(const char *path, size_t *ret_length)
{
	struct stat facts;
	size_t have = 0;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0)
		return NULL;
	if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size <= 0 || facts.st_size > FILE_MAX) {
		close(file);
		return NULL;
	}
	size_t size = (size_t)facts.st_size;
	char *bytes = base_alloc(size + 1);
	while (have < size) {
		ssize_t got = read(file, bytes + have, size - have);
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		have += got > 0 ? (size_t)got : 0;
	}
	close(file);
	*ret_length = have;
	return bytes;
}

/* True and what follows the head, when the head is ours, of this key, and the length is right. */
static bool
read_head(char *bytes, size_t length, const char *key, struct feed_copy_facts *facts, size_t *ret_at)
{
	size_t body;
	char *end = strstr(bytes, "\n\n"), *line = strchr(bytes, '\n');
	if (end == NULL || line == NULL || strncmp(bytes, file_mark, strlen(file_mark)) != 0)
		return false;
	size_t key_length = strlen(key);
	if (strncmp(++line, key, key_length) != 0 || line[key_length] != '\n')
		return false;
	if (sscanf(line + key_length + 1, "modified %" SCNd64 "\nwritten %" SCNd64 "\nhash %32[0-9a-f]\nlength %zu",
	        &facts->modified, &facts->written, facts->hash, &body) != 4)
		return false;
	*ret_at = (size_t)(end + 2 - bytes);
	return length - *ret_at == body;
}

char *
copy_file_read(const char *folder, const char *key, struct feed_copy_facts *ret_facts, size_t *ret_length)
{
	struct str path = {0};
	size_t length = 0, at;
	put_path(&path, folder, key);
	char *bytes = read_whole(str_text(&path), &length);
	str_free(&path);
	if (bytes == NULL || !read_head(bytes, length, key, ret_facts, &at)) {
		free(bytes);
		return NULL;
	}
	memmove(bytes, bytes + at, length - at + 1);
	*ret_length = length - at;
	return bytes;
}

/* The head alone, as text; NULL when it is not ours or not whole. */
static char *
read_file_head(DIR *folder, const char *name)
{
	char *head = base_alloc(HEAD_MAX + 1), *end;
	int file = openat(dirfd(folder), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = file < 0 ? -1 : read(file, head, HEAD_MAX);
	if (file >= 0)
		close(file);
	head[got < 0 ? 0 : got] = '\0';
	end = strstr(head, "\n\n");
	if (end == NULL || strncmp(head, file_mark, strlen(file_mark)) != 0) {
		free(head);
		return NULL;
	}
	*end = '\0';
	return head;
}

static bool
is_forgotten(const char *head, const struct feed_forgotten *list, size_t count)
{
	const char *written = strstr(head, "\nwritten "), *scopes = strstr(head, "\nscopes");
	if (written == NULL || scopes == NULL)
		return true; /* nobody can tell what it says */
	int64_t at = strtoll(written + strlen("\nwritten "), NULL, 10);
	char *next;
	for (const char *scope = scopes + strlen("\nscopes"); *scope == ' '; scope = next) {
		uint64_t mark = strtoull(scope, &next, 16);
		for (size_t i = 0; i < count; i++)
			if (list[i].scope == mark && at <= list[i].before)
				return true;
	}
	return false;
}

void
copy_file_forget(const char *folder_path, const struct feed_forgotten *list, size_t count)
{
	DIR *folder = opendir(folder_path);
	for (struct dirent *found; folder != NULL && (found = readdir(folder)) != NULL;) {
		if (strstr(found->d_name, ".copy") == NULL)
			continue;
		char *head = read_file_head(folder, found->d_name);
		/* A head that is not whole is of a file that is being written, or of an older hubd. */
		if (head == NULL ? strstr(found->d_name, ".copy.") == NULL : is_forgotten(head, list, count))
			unlinkat(dirfd(folder), found->d_name, 0);
		free(head);
	}
	if (folder != NULL)
		closedir(folder);
}

void
copy_file_remove(const char *folder, const char *key)
{
	struct str path = {0};
	put_path(&path, folder, key);
	unlink(str_text(&path));
	str_free(&path);
}

static int
compare_age(const void *left, const void *right)
{
	const struct copy_entry *a = left, *b = right;
	if (a->at.tv_sec != b->at.tv_sec)
		return a->at.tv_sec < b->at.tv_sec ? 1 : -1;
	return (a->at.tv_nsec < b->at.tv_nsec) - (a->at.tv_nsec > b->at.tv_nsec);
}

/* What a crash left half written goes after an hour: until then another process may be writing it. */
static bool
is_half_written(const char *name)
{
	return strstr(name, ".copy.") != NULL;
}

static size_t
list_files(DIR *folder, struct copy_entry **ret_list)
{
	struct copy_entry *list = NULL;
	size_t count = 0, room = 0;
	for (struct dirent *found; (found = readdir(folder)) != NULL;) {
		struct stat facts;
		if (strstr(found->d_name, ".copy") == NULL || strlen(found->d_name) >= sizeof list->name ||
		    fstatat(dirfd(folder), found->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (is_half_written(found->d_name)) {
			if (facts.st_mtim.tv_sec < time(NULL) - HALF_WRITTEN_SECONDS)
				unlinkat(dirfd(folder), found->d_name, 0);
			continue;
		}
		if (count == room) {
			room = room == 0 ? 256 : room * 2;
			list = base_realloc(list, room * sizeof list[0]);
		}
		snprintf(list[count].name, sizeof list->name, "%s", found->d_name);
		list[count].at = facts.st_mtim;
		list[count++].size = (size_t)facts.st_size;
	}
	*ret_list = list;
	return count;
}

size_t
copy_file_sweep(const char *folder_path, size_t files_max, size_t bytes_max, size_t *ret_files)
{
	struct copy_entry *list = NULL;
	size_t bytes = 0, kept = 0;
	DIR *folder = opendir(folder_path);
	size_t count = folder == NULL ? 0 : list_files(folder, &list);
	if (count > 0)
		qsort(list, count, sizeof list[0], compare_age);
	for (size_t i = 0; i < count; i++) {
		bool is_young = list[i].at.tv_sec >= time(NULL) - KEPT_SECONDS;
		if (is_young && kept < files_max && bytes + list[i].size <= bytes_max) {
			bytes += list[i].size;
			kept++;
		} else {
			unlinkat(dirfd(folder), list[i].name, 0);
		}
	}
	if (folder != NULL)
		closedir(folder);
	free(list);
	*ret_files = kept;
	return bytes;
}
