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
	SYSCTL_SYN_LINEAR_TIMEOUTS,
	SYSCTL_PORT_RANGE,
	SYSCTL_RESERVED_PORTS,
	SYSCTL_UNPRIVILEGED_PORT_START,
	SYSCTL_TW_REUSE,
	SYSCTL_TW_REUSE_DELAY,
	SYSCTL_MAX_TW_BUCKETS,
	SYSCTL_FIN_TIMEOUT,
	SYSCTL_MAX_ORPHANS,
	SYSCTL_ORPHAN_RETRIES,
	SYSCTL_RETRIES2,
	SYSCTL_KEEPALIVE_TIME,
	SYSCTL_KEEPALIVE_PROBES,
	SYSCTL_KEEPALIVE_INTVL,
	SYSCTL_TIMESTAMPS,
	SYSCTL_TCP_MEM,
	SYSCTL_TCP_RMEM,
	SYSCTL_TCP_WMEM,
	SYSCTL_MODERATE_RCVBUF,
	SYSCTL_LIMIT_OUTPUT_BYTES,
	SYSCTL_RMEM_DEFAULT,
	SYSCTL_RMEM_MAX,
	SYSCTL_WMEM_DEFAULT,
	SYSCTL_WMEM_MAX,
	SYSCTL_MEM_PCPU_RSV,
	SYSCTL_NETDEV_MAX_BACKLOG,
	SYSCTL_NETDEV_BUDGET,
	SYSCTL_NETDEV_BUDGET_USECS,
	SYSCTL_DEFAULT_QDISC,
	SYSCTL_CONGESTION_CONTROL,
	SYSCTL_AVAILABLE_CONGESTION_CONTROL,
	SYSCTL_SLOW_START_AFTER_IDLE,
	SYSCTL_NO_METRICS_SAVE,
	SYSCTL_EHASH_ENTRIES,
	SYSCTL_CHILD_EHASH_ENTRIES,
	SYSCTL_MIGRATE_REQ,
	SYSCTL_CONNTRACK_MAX,
	SYSCTL_FILE_MAX,
	SYSCTL_FILE_NR,
	SYSCTL_NR_OPEN,
	SYSCTL_THREADS_MAX,
	SYSCTL_PID_MAX,
	SYSCTL_MAX_MAP_COUNT,
	SYSCTL_COUNT
};

enum sysctl_type {
	SYSCTL_TYPE_INT,    /* one number, v[0] */
	SYSCTL_TYPE_PAIR,   /* a range: two numbers, v[0] <= v[1] */
	SYSCTL_TYPE_TRIPLE, /* three numbers */
	SYSCTL_TYPE_WORD,   /* text */
	SYSCTL_TYPE_WORDS,  /* text: words separated by a space */
	SYSCTL_TYPE_PORTS,  /* "1-5,8": text; v[0] is how many ports */
};

enum sysctl_scope {
	SYSCTL_SCOPE_NETNS,  /* every network namespace has its own */
	SYSCTL_SCOPE_INIT,   /* one for the host; its file exists only in
	                        the initial network namespace */
	SYSCTL_SCOPE_GLOBAL, /* one for the host, visible in other namespaces
	                        too; `since` says on which kernels */
};

/* What a write changes; told to the user with every remedy. */
enum sysctl_live {
	SYSCTL_LIVE,          /* everything, at once */
	SYSCTL_NEW_LISTENERS, /* the next listen() call */
	SYSCTL_NEW_SOCKETS,   /* what is made from now on: sockets and
	                         connections; of some rows devices, namespaces */
	SYSCTL_READ_ONLY,
};

/* What more of it means. */
enum sysctl_sense {
	SYSCTL_AMOUNT, /* a larger number lets more through; of a range, a
	                  wider one */
	SYSCTL_SWITCH, /* a number that stands for a choice: none is more than
	                  another */
};

struct sysctl_desc {
	const char *key; /* as sysctl(8) writes it, with dots */
	enum sysctl_type type;
	enum sysctl_scope scope;
	enum sysctl_live live;
	enum sysctl_sense sense; /* of one with numbers */
	int64_t min, max;        /* what the kernel accepts, for each number */
	const char *since;       /* version history in a few words */
	const char *ref;         /* kernel file:function */
	const char *help;        /* plain words, one or more sentences */
};

/** sysctl_desc - the row of @id; never NULL for id < SYSCTL_COUNT */
const struct sysctl_desc *sysctl_desc(enum sysctl_id id);

/** sysctl_by_key - SYSCTL_COUNT when there is none */
enum sysctl_id sysctl_by_key(const char *key);

/** sysctl_numbers - how many numbers a sysctl has; 0: it is text */
unsigned int sysctl_numbers(enum sysctl_type type);

#endif
