// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory-pressure - TCP's memory was used up.
 *
 * Live flows stall; only those that are closed with unsent data are reset.
 */
#include "rules/incident/found.h"
#include "rules/incident/memory.h"

static void judge(struct ledger *ledger)
{
	const bool mine = memory_was_short(ledger);
	const struct count_range want =
		memory_share(ledger, mine, memory_had_orphans(ledger));
	struct claim claim = {
		.cause = "memory-pressure",
		.pool = POOL_MEMORY,
		.want = want,
		.confidence = CONFIDENCE_LIKELY,
		/* a host that merely came near its limit did no harm */
		.always = mine && ledger->sum[COUNTER_RCVQ_DROP],
		.counters = COUNTER_BIT(ABORT_ON_MEMORY) |
		            COUNTER_BIT(MEMORY_PRESSURES) |
		            COUNTER_BIT(RCVQ_DROP) | COUNTER_BIT(OUT_RSTS),
		.where = COUNTER_ABORT_ON_MEMORY,
		.kind = RESET_MEMORY,
		.did = "suffered because TCP's memory was used up",
		.why = "TCPAbortOnMemory counts them, and orphans beyond their limit too; flows that went on stalled",
		.more = { "messages in the kernel's log",
		          ledger_kmsg(ledger, KMSG_TCP_MEM) },
	};

	(void)found_claim(ledger, &claim);
}

const struct incident_rule incident_memory_pressure = {
	.id = "memory-pressure",
	.judge = judge,
};
