// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * orphan-limit - more closed connections with unsent data than allowed.
 */
#include "rules/incident/found.h"
#include "rules/incident/memory.h"
#include "rules/saturate.h"

static void judge(struct ledger *ledger)
{
	const struct host *host = ledger->incident->after;
	const struct count_range want = memory_share(
		ledger, memory_had_orphans(ledger), memory_was_short(ledger));
	struct claim claim = {
		.cause = "orphan-limit",
		.pool = POOL_MEMORY,
		.want = want,
		.confidence = CONFIDENCE_LIKELY,
		.counters =
			COUNTER_BIT(ABORT_ON_MEMORY) | COUNTER_BIT(OUT_RSTS),
		.where = COUNTER_ABORT_ON_MEMORY,
		.kind = RESET_MEMORY,
		.did = "were reset because there were too many orphans",
		.why = "TCPAbortOnMemory counts them, and lack of memory too",
		.more = { "messages in the kernel's log",
		          ledger_kmsg(ledger, KMSG_ORPHANS) },
	};

	found_raise(
		&claim.remedy, ledger, NULL, SYSCTL_MAX_ORPHANS,
		saturate_mul(2, saturate_sysctl(
					&host->sysctl[SYSCTL_MAX_ORPHANS], 0)));
	(void)found_claim(ledger, &claim);
}

const struct incident_rule incident_orphan_limit = {
	.id = "orphan-limit",
	.judge = judge,
};
