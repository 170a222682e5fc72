// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports-exhausted - no local port was left for the destination.
 *
 * Nothing counts that. Only the program that wanted to connect knows, and says
 * so if its output is one that is understood.
 */
#include "rules/incident/found.h"

static void judge(struct ledger *ledger)
{
	const struct ports_facts *ports = &ledger->incident->after->ns[0].ports;

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "ports-exhausted",
			.pool = POOL_PORTS,
			.want = ledger->pool[POOL_PORTS],
			.confidence = CONFIDENCE_CERTAIN,
			.where = COUNTER_ACTIVE_OPENS,
			.kind = RESET_KINDS,
			.did = "found no local port (EADDRNOTAVAIL)",
			.why = "each connection to one destination takes a port, and keeps it for a minute after it was closed",
			.more = { "ports there are", ports->usable.value },
		});
}

const struct incident_rule incident_ports_exhausted = {
	.id = "ports-exhausted",
	.judge = judge,
};
