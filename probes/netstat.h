/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netstat - reads the counters of counter_table.h.
 */
#ifndef KILOFLOW_PROBES_NETSTAT_H
#define KILOFLOW_PROBES_NETSTAT_H

#include <stddef.h>

#include "probes/facts.h"

/**
 * netstat_parse - the counters of one group. Pure.
 * @group: "Ip", "Icmp", "Tcp" or "TcpExt"; the group stands in two lines, first
 * the names of the columns and then their values
 * @bytes: @len bytes of /proc/net/snmp or /proc/net/netstat
 * @counter: those of the group are set, the others left alone
 *
 * A counter without a column is absent. One whose value is no number is
 * broken, and all that have a column are when the two lines are not equally
 * long, because then no value can be told from its neighbour's.
 */
void netstat_parse(const char *group, const char *bytes, size_t len,
                   struct fact_u64 counter[static COUNTER_COUNT]);

/**
 * netstat_read - read all counters of the calling thread's namespace
 * @root_fd: directory that stands for "/"
 * @counter: all are set; a file that cannot be read leaves its counters
 * absent, denied or broken, and is no error
 *
 * Return: 0, or -ENOMEM.
 */
int netstat_read(int root_fd, struct fact_u64 counter[static COUNTER_COUNT]);

#endif
