// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports.reuse - the goal can be run again within a minute.
 *
 * The ports of the flows before are in TIME_WAIT then. So there are ports
 * for both, or net.ipv4.tcp_tw_reuse hands them out again; that is looked at
 * only when there are not.
 *
 * Not judged here: too few ports for the goal once; see ports.ephemeral. Nor
 * which end closes first: it is taken to be the client.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/kernel.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "rules/unknown.h"

#define REUSE_ALWAYS 1
#define REUSE_LOOPBACK 2
#define TIME_WAIT_SECONDS 60 /* include/net/tcp.h:TCP_TIMEWAIT_LEN */

static const struct rule_need need_reuse = NEED_SYSCTL(SYSCTL_TW_REUSE);
static const struct rule_need need_timestamps = NEED_SYSCTL(SYSCTL_TIMESTAMPS);

/* net/ipv4/tcp_ipv4.c:tcp_twsk_unique() */
static bool reuses(const struct rule_input *in)
{
	const int64_t reuse = in->ns->sysctl[SYSCTL_TW_REUSE].v[0];

	return reuse == REUSE_ALWAYS ||
	       (reuse == REUSE_LOOPBACK && goal_is_loopback(in->goal));
}

/* Before 4.19 there is no 2, and any value but 0 means 1. */
static const char *reuse_to_set(const struct rule_input *in)
{
	const bool has_loopback =
		kernel_version(in->host->kernel) >= KERNEL(4, 19);

	return has_loopback && goal_is_loopback(in->goal) ? "2" : "1";
}

/* @culprit: the sysctl that keeps ports from being reused; set it to @to */
static void emit_short(const struct rule *self, const struct rule_input *in,
                       enum sysctl_id culprit, const char *to)
{
	const uint64_t usable = in->ns->ports.usable.value;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.ns = in->ns,
		.observed = fact_known(usable),
		.needed = fact_known(in->need->ports_again),
		.unit = "ports",
	};

	(void)snprintf(finding.what, sizeof(finding.what),
	               "%" PRIu64 " local ports do not carry %" PRIu64
	               " flows to one destination twice within a minute",
	               usable, in->goal->flows);
	(void)snprintf(
		finding.why, sizeof(finding.why),
		"while %s is %" PRId64
		" a closed flow keeps its port for %d s (TIME_WAIT); connect() then fails with EADDRNOTAVAIL, and in the long run no more than %" PRIu64
		" flows a second can be opened",
		sysctl_desc(culprit)->key, in->ns->sysctl[culprit].v[0],
		TIME_WAIT_SECONDS, usable / TIME_WAIT_SECONDS);
	remedy_sysctl(&finding.remedy, in, culprit, to);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const uint64_t usable = in->ns->ports.usable.value;

	if (usable >= in->need->ports_again || usable < in->need->ports)
		return;
	if (!rule_knows(self, in, &need_reuse) ||
	    !rule_knows(self, in, &need_timestamps))
		return;
	if (!reuses(in))
		emit_short(self, in, SYSCTL_TW_REUSE, reuse_to_set(in));
	else if (!in->ns->sysctl[SYSCTL_TIMESTAMPS].v[0])
		emit_short(self, in, SYSCTL_TIMESTAMPS, "1");
}

const struct rule rule_ports_reuse = {
	.id = "ports.reuse",
	.group = GROUP_PORTS,
	.scope = SCOPE_NETNS,
	.roles = ROLE_CLIENT,
	.title = "TIME_WAIT does not keep the goal from being run again",
	.ref = "net/ipv4/tcp_ipv4.c:tcp_twsk_unique",
	.explain =
		"When the client closes first, its end of a flow stays in TIME_WAIT for 60 s and keeps its local port towards that destination. So N flows that are closed and opened again within a minute take 2 N ports; and of P ports no more than P / 60 flows a second can be opened in the long run. net.ipv4.tcp_fin_timeout does not shorten that.\n\n"
		"net.ipv4.tcp_tw_reuse lets a new flow to the same destination take over such a port after one second (net.ipv4.tcp_tw_reuse_delay): 1 always, 2, the default since Linux 4.19, over loopback only, 0 never. It needs net.ipv4.tcp_timestamps. Until that second is over, connect() fails; it does not wait.\n\n"
		"Where the server closes first, its end is in TIME_WAIT, and the client's ports are free at once.",
	.needs = { NEED_NETNS(
		ports.usable, "how many local ports there are",
		"net.ipv4.ip_local_port_range and ip_local_reserved_ports") },
	.judge = judge,
};
