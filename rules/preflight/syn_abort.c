// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syn.abort - net.ipv4.tcp_abort_on_overflow is 0.
 *
 * Whatever is said of it, it is no way to refuse politely: it resets only
 * those connections that would have come through by themselves.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static void judge(const struct rule *self, const struct rule_input *in)
{
	const uint64_t value =
		saturate_sysctl(&in->ns->sysctl[SYSCTL_ABORT_ON_OVERFLOW], 0);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.ns = in->ns,
		.observed = fact_known(value),
		.needed = fact_known(0),
		.why = "a connection whose ACK finds the accept queue full is reset, though it would have come through at the next try; a SYN that finds it full is dropped all the same, and so is a SYN cookie's ACK",
	};

	if (!value)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "net.ipv4.tcp_abort_on_overflow is %" PRIu64, value);
	remedy_sysctl(&finding.remedy, in, SYSCTL_ABORT_ON_OVERFLOW, "0");
	in->emit(in->to, &finding);
}

const struct rule rule_syn_abort = {
	.id = "syn.abort",
	.group = GROUP_SYN_QUEUE,
	.scope = SCOPE_NETNS,
	.roles = ROLE_SERVER,
	.title = "an overflow does not reset connections",
	.ref = "net/ipv4/tcp_minisocks.c:tcp_check_req",
	.explain =
		"net.ipv4.tcp_abort_on_overflow acts in one case only: the SYN was taken, and the accept queue filled up before the handshake's ACK arrived. With 0 the ACK is dropped, the SYN-ACK is sent again, and the connection comes through once the application has accepted some. With any other value it is reset.\n\n"
		"A SYN that arrives at a full queue is dropped with either value, and so is the ACK of a SYN cookie. So the setting does not make an overloaded server refuse; it only breaks connections that would have recovered.",
	.needs = { NEED_SYSCTL(SYSCTL_ABORT_ON_OVERFLOW) },
	.judge = judge,
};
