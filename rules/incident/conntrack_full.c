// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conntrack-full - a full table dropped the packets of new connections.
 *
 * The table counts packets, a client that gives up has sent several: with as
 * many repetitions taken away, one is left for each that gave up.
 */
#include "rules/incident/found.h"
#include "rules/saturate.h"

static uint64_t dropped_in(const struct netns_delta *delta)
{
	const struct fact_u64 after = delta->ns->conntrack.drops;
	const struct fact_u64 before =
		delta->before ? delta->before->conntrack.drops : fact_known(0);

	if (after.state != FACT_KNOWN || before.state != FACT_KNOWN)
		return 0;
	return saturate_sub(after.value, before.value);
}

static void judge(struct ledger *ledger)
{
	const uint64_t said = ledger_kmsg(ledger, KMSG_CONNTRACK_FULL);
	const struct host *host = ledger->incident->after;
	uint64_t dropped = 0;
	struct netns_delta delta;
	size_t at = 0;
	struct claim claim = {
		.cause = "conntrack-full",
		.pool = POOL_SYN_TIMEOUT,
		.confidence = CONFIDENCE_LIKELY,
		.always = true,
		.counters =
			COUNTER_BIT(SYN_RETRANS) | COUNTER_BIT(RETRANS_FAIL),
		.where = COUNTER_ABORT_ON_TIMEOUT,
		.kind = RESET_KINDS,
		.did = "met a full conntrack table",
		.why = "the packets of new connections were dropped; a client that tried again in time came late, and did not fail",
	};

	while (ledger_netns(ledger, &at, &delta))
		dropped = saturate_add(dropped, dropped_in(&delta));
	if (!dropped && !said)
		return;
	claim.want = count_upto(dropped ? dropped : UINT64_MAX);
	claim.want.min =
		saturate_sub(dropped, ledger->sum[COUNTER_SYN_RETRANS]);
	claim.more = (struct evidence){ "packets dropped by conntrack",
		                        dropped ? dropped : said };
	found_raise(&claim.remedy, ledger, NULL, SYSCTL_CONNTRACK_MAX,
	            saturate_mul(2, saturate_sysctl(
					    &host->sysctl[SYSCTL_CONNTRACK_MAX],
					    0)));
	(void)found_claim(ledger, &claim);
}

const struct incident_rule incident_conntrack_full = {
	.id = "conntrack-full",
	.judge = judge,
};
