/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockstat - how many TCP sockets there are, without looking at each.
 */
#ifndef KILOFLOW_PROBES_SOCKSTAT_H
#define KILOFLOW_PROBES_SOCKSTAT_H

#include <stddef.h>

#include "probes/facts.h"

/**
 * sockstat_parse - the facts of one line. Pure.
 * @prefix: "TCP:" of /proc/net/sockstat, "TCP6:" of /proc/net/sockstat6
 * @bytes: @len bytes of that file
 * @ret: the facts of that line are set: absent when the line or the name is
 * missing, broken when no number follows the name. Others are left alone.
 */
void sockstat_parse(const char *prefix, const char *bytes, size_t len,
                    struct sockstat_facts *ret);

/**
 * sockstat_read - of the network namespace that the calling thread is in
 * @root_fd: descriptor of the directory that stands for "/"
 */
void sockstat_read(int root_fd, struct sockstat_facts *ret);

#endif
