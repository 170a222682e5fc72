// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * refused - nobody listened.
 *
 * An attempt that failed and a reset of ours that has no other purpose belong
 * together. Without such a reset somebody else refused: another host, where
 * nobody listened, or a firewall, which looks the same from here.
 */
#include "rules/incident/found.h"
#include "rules/incident/other.h"
#include "rules/saturate.h"

/* Refused here; who wanted to connect is not known to be here. */
static void judge_strangers(struct ledger *ledger)
{
	uint64_t n = other_orderly(ledger).max;

	if (ledger->tally.complete)
		n = saturate_sub(ledger->tally.n[RESET_NO_SOCKET],
		                 ledger->sum[COUNTER_ATTEMPT_FAILS]);
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "refused",
			.pool = POOL_OTHER,
			.want = count_upto(n),
			.confidence = CONFIDENCE_POSSIBLE,
			.counters = COUNTER_BIT(OUT_RSTS),
			.where = COUNTER_OUT_RSTS,
			.kind = RESET_NO_SOCKET,
			.did = "came for a port on which nobody listened",
			.why = "a port scan looks the same",
		});
}

static void judge(struct ledger *ledger)
{
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "refused",
			.pool = POOL_REFUSED,
			.want = ledger->pool[POOL_REFUSED],
			.confidence =
				other_confidence(ledger, CONFIDENCE_LIKELY),
			.counters = COUNTER_BIT(ATTEMPT_FAILS) |
	                            COUNTER_BIT(OUT_RSTS),
			.where = COUNTER_ATTEMPT_FAILS,
			.kind = RESET_NO_SOCKET,
			.did = "went to a port on which nobody listened",
			.why = "the attempts failed, and as many resets answered them",
		});
	if (ledger->ours)
		return;
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "refused",
			.pool = POOL_ATTEMPT,
			.want = count_upto(ledger->pool[POOL_ATTEMPT].max),
			.confidence = CONFIDENCE_POSSIBLE,
			.counters = COUNTER_BIT(ATTEMPT_FAILS),
			.where = COUNTER_ATTEMPT_FAILS,
			.kind = RESET_KINDS,
			.did = "got no connection from another host",
			.why = "nothing here refused them: on the other host nobody listened, or a firewall said so",
		});
	judge_strangers(ledger);
}

const struct incident_rule incident_refused = {
	.id = "refused",
	.judge = judge,
};
