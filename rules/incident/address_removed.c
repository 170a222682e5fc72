// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * address-removed - packets came for an address that is no longer here.
 *
 * Nothing is reset by that: both ends wait until they give up. Packets for
 * addresses that never were here count the same; where both ends were here,
 * there is no route for them any more.
 */
#include "rules/incident/found.h"

static void judge(struct ledger *ledger)
{
	const uint64_t *sum = ledger->sum;

	if (!sum[COUNTER_RETRANS_SEGS] ||
	    (!sum[COUNTER_IN_ADDR_ERRORS] && !sum[COUNTER_OUT_NO_ROUTES]))
		return;
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "address-removed",
			.pool = POOL_TIMEOUT,
			.want = count_upto(ledger->pool[POOL_TIMEOUT].max),
			.confidence = CONFIDENCE_POSSIBLE,
			.always = true,
			.counters = COUNTER_BIT(IN_ADDR_ERRORS) |
	                            COUNTER_BIT(OUT_NO_ROUTES) |
	                            COUNTER_BIT(RETRANS_SEGS) |
	                            COUNTER_BIT(ABORT_ON_TIMEOUT),
			.where = COUNTER_IN_ADDR_ERRORS,
			.kind = RESET_KINDS,
			.did = "had to do with an address that is not here",
			.why = "an address that is removed takes its connections' packets with it; nobody is told",
		});
}

const struct incident_rule incident_address_removed = {
	.id = "address-removed",
	.judge = judge,
};
