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

/* What a flow does between being open and being closed. */
enum load_shape {
	LOAD_STREAM,  /* bytes, as fast as they go */
	LOAD_REQUEST, /* a request, its response, again and again */
	LOAD_HOLD,    /* nothing; at the end one exchange, to see it alive */
	LOAD_CHURN,   /* one exchange; flows come and go, at a rate */
};

/** load_shape_name - "stream", "request", "hold", "churn" */
const char *load_shape_name(enum load_shape shape);

/* Who moves the bytes between program and kernel. */
enum load_send {
	LOAD_SEND_COPY,
	LOAD_SEND_ZEROCOPY, /* pages are spliced into the socket */
};
enum load_receive {
	LOAD_RECEIVE_COPY,
	LOAD_RECEIVE_DISCARD, /* counted and thrown away by the kernel */
};

/** load_send_name - "copy", "zerocopy" */
const char *load_send_name(enum load_send how);

/** load_receive_name - "copy", "discard" */
const char *load_receive_name(enum load_receive how);

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

/* Where a flow's bytes begin to differ from those that were written. */
#define LOAD_CORRUPTION_BYTES 8U
struct load_corruption {
	uint64_t flow; /* its index */
	enum load_direction way;
	uint64_t offset; /* of what was written this way, hello included */
	size_t n;        /* bytes that are known from there on; 0: none */
	uint8_t expected[LOAD_CORRUPTION_BYTES];
	uint8_t seen[LOAD_CORRUPTION_BYTES];
};

/* How the test was run; named in every report. */
struct load_mode {
	enum load_shape shape;
	uint64_t request_bytes, response_bytes; /* of one exchange */
	uint64_t rate_per_s;  /* connects begun by a schedule; 0: at once */
	uint64_t interval_ns; /* that was asked for; 0: none was */
	enum load_send send;
	enum load_receive receive;
	bool verify; /* content too */
	enum load_direction direction;
	enum load_accept accept;
	uint64_t accept_per_s; /* of LOAD_ACCEPT_SLOW */
	bool eager;
	enum load_close close;
	unsigned int workers;
	uint64_t tables;   /* of descriptors; 1: the process's own */
	uint64_t sources;  /* addresses that clients were bound to */
	uint64_t backlog;  /* asked for by the test's listener */
	uint64_t burst;    /* connections a wave; 0: by a schedule */
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
	uint64_t ports;     /* of all sources, TIME_WAIT included */
	uint64_t time_wait; /* sockets, at most */
};

/* A distribution; known when there was at least one value. */
struct load_times {
	struct fact_u64 min, p50, p90, p99, p99_9, max;
};

/* Too little of something: nothing was opened. */
struct load_refusal {
	bool refused;
	char resource[48]; /* "RLIMIT_NOFILE", "ports", "lo", ... */
	uint64_t have, need;
};

/* What kept a burst from being larger. */
enum load_bound {
	LOAD_BOUND_NONE,      /* nothing, up to as many as were asked for */
	LOAD_BOUND_SOMAXCONN, /* accept queue: the namespace's cap */
	LOAD_BOUND_BACKLOG,   /* accept queue: what was asked of listen() */
	LOAD_BOUND_LISTENER,  /* accept queue: the limit that is emulated */
	LOAD_BOUND_SYN_QUEUE,
	LOAD_BOUND_RESOURCE, /* of which there is no more; see resource */
	LOAD_BOUND_UNKNOWN
};

/* One held burst of a search for the largest that loses nothing. */
struct load_probe {
	uint64_t burst;
	uint64_t lost; /* connections that did not get through at once */
	struct fact_u64 limit, peak, drops; /* of the accept queue */
	uint64_t ns;                        /* it took */
};

#define LOAD_PROBES_MAX 64

struct load_limit {
	uint64_t burst; /* the largest that lost nothing; 0: none did */
	uint64_t up_to; /* no larger one was tried */
	bool complete;  /* false: it was interrupted, and may be larger */
	enum load_bound bound_by;
	char resource[48]; /* of LOAD_BOUND_RESOURCE */
	struct load_probe probes[LOAD_PROBES_MAX];
	size_t n_probes;
};

/** load_bound_name - "net.core.somaxconn", ..., "none" as in the JSON report */
const char *load_bound_name(const struct load_limit *limit);

/* Of a test against a server that runs already. */
struct load_target {
	char address[64]; /* "[::1]:6379" */
	bool local;       /* an address of this namespace */
	uint64_t send_first;
	uint64_t answered; /* bytes of the server's that were read */
	uint64_t closed;   /* flows that the server closed in order, while
	                      they were held */
	/* The server, where it is in this namespace; 0: not seen. */
	uint64_t n_listeners; /* that share the address */
	uint64_t cookie;      /* of the first */
	char server[160];     /* its address and process, safe to show; "" */
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

	/* When mode.verify: flows of any outcome. */
	uint64_t corrupt_flows;
	struct load_corruption corruption; /* of the flow that is the first
	                                      of them */

	uint64_t transfer_ns; /* from its start to the last byte read */
	double gbit_per_s;

	/* of flows that came through; by a schedule, since it was due */
	struct load_times connect_us;

	uint64_t exchanges; /* requests that were answered */
	double exchanges_per_s;
	/* since the request; of LOAD_CHURN, since its connect was due */
	struct load_times exchange_us;

	/* of a schedule: when connects were begun, after they were due */
	struct load_times behind_us;
	double connects_per_s; /* begun; 0: not measured */
	/* of LOAD_CHURN: when the first connect found no port, since the
	   schedule began; absent: all did */
	struct fact_u64 ports_out_us;

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
	uint64_t ports; /* that were free, of all sources; 0: not known */
	struct load_mode mode;
	struct load_refusal refusal;

	struct load_target *target; /* NULL: the other ends were the test's own.
	                               Else only written and acked of bytes
	                               are known */
	struct load_limit *limit;   /* NULL: it was not looked for. Else all of
	                               the above is of the burst found */
	struct load_peer *peer;     /* NULL: both ends were here */
};

/** load_result_free - free @result and all that it owns; NULL is fine */
void load_result_free(struct load_result *result);

#endif
