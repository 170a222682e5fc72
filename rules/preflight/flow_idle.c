// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flow.idle - flows that were idle do not all send at full speed at once.
 *
 * A note: it is a setting that many recommend, and one that has a price.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/advice.h"
#include "rules/remedy.h"
#include "rules/rule.h"

static void judge(const struct rule *self, const struct rule_input *in)
{
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.observed = fact_known(0),
		.needed = fact_known(1),
		.what = "net.ipv4.tcp_slow_start_after_idle is 0",
	};

	if (!in->need->device_packets ||
	    !advice_knows(self, in, SYSCTL_SLOW_START_AFTER_IDLE) ||
	    in->ns->sysctl[SYSCTL_SLOW_START_AFTER_IDLE].v[0])
		return;
	(void)snprintf(
		finding.why, sizeof(finding.why),
		"a flow that was idle sends its whole old window at once: %" PRIu64
		" flows that do so together overrun the path, unless fq paces them",
		in->goal->flows);
	remedy_sysctl(&finding.remedy, in, SYSCTL_SLOW_START_AFTER_IDLE, "1");
	(void)snprintf(finding.remedy.risk, sizeof(finding.remedy.risk),
	               "a flow that pauses often is slower after each pause");
	in->emit(in->to, &finding);
}

const struct rule rule_flow_idle = {
	.id = "flow.idle",
	.group = GROUP_PATH,
	.scope = SCOPE_NETNS,
	.title = "nothing lets idle flows burst",
	.ref = "include/net/tcp.h:tcp_slow_start_after_idle_check",
	.explain =
		"A flow that has sent nothing for a retransmission timeout does not know any more what its path carries. With net.ipv4.tcp_slow_start_after_idle 1, the default, it feels its way again; with 0 it sends as much at once as it could before.\n\n"
		"0 is faster for a few flows that pause, such as requests on kept connections. N flows that wake up together send N windows at once: congestion window x segment size x N bytes. Pacing spreads them: fq as the device's queue, or bbr.\n\n"
		"Over loopback nothing is overrun, and the setting does not matter.",
	.judge = judge,
};
