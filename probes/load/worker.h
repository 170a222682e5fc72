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
#include "probes/load/splicer.h"

struct histogram;
struct shape;
struct turns;

/*
 * Bytes written a turn, at the most: as many whole segments as there are in
 * it, which are two on loopback. A short segment costs as much as a whole
 * one: with 96 KiB, one and a half, a byte took 1.17 times as much CPU time,
 * and with one it took 1.2 times. Three gain 1.02 where one end writes, and
 * lose 1.1 where both do: the last one finds no window, and waits.
 */
#define WRITE_MOST_BYTES 131072

/*
 * Bytes read at most by one recv(): more than a turn writes. A reader that
 * leaves something behind makes the next write wait for the window; the rest
 * of it then leaves paced, and under bbr each such wait arms a timer
 * (net/ipv4/tcp_output.c:tcp_pacing_check()): that halved the throughput.
 */
#define READ_CHUNK_BYTES 262144

/* What all workers share; none changes it while they run but through calls. */
struct shop {
	struct engine *engine;
	const struct shape *shape; /* of every flow */
	struct turns *turns;
	void **scratch; /* READ_CHUNK_BYTES for each place of the turns, or
	                   NULL where the kernel throws away what was received
	                 */
	atomic_bool stop;
	atomic_bool abandon;             /* at once: what is open fails */
	atomic_uint_fast64_t bytes_read; /* of all, when there is a bound */
	pthread_mutex_t gate; /* locked until the flows are shared out */
	uint64_t start_ns;
	uint64_t interval_ns;
};

struct worker {
	pthread_t thread;
	struct shop *shop;
	unsigned int number;    /* its own, for the turns */
	struct reader reader;   /* with its place's scratch */
	struct splicer splicer; /* if it sends without a copy */
	size_t write_bytes;     /* a turn */

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
	struct histogram *exchange_ns;   /* NULL: its shape has none */
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

/**
 * worker_move - one way of a flow: write at @from, read at @to
 * Return: END_BROKE: the flow has failed, and is closed.
 */
enum end_step worker_move(struct worker *worker, struct flow *flow,
                          struct end *from, struct end *to);

/* What worker_main() is made of, for a shape with a thread of its own. */

/** worker_begin - wait until the flows are shared out */
void worker_begin(struct worker *worker);

/** worker_add - a flow that is open now is its work; now_ns is set */
void worker_add(struct worker *worker, uint64_t index);

/** worker_turn - one for each flow that is not parked; and its deadlines */
void worker_turn(struct worker *worker);

/** worker_events - bring back the parked flows that have some */
void worker_events(struct worker *worker, int timeout_ms);

/** worker_end - it has no flows any more */
void worker_end(struct worker *worker);

/** worker_main - of its thread: until none of its flows is open */
void *worker_main(void *arg);

#endif
