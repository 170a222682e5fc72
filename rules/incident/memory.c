// SPDX-License-Identifier: GPL-2.0-or-later
/* memory - see memory.h. net/ipv4/tcp.c:tcp_check_oom() */
#include "rules/incident/memory.h"

#include "rules/saturate.h"

bool memory_was_short(const struct ledger *ledger)
{
	return ledger_kmsg(ledger, KMSG_TCP_MEM) ||
	       ledger->sum[COUNTER_MEMORY_PRESSURES];
}

/* Orphans are many only for a while: half of the limit is near enough. */
bool memory_had_orphans(const struct ledger *ledger)
{
	const struct host *host = ledger->incident->after;
	const struct sysctl_fact *most_orphans =
		&host->sysctl[SYSCTL_MAX_ORPHANS];
	const struct fact_u64 orphans = host->ns[0].sockstat.orphan;

	if (ledger_kmsg(ledger, KMSG_ORPHANS))
		return true;
	return orphans.state == FACT_KNOWN &&
	       most_orphans->state == FACT_KNOWN &&
	       orphans.value > saturate_sysctl(most_orphans, 0) / 2;
}

struct count_range memory_share(const struct ledger *ledger, bool mine,
                                bool others)
{
	const struct count_range all = ledger->pool[POOL_MEMORY];

	if (mine == others)
		return count_upto(all.max);
	return mine ? all : count_exactly(0);
}
