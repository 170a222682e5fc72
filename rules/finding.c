// SPDX-License-Identifier: GPL-2.0-or-later
/* finding - see finding.h: the names that every report uses. */
#include "rules/finding.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_OK] = "ok",     [VERDICT_NOTE] = "note",
		[VERDICT_WARN] = "warn", [VERDICT_UNKNOWN] = "unknown",
		[VERDICT_FAIL] = "fail",
	};

	return names[verdict];
}

const char *group_name(enum group group)
{
	static const char *const names[GROUP_COUNT] = {
		[GROUP_PATH] = "path",
		[GROUP_ACCEPT_QUEUE] = "accept queue",
		[GROUP_SYN_QUEUE] = "SYN queue",
		[GROUP_PORTS] = "ports",
		[GROUP_CONNTRACK] = "conntrack",
		[GROUP_DESCRIPTORS] = "descriptors",
		[GROUP_THREADS] = "threads",
		[GROUP_MEMORY] = "memory",
		[GROUP_TOOLS] = "load tools",
		[GROUP_KERNEL] = "kernel log",
		[GROUP_POLICY] = "policy",
		[GROUP_NETNS] = "namespaces",
		[GROUP_REBOOT] = "after a reboot",
		[GROUP_LOAD] = "load test",
	};

	return names[group];
}

const char *remedy_kind_name(enum remedy_kind kind)
{
	static const char *const names[] = {
		[REMEDY_NONE] = "none",         [REMEDY_SYSCTL] = "sysctl",
		[REMEDY_RELISTEN] = "relisten", [REMEDY_PRLIMIT] = "prlimit",
		[REMEDY_CONFIG] = "config",     [REMEDY_RESTART] = "restart",
		[REMEDY_COMMAND] = "command",
	};

	return names[kind];
}
