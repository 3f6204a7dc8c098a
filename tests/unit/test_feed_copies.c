/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Last good copies on a disk that other things live on too. */
#include "feed/copies.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/str.h"
#include "check.h"
#include "http/http.h"

static char folder[] = "/tmp/hubd-copies-XXXXXX";
static const struct feed_copy_facts facts = {.modified = 1, .written = 2, .hash = "0123456789abcdef0123456789abcdef"};

static void
clean(const char *name)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
}

/* Files in the folder, and the bytes of all; ret_name (or NULL) is one of them. do_remove empties it. */
static size_t
look(bool do_remove, size_t *ret_bytes, char ret_name[static 256])
{
	DIR *opened = opendir(folder);
	size_t count = 0;
	*ret_bytes = 0;
	for (struct dirent *found; (found = readdir(opened)) != NULL;) {
		struct stat info;
		if (found->d_name[0] == '.' || fstatat(dirfd(opened), found->d_name, &info, 0) != 0)
			continue;
		count++;
		*ret_bytes += (size_t)info.st_size;
		snprintf(ret_name, 256, "%s", found->d_name);
		if (do_remove)
			clean(found->d_name);
	}
	closedir(opened);
	return count;
}

static void
write_many(struct feed_copies *copies, int count, size_t length)
{
	for (int i = 0; i < count; i++) {
		char key[32];
		snprintf(key, sizeof key, "hub/number-%d", i);
		struct http_bytes *bytes = http_bytes_new(base_alloc(length), length);
		feed_copies_write(copies, key, &facts, bytes);
		http_bytes_unref(bytes);
	}
}

static void
run(const struct feed_copies_settings *settings, int count, size_t length)
{
	struct event_base *base = event_base_new();
	struct feed_copies *copies = feed_copies_new(base, settings);
	write_many(copies, count, length);
	feed_copies_free(copies);
	event_base_free(base);
}

static void
copies_fill_the_disk_with_files(void)
{
	char name[256];
	size_t bytes;
	const struct feed_copies_settings settings = {.folder = folder, .files_max = 10, .bytes_max = 1 << 20};
	run(&settings, 200, 100);
	CHECK(look(false, &bytes, name) < 10 + 64); /* between two sweeps */
	run(&settings, 0, 0);
	CHECK_NUMBER(look(true, &bytes, name), 10);
}

static void
copies_fill_the_disk_with_bytes(void)
{
	char name[256];
	size_t bytes;
	const struct feed_copies_settings settings = {.folder = folder, .files_max = 1000, .bytes_max = 100000};
	run(&settings, 40, 9000);
	run(&settings, 0, 0);
	size_t count = look(true, &bytes, name);
	CHECK(count >= 9 && bytes <= 100000);
}

static void
nothing(void *context, struct http_bytes *bytes, const struct feed_copy_facts *read_facts)
{
	(void)context, (void)bytes, (void)read_facts;
}

/* Reading a pipe that nobody writes holds the helper up, as a disk that hangs does. */
static void
a_disk_that_hangs_fills_the_memory(void)
{
	char name[256], path[400];
	size_t bytes;
	const struct feed_copies_settings settings = {.folder = folder, .files_max = 4000, .bytes_max = 1 << 30};
	run(&settings, 1, 10);
	CHECK_NUMBER(look(true, &bytes, name), 1);
	snprintf(path, sizeof path, "%s/%s", folder, name);
	CHECK_NUMBER(mkfifo(path, 0600), 0);
	struct event_base *base = event_base_new();
	struct feed_copies *copies = feed_copies_new(base, &settings);
	feed_copies_read(copies, "hub/number-0", nothing, NULL);
	write_many(copies, 2000, 10);
	close(open(path, O_WRONLY)); /* waits until the helper has opened the other end, which lets it go on; its next write replaces the pipe */
	feed_copies_free(copies);
	event_base_free(base);
	size_t count = look(true, &bytes, name);
	CHECK(count == 512 || count == 511); /* the reading may have stood in the queue itself */
}

static void
end(void)
{
	CHECK_NUMBER(rmdir(folder), 0);
}

static void
begin(void)
{
	CHECK(mkdtemp(folder) != NULL);
}

TEST_MAIN(TEST(begin), TEST(copies_fill_the_disk_with_files), TEST(copies_fill_the_disk_with_bytes), TEST(a_disk_that_hangs_fills_the_memory),
    TEST(end))
