/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sos - facts of a host from its sosreport, as far as that has them.
 *
 * Of several sources the kernel's own files go first: a sosreport has a copy
 * of much of /proc/sys and /proc/net. What it has in no form stays unread.
 * Of network namespaces it has the host's own, and those of `ip netns`; other
 * ones, of containers, are in no sosreport.
 */
#ifndef KILOFLOW_PROBES_SOS_H
#define KILOFLOW_PROBES_SOS_H

#include <stdbool.h>

struct err;
struct goal;
struct host;

/**
 * sos_read - read an unpacked sosreport
 * @dir: the folder that has sos_commands in it
 * @all: those of `ip netns` too, behind the host's own
 * @goal: ports are counted for it
 * @ret: host_free() it
 *
 * Return: 0; -ENOTDIR, -ENOENT, ... with words when @dir is none; -ENOMEM.
 */
int sos_read(const char *dir, bool all, const struct goal *goal,
             struct host **ret, struct err *err);

#endif
