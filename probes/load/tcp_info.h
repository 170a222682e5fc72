/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp_info - what a socket's kernel side says of it. A thin wrapper, because
 * linux/tcp.h and netinet/tcp.h cannot be included together.
 */
#ifndef KILOFLOW_PROBES_LOAD_TCP_INFO_H
#define KILOFLOW_PROBES_LOAD_TCP_INFO_H

#include <stdbool.h>
#include <stdint.h>

/* The counts are the kernel's own: SYN and FIN are still in them. */
struct tcp_facts {
	uint64_t bytes_acked;    /* sequence numbers the peer acknowledged */
	uint64_t bytes_received; /* in-order sequence numbers from the peer */
	uint32_t total_retrans;  /* segments, SYN included */
	uint32_t unacked;        /* segments in flight; a listener: its queue */
	uint32_t notsent_bytes;
	bool closed;    /* the socket is in CLOSE: nothing more can change */
	bool fin_acked; /* our FIN was acknowledged */
};

/**
 * tcp_facts_read - getsockopt(TCP_INFO)
 *
 * Return: 0, a negative errno, or -ENOTSUP on a kernel before 4.1, which
 * does not count bytes.
 */
int tcp_facts_read(int fd, struct tcp_facts *ret);

#endif
