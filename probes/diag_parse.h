/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag_parse - bytes of a sock_diag answer to rows. Pure, fuzzed.
 *
 * An unknown attribute is skipped, one longer than we know is cut, one too
 * short for what we need is refused (-EBADMSG).
 */
#ifndef KILOFLOW_PROBES_DIAG_PARSE_H
#define KILOFLOW_PROBES_DIAG_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/facts.h"

struct diag_row {
	int family;               /* AF_INET or AF_INET6 */
	uint8_t state;            /* TCP_LISTEN, ... of netinet/tcp.h */
	uint8_t src[16], dst[16]; /* network byte order; IPv4 in the first 4 */
	uint16_t sport, dport;    /* host byte order */
	uint32_t ifindex;         /* bound device, 0: none */
	uint64_t cookie;
	uint32_t rqueue, wqueue; /* of a listener: its queue and its limit */
	uint32_t uid, inode;     /* 0 in SYN_RECV and TIME_WAIT */

	/* absent when the message does not have them */
	struct fact_u64 drops;     /* INET_DIAG_SKMEMINFO[SK_MEMINFO_DROPS];
	                              kernels < 4.7 send it without */
	struct fact_u64 cgroup_id; /* INET_DIAG_CGROUP_ID */
	struct fact_u64 v6only;    /* INET_DIAG_SKV6ONLY: listeners, IPv6 */
	/* INET_DIAG_INFO: tcpi_x of struct tcp_info */
	struct fact_u64 retransmits, backoff, unacked, total_retrans;
	struct fact_u64 bytes_acked, bytes_received;
};

/**
 * diag_parse - parse the payload of a SOCK_DIAG_BY_FAMILY message
 * @payload: struct inet_diag_msg and attributes; need not be aligned
 * @len: bytes of @payload
 * @ret: undefined on failure
 *
 * Return: 0, or -EBADMSG.
 */
int diag_parse(const void *payload, size_t len, struct diag_row *ret);

/* An answer to one request, while it comes in. */
struct diag_answer {
	uint32_t seq; /* of the request */
	int (*row)(void *to, const struct diag_row *row);
	void *to;

	/* set while reading; 0 at first */
	int code;   /* first failure: the kernel's, -EBADMSG, or row()'s */
	bool again; /* it was the kernel's, and a repetition may help */
};

/**
 * diag_answer_read - read one datagram of an answer
 * @datagram: netlink messages; need not be aligned
 *
 * Messages of another request are skipped. After a failure no more rows are
 * handed out, but the answer must be read to its end: until then the kernel
 * refuses a new dump on the same socket.
 *
 * Return: whether more is to come.
 */
bool diag_answer_read(struct diag_answer *answer, const void *datagram,
                      size_t len);

#endif
