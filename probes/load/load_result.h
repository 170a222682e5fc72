/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load_result - what a load test found: facts like any others. Types only,
 * so that rules and reports need nothing of the engine.
 *
 * All byte counts are payload bytes, both directions summed, hello included.
 */
#ifndef KILOFLOW_PROBES_LOAD_LOAD_RESULT_H
#define KILOFLOW_PROBES_LOAD_LOAD_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/facts.h"
#include "probes/goal.h"

/* Exactly one for each flow that was asked for. */
enum load_outcome {
	LOAD_OK,
	LOAD_LATE,      /* its SYN or hello had to be sent again */
	LOAD_RESET,     /* ECONNRESET, EPIPE */
	LOAD_REFUSED,   /* ECONNREFUSED */
	LOAD_TIMED_OUT, /* not established within the connect deadline */
	LOAD_GHOST,     /* established for the client, never accepted */
	LOAD_FAILED,    /* local error; see errors[] */
	LOAD_OUTCOMES
};

/** load_outcome_name - "ok", "late", "reset", ... as in the JSON report */
const char *load_outcome_name(enum load_outcome outcome);

/* Where an error met a flow. */
enum load_phase {
	LOAD_PHASE_SOCKET,
	LOAD_PHASE_BIND,
	LOAD_PHASE_CONNECT,
	LOAD_PHASE_HELLO,
	LOAD_PHASE_ACCEPT,
	LOAD_PHASE_WRITE,
	LOAD_PHASE_READ,
	LOAD_PHASE_DRAIN,
	LOAD_PHASES
};

/** load_phase_name - "socket", "bind", ... as in the JSON report */
const char *load_phase_name(enum load_phase phase);

struct load_error {
	enum load_phase phase;
	int code; /* positive errno */
	uint64_t count;
};

struct load_interval {
	uint64_t end_ns; /* since the transfer began */
	uint64_t bytes;  /* read in it by all ends */
};

/* An errno table this long holds every errno of Linux once a phase. */
#define LOAD_ERRORS_MAX 64

/* How long the last of them stays (include/net/tcp.h:TCP_TIMEWAIT_LEN). */
#define LOAD_TIME_WAIT_S 60U

enum load_direction { LOAD_UP = 1, LOAD_DOWN = 2, LOAD_BOTH = 3 };
enum load_accept { LOAD_ACCEPT_HELD, LOAD_ACCEPT_NOW, LOAD_ACCEPT_SLOW };

/* How a flow ends, once its bytes are accounted for. */
enum load_close {
	LOAD_CLOSE_FIN, /* in order; TIME_WAIT is left behind */
	LOAD_CLOSE_RST, /* abortively; nothing is */
};

/** load_close_name - "fin", "rst" */
const char *load_close_name(enum load_close how);

/** load_direction_name - "up", "down", "both" */
const char *load_direction_name(enum load_direction direction);

/* How the test was run; named in every report. */
struct load_mode {
	enum load_direction direction;
	enum load_accept accept;
	uint64_t accept_per_s; /* of LOAD_ACCEPT_SLOW */
	bool eager;
	enum load_close close;
	unsigned int workers;
	uint64_t tables;   /* of descriptors; 1: the process's own */
	uint64_t sources;  /* addresses that clients were bound to */
	uint64_t backlog;  /* asked for by the test's listener */
	uint64_t burst;    /* connections a wave */
	uint16_t emulates; /* port whose listener's limit was used, 0: none */
	enum goal_family family;
	bool isolated;                 /* in a network namespace of its own */
	bool not_copied[SYSCTL_COUNT]; /* of which it has other values */
};

/* What the test was expected to take, at its peak. */
struct load_prediction {
	uint64_t kernel_bytes;
	uint64_t own_bytes; /* of this process */
	uint64_t descriptors;
};

/* Too little of something: nothing was opened. */
struct load_refusal {
	bool refused;
	char resource[48]; /* "RLIMIT_NOFILE", "ports", "lo", ... */
	uint64_t have, need;
};

/*
 * The far end of a test between two hosts, and what it said of itself. All of
 * it is text from outside.
 */
struct load_peer {
	char address[80]; /* host and port that were asked for */
	char host[72], kernel[72];
	char verdict[32]; /* of its findings; "": it gave none */
	char **findings;  /* each a JSON object, as in a report */
	size_t n_findings, max_findings;
	struct fact_u64 counter[COUNTER_COUNT]; /* as the result's */
	bool lost; /* it was gone before all was told */
	char why[96];
};

struct load_result {
	uint64_t asked;
	uint64_t flows[LOAD_OUTCOMES]; /* they sum up to asked */
	struct load_error errors[LOAD_ERRORS_MAX];
	size_t n_errors;
	bool interrupted; /* by the user; the rest is what was measured */
	bool deadline;    /* a phase ran into its hard deadline */
	char deadline_phase[16];

	/* of the held burst: before the first accept; of the worst wave */
	struct fact_u64 queue_limit, queue_peak, queue_drops;
	struct fact_u64 syn_queue_peak;

	struct {
		uint64_t written, acked, received, read;
		uint64_t flows_off;    /* ok or late, and the four differ */
		uint64_t flows_untold; /* ok or late here; the far end did
		                          not say what it counted */
		bool exact;            /* something was compared, and no flow
		                          was off */
	} bytes;

	uint64_t transfer_ns; /* from its start to the last byte read */
	double gbit_per_s;

	/* microseconds; known when at least one flow was established */
	struct {
		struct fact_u64 min, p50, p90, p99, p99_9, max;
	} connect_us;

	bool rates_known; /* at least one flow carried data */
	struct {
		double min, p50, max;
	} flow_mbit_per_s;
	double fairness;      /* Jain's index of the flows' bytes, 0..1 */
	uint64_t retransmits; /* without those that made a flow late */

	uint64_t phase_ns[4]; /* prepare, burst, transfer, drain */
	struct load_interval *intervals;
	size_t n_intervals;

	struct fact_u64 counter[COUNTER_COUNT]; /* deltas over the test */
	double cpu_seconds;      /* user and system, of this process */
	struct fact_u64 rss_kib; /* peak resident memory of this process */

	uint64_t closed_by_reset;  /* of the flows that came through */
	struct fact_u64 time_wait; /* left behind, LOAD_TIME_WAIT_S seconds */

	struct load_prediction predicted;
	struct load_mode mode;
	struct load_refusal refusal;
	struct load_peer *peer; /* NULL: both ends were here */
};

/** load_result_free - free @result and what it has; NULL is fine */
void load_result_free(struct load_result *result);

#endif
