// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peer-closed-unread - a program closed with data that it had not read.
 *
 * TCPAbortOnClose counts exactly that. A process that ends closes, too: where
 * one died and nothing was traced, some of these may be its.
 */
#include "rules/incident/found.h"

static void judge(struct ledger *ledger)
{
	/* process-died may have taken what is certain */
	const struct count_range want = ledger->pool[POOL_CLOSE];

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "peer-closed-unread",
			.pool = POOL_CLOSE,
			.want = want,
			.confidence = CONFIDENCE_CERTAIN,
			.counters = COUNTER_BIT(ABORT_ON_CLOSE) |
	                            COUNTER_BIT(OUT_RSTS) |
	                            COUNTER_BIT(ESTAB_RESETS),
			.where = COUNTER_ABORT_ON_CLOSE,
			.kind = RESET_UNREAD,
			.did = "were closed with data that nobody had read",
			.why = "a close() with unread data sends a reset in place of a FIN",
		});
}

const struct incident_rule incident_peer_closed_unread = {
	.id = "peer-closed-unread",
	.judge = judge,
};
