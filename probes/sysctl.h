/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl - reads the sysctls of sysctl_table.h from /proc/sys.
 */
#ifndef KILOFLOW_PROBES_SYSCTL_H
#define KILOFLOW_PROBES_SYSCTL_H

#include <stddef.h>

#include "probes/facts.h"

/**
 * sysctl_parse - the value of a sysctl, from what its file holds. Pure.
 * @bytes: @len bytes; a newline may end them
 *
 * Return: a known fact; a broken one when there are too few or too many
 * numbers, one is out of the row's range, or anything else stands there.
 */
struct sysctl_fact sysctl_parse(const struct sysctl_desc *desc,
                                const char *bytes, size_t len);

#define SYSCTL_PATH_SIZE 128

/** sysctl_path - "proc/sys/net/core/somaxconn": its file, below a root */
void sysctl_path(const struct sysctl_desc *desc,
                 char path[static SYSCTL_PATH_SIZE]);

/**
 * sysctl_read_bytes - what a sysctl's file holds, all of it
 * @root_fd: directory that stands for "/"
 * @ret: allocated, NUL-terminated; the caller frees it
 *
 * Files below proc/sys/net are those of the calling thread's namespace.
 *
 * Return: 0; -ENOENT, -EACCES, ... from the kernel; -EFBIG; -ENOMEM.
 */
int sysctl_read_bytes(int root_fd, const struct sysctl_desc *desc, char **ret,
                      size_t *ret_len);

#endif
