// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registry - one row a rule, in the order of the report. A row declares the
 * rule's constant, so that no header has to.
 */
#include <string.h>

#include "rules/rule.h"

/* clang-format off */
#define RULES(row) \
	row(path_loopback) \
	row(path_peer) \
	row(device_backlog) \
	row(qdisc_default) \
	row(congestion_control) \
	row(flow_idle) \
	row(tcp_timestamps) \
	row(sysctl_odd) \
	row(backlog_somaxconn) \
	row(backlog_kernel) \
	row(backlog_listener) \
	row(backlog_drops) \
	row(syn_queue) \
	row(syn_cookies) \
	row(syn_abort) \
	row(flow_metrics) \
	row(ports_ephemeral) \
	row(ports_reserved) \
	row(ports_reuse) \
	row(time_wait_buckets) \
	row(conntrack_entries) \
	row(fds_process) \
	row(fds_server) \
	row(fds_system) \
	row(fds_nr_open) \
	row(threads_tool) \
	row(memory_tcp) \
	row(memory_cgroup) \
	row(orphans_limit) \
	row(buffers_rmem) \
	row(buffers_wmem) \
	row(ehash_size) \
	row(ehash_child) \
	row(tools_installed) \
	row(kernel_messages) \
	row(netns_read) \
	row(drift_changes) \
	row(drift_lost) \
	row(drift_loaders) \
	row(load_outcomes) \
	row(load_accounting) \
	row(load_limit)
/* clang-format on */

#define DECLARE(name) extern const struct rule rule_##name;
#define ADDRESS(name) &rule_##name,

RULES(DECLARE)

const struct rule *const rules[] = { RULES(ADDRESS) NULL };

const struct rule *rule_by_id(const char *id)
{
	for (size_t i = 0; rules[i]; i++) {
		if (!strcmp(rules[i]->id, id))
			return rules[i];
	}
	return NULL;
}
