// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * time-wait-overflow - connections skipped TIME_WAIT.
 *
 * Late packets of these find a listener, or nobody, and are reset. Mostly that
 * harms nobody, so none is claimed for certain.
 */
#include "rules/incident/found.h"
#include "rules/saturate.h"

static void judge(struct ledger *ledger)
{
	const uint64_t n = ledger->sum[COUNTER_TIME_WAIT_OVERFLOW];
	const struct netns_facts *ns =
		ledger_where(ledger, COUNTER_TIME_WAIT_OVERFLOW);
	struct claim claim = {
		.cause = "time-wait-overflow",
		.pool = POOL_OTHER,
		.want = count_upto(n),
		.each = { 0, 1 },
		.confidence = CONFIDENCE_POSSIBLE,
		.counters =
			COUNTER_BIT(TIME_WAIT_OVERFLOW) | COUNTER_BIT(OUT_RSTS),
		.where = COUNTER_TIME_WAIT_OVERFLOW,
		.kind = RESET_NO_REQUEST,
		.did = "were forgotten at once when they were closed",
		.why = "a late packet of such a connection is answered with a reset; mostly nobody is left to see it",
		.more = { "messages in the kernel's log",
		          ledger_kmsg(ledger, KMSG_TIME_WAIT) },
	};

	if (!n)
		return;
	found_raise(&claim.remedy, ledger, ns, SYSCTL_MAX_TW_BUCKETS,
	            saturate_mul(2, saturate_sysctl(
					    &ns->sysctl[SYSCTL_MAX_TW_BUCKETS],
					    0)));
	(void)found_claim(ledger, &claim);
}

const struct incident_rule incident_time_wait_overflow = {
	.id = "time-wait-overflow",
	.judge = judge,
};
