/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine - what the parts of the load test share. Internal to probes/load/.
 *
 *   load.c      runs the phases, one after the other
 *   limit.c     the largest burst that loses nothing: test after test
 *   prepare.c   refuses what cannot fit (pure)
 *   plan.c      how many descriptor tables and source addresses (pure)
 *   table.c     a descriptor table of its own, and a thread that is in it
 *   address.c   loopback addresses
 *   listener.c  the test's listener, and its queue through sock_diag
 *   acceptor.c  a thread that accepts
 *   burst.c     opens the flows, wave after wave
 *   connect.c   what a wave does with one flow
 *   target.c    connects to a server that runs already, holds, closes;
 *   server.c    what sock_diag knows of that server, if it is here
 *   crew.c      moves the bytes of all flows, and drains them, with
 *   worker.c    a thread that does so with its own, and
 *   turns.c     turns, when there are more workers than may run
 *   churn.c     flows that come and go, in place of all these
 *   shape*.c    what a flow does between being open and being closed
 *   flow.c      a flow and its ends
 *   remote.c    the same with the other ends on another host, instead of
 *               listener, acceptor and burst
 *   payload.c   what they carry (pure)
 *   reader.c    reads, and verifies
 *   splicer.c   sends without a copy
 *   account.c   the reconciliation and the distributions (pure), with
 *   histogram.c one of values that come one by one (pure)
 *   schedule.c  when each connection is due, at a rate (pure)
 *
 * Between the phases everything belongs to the thread that runs load.c;
 * within one, a flow belongs to one thread. A descriptor means something in
 * one table only: whatever takes a flow's, runs in the flow's table.
 */
#ifndef KILOFLOW_PROBES_LOAD_ENGINE_H
#define KILOFLOW_PROBES_LOAD_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "probes/diag.h"
#include "probes/load/address.h"
#include "probes/load/flow.h"
#include "probes/load/load.h"
#include "probes/load/payload.h"
#include "probes/load/plan.h"
#include "probes/load/schedule.h"
#include "probes/load/table.h"

/* A connect or its accept must have come this long after the wave began. */
#define CONNECT_DEADLINE_NS (15 * UINT64_C(1000000000))

/* Without any byte moved for this long a transfer or a drain is given up. */
#define STALL_DEADLINE_NS (10 * UINT64_C(1000000000))

/* How often a person is told of progress. */
#define PROGRESS_MS 200

/*
 * What a client that does not wait (iperf, any bulk sender) writes as soon
 * as connect() returns: more than one segment on any device.
 */
#define EAGER_BYTES LOAD_SEND_FIRST_MAX

struct test_listener {
	int fd;
	union address addr;
	socklen_t addr_len;
	struct diag diag;
	struct diag_row row; /* as last read; row.cookie 0: not readable */
};

struct churn;

struct engine {
	const struct load_options *options;
	struct load_result *result;
	struct flow *flows; /* options->flows of them */
	uint64_t told_ns;   /* when the caller was last told of progress */
	struct test_listener listener;
	struct payload payload;
	const void *header; /* what the next client says first,
	                       WIRE_HEADER_BYTES; NULL: a hello */

	struct load_plan plan;
	struct table **tables; /* plan.n_tables of them; NULL: the process's
	                          own is the only one */
	/* Open before the tables were, so known by the same number in all. */
	int epoll_fd; /* of the burst */
	int done_fd;  /* counts the workers that have ended */

	uint64_t hello_bytes; /* read before the transfer began */
	struct pace pace;     /* of a schedule */
	struct churn *churn;  /* of LOAD_CHURN */
};

/** engine_table - whose descriptors flow @index has; NULL: the process's own */
static inline struct table *engine_table(const struct engine *engine,
                                         uint64_t index)
{
	return engine->tables ? engine->tables[plan_table(&engine->plan, index)]
	                      : NULL;
}

/** engine_table_end - one beyond the last flow of the table of flow @index */
static inline uint64_t engine_table_end(const struct engine *engine,
                                        uint64_t index)
{
	const uint64_t end = (plan_table(&engine->plan, index) + 1) *
	                     engine->plan.flows_a_table;

	return end < engine->options->flows ? end : engine->options->flows;
}

/* ---- load.c ---- */

/** load_workers - threads that move the bytes: as asked for, or one a CPU */
unsigned int load_workers(const struct load_options *options);

/** engine_open - the descriptors that every phase shares; engine_close() it */
int engine_open(struct engine *engine, struct err *err);

/** engine_close - what is open of it, the flows' ends excepted */
void engine_close(struct engine *engine);

/* ---- listener.c ---- */

/**
 * listener_open - listen on a port outside of the ephemeral range where there
 * is one, so that the test does not use up what it tests
 * @at: the address, NULL: loopback
 *
 * Return: 0 or negative errno with words.
 */
int listener_open(struct test_listener *listener, const union address *at,
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
	uint32_t source; /* of the client: address_source() */
	uint16_t port;   /* of the client, host byte order */
};

struct acceptor;

/**
 * acceptor_start - a thread that accepts up to @max connections
 *
 * Unless options->accept says otherwise it is held: it waits for
 * acceptor_release() before the first accept(). With eager clients it takes
 * turns with them: it is held again each time that it accepted all there was.
 * It keeps no more than engine->plan.passing that are not taken, if that is
 * not 0.
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

struct reader;

/* ---- connect.c ---- */

/**
 * flow_connect - open the client's end, connect, and greet if it is
 * established at once
 * @source: number of the address to connect from
 * @ret_port: the client's port; 0: it failed, and the flow is closed
 */
void flow_connect(struct flow *flow, const struct engine *engine,
                  uint32_t source, uint16_t *ret_port);

/** flow_client_event - epoll said that something happened to the client */
void flow_client_event(struct flow *flow, const struct engine *engine,
                       uint32_t events);

/** flow_take_server - the server's end was accepted */
void flow_take_server(struct flow *flow, int fd);

/**
 * flow_give_up - it did not open in time
 * @stopped: or the user does not want to wait for it
 */
void flow_give_up(struct flow *flow, bool stopped);

/** flow_note_hello - once it is open: had its hello to be sent again? */
void flow_note_hello(struct flow *flow, bool eager);

/**
 * flow_read_hello - read it before the transfer
 * @reader: room for two of them
 *
 * Return: bytes read.
 */
uint64_t flow_read_hello(struct flow *flow, struct reader *reader);

/* ---- reader.c ---- */

/* How one thread reads. */
struct reader {
	const struct engine *engine;
	void *buf; /* @chunk bytes; NULL: the kernel throws them away */
	size_t chunk;
	struct load_corruption first; /* that was found; n 0: none */
};

/** reader_read - end_read(), of what is verified if it is to be */
enum end_step reader_read(struct reader *reader, struct flow *flow,
                          struct end *end, uint64_t *ret_bytes, int *ret_code);

/** reader_note - of two that were found keep that of the first flow */
void reader_note(struct load_corruption *first,
                 const struct load_corruption *found);

/** engine_place - where byte @offset of what an end writes belongs */
struct payload_place engine_place(const struct engine *engine,
                                  const struct flow *flow, bool by_client,
                                  uint64_t offset);

/* ---- target.c ---- */

/**
 * target_run - connect all flows to options->destination, hold, close
 *
 * Afterwards every flow is FLOW_CLOSED. Fills the result's target, queue and
 * phase times.
 *
 * Return: 0 or negative errno with words.
 */
int target_run(struct engine *engine, struct err *err);

/* ---- crew.c ---- */

/**
 * transfer_run - move the bytes of all open flows, then drain them
 *
 * Afterwards every flow is FLOW_CLOSED. Fills the result's intervals,
 * transfer_ns and phase times.
 */
int transfer_run(struct engine *engine, struct err *err);

/* ---- churn.c ---- */

/**
 * churn_run - connect, exchange and close by a schedule, for options->time_ns
 *
 * options->flows may be open at a time. Fills the result's outcomes, bytes and
 * distributions too.
 */
int churn_run(struct engine *engine, struct err *err);

/* ---- load.c ---- */

/** engine_init_flow - one that was not tried yet, and what it is to write */
void engine_init_flow(const struct engine *engine, struct flow *flow);

/* ---- remote.c ---- */

/**
 * remote_run - all phases, with the far ends of the flows on another host
 * @engine: its flows and its descriptors are there
 *
 * Return: 0, also when the far end was lost on the way; negative errno when
 * the test did not begin.
 */
int remote_run(struct engine *engine, uint64_t began_ns, struct err *err);

/* ---- account.c ---- */

/** account_flow - outcome, error and bytes of one that is closed */
void account_flow(const struct flow *flow, struct load_result *result);

/** account_lost - @n flows that were never begun, and why */
void account_lost(uint64_t n, int code, struct load_result *result);

/**
 * account_accept - that accept() kept failing, which is no flow's own error
 * @code: positive errno; 0: it did not
 */
void account_accept(int code, struct load_result *result);

/** account_end - what follows from all of them, once they are added up */
void account_end(struct load_result *result);

/** account_flows - outcomes, errors, bytes and distributions of all flows */
int account_flows(const struct flow *flows, size_t n,
                  struct load_result *result);

/**
 * account_times - a distribution of nanoseconds, in microseconds
 * @ret_us: left as it is when there are none
 */
void account_times(const struct histogram *ns, struct load_times *ret_us);

/** account_pace - how a schedule was kept */
void account_pace(const struct pace *pace, struct load_result *result);

/** engine_progress - tell the caller, if it wants to know, every PROGRESS_MS */
void engine_progress(struct engine *engine,
                     const struct load_progress *progress);

#endif
