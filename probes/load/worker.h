/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker - a thread that moves the bytes of its flows, and drains them.
 * Internal to probes/load/.
 */
#ifndef KILOFLOW_PROBES_LOAD_WORKER_H
#define KILOFLOW_PROBES_LOAD_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/load/engine.h"

struct turns;

/*
 * Bytes written a turn, measured by `make bench`: up to here more makes fewer
 * system calls a byte, and the chunk still fits into this core's cache and
 * into the window that a fresh socket offers.
 */
#define WRITE_CHUNK_BYTES 98304

/*
 * Bytes read at most by one recv(): more than a turn writes. A reader that
 * leaves something behind makes the next write wait for the window; the rest
 * of it then leaves paced, and under bbr each such wait arms a timer
 * (net/ipv4/tcp_output.c:tcp_pacing_check()): that halved the throughput.
 */
#define READ_CHUNK_BYTES 262144

#define INTERVAL_NS NS_PER_S

/* What all workers share; none changes it while they run but through calls. */
struct shop {
	struct engine *engine;
	struct turns *turns;
	struct buffers *buffers; /* one for each place of the turns */
	atomic_bool stop;
	atomic_bool abandon;             /* at once: what is open fails */
	atomic_uint_fast64_t bytes_read; /* of all, when there is a bound */
	pthread_mutex_t gate; /* locked until the flows are shared out */
	uint64_t start_ns;
};

struct buffers {
	void *payload; /* WRITE_CHUNK_BYTES */
	void *scratch; /* READ_CHUNK_BYTES */
};

struct worker {
	pthread_t thread;
	struct shop *shop;
	unsigned int number;           /* its own, for the turns */
	const struct buffers *buffers; /* its place's, while it has a turn */

	uint64_t first, end; /* flows [first, end) */
	uint32_t *run;       /* indices of flows that are not parked */
	uint64_t n_run;
	uint64_t n_open;
	uint64_t n_acking; /* in the run queue, waiting for nothing but ACKs */
	int epoll_fd;

	uint64_t stop_ns; /* when to write no more; UINT64_MAX: it has been */
	uint64_t now_ns;
	uint64_t moved_ns;    /* last time that anything moved; time spent
	                         waiting for a turn does not count */
	uint64_t read_ns;     /* last time that bytes were read */
	uint64_t drain_ns;    /* when draining began; 0: not yet */
	uint64_t drained_ns;  /* the same, for its deadline: as moved_ns */
	const char *deadline; /* the phase that ran into its own, or NULL */

	uint64_t *intervals; /* bytes read in each */
	size_t n_intervals, max_intervals;
	atomic_uint_fast64_t bytes_read; /* for the progress line only */
};

/**
 * worker_init - what it needs before it is started, in the descriptor table
 * of its flows
 * Return: 0 or negative errno.
 */
int worker_init(struct worker *worker, struct shop *shop, unsigned int number);

/** worker_close - one that was not started: close what worker_init() opened */
void worker_close(struct worker *worker);

/** worker_done - after its end */
void worker_done(struct worker *worker);

/**
 * worker_assign - those of its flows that are open are its work
 * @worker: first and end are set; it is not running yet
 * @run: room for the indices of all flows
 */
void worker_assign(struct worker *worker, uint32_t *run);

/** worker_main - of its thread: until none of its flows is open */
void *worker_main(void *arg);

#endif
