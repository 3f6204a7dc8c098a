/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file of a last good copy: a few lines that say what it is, an empty line, the bytes. Runs on the helper thread: no
 * state but the folder's path, and nothing but the disk is waited for.
 */
#ifndef HUBD_FEED_COPY_FILE_H
#define HUBD_FEED_COPY_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct feed_copy_facts;
struct feed_forgotten;

bool copy_file_write(const char *folder, const char *key, const struct feed_copy_facts *facts, const char *bytes, size_t length);
/* malloc'ed bytes, or NULL: there is none, or it is not whole. */
char *copy_file_read(const char *folder, const char *key, struct feed_copy_facts *ret_facts, size_t *ret_length);
void copy_file_remove(const char *folder, const char *key);
/* Removes the copies that one of the list concerns. */
void copy_file_forget(const char *folder, const struct feed_forgotten *list, size_t count);
/* Removes what is older than a month, the oldest files beyond the bounds, and what a crash left half written. Returns the bytes that stay, sets their number. */
size_t copy_file_sweep(const char *folder, size_t files_max, size_t bytes_max, size_t *ret_files);

#endif
