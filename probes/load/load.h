/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load - the load test: an active probe. Façade of probes/load/.
 *
 * N flows are opened in held bursts, carry data, are drained and reconciled
 * byte for byte. All of it runs in the calling thread's network namespace,
 * over loopback, without root; or, with options->far, between two hosts, and
 * then the flows' other ends are there.
 */
#ifndef KILOFLOW_PROBES_LOAD_LOAD_H
#define KILOFLOW_PROBES_LOAD_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/goal.h"
#include "probes/load/address.h"
#include "probes/load/load_result.h"

/* Of a rate; see schedule.h. */
#define LOAD_PER_S_MAX UINT64_C(10000000)

struct err;
struct host;
struct limits_facts;
struct netns_facts;
struct need;

/* listen() asks for as much as there is. */
#define LOAD_BACKLOG_MAX INT32_MAX

/*
 * Flows whose hello may wait to be read until the transfer; of more it is
 * read when their wave has been accepted.
 */
#define LOAD_UNREAD_MAX 20000U

/* What a progress callback is told, a few times a second. */
struct load_progress {
	const char *phase; /* "burst", "transfer", "drain" */
	uint64_t done, of; /* flows in a burst and a drain, else ns */
	uint64_t bytes;    /* read so far */
};

/* A server that runs already: all that is done is connect, hold, close. */
struct load_destination {
	union address addr;
	socklen_t len;
	uint64_t send_first; /* bytes that each client writes when it is
	                        connected, at most LOAD_SEND_FIRST_MAX */
};

/* What a client writes at once, if it has so much. */
#define LOAD_SEND_FIRST_MAX 131072

/* The other host of a test between two, where `kiloflow serve` runs. */
struct load_far {
	const char *host; /* name or address */
	uint16_t port;
	const char *key_file; /* NULL: none */
};

struct load_options {
	uint64_t flows;    /* 1..GOAL_FLOWS_MAX */
	uint64_t burst;    /* 1..flows, connections a wave */
	uint64_t backlog;  /* 0..LOAD_BACKLOG_MAX, of the test's listener */
	uint16_t emulates; /* only reported */
	enum load_accept accept;
	uint64_t accept_per_s; /* of LOAD_ACCEPT_SLOW, at least 1 */
	bool eager;            /* write at once, as iperf does */
	enum load_send send;
	enum load_receive receive;
	bool verify; /* content too; not with LOAD_RECEIVE_DISCARD */
	/* Connects begun a second, by a schedule; 0: as fast as they go. Of
	   LOAD_CHURN never 0; flows are then the most open at a time. */
	uint64_t rate_per_s;
	enum load_shape shape;
	uint64_t request_bytes, response_bytes; /* at least 1 */
	bool only_held; /* what a held queue has no room for is given up,
	                   and not waited for until it comes later */
	enum load_direction direction;
	uint64_t bytes_per_flow; /* each way; 0: by time */
	uint64_t max_bytes;      /* that are read of all flows; beyond that
	                            they are given up. 0: any */
	uint64_t time_ns;        /* of the transfer, when by time */
	uint64_t interval_ns;    /* of the result's rows; 0: a second */
	enum load_close close;
	/* Sockets that may be left in TIME_WAIT; flows beyond that are closed
	   as by LOAD_CLOSE_RST. UINT64_MAX: it is not known. */
	uint64_t time_wait_left;
	unsigned int workers; /* 0: as many as CPUs */
	enum goal_family family;
	uint16_t port_low, port_high; /* the ephemeral range, which the test's
	                                 listener keeps out of; 0: unknown */
	uint64_t sources; /* addresses of the clients; 0: what the flows need */
	bool spread;      /* take more descriptor tables than one, and more
	                     source addresses, where the flows need them */
	const struct load_destination *destination; /* NULL: a listener of
	                   its own. Then one burst of all flows is held for
	                   time_ns; what is said of accept(), of workers and of
	                   data has no effect */
	const struct load_far *far; /* who has the servers' ends; NULL: we do */
	uint64_t ports;        /* free ones of one source address; 0: unknown */
	uint64_t port_rest_ns; /* before a port can be had again that closed
	                          in order; at least 1 ms */
	uint64_t inherited_files; /* load_inherited_files() */
	int stop_fd; /* readable when the user wants it to end; -1: none */
	void (*progress)(void *to, const struct load_progress *progress);
	void *to;
};

/**
 * load_check_far - can the other host be talked to, as far as it is told here?
 * Return: 0; negative errno with words: its key cannot be read, or tests
 * between hosts are not built in.
 */
int load_check_far(const struct load_far *far, struct err *err);

/** load_options_default - @goal's flows, burst and family; copy, up, held */
struct load_options load_options_default(const struct goal *goal);

/**
 * load_inherited_files - descriptors that this process was started with
 * besides stdio, as far as is known: every table of the test has them. Pure.
 */
uint64_t load_inherited_files(const struct limits_facts *limits);

/** load_connections - how many the test makes in all. Pure. */
uint64_t load_connections(const struct load_options *options);

/** load_predict - what the test is going to take, at its peak. Pure. */
struct load_prediction load_predict(const struct load_options *options);

/**
 * load_prepare - can this host carry the test at all? Pure.
 * @options: what the test is going to do
 * @ret: set when something known is too little; what is not known is tried
 *
 * Return: true when the test was refused.
 */
bool load_prepare(const struct load_options *options, const struct host *host,
                  const struct netns_facts *ns, struct load_refusal *ret);

/**
 * load_run - run the test; SIGPIPE is ignored
 *
 * The soft RLIMIT_NOFILE is raised to the hard one and stays so. Sockets,
 * threads and memory are gone on return; what remains are connections in
 * TIME_WAIT. A flow that fails is a measurement, not an error.
 *
 * @ret: allocated; load_result_free() it
 *
 * Return: 0; negative errno when the test could not be run at all (no
 * memory, no listener).
 */
int load_run(const struct load_options *options, struct load_result **ret,
             struct err *err);

/**
 * load_most - the most flows of a burst that load_prepare() lets through. Pure.
 * @options: its flows are the bound
 * @ret: why there may not be one more, if that is what bounds them
 *
 * Return: 0: not one.
 */
uint64_t load_most(const struct load_options *options, const struct host *host,
                   const struct netns_facts *ns, struct load_refusal *ret);

/**
 * load_find_limit - the largest held burst that loses nothing
 * @options: its flows are the upper bound; how it carries data has no effect
 * @beyond: why no more flows can be tried; not refused: more are not wanted
 * @ret: the result of that burst, or of the smallest when none came through,
 * with its limit set; load_result_free() it
 *
 * Each burst is a test of its own, with a listener of its own, and is closed
 * by RST. Return: as load_run().
 */
int load_find_limit(const struct load_options *options,
                    const struct load_refusal *beyond, struct load_result **ret,
                    struct err *err);

/** load_refused - a result that says only that the test was refused */
struct load_result *load_refused(const struct load_options *options,
                                 const struct load_refusal *refusal);

#endif
