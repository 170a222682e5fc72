/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pace - how often something may be done: as often as wanted, or so that it
 * takes no more than its share of the time.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_PACE_H
#define KILOFLOW_PROBES_OBSERVE_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
	uint64_t interval_ns; /* wanted */
	unsigned int share;   /* 50: a fiftieth of the time */
	uint64_t due_ns;
	uint64_t turns; /* how often it was done */
};

/** pace_is_due - is it time? */
static inline bool pace_is_due(const struct pace *pace, uint64_t now_ns)
{
	return now_ns >= pace->due_ns;
}

/**
 * pace_done - it took @cpu_ns of CPU time, until @now_ns
 *
 * The beat is kept: one that was late does not move those after it. Not the
 * time that passed counts but the CPU's: on a busy host most of it is spent
 * waiting, and that is when it is worth looking.
 */
static inline void pace_done(struct pace *pace, uint64_t cpu_ns,
                             uint64_t now_ns)
{
	const uint64_t rest_ns = cpu_ns * (pace->share - 1);

	pace->turns++;
	pace->due_ns += pace->interval_ns;
	if (pace->due_ns < now_ns + rest_ns)
		pace->due_ns = now_ns + rest_ns;
}

#endif
