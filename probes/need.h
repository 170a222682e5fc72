/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * need - how much of each resource a goal takes. Pure.
 *
 * The only place that turns a goal into numbers: the rules judge by it, the
 * load test refuses by it, and explain shows its formulas. So a prediction
 * and the test that proves it cannot drift apart.
 */
#ifndef KILOFLOW_PROBES_NEED_H
#define KILOFLOW_PROBES_NEED_H

#include <stdint.h>

struct goal;

/* Descriptors a process uses besides its flows: stdio, epoll, netlink. */
#define NEED_FDS_OVERHEAD 64U

/*
 * Kernel memory of one loopback connection, both ends, established and
 * accepted; and what a socket with unread data adds (measured on 6.18:
 * 8.6 kB and 1 kB a connection).
 */
#define NEED_KERNEL_BYTES_PER_FLOW 9728U

/*
 * Of these, what every kernel charges to the control group of who calls
 * connect() and accept(): socket, inode, dentry and file of a client, of a
 * server all but the socket (measured on 6.18, cgroup v1: 5146 bytes for
 * both; their slabs add up to 4800).
 */
#define NEED_GROUP_BYTES_CLIENT 3584U
#define NEED_GROUP_BYTES_SERVER 1216U

/*
 * A thread that waits: its kernel stack, structures and page tables, and the
 * pages of its own stack that it has touched (measured on 6.18: 35470 bytes,
 * 27165 of them the kernel's).
 */
#define NEED_BYTES_PER_THREAD 34816U

/* Sockets that may share a bucket before finding one takes noticeably longer.
 */
#define NEED_SOCKETS_PER_BUCKET 4U

/* Threads and memory maps of a tool besides those of its flows. */
#define NEED_THREADS_OVERHEAD 16U
#define NEED_MAPS_OVERHEAD 64U

/* Memory maps of one thread: its stack and the guard page of that (measured
   with pthreads: 24 before 1000 threads, 2024 after). */
#define NEED_MAPS_PER_THREAD 2U

/* A need of 0 means that the goal does not touch the resource. */
struct need {
	uint64_t accept_queue_limit; /* listen() limit: burst - 1, because
	                                a queue holds limit + 1 */
	uint64_t accept_queue;       /* connections it must hold: burst */
	uint64_t syn_queue;          /* half-open at once: 0 on loopback */
	uint64_t ports;              /* local ports to one destination */
	uint64_t fds_process;        /* descriptors of one process: a flow's
	                                ends x flows + NEED_FDS_OVERHEAD */
	uint64_t fds_system;         /* the same, of the whole system */
	uint64_t tcp_mem_pages;      /* a page a receiving socket, or the
	                                bytes in flight if they are more */
	uint64_t memory_bytes;       /* kernel memory of all flows */
	uint64_t group_bytes;       /* charged to a control group at most: that,
	                               the buffers' pages and the threads' */
	uint64_t group_bytes_least; /* charged by every kernel */
	uint64_t time_wait;         /* closed connections in TIME_WAIT */
	uint64_t ports_again;       /* local ports when the goal is run again
	                               within the minute of TIME_WAIT */
	uint64_t orphans;           /* closed with data still under way */
	uint64_t buffer_bytes;      /* of one flow, at one end */
	uint64_t ehash_buckets;     /* of the table of connections */
	uint64_t ehash_child;       /* of a child namespace's own table */
	uint64_t device_packets;    /* waiting for a device: 0 on loopback */
	uint64_t conntrack_entries; /* where connections are tracked: one a
	                               flow and namespace that it crosses */
	uint64_t fds_server;        /* of the server that accepts the flows,
	                               besides what it has open */
	uint64_t threads;           /* of a tool that has one for each end of
	                               a flow; 0: the goal's has not */
	uint64_t maps_process;      /* memory maps of a process of such a
	                               tool */
};

/**
 * need_compute - what @goal needs of each resource
 * @goal: valid as goal.h describes
 * @page_bytes: size of a page; 4096 when unknown
 */
void need_compute(const struct goal *goal, uint64_t page_bytes,
                  struct need *ret);

#endif
