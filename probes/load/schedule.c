// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schedule - see schedule.h. Whole seconds are counted apart from the rest of
 * one: no product overflows in a century.
 */
#include "probes/load/schedule.h"

#include "probes/load/clock.h"

uint64_t schedule_due_ns(uint64_t per_s, uint64_t index)
{
	return index / per_s * NS_PER_S + index % per_s * NS_PER_S / per_s;
}

/* Rounded down, i is due by t if it is due before t + 1. */
uint64_t schedule_count(uint64_t per_s, uint64_t elapsed_ns)
{
	const uint64_t before_ns = elapsed_ns + 1;

	return before_ns / NS_PER_S * per_s +
	       (before_ns % NS_PER_S * per_s + NS_PER_S - 1) / NS_PER_S;
}

void pace_note(struct pace *pace, uint64_t due_ns, uint64_t now_ns)
{
	if (!pace->behind_ns.n)
		pace->first_ns = now_ns;
	pace->last_ns = now_ns;
	histogram_add(&pace->behind_ns, now_ns - due_ns);
}
