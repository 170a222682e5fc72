// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeout - data was sent again and again, and nobody acknowledged it.
 */
#include "rules/incident/found.h"
#include "rules/incident/give_up.h"

static void judge(struct ledger *ledger)
{
	const struct count_range want = give_up_at_limit(ledger);

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "timeout",
			.pool = POOL_TIMEOUT,
			.want = want,
			.confidence = CONFIDENCE_LIKELY,
			.counters = COUNTER_BIT(ABORT_ON_TIMEOUT) |
	                            COUNTER_BIT(ESTAB_RESETS) |
	                            COUNTER_BIT(TIMEOUTS) |
	                            COUNTER_BIT(RETRANS_SEGS),
			.where = COUNTER_ABORT_ON_TIMEOUT,
			.kind = RESET_KINDS,
			.did = "were given up: nobody acknowledged their data",
			.why = "the kernel gave up after net.ipv4.tcp_retries2 repetitions, silently: no reset is sent",
		});
}

const struct incident_rule incident_timeout = {
	.id = "timeout",
	.judge = judge,
};
