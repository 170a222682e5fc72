/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine - what the parts of the load test share. Internal to probes/load/.
 *
 *   load.c      runs the phases, one after the other
 *   prepare.c   refuses what cannot fit (pure)
 *   listener.c  the test's listener, and its queue through sock_diag
 *   acceptor.c  a thread that accepts
 *   burst.c     opens the flows, wave after wave
 *   worker.c    a thread that moves the bytes of its flows, and drains them
 *   account.c   the reconciliation and the distributions (pure)
 *
 * Between the phases everything belongs to the thread that runs load.c;
 * within one, a flow belongs to one thread.
 */
#ifndef KILOFLOW_PROBES_LOAD_ENGINE_H
#define KILOFLOW_PROBES_LOAD_ENGINE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "probes/diag.h"
#include "probes/load/flow.h"
#include "probes/load/load.h"

/* A connect or its accept must have come this long after the wave began. */
#define CONNECT_DEADLINE_NS (15 * UINT64_C(1000000000))

/* Without any byte moved for this long a transfer or a drain is given up. */
#define STALL_DEADLINE_NS (10 * UINT64_C(1000000000))

/* How often a person is told of progress. */
#define PROGRESS_MS 200

/* The first bytes of every flow: one segment, read as payload. */
#define HELLO_BYTES 16

/*
 * What a client that does not wait (iperf, any bulk sender) writes as soon
 * as connect() returns: more than one segment on any device.
 */
#define EAGER_BYTES 131072

/* A loopback address, of either family. */
union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct test_listener {
	int fd;
	union address addr;
	socklen_t addr_len;
	struct diag diag;
	struct diag_row row; /* as last read; row.cookie 0: not readable */
};

struct engine {
	const struct load_options *options;
	struct load_result *result;
	struct flow *flows; /* options->flows of them */
	uint64_t told_ns;   /* when the caller was last told of progress */
	struct test_listener listener;
};

/* ---- listener.c ---- */

/** address_port - in host byte order */
uint16_t address_port(const union address *address);

/**
 * listener_open - listen on loopback, on a port outside of the ephemeral
 * range where there is one, so that the test does not use up what it tests
 *
 * Return: 0 or negative errno with words.
 */
int listener_open(struct test_listener *listener,
                  const struct load_options *options, struct err *err);

void listener_close(struct test_listener *listener);

/**
 * listener_sample - read the queue, the limit and the drops
 * Return: 0; negative errno when sock_diag does not say (then they are
 * unknown, which is not an error of the test).
 */
int listener_sample(struct test_listener *listener);

/** listener_syn_queue - half-open connections towards the listener now */
struct fact_u64 listener_syn_queue(struct test_listener *listener);

/* ---- acceptor.c ---- */

struct accepted {
	int fd;
	uint16_t port; /* of the client, host byte order */
};

struct acceptor;

/**
 * acceptor_start - a thread that accepts up to @max connections
 *
 * Unless options->accept says otherwise it is held: it waits for
 * acceptor_release() before the first accept(). With eager clients it takes
 * turns with them: it is held again each time that it accepted all there was.
 *
 * Return: 0 or negative errno with words.
 */
int acceptor_start(struct acceptor **ret, const struct engine *engine,
                   size_t max, struct err *err);

/** acceptor_release - let a held acceptor begin */
void acceptor_release(struct acceptor *acceptor);

/** acceptor_fd - readable when there may be something to take */
int acceptor_fd(const struct acceptor *acceptor);

/**
 * acceptor_take - the next accepted connection, in order of acceptance
 * Return: false when there is none at the moment.
 */
bool acceptor_take(struct acceptor *acceptor, struct accepted *ret);

/**
 * acceptor_stop - end the thread, free everything; what was accepted and not
 * taken is closed
 * @ret_peak: the longest queue that the thread saw, 0 when it was held
 * @ret_code: positive errno that accept() kept failing with, or 0
 */
void acceptor_stop(struct acceptor *acceptor, uint32_t *ret_peak,
                   int *ret_code);

/* ---- burst.c ---- */

/**
 * burst_run - open all flows, wave after wave
 *
 * Afterwards each flow is FLOW_OPEN or closed with its outcome.
 *
 * Return: 0 or negative errno when it could not be done at all.
 */
int burst_run(struct engine *engine, struct err *err);

/* ---- worker.c ---- */

/**
 * transfer_run - move the bytes of all open flows, then drain them
 *
 * Afterwards every flow is FLOW_CLOSED. Fills the result's intervals,
 * transfer_ns and phase times.
 */
int transfer_run(struct engine *engine, struct err *err);

/* ---- account.c ---- */

/** account_flows - outcomes, errors, bytes and distributions of all flows */
int account_flows(const struct flow *flows, size_t n,
                  struct load_result *result);

/** engine_progress - tell the caller, if it wants to know, every PROGRESS_MS */
void engine_progress(struct engine *engine,
                     const struct load_progress *progress);

#endif
