/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * number - a file of /proc or /sys that holds one number.
 */
#ifndef KILOFLOW_PROBES_NUMBER_H
#define KILOFLOW_PROBES_NUMBER_H

#include <stddef.h>

#include "probes/fact.h"

/**
 * number_parse - one number and a newline. Pure.
 * @bytes: @len bytes of the file; the newline may be missing
 *
 * Return: known, "max" (of a cgroup) as UINT64_MAX; else broken.
 */
struct fact_u64 number_parse(const char *bytes, size_t len);

/**
 * number_read - read such a file
 * @root_fd: directory that stands for "/"
 * @path: relative to it
 */
struct fact_u64 number_read(int root_fd, const char *path);

#endif
