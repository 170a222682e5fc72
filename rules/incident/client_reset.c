// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * client-reset - the end that had connected reset the connection.
 *
 * With both ends here, the trace says which end it was. With the server alone
 * here, its ends failed and nothing here sent a reset; if programs here
 * connected as well, it may be one of their servers that reset.
 */
#include "rules/incident/found.h"

static void judge(struct ledger *ledger)
{
	const struct count_range received = ledger->pool[POOL_RECEIVED];
	const bool only_servers = ledger->sum[COUNTER_PASSIVE_OPENS] &&
	                          !ledger->sum[COUNTER_ACTIVE_OPENS];
	const uint64_t *by_client = ledger->tally.by_client;

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "client-reset",
			.pool = POOL_DATA,
			.want = count_exactly(by_client[RESET_CLOSED]),
			.confidence = CONFIDENCE_CERTAIN,
			.counters = COUNTER_BIT(ABORT_ON_DATA) |
	                            COUNTER_BIT(OUT_RSTS) |
	                            COUNTER_BIT(ESTAB_RESETS),
			.where = COUNTER_ABORT_ON_DATA,
			.kind = RESET_CLOSED,
			.did = "were reset by the client",
			.why = "if a server had not accepted one yet, it stays in its queue until it does",
		});
	if (ledger->ours || !ledger->sum[COUNTER_PASSIVE_OPENS])
		return;
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "client-reset",
			.pool = POOL_RECEIVED,
			.want = { only_servers ? received.min : 0,
	                          received.max },
			.confidence = CONFIDENCE_LIKELY,
			.counters = COUNTER_BIT(ESTAB_RESETS) |
	                            COUNTER_BIT(PASSIVE_OPENS) |
	                            COUNTER_BIT(ACTIVE_OPENS),
			.where = COUNTER_ESTAB_RESETS,
			.kind = RESET_KINDS,
			.did = "were reset from the other end",
			.why = "ends failed here, and nothing here sent a reset; a firewall on the way can send one too",
		});
}

const struct incident_rule incident_client_reset = {
	.id = "client-reset",
	.judge = judge,
};
