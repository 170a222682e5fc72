// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keepalive - an idle peer gave no sign of life.
 *
 * Of all timeouts the only one that sends a reset. Without a trace it cannot be
 * told from other timeouts and other resets that happened to be as many.
 */
#include "rules/incident/found.h"
#include "rules/incident/other.h"

static void judge(struct ledger *ledger)
{
	const uint64_t guess = least(ledger->sum[COUNTER_KEEP_ALIVE],
	                             least(ledger->pool[POOL_OTHER].max,
	                                   ledger->pool[POOL_TIMEOUT].max));
	/* that other timeouts and resets are just as many would be odd */
	const bool fits = ledger->pool[POOL_TIMEOUT].min == guess &&
	                  ledger->pool[POOL_OTHER].max == guess;
	const struct count_range drawn = found_claim(
		ledger,
		&(struct claim){
			.cause = "keepalive",
			.pool = POOL_TIMEOUT,
			.want = other_traced(ledger, RESET_KEEPALIVE,
	                                     (struct count_range){
						     fits ? guess : 0, guess }),
			.confidence =
				other_confidence(ledger, CONFIDENCE_LIKELY),
			.counters = COUNTER_BIT(KEEP_ALIVE) |
	                            COUNTER_BIT(ABORT_ON_TIMEOUT) |
	                            COUNTER_BIT(OUT_RSTS),
			.where = COUNTER_KEEP_ALIVE,
			.kind = RESET_KEEPALIVE,
			.did = "ended because the peer gave no sign of life",
			.why = "keepalive probes were sent, and a timeout came with a reset",
		});

	/* the reset that goes with it */
	(void)ledger_draw_other(ledger, drawn, (struct count_range){ 0, 1 });
}

const struct incident_rule incident_keepalive = {
	.id = "keepalive",
	.judge = judge,
};
