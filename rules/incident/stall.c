// SPDX-License-Identifier: GPL-2.0-or-later
/* stall - see stall.h. */
#include "rules/incident/stall.h"

#include "rules/saturate.h"

/* net/ipv4/tcp_timer.c: a limit of time, not of repetitions */
#define SYN_RETRIES_DEFAULT 6
#define SYN_RETRIES_MOST 20
#define RTO_MAX_S 120

static uint64_t value_or(const struct sysctl_fact *fact, uint64_t otherwise)
{
	return fact->state == FACT_KNOWN ? saturate_sysctl(fact, 0) : otherwise;
}

/*
 * SYNs that a connect sends before it gives up: as long as doubled waits would
 * take, 1 + 2 + 4 ... s, it waits first (since 6.5) some times a second, and
 * only then longer. Measured: 1 retry and 4 such waits make 3 SYNs, 2 make 6,
 * 3 make 8, 6 make 11.
 */
static uint64_t syns_each(const struct netns_facts *ns)
{
	const uint64_t retries = least(value_or(&ns->sysctl[SYSCTL_SYN_RETRIES],
	                                        SYN_RETRIES_DEFAULT),
	                               SYN_RETRIES_MOST);
	const uint64_t linear =
		value_or(&ns->sysctl[SYSCTL_SYN_LINEAR_TIMEOUTS], 0);
	const uint64_t limit_s = (UINT64_C(2) << retries) - 1;
	uint64_t wait_s = 1;
	uint64_t syns = 0;

	for (uint64_t s = 0; s < limit_s; s += wait_s) {
		if (syns > linear)
			wait_s = least(2 * wait_s, RTO_MAX_S);
		syns++;
	}
	return syns;
}

struct count_range stall_draw(struct ledger *ledger,
                              const struct netns_delta *delta, uint64_t dropped,
                              uint64_t others)
{
	const struct count_range left = ledger->pool[POOL_SYN_TIMEOUT];
	struct count_range want = {
		saturate_sub(dropped,
		             saturate_add(ledger->sum[COUNTER_SYN_RETRANS],
		                          others)),
		dropped,
	};

	if (saturate_mul(left.min, syns_each(delta->ns)) == dropped)
		want.min = left.min;
	return ledger_draw(ledger, POOL_SYN_TIMEOUT, want);
}
