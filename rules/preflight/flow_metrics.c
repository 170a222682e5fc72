// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flow.metrics - a test of half-open connections can be repeated.
 *
 * What is remembered of a peer matters to acceptance in one case only:
 * without SYN cookies a known peer is let off three quarters of
 * net.ipv4.tcp_max_syn_backlog. So the first run and the second differ.
 */
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/advice.h"
#include "rules/remedy.h"
#include "rules/rule.h"

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *cookies = &in->ns->sysctl[SYSCTL_SYNCOOKIES];
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.observed = fact_known(0),
		.needed = fact_known(1),
		.what = "net.ipv4.tcp_no_metrics_save is 0 while SYN cookies are off",
		.why = "a client that the kernel remembers is let off the bound of net.ipv4.tcp_max_syn_backlog: a second test comes out better than the first; `ip tcp_metrics flush` forgets",
		.remedy = { .risk = "every flow has to find out its path by itself" },
	};

	if (!in->need->syn_queue ||
	    !advice_knows(self, in, SYSCTL_SYNCOOKIES) || cookies->v[0])
		return;
	if (!advice_knows(self, in, SYSCTL_NO_METRICS_SAVE) ||
	    in->ns->sysctl[SYSCTL_NO_METRICS_SAVE].v[0])
		return;
	remedy_sysctl(&finding.remedy, in, SYSCTL_NO_METRICS_SAVE, "1");
	in->emit(in->to, &finding);
}

const struct rule rule_flow_metrics = {
	.id = "flow.metrics",
	.group = GROUP_SYN_QUEUE,
	.scope = SCOPE_NETNS,
	.roles = ROLE_SERVER,
	.title = "nothing makes a second test differ from the first",
	.ref = "net/ipv4/tcp_metrics.c:tcp_peer_is_proven",
	.explain =
		"When a flow ends the kernel keeps what it learned of the peer, such as the round-trip time, for an hour or so (`ip tcp_metrics`), unless net.ipv4.tcp_no_metrics_save is 1. The next flow begins with it.\n\n"
		"For acceptance it matters with SYN cookies off only: a peer that the kernel knows a round-trip time of may exceed three quarters of net.ipv4.tcp_max_syn_backlog, one that it does not know is dropped. So a burst from one client that failed may pass when it is repeated. `ip tcp_metrics flush` before each test, or 1 for as long as one tests, makes them alike; turning SYN cookies on makes it all irrelevant.",
	.judge = judge,
};
