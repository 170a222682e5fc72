// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports-exhausted - no local port was left for the destination.
 *
 * Nothing counts that. Only the program that wanted to connect knows, and says
 * so if its output is one that is understood. That as many are in TIME_WAIT as
 * there are ports makes it possible.
 */
#include "rules/incident/found.h"

/* Were as many in use as there are, in some namespace? */
static bool are_used_up(const struct ledger *ledger)
{
	struct netns_delta delta;
	size_t at = 0;

	while (ledger_netns(ledger, &at, &delta)) {
		const struct fact_u64 usable = delta.ns->ports.usable;
		const struct fact_u64 waiting = delta.ns->sockstat.time_wait;

		if (usable.state == FACT_KNOWN && waiting.state == FACT_KNOWN &&
		    waiting.value >= usable.value)
			return true;
	}
	return false;
}

static void judge(struct ledger *ledger)
{
	const struct count_range want = ledger->pool[POOL_PORTS];

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "ports-exhausted",
			.pool = POOL_PORTS,
			.want = want,
			.confidence = want.max ? CONFIDENCE_CERTAIN
	                                       : CONFIDENCE_POSSIBLE,
			.always = !ledger->sum[COUNTER_TW_RECYCLED] &&
	                          are_used_up(ledger),
			.where = COUNTER_ACTIVE_OPENS,
			.kind = RESET_KINDS,
			.did = "found no local port (EADDRNOTAVAIL)",
			.why = "each connection to one destination takes a local port, and keeps it for a minute after it was closed (TIME_WAIT)",
			.more = { "local ports there are",
	                          ledger->incident->after->ns[0]
	                                  .ports.usable.value },
		});
}

const struct incident_rule incident_ports_exhausted = {
	.id = "ports-exhausted",
	.judge = judge,
};
