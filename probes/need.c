// SPDX-License-Identifier: GPL-2.0-or-later
/* need - see need.h. The formulas, each with the kernel's reason for it. */
#include "probes/need.h"

#include "probes/goal.h"

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t ends_here(const struct goal *goal)
{
	return goal->role == ROLE_BOTH ? 2 : 1;
}

struct goal goal_default(void)
{
	return (struct goal){
		.flows = 1000,
		.burst = 1000,
		.role = ROLE_BOTH,
		.family = FAMILY_IPV4,
		.tool = "epoll",
	};
}

/* include/net/sock.h:sk_acceptq_is_full(): full when queue > limit. */
static void need_queues(const struct goal *goal, struct need *ret)
{
	if (!(goal->role & ROLE_SERVER))
		return;
	ret->accept_queue = goal->burst;
	ret->accept_queue_limit = goal->burst - 1;
	/*
	 * A loopback handshake is finished within connect(): the SYN, its
	 * answer and the ACK pass in one softirq, nothing stays half-open.
	 */
	ret->syn_queue = goal_is_loopback(goal) ? 0 : goal->burst;
}

/* net/ipv4/tcp_input.c:tcp_data_queue() charges whole pages. */
static void need_memory(const struct goal *goal, uint64_t page_bytes,
                        struct need *ret)
{
	const uint64_t in_flight = goal->bytes_in_flight / page_bytes +
	                           (goal->bytes_in_flight % page_bytes != 0);

	ret->tcp_mem_pages = max_u64(goal->flows, in_flight);
	ret->memory_bytes =
		goal->flows * NEED_KERNEL_BYTES_PER_FLOW / 2 * ends_here(goal);
}

void need_compute(const struct goal *goal, uint64_t page_bytes,
                  struct need *ret)
{
	*ret = (struct need){ 0 };
	need_queues(goal, ret);
	need_memory(goal, page_bytes, ret);
	if (goal->role & ROLE_CLIENT)
		ret->ports = goal->flows;
	ret->fds_system = goal->flows * ends_here(goal) + NEED_FDS_OVERHEAD;
	ret->fds_process = ret->fds_system;
}
