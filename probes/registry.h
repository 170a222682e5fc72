/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry - the list of probes: one row each, in the order in which they
 * run. A row is the name of a constant, `const struct probe probe_<row>`.
 *
 * A probe may use what a row above it found: owners needs listeners; ports
 * needs sysctl_netns, sockstat and listeners; proc_limits needs owners.
 */
#ifndef KILOFLOW_PROBES_REGISTRY_H
#define KILOFLOW_PROBES_REGISTRY_H

#include "probes/probe.h"

/* clang-format off */
#define PROBES(row) \
	row(system) \
	row(sysctl_host) \
	row(sysctl_netns) \
	row(limits) \
	row(memory) \
	row(softnet) \
	row(neigh) \
	row(threads) \
	row(tools) \
	row(kmsg) \
	row(netstat) \
	row(sockstat) \
	row(link) \
	row(conntrack) \
	row(path) \
	row(listeners) \
	row(ports) \
	row(owners) \
	row(proc_limits) \
	row(drift)
/* clang-format on */

#define PROBE_DECLARE(name) extern const struct probe probe_##name;
PROBES(PROBE_DECLARE)
#undef PROBE_DECLARE

#endif
