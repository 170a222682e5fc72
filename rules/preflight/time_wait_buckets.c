// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * time_wait.buckets - there is room in TIME_WAIT for the flows when they
 * are closed.
 *
 * It never keeps a flow from being opened, so it is a warning: beyond the
 * bound a connection ends without its minute of TIME_WAIT, and what arrives
 * late for it is answered with a reset.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/kernel.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

/*
 * Since 5.18 the number in use is unsigned, and so is what it is compared
 * with (net/ipv4/inet_timewait_sock.c:inet_twsk_alloc()): a negative bound is
 * none. Before, every number was above it.
 */
static bool is_unbounded(const struct rule_input *in, int64_t value)
{
	return value < 0 && kernel_version(in->host->kernel) >= KERNEL(5, 18);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *fact = &in->ns->sysctl[SYSCTL_MAX_TW_BUCKETS];
	const uint64_t used = in->ns->sockstat.time_wait.value;
	const uint64_t total = saturate_add(used, in->need->time_wait);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.ns = in->ns,
		.observed = fact_known(saturate_sysctl(fact, 0)),
		.needed = fact_known(total),
		.unit = "connections",
		.why = "a connection beyond it skips TIME_WAIT: what arrives late for it is answered with a reset (TCPTimeWaitOverflow), and its port may be used again too early",
		.remedy = { .risk = "256 bytes of memory each" },
	};

	if (is_unbounded(in, fact->v[0]) || saturate_sysctl(fact, 0) >= total)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "net.ipv4.tcp_max_tw_buckets is %" PRId64 ", %" PRIu64
	               " flows closed within a minute need %" PRIu64
	               " and %" PRIu64 " are in use",
	               fact->v[0], in->goal->flows, in->need->time_wait, used);
	remedy_raise(&finding.remedy, in, SYSCTL_MAX_TW_BUCKETS, total, 1);
	in->emit(in->to, &finding);
}

const struct rule rule_time_wait_buckets = {
	.id = "time_wait.buckets",
	.group = GROUP_PORTS,
	.scope = SCOPE_NETNS,
	.title = "TIME_WAIT has room for all flows",
	.ref = "net/ipv4/inet_timewait_sock.c:inet_twsk_alloc",
	.explain =
		"The end of a connection that closes first stays in TIME_WAIT for 60 s, so that a late packet of it is recognised. There are as many of these as are closed in a minute: closed per second x 60. A goal of N flows that are closed once within a minute needs N, over loopback too, where one end of each will do.\n\n"
		"net.ipv4.tcp_max_tw_buckets bounds them, in each network namespace by itself; half of the buckets of the connection table is the default. Beyond it a connection just ends: usually nobody notices, but a late packet is answered with a reset. Counted as TCPTimeWaitOverflow. Lowering it to save ports or memory is a bad trade: one costs 256 bytes.\n\n"
		"A negative value is no bound at all since Linux 5.18; before, it lets nothing into TIME_WAIT.",
	.needs = { NEED_SYSCTL(SYSCTL_MAX_TW_BUCKETS),
	           NEED_NETNS(sockstat.time_wait,
	                      "the number of connections in TIME_WAIT",
	                      "/proc/net/sockstat") },
	.judge = judge,
};
