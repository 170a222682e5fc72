// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp.timestamps - connections carry timestamps.
 *
 * Nothing fails without them; but what does not work then is exactly what
 * many flows fall back on: options of SYN cookies, and ports in TIME_WAIT.
 */
#include "rules/remedy.h"
#include "rules/rule.h"

static void judge(const struct rule *self, const struct rule_input *in)
{
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.ns = in->ns,
		.observed = fact_known(0),
		.needed = fact_known(1),
		.what = "net.ipv4.tcp_timestamps is 0",
		.why = "a connection that came about by a SYN cookie has no window scaling and no SACK, and a port in TIME_WAIT is never reused",
	};

	if (in->ns->sysctl[SYSCTL_TIMESTAMPS].v[0])
		return;
	remedy_sysctl(&finding.remedy, in, SYSCTL_TIMESTAMPS, "1");
	in->emit(in->to, &finding);
}

const struct rule rule_tcp_timestamps = {
	.id = "tcp.timestamps",
	.group = GROUP_PATH,
	.scope = SCOPE_NETNS,
	.title = "connections carry timestamps",
	.ref = "net/ipv4/tcp_output.c:tcp_syn_options",
	.explain =
		"net.ipv4.tcp_timestamps 1, the default, puts a clock into every packet: 12 bytes. 2 does so without hiding the host's own clock.\n\n"
		"With 0 three things are lost. A SYN cookie has no room for options and carries them in the timestamp: without, a flow that a burst pushed onto the cookie path has a window of 64 KiB at most and no SACK. net.ipv4.tcp_tw_reuse needs the clock to tell old packets from new, and does nothing. And a fast flow cannot recognise a packet from four gigabytes ago.",
	.needs = { NEED_SYSCTL(SYSCTL_TIMESTAMPS) },
	.judge = judge,
};
