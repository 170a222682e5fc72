// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syn-queue-overflow - more half-open connections than a listener holds.
 *
 * With SYN cookies on nothing is lost by that, and it is no cause. With cookies
 * off SYNs are dropped: counted in TCPReqQFullDrop where the backlog was the
 * bound, and only in ListenDrops where tcp_max_syn_backlog was.
 */
#include <stdio.h>

#include "rules/incident/found.h"
#include "rules/incident/hot.h"
#include "rules/incident/stall.h"
#include "rules/saturate.h"

/* SYNs dropped for that reason. */
static uint64_t dropped(const struct netns_delta *delta)
{
	const struct sysctl_fact *cookies =
		&delta->ns->sysctl[SYSCTL_SYNCOOKIES];
	const uint64_t full = netns_count(delta, COUNTER_REQ_Q_FULL_DROP);

	if (cookies->state != FACT_KNOWN || cookies->v[0])
		return full;
	return most(full,
	            saturate_sub(netns_count(delta, COUNTER_LISTEN_DROPS),
	                         netns_count(delta, COUNTER_LISTEN_OVERFLOWS)));
}

/* The listener that dropped most, if no other reason was counted. */
static void name_listener(const struct ledger *ledger,
                          const struct netns_delta *delta,
                          struct cause_found *found)
{
	struct hot hot = { .at = 0 };
	uint64_t largest = 0;

	if (netns_count(delta, COUNTER_LISTEN_OVERFLOWS))
		return;
	while (hot_next(ledger, &hot)) {
		if (hot.ns != delta->ns || hot.drops <= largest)
			continue;
		largest = hot.drops;
		hot_found(found, &hot);
	}
	found_evidence(found, "drops of the listener", largest);
}

static void judge_netns(struct ledger *ledger, const struct netns_delta *delta)
{
	const uint64_t n = dropped(delta);
	const struct count_range drawn = stall_draw(ledger, delta, n, 0);
	struct cause_found found = found_make("syn-queue-overflow", delta->ns,
	                                      drawn, CONFIDENCE_LIKELY);
	uint64_t sum[COUNTER_COUNT];

	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		sum[id] = netns_count(delta, id);
	found_what(&found, "found no room among the half-open ones");
	(void)snprintf(
		found.why, sizeof(found.why),
		"SYNs were dropped; those whose SYN was sent again and then answered came late, and did not fail");
	found_counters(&found, sum,
	               COUNTER_BIT(LISTEN_DROPS) |
	                       COUNTER_BIT(LISTEN_OVERFLOWS) |
	                       COUNTER_BIT(REQ_Q_FULL_DROP) |
	                       COUNTER_BIT(SYN_RETRANS));
	name_listener(ledger, delta, &found);
	found_set(&found.remedy, ledger, delta->ns, SYSCTL_SYNCOOKIES, "1");
	ledger_emit(ledger, &found);
}

static void judge(struct ledger *ledger)
{
	struct netns_delta delta;
	size_t at = 0;

	while (ledger_netns(ledger, &at, &delta)) {
		if (dropped(&delta))
			judge_netns(ledger, &delta);
	}
}

const struct incident_rule incident_syn_queue_overflow = {
	.id = "syn-queue-overflow",
	.judge = judge,
};
