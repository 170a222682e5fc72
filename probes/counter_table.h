/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counter_table - the TCP/IP counters that kiloflow reads, one row each.
 *
 * They come from /proc/net/snmp and /proc/net/netstat, are per network
 * namespace, and count since it was created. A kernel that lacks one leaves
 * it absent. To add one: a name in the enum, a row in counter_table.c.
 */
#ifndef KILOFLOW_PROBES_COUNTER_TABLE_H
#define KILOFLOW_PROBES_COUNTER_TABLE_H

enum counter_id {
	COUNTER_LISTEN_OVERFLOWS,
	COUNTER_LISTEN_DROPS,
	COUNTER_REQ_Q_FULL_DO_COOKIES,
	COUNTER_REQ_Q_FULL_DROP,
	COUNTER_SYNCOOKIES_SENT,
	COUNTER_SYNCOOKIES_RECV,
	COUNTER_SYNCOOKIES_FAILED,
	COUNTER_OUT_RSTS,
	COUNTER_ESTAB_RESETS,
	COUNTER_ATTEMPT_FAILS,
	COUNTER_EMBRYONIC_RSTS,
	COUNTER_RETRANS_SEGS,
	COUNTER_SYN_RETRANS,
	COUNTER_TIMEOUTS,
	COUNTER_IN_ERRS,
	COUNTER_ABORT_ON_DATA,
	COUNTER_ABORT_ON_CLOSE,
	COUNTER_ABORT_ON_MEMORY,
	COUNTER_ABORT_ON_TIMEOUT,
	COUNTER_ABORT_ON_LINGER,
	COUNTER_ABORT_FAILED,
	COUNTER_TIME_WAIT_OVERFLOW,
	COUNTER_MEMORY_PRESSURES,
	COUNTER_BACKLOG_DROP,
	COUNTER_RCVQ_DROP,
	COUNTER_SYN_CHALLENGE,
	COUNTER_CHALLENGE_ACK,
	COUNTER_DEFER_ACCEPT_DROP,
	COUNTER_KEEP_ALIVE,
	COUNTER_TW_RECYCLED,
	COUNTER_RETRANS_FAIL,
	COUNTER_LOSS_PROBES,
	COUNTER_FAST_RETRANS,
	COUNTER_ACTIVE_OPENS,
	COUNTER_PASSIVE_OPENS,
	COUNTER_LOCK_DROPPED_ICMPS,
	COUNTER_IN_ADDR_ERRORS,
	COUNTER_OUT_NO_ROUTES,
	COUNTER_ICMP_IN_UNREACHS,
	COUNTER_ICMP_OUT_UNREACHS,
	COUNTER_COUNT
};

struct counter_desc {
	const char
		*group;   /* "Ip", "Icmp", "Tcp", "TcpExt": the line's prefix */
	const char *name; /* the column's name, as the kernel spells it */
	const char *help; /* plain words: what one more of it means */
};

/** counter_desc - the row of @id; never NULL for id < COUNTER_COUNT */
const struct counter_desc *counter_desc(enum counter_id id);

#endif
