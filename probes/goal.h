/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goal - what the host must be able to do.
 */
#ifndef KILOFLOW_PROBES_GOAL_H
#define KILOFLOW_PROBES_GOAL_H

#include <stdint.h>

#define GOAL_FLOWS_MAX 4000000U

/* Which ends of the flows this host carries; a mask. */
enum goal_role {
	ROLE_CLIENT = 1,
	ROLE_SERVER = 2,
	ROLE_BOTH = 3, /* both ends on this host: loopback */
};

/* Address families the load test may use. */
enum goal_family {
	FAMILY_IPV4 = 4,
	FAMILY_IPV6 = 6,
};

struct goal {
	uint64_t flows;           /* concurrent, 1..GOAL_FLOWS_MAX */
	uint64_t burst;           /* connections that may arrive before the
	                             first is accepted, 1..flows */
	uint64_t bytes_in_flight; /* over all flows; 0: one page a flow */
	uint16_t port;            /* an existing listener's, 0: none */
	enum goal_role role;
	enum goal_family family;
	const char *peer; /* address for the path, NULL: loopback */
	const char *tool; /* "epoll", or a thread-per-flow tool's name */
};

/** goal_default - 1000 flows in one burst over IPv4 loopback */
struct goal goal_default(void);

/** goal_is_loopback - both ends are on this host */
static inline int goal_is_loopback(const struct goal *goal)
{
	return goal->role == ROLE_BOTH && !goal->peer;
}

#endif
