/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag_parse - one sock_diag message to one row. Pure, fuzzed.
 *
 * An unknown attribute is skipped, one longer than we know is cut, one too
 * short for what we need is refused (-EBADMSG).
 */
#ifndef KILOFLOW_PROBES_DIAG_PARSE_H
#define KILOFLOW_PROBES_DIAG_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "probes/facts.h"

struct diag_row {
	int family;		  /* AF_INET or AF_INET6 */
	uint8_t state;		  /* TCP_LISTEN, ... of netinet/tcp.h */
	uint8_t src[16], dst[16]; /* network byte order; IPv4 in the first 4 */
	uint16_t sport, dport;	  /* host byte order */
	uint32_t ifindex;
	uint64_t cookie;
	uint32_t rqueue, wqueue;
	uint32_t uid, inode;
	struct fact_u64 drops;	   /* INET_DIAG_SKMEMINFO[SK_MEMINFO_DROPS] */
	struct fact_u64 cgroup_id; /* INET_DIAG_CGROUP_ID */
	struct fact_u64 v6only;	   /* INET_DIAG_SKV6ONLY */
};

/**
 * diag_parse - parse the payload of a SOCK_DIAG_BY_FAMILY message
 * @payload: struct inet_diag_msg and attributes; need not be aligned
 * @len: bytes of @payload
 *
 * Return: 0, or -EBADMSG.
 */
int diag_parse(const void *payload, size_t len, struct diag_row *ret);

#endif
