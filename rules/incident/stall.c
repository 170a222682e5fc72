// SPDX-License-Identifier: GPL-2.0-or-later
/* stall - see stall.h. */
#include "rules/incident/stall.h"

#include "rules/saturate.h"

/* As include/net/tcp.h has them: TCP_SYN_RETRIES; before 6.5 there was no
   linear part. */
#define SYN_RETRIES_DEFAULT 6

static uint64_t value_or(const struct sysctl_fact *fact, uint64_t otherwise)
{
	return fact->state == FACT_KNOWN ? saturate_sysctl(fact, 0) : otherwise;
}

/* SYNs that a connect sends before it gives up. */
static uint64_t syns_each(const struct netns_facts *ns)
{
	const struct sysctl_fact *sysctl = ns->sysctl;

	return 1 + value_or(&sysctl[SYSCTL_SYN_RETRIES], SYN_RETRIES_DEFAULT) +
	       value_or(&sysctl[SYSCTL_SYN_LINEAR_TIMEOUTS], 0);
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
