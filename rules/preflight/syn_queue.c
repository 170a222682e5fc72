// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * syn.queue - half-open connections of the burst are not dropped.
 *
 * Only without SYN cookies is there anything to judge: with them a SYN
 * beyond the queue gets a cookie, and tcp_max_syn_backlog is not looked at.
 * So what the rule needs to know depends on the goal, and it asks itself.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/listener.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "rules/unknown.h"

static const struct rule_need need_cookies = NEED_SYSCTL(SYSCTL_SYNCOOKIES);
static const struct rule_need need_max = NEED_SYSCTL(SYSCTL_MAX_SYN_BACKLOG);
static const struct rule_need need_somaxconn = NEED_SYSCTL(SYSCTL_SOMAXCONN);
static const struct rule_need need_listeners =
	NEED_NETNS(listeners_read, "the list of listeners",
                   "sock_diag (NETLINK_SOCK_DIAG)");

/*
 * net/ipv4/tcp_input.c:tcp_conn_request() drops when max - queue < max >> 2,
 * queue being without the SYN itself: 16 holds 13, 128 holds 97. Negative
 * values are legal and leave nothing or next to nothing.
 */
static uint64_t three_quarters(const struct netns_facts *ns)
{
	const int64_t max = ns->sysctl[SYSCTL_MAX_SYN_BACKLOG].v[0];
	const int64_t held = max - (max >> 2) + 1;

	return held > 0 ? (uint64_t)held : 0;
}

/* Both bounds are of one listener; a group has them once a member. */
static uint64_t group_holds(uint64_t accept_queue, uint64_t members,
                            uint64_t quarters)
{
	return saturate_mul(members,
	                    accept_queue < quarters ? accept_queue : quarters);
}

/* The worst of the goal's listeners; without one a listener at the cap. */
static uint64_t syn_queue_holds(const struct rule_input *in)
{
	const uint64_t quarters = three_quarters(in->ns);
	uint64_t worst = UINT64_MAX;

	if (!in->goal->port)
		return group_holds(
			saturate_sysctl(&in->ns->sysctl[SYSCTL_SOMAXCONN], 0) +
				1,
			1, quarters);
	for (size_t i = 0; i < in->ns->n_listeners; i++) {
		const struct listener *listener = &in->ns->listeners[i];
		const uint64_t holds =
			group_holds(listener_capacity(listener),
		                    listener->group_size, quarters);

		if (listener_is_meant(listener, in->goal) && holds < worst)
			worst = holds;
	}
	return worst;
}

static void emit_short(const struct rule *self, const struct rule_input *in,
                       uint64_t have)
{
	const uint64_t need = in->need->syn_queue;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.observed = fact_known(have),
		.needed = fact_known(need),
		.unit = "connections",
	};

	(void)snprintf(finding.what, sizeof(finding.what),
	               "the SYN queue holds %" PRIu64
	               " half-open connections, a burst of %" PRIu64
	               " may need %" PRIu64,
	               have, in->need->accept_queue, need);
	(void)snprintf(
		finding.why, sizeof(finding.why),
		"net.ipv4.tcp_syncookies is 0: a SYN beyond the listener's limit or three quarters of net.ipv4.tcp_max_syn_backlog (%" PRId64
		") is dropped without a word",
		in->ns->sysctl[SYSCTL_MAX_SYN_BACKLOG].v[0]);
	remedy_sysctl(&finding.remedy, in, SYSCTL_SYNCOOKIES, "1");
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct rule_need *limit =
		in->goal->port ? &need_listeners : &need_somaxconn;
	uint64_t have;

	if (!in->need->syn_queue || !rule_knows(self, in, &need_cookies) ||
	    in->ns->sysctl[SYSCTL_SYNCOOKIES].v[0])
		return;
	if (!rule_knows(self, in, &need_max) || !rule_knows(self, in, limit))
		return;
	have = syn_queue_holds(in);
	if (have < in->need->syn_queue)
		emit_short(self, in, have);
}

const struct rule rule_syn_queue = {
	.id = "syn.queue",
	.group = GROUP_SYN_QUEUE,
	.scope = SCOPE_NETNS,
	.roles = ROLE_SERVER,
	.decisive = true,
	.title = "half-open connections of the burst are not dropped",
	.ref = "net/ipv4/tcp_input.c:tcp_conn_request",
	.explain =
		"Between its SYN and its ACK a connection is half-open and waits in the listener's SYN queue. The worst case of a burst of B is that all B are half-open at once. Over loopback a handshake is finished within connect(): nothing stays half-open, and nothing is needed.\n\n"
		"With SYN cookies on (net.ipv4.tcp_syncookies 1, the default) the queue's bound is the listener's limit + 1, and a SYN beyond it is answered with a cookie instead of being kept: nothing is dropped, and net.ipv4.tcp_max_syn_backlog is not looked at, whatever is written about it.\n\n"
		"With cookies off (0) a SYN is dropped when limit + 1 connections are half-open (limit alone on kernels before early 2025), or when max - (max >> 2) + 1 are, max being net.ipv4.tcp_max_syn_backlog: 97 of 128. Peers that the kernel has metrics of are let off the second bound, so a repeated test may come out differently.\n\n"
		"Turning cookies on removes both bounds at once. What cookies do not do is to help when the accept queue is full.",
	.judge = judge,
};
