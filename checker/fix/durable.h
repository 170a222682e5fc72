/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * durable - a file that is replaced or removed whole or not at all, and is so
 * on the disk when the function returns.
 */
#ifndef KILOFLOW_CHECKER_FIX_DURABLE_H
#define KILOFLOW_CHECKER_FIX_DURABLE_H

#include <stddef.h>
#include <sys/types.h>

struct durable_file {
	int dir_fd;
	const char *name;
	/* A second name in the directory, for as long as it is written. What a
	 * killed run left there is replaced. */
	const char *beside;
	mode_t mode;
	uid_t uid; /* (uid_t)-1: whose the process is */
	gid_t gid; /* (gid_t)-1 */
};

/**
 * durable_replace - the file has @len bytes of @bytes from now on
 *
 * Return: 0; negative errno. Only when the directory could not be
 * synchronised, the file may be the new one nevertheless.
 */
int durable_replace(const struct durable_file *file, const char *bytes,
                    size_t len);

/** durable_remove - the file is not there any more. Return: 0, also when it
 * was not; negative errno
 */
int durable_remove(int dir_fd, const char *name);

/** durable_dir - what was made in a directory is on the disk */
int durable_dir(int dir_fd);

#endif
