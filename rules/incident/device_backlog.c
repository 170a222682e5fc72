// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device-backlog - packets were dropped before TCP saw them.
 *
 * Nothing fails by that, TCP sends them again. The count is the whole host's,
 * so it is said only where segments were sent again, too.
 */
#include "rules/incident/found.h"
#include "rules/saturate.h"

static uint64_t dropped(const struct incident *incident)
{
	const struct fact_u64 after = incident->after->softnet.dropped;
	const struct fact_u64 before =
		incident->before ? incident->before->softnet.dropped
				 : fact_known(0);

	if (after.state != FACT_KNOWN || before.state != FACT_KNOWN)
		return 0;
	return saturate_sub(after.value, before.value);
}

static void judge(struct ledger *ledger)
{
	const struct host *host = ledger->incident->after;
	const uint64_t n = dropped(ledger->incident);
	struct claim claim = {
		.cause = "device-backlog",
		.pool = POOL_TIMEOUT,
		.confidence = CONFIDENCE_POSSIBLE,
		.always = true,
		.counters = COUNTER_BIT(RETRANS_SEGS) |
		            COUNTER_BIT(FAST_RETRANS) |
		            COUNTER_BIT(LOSS_PROBES),
		.where = COUNTER_FAST_RETRANS,
		.kind = RESET_KINDS,
		.did = "had packets dropped, which were sent again",
		.why = "CPUs of this host dropped packets because their queues were full; whose they were is not known",
		.more = { "packets dropped by CPUs", n },
	};

	if (!n || !ledger->sum[COUNTER_FAST_RETRANS])
		return;
	found_raise(&claim.remedy, ledger, NULL, SYSCTL_NETDEV_MAX_BACKLOG,
	            saturate_mul(
			    2, saturate_sysctl(
				       &host->sysctl[SYSCTL_NETDEV_MAX_BACKLOG],
				       0)));
	(void)found_claim(ledger, &claim);
}

const struct incident_rule incident_device_backlog = {
	.id = "device-backlog",
	.judge = judge,
};
