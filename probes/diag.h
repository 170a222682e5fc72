/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag - TCP sockets as the kernel's sock_diag sees them: transport only.
 * The parser is diag_parse.h. Everything is of the network namespace that
 * the calling thread is in: do not change it between diag_open() and the
 * last call. No root needed.
 */
#ifndef KILOFLOW_PROBES_DIAG_H
#define KILOFLOW_PROBES_DIAG_H

#include <stdint.h>

#include "probes/diag_parse.h"

struct err;
struct mnl_socket;

/* All zero: closed. */
struct diag {
	struct mnl_socket *socket;
	void *buf; /* one datagram of an answer */
	uint32_t seq;
};

/* What to dump. */
struct diag_query {
	int family;            /* AF_INET or AF_INET6 */
	uint32_t states;       /* mask of 1 << TCP_state of netinet/tcp.h */
	uint8_t ext;           /* mask of 1 << (INET_DIAG_x - 1) */
	uint16_t sport, dport; /* host byte order; 0: any. The kernel filters;
	                          a listener has no dport */

	/* The dump failed halfway and begins anew: forget the rows so far.
	   NULL: a row may come twice; know it by its cookie. */
	void (*restart)(void *to);
};

/**
 * diag_open - open a sock_diag socket
 *
 * Return: 0; -ENOENT when the kernel has no sock_diag; -ENOMEM, -EPERM, ...
 */
int diag_open(struct diag *diag, struct err *err);

/** diag_close - no-op on a closed one */
void diag_close(struct diag *diag);

/**
 * diag_dump - call @row for each socket that matches
 * @row: returns 0 to go on, negative errno to stop with that
 * @to: handed to @row and to query->restart
 *
 * A dump is no snapshot: a socket that opens or closes meanwhile may be
 * missed. One that fails halfway (a message lost, EINTR) is repeated a few
 * times.
 *
 * Return: 0; -ENOENT when the kernel has no tcp_diag; what @row returned;
 * -EBADMSG for an answer that makes no sense; else what the kernel said.
 */
int diag_dump(struct diag *diag, const struct diag_query *query,
              int (*row)(void *to, const struct diag_row *row), void *to,
              struct err *err);

/**
 * diag_get - read one socket again, by a row that was seen before
 * @known: its family, state, addresses, ports, device and cookie are used
 * @ext: as in struct diag_query
 *
 * One system call each way, no table is walked; only a member of a
 * SO_REUSEPORT group takes a dump of its port's listeners.
 *
 * Return: 0; -ENOENT when it is gone; else as diag_dump().
 */
int diag_get(struct diag *diag, const struct diag_row *known, uint8_t ext,
             struct diag_row *ret, struct err *err);

#endif
