// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * orphans.limit - the flows may all be closed at once.
 *
 * It does not keep a flow from being opened, so it is a warning. Both numbers
 * are of the whole host; the kernel compares a sum that it takes every 100 ms.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *fact = &in->host->sysctl[SYSCTL_MAX_ORPHANS];
	const uint64_t used = in->host->ns[0].sockstat.orphan.value;
	const uint64_t total = saturate_add(used, in->need->orphans);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.observed = fact_known(saturate_sysctl(fact, 0)),
		.needed = fact_known(total),
		.unit = "connections",
		.why = "when a program ends or closes them while data is under way, those beyond it are reset and their data is lost (TCPAbortOnMemory)",
		.remedy = {
			.risk = "each may hold its unsent data in memory that nothing can swap out",
		},
	};

	if (saturate_sysctl(fact, 0) >= total)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "net.ipv4.tcp_max_orphans is %" PRId64 ", %" PRIu64
	               " flows closed at once need %" PRIu64 " and %" PRIu64
	               " are in use",
	               fact->v[0], in->goal->flows, in->need->orphans, used);
	remedy_raise(&finding.remedy, in, SYSCTL_MAX_ORPHANS, total, 1);
	in->emit(in->to, &finding);
}

const struct rule rule_orphans_limit = {
	.id = "orphans.limit",
	.group = GROUP_MEMORY,
	.scope = SCOPE_HOST,
	.title = "all flows may be closed at once",
	.ref = "net/ipv4/tcp.c:tcp_check_oom",
	.explain =
		"A connection that its program has closed, or whose program has ended, is an orphan until its last data and its FIN are acknowledged. N flows that are closed at once are N orphans for a moment, longer if the path is slow or the peer does not read.\n\n"
		"net.ipv4.tcp_max_orphans bounds the orphans of the whole host. One beyond it is reset instead of finishing: its peer gets ECONNRESET, TCPAbortOnMemory counts it, and the kernel logs \"too many orphaned sockets\". The peak counts, so the goal needs as many as it has flows, on top of those that are there.\n\n"
		"The file exists in the initial network namespace only; the bound holds for containers too. In one it is unknown.",
	.needs = { NEED_SYSCTL(SYSCTL_MAX_ORPHANS),
	           NEED_NETNS(sockstat.orphan, "the number of orphans",
	                      "/proc/net/sockstat") },
	.judge = judge,
};
