/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_sum - what a load tool's log says of its flows, added up again, beside
 * what the tool itself calls the sum.
 *
 * A log may hold several tests (a server's does); the sum is that of the
 * first among the worst, and the others are counted.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_SUM_H
#define KILOFLOW_PROBES_LOGS_LOG_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/logs/log_bytes.h"

/* Whose bytes; "back" is the other way of a test with two. */
enum log_side {
	LOG_SENT,
	LOG_RECEIVED,
	LOG_SENT_BACK,
	LOG_RECEIVED_BACK,
	LOG_BOTH, /* iperf 2 has one [SUM] for both ways */
	LOG_SIDES,
};

/* From good to bad. */
enum log_state {
	LOG_RIGHT,
	LOG_UNPROVEN, /* it counts flows that have no line of their own, or
	                 is beyond the end of a log that is cut */
	LOG_MISSING,
	LOG_WRONG,
};

/* The flows' bytes of one side, and what the tool says they are. */
struct log_total {
	uint64_t n_flows; /* that have a line; 0 and not stated: no such side */
	struct log_bytes sum;
	bool is_stated;
	struct log_bytes stated;
	enum log_state state;
};

/* How many intervals' sums are what; those of one flow are not due one. */
struct log_intervals {
	uint64_t n[LOG_WRONG + 1];
	uint64_t n_unjudged;    /* more than are kept */
	struct log_total first; /* the first wrong one, */
	uint64_t start_us;      /* and when it began */
};

#define LOG_ERRORS_MAX 16
#define LOG_ERROR_TEXT 120
#define LOG_ERROR_FLOWS 16

struct log_error {
	char text[LOG_ERROR_TEXT]; /* escaped, without the flow's number */
	int code;                  /* the errno that it names; 0: none */
	uint64_t count;            /* lines */
	size_t n_flows;            /* that are named: the first of them */
	uint64_t flows[LOG_ERROR_FLOWS];
};

struct log_errno {
	int code; /* ECONNRESET, ... */
	uint64_t n_flows;
};

/* Flows that failed, by what they failed with first. */
struct log_failed {
	uint64_t n_flows; /* at least so many */
	uint64_t n_other; /* of them, with what the log does not say */
	size_t n_codes;
	struct log_errno codes[LOG_ERRORS_MAX]; /* all others */
};

/* From good to bad. */
enum log_verdict {
	LOG_SUM_RIGHT,
	LOG_SUM_UNPROVEN, /* the log has only a sum, or is cut short */
	LOG_SUM_FEWER,    /* right, of fewer flows than were asked for */
	LOG_SUM_MISSING,
	LOG_SUM_WRONG,
};

struct log_sum {
	const char *format;              /* "iperf 2 text", ... */
	uint64_t n_tests;                /* in the log */
	uint64_t n_tests_right;          /* of them */
	uint64_t test;                   /* this one: 1, 2, ... */
	uint64_t n_lines_cut;            /* too long to be looked at */
	struct log_failed failed_in_all; /* of all tests */

	enum log_verdict verdict;
	bool is_cut;        /* the log ends in it, and in a line's middle */
	uint64_t n_asked;   /* flows */
	uint64_t n_covered; /* of them have a total of their own */
	uint64_t n_summed;  /* are in the sum, says the tool; 0: it does not */
	struct log_failed failed;
	struct log_total total[LOG_SIDES];
	struct log_intervals intervals;
	struct log_error errors[LOG_ERRORS_MAX];
	size_t n_errors;
	uint64_t n_errors_more;   /* lines of further errors */
	uint64_t n_connect_lines; /* that tell of a failed connect */
};

/** log_failed_of - how many flows failed with @code */
uint64_t log_failed_of(const struct log_failed *failed, int code);

/** log_side_name - "sender", "receiver, reverse", ... */
const char *log_side_name(enum log_side side);

/** log_state_name - "right", "unproven", "missing", "wrong" */
const char *log_state_name(enum log_state state);

/** log_verdict_name - "right", "unproven", "fewer-flows", "missing", "wrong" */
const char *log_verdict_name(enum log_verdict verdict);

/**
 * log_total_judge - is what is stated the flows' sum? Pure.
 * @n_asked: flows that it should be of
 */
enum log_state log_total_judge(const struct log_total *total, uint64_t n_asked);

/** log_sum_judge - the verdict, from everything else of @sum. Pure. */
enum log_verdict log_sum_judge(const struct log_sum *sum);

#endif
