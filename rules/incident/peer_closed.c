// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peer-closed - data came for a connection that had been closed in good order.
 *
 * Of TCPAbortOnData what was no abort; and of the resets without a counter
 * those that ended one end only.
 */
#include "rules/incident/found.h"
#include "rules/incident/other.h"

static void judge(struct ledger *ledger)
{
	const struct count_range late = ledger->pool[POOL_DATA];
	const struct count_range orderly =
		other_traced(ledger, RESET_TIME_WAIT, other_orderly(ledger));

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "peer-closed",
			.pool = POOL_DATA,
			.want = late,
			.confidence =
				other_confidence(ledger, CONFIDENCE_LIKELY),
			.counters = COUNTER_BIT(ABORT_ON_DATA) |
	                            COUNTER_BIT(OUT_RSTS) |
	                            COUNTER_BIT(ESTAB_RESETS),
			.where = COUNTER_ABORT_ON_DATA,
			.kind = RESET_DATA,
			.did = "got data after the peer had closed them",
			.why = "the peer still had data to send when it closed, or had shut down both directions",
		});
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "peer-closed",
			.pool = POOL_OTHER,
			.want = orderly,
			.each = other_each(ledger, 1),
			.confidence =
				other_confidence(ledger, CONFIDENCE_LIKELY),
			.counters = COUNTER_BIT(OUT_RSTS) |
	                            COUNTER_BIT(ESTAB_RESETS),
			.where = COUNTER_OUT_RSTS,
			.kind = RESET_TIME_WAIT,
			.did = "were written to after the peer had closed them",
			.why = "a reset was sent that no counter names, and no queue was the reason for it",
		});
}

const struct incident_rule incident_peer_closed = {
	.id = "peer-closed",
	.judge = judge,
};
