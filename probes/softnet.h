/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * softnet - packets that a CPU had no room for, from
 * /proc/net/softnet_stat. Of the whole host since boot: every network
 * namespace shows the same.
 */
#ifndef KILOFLOW_PROBES_SOFTNET_H
#define KILOFLOW_PROBES_SOFTNET_H

#include <stddef.h>

#include "probes/fact.h"

struct softnet_facts {
	struct fact_u64 dropped;  /* packets, all CPUs: their queues were at
	                             net.core.netdev_max_backlog */
	struct fact_u64 squeezed; /* times a CPU had to stop before its queue
	                             was empty (net.core.netdev_budget) */
	struct fact_u64 worst_dropped; /* of the CPU that dropped most */
	struct fact_u64 worst_cpu;     /* its number; absent when nothing was
	                                  dropped, or an old kernel does
	                                  not number its lines */
};

/**
 * softnet_parse - sums and worst of the CPUs' lines. Pure.
 * @bytes: @len bytes of /proc/net/softnet_stat
 * @ret: all are set; broken when a line makes no sense or there is none
 */
void softnet_parse(const char *bytes, size_t len, struct softnet_facts *ret);

/**
 * softnet_read - read that file
 * @root_fd: directory that stands for "/"
 * @ret: all are set; what cannot be read is a state
 */
void softnet_read(int root_fd, struct softnet_facts *ret);

#endif
