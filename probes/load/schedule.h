/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule - when each connection of an open loop is due. Pure.
 *
 * Connection i of a rate R is due i / R seconds after the beginning, whatever
 * became of those before it. What is late is counted from then, so that a
 * host that stalls cannot hide it by being asked less.
 */
#ifndef KILOFLOW_PROBES_LOAD_SCHEDULE_H
#define KILOFLOW_PROBES_LOAD_SCHEDULE_H

#include <stdint.h>

#include "probes/load/histogram.h"

/**
 * schedule_due_ns - when connection @index is due, rounded down
 * @per_s: 1..LOAD_PER_S_MAX
 */
uint64_t schedule_due_ns(uint64_t per_s, uint64_t index);

/**
 * schedule_count - how many are due by @elapsed_ns
 *
 * The exact inverse: connection i is due by t when, and only when, i is less
 * than the count at t.
 */
uint64_t schedule_count(uint64_t per_s, uint64_t elapsed_ns);

/* How a schedule was kept. All zero: nothing was begun. */
struct pace {
	struct histogram behind_ns;
	uint64_t first_ns, last_ns; /* when one was begun */
};

/** pace_note - what was due at @due_ns is begun now; not before */
void pace_note(struct pace *pace, uint64_t due_ns, uint64_t now_ns);

#endif
