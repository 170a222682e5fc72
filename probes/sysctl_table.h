/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl_table - the sysctls that kiloflow knows, one row each.
 *
 * A row feeds the probe, the rules' needs, `list sysctls` and `explain`.
 * To add one: a name in the enum, a row in sysctl_table.c.
 */
#ifndef KILOFLOW_PROBES_SYSCTL_TABLE_H
#define KILOFLOW_PROBES_SYSCTL_TABLE_H

#include <stdint.h>

enum sysctl_id {
	SYSCTL_SOMAXCONN,
	SYSCTL_MAX_SYN_BACKLOG,
	SYSCTL_SYNCOOKIES,
	SYSCTL_ABORT_ON_OVERFLOW,
	SYSCTL_SYNACK_RETRIES,
	SYSCTL_SYN_RETRIES,
	SYSCTL_PORT_RANGE,
	SYSCTL_RESERVED_PORTS,
	SYSCTL_UNPRIVILEGED_PORT_START,
	SYSCTL_TW_REUSE,
	SYSCTL_MAX_TW_BUCKETS,
	SYSCTL_MAX_ORPHANS,
	SYSCTL_TIMESTAMPS,
	SYSCTL_TCP_MEM,
	SYSCTL_TCP_RMEM,
	SYSCTL_TCP_WMEM,
	SYSCTL_CONGESTION_CONTROL,
	SYSCTL_FILE_MAX,
	SYSCTL_FILE_NR,
	SYSCTL_NR_OPEN,
	SYSCTL_COUNT
};

enum sysctl_type {
	SYSCTL_TYPE_INT,    /* one number, v[0] */
	SYSCTL_TYPE_PAIR,   /* a range: two numbers, v[0] <= v[1] */
	SYSCTL_TYPE_TRIPLE, /* three numbers */
	SYSCTL_TYPE_WORD,   /* text */
	SYSCTL_TYPE_PORTS,  /* "1-5,8": text; v[0] is how many ports */
};

enum sysctl_scope {
	SYSCTL_SCOPE_NETNS,  /* every network namespace has its own */
	SYSCTL_SCOPE_INIT,   /* one for the host; its file exists only in
	                        the initial network namespace */
	SYSCTL_SCOPE_GLOBAL, /* one for the host, visible everywhere */
};

/* What a write changes; told to the user with every remedy. */
enum sysctl_live {
	SYSCTL_LIVE,          /* everything, at once */
	SYSCTL_NEW_LISTENERS, /* the next listen() call */
	SYSCTL_NEW_SOCKETS,   /* sockets and connections made from now on */
	SYSCTL_READ_ONLY,
};

struct sysctl_desc {
	const char *key; /* as sysctl(8) writes it, with dots */
	enum sysctl_type type;
	enum sysctl_scope scope;
	enum sysctl_live live;
	int64_t min, max;  /* what the kernel accepts, for each number */
	const char *since; /* version history in a few words */
	const char *ref;   /* kernel file:function */
	const char *help;  /* plain words, one or more sentences */
};

/** sysctl_desc - the row of @id; never NULL for id < SYSCTL_COUNT */
const struct sysctl_desc *sysctl_desc(enum sysctl_id id);

#endif
