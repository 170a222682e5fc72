/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_test - one test of a log while it is read: what its readers add to.
 *
 * Bounded: flows are added up as they come, and of intervals, of which lines
 * may come late, 65536 are kept.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_TEST_H
#define KILOFLOW_PROBES_LOGS_LOG_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/base/span.h"
#include "probes/logs/log_sum.h"

struct log_slot;

struct log_test {
	struct log_sum sum;
	struct log_slot *slots; /* intervals */
	size_t n_slots, slots_room;
	uint64_t n_unconnected; /* flows, if the log counts them */
	bool is_empty;          /* nothing was added yet */
};

/* One line's count. */
struct log_count {
	enum log_side side;
	bool is_sum; /* the tool's, of all flows */
	struct log_bytes bytes;
};

/** log_test_begin - a new test; log_test_done() it */
void log_test_begin(struct log_test *test);

/** log_test_total - a count of the whole test */
void log_test_total(struct log_test *test, const struct log_count *count);

/* Which interval a line is of. */
struct log_when {
	uint64_t key; /* the same for all lines of an interval */
	/* Lines that end at another time are not of the same bytes: the last
	 * interval of each flow. 0 where all end together. */
	uint64_t start_us, end_us;
};

/** log_test_interval - a count of one interval. Return: 0 or -ENOMEM. */
int log_test_interval(struct log_test *test, const struct log_count *count,
                      const struct log_when *when);

/**
 * log_test_error - what a flow, or the tool, failed with
 * @flow: its number, 0 when that is not known
 */
void log_test_error(struct log_test *test, struct span text, uint64_t flow);

/**
 * log_test_end - judge it: test->sum is complete
 *
 * What is asked for, covered, summed, unconnected and cut is to be set before.
 */
void log_test_end(struct log_test *test);

/** log_test_done - free what it holds */
void log_test_done(struct log_test *test);

#endif
