// SPDX-License-Identifier: GPL-2.0-or-later
/* need - see need.h. The formulas, each with the kernel's reason for it. */
#include "probes/need.h"

#include <string.h>

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

/*
 * A closed connection is in TIME_WAIT for 60 s, whatever is configured
 * (include/net/tcp.h:TCP_TIMEWAIT_LEN), at the end that closed first and at
 * no other: so there are as many as are closed in a minute, the rate of
 * closing x 60 s. The goal closes its flows once in that time; over loopback
 * one end of each is enough. Each keeps its client's port.
 */
static void need_closing(const struct goal *goal, struct need *ret)
{
	ret->time_wait = goal->flows;
	ret->ports_again = ret->ports * 2;
	/*
	 * At worst all flows are closed at once while their last data is
	 * under way (net/ipv4/tcp.c:tcp_check_oom()); the other end learns of
	 * it later.
	 */
	ret->orphans = goal->flows;
}

/*
 * A buffer is charged for what its packets take and not for what they carry,
 * up to twice as much (include/net/tcp.h:tcp_win_from_space()).
 */
static void need_buffers(const struct goal *goal, uint64_t page_bytes,
                         struct need *ret)
{
	const uint64_t in_flight = goal->bytes_in_flight / goal->flows +
	                           (goal->bytes_in_flight % goal->flows != 0);
	const uint64_t bytes = max_u64(in_flight, page_bytes);

	ret->buffer_bytes = bytes > UINT64_MAX / 2 ? UINT64_MAX : bytes * 2;
}

/*
 * A namespace with a table of its own gets half as many TIME_WAIT buckets as
 * the table has (net/ipv4/tcp_ipv4.c:tcp_set_hashinfo()), so these decide.
 */
static void need_tables(const struct goal *goal, struct need *ret)
{
	const uint64_t sockets = goal->flows * ends_here(goal);

	ret->ehash_buckets = sockets / NEED_SOCKETS_PER_BUCKET;
	ret->ehash_child = ret->time_wait * 2;
}

/*
 * kernel/fork.c:copy_process() counts threads; both ends of a tool on one
 * host are two processes, each with one thread and two maps for a flow.
 */
static void need_threads(const struct goal *goal, struct need *ret)
{
	if (!goal->tool || !strcmp(goal->tool, "epoll"))
		return;
	ret->threads = goal->flows * ends_here(goal) + NEED_THREADS_OVERHEAD;
	ret->maps_process =
		goal->flows * NEED_MAPS_PER_THREAD + NEED_MAPS_OVERHEAD;
}

/*
 * Slabs with SLAB_ACCOUNT are charged to the task that allocates them; a
 * socket made while a packet arrives has none. Buffers are charged by whole
 * pages, too (net/core/sock.c:__sk_mem_raise_allocated()).
 */
static void need_group(const struct goal *goal, uint64_t page_bytes,
                       struct need *ret)
{
	const uint64_t threads = ret->threads * NEED_BYTES_PER_THREAD;

	if (__builtin_mul_overflow(ret->tcp_mem_pages, page_bytes,
	                           &ret->group_bytes) ||
	    __builtin_add_overflow(ret->group_bytes,
	                           ret->memory_bytes + threads,
	                           &ret->group_bytes))
		ret->group_bytes = UINT64_MAX;
	ret->group_bytes_least = threads;
	if (goal->role & ROLE_CLIENT)
		ret->group_bytes_least += goal->flows * NEED_GROUP_BYTES_CLIENT;
	if (goal->role & ROLE_SERVER)
		ret->group_bytes_least += goal->flows * NEED_GROUP_BYTES_SERVER;
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
	need_closing(goal, ret);
	need_buffers(goal, page_bytes, ret);
	need_tables(goal, ret);
	/* At worst each flow has a packet there: they begin together. */
	ret->device_packets = goal_is_loopback(goal) ? 0 : goal->flows;
	/* net/netfilter/nf_conntrack_core.c:init_conntrack(): by 4-tuple */
	ret->conntrack_entries = goal->flows;
	if (goal->role & ROLE_SERVER)
		ret->fds_server = goal->flows;
	need_threads(goal, ret);
	need_group(goal, page_bytes, ret);
}
