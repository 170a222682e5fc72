/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag - TCP sockets as the kernel's sock_diag sees them: transport only.
 * The parser is diag_parse.h. Everything is of the network namespace that
 * the calling thread was in when it called diag_open(). No root needed.
 */
#ifndef KILOFLOW_PROBES_DIAG_H
#define KILOFLOW_PROBES_DIAG_H

#include <stdint.h>

#include "probes/diag_parse.h"

struct err;
struct mnl_socket;

struct diag {
	struct mnl_socket *socket;
	uint32_t seq;
};

/* What to dump. */
struct diag_query {
	int family;	       /* AF_INET or AF_INET6 */
	uint32_t states;       /* mask of 1 << TCP_state (linux/tcp_states) */
	uint8_t ext;	       /* mask of 1 << (INET_DIAG_x - 1) */
	uint16_t sport, dport; /* host byte order; 0: any. Filtered by the
				  kernel (INET_DIAG_S_EQ / D_EQ, else
				  S_GE+S_LE) */
};

/**
 * diag_open - open a sock_diag socket
 * Return: 0 or negative errno with words.
 */
int diag_open(struct diag *diag, struct err *err);

/** diag_close - no-op on a closed one */
void diag_close(struct diag *diag);

/**
 * diag_dump - call @row for each socket that matches
 * @row: returns 0 to go on, negative errno to stop with that
 *
 * An interrupted dump (EINTR) is repeated a bounded number of times; a row
 * may then come twice: know it by its cookie.
 */
int diag_dump(struct diag *diag, const struct diag_query *query,
	      int (*row)(void *to, const struct diag_row *row), void *to,
	      struct err *err);

/**
 * diag_get - read one socket again, by a row that was seen before
 * @known: its family, addresses, ports, device and cookie are used
 *
 * Return: 0; -ENOENT when it is gone.
 */
int diag_get(struct diag *diag, const struct diag_row *known, uint8_t ext,
	     struct diag_row *ret, struct err *err);

#endif
