// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * user-timeout - data was not acknowledged within the program's own limit.
 */
#include "rules/incident/found.h"
#include "rules/incident/give_up.h"

static void judge(struct ledger *ledger)
{
	const struct count_range want = give_up_sooner(ledger);

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "user-timeout",
			.pool = POOL_TIMEOUT,
			.want = want,
			.confidence = CONFIDENCE_LIKELY,
			.counters = COUNTER_BIT(ABORT_ON_TIMEOUT) |
	                            COUNTER_BIT(ESTAB_RESETS) |
	                            COUNTER_BIT(TIMEOUTS) |
	                            COUNTER_BIT(RETRANS_SEGS),
			.where = COUNTER_ABORT_ON_TIMEOUT,
			.kind = RESET_KINDS,
			.did = "were given up before the kernel's own limit",
			.why = "their end gave up sooner than net.ipv4.tcp_retries2 would: TCP_USER_TIMEOUT",
		});
}

const struct incident_rule incident_user_timeout = {
	.id = "user-timeout",
	.judge = judge,
};
