// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syn-lost - no answer to a SYN, and nothing here says who dropped it.
 *
 * What queues, tables and limits account for was drawn before.
 */
#include "rules/incident/found.h"

static void judge(struct ledger *ledger)
{
	const struct count_range want = ledger->pool[POOL_SYN_TIMEOUT];

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "syn-lost",
			.pool = POOL_SYN_TIMEOUT,
			.want = want,
			.confidence = CONFIDENCE_LIKELY,
			.counters = COUNTER_BIT(ATTEMPT_FAILS) |
	                            COUNTER_BIT(ABORT_ON_TIMEOUT) |
	                            COUNTER_BIT(SYN_RETRANS) |
	                            COUNTER_BIT(RETRANS_FAIL),
			.where = COUNTER_ABORT_ON_TIMEOUT,
			.kind = RESET_KINDS,
			.did = "got no answer to their SYNs",
			.why = "nothing that was looked at dropped as many: a firewall, a wrong address, or the network",
		});
}

const struct incident_rule incident_syn_lost = {
	.id = "syn-lost",
	.judge = judge,
};
