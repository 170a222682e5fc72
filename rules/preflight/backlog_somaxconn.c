// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backlog.somaxconn - the namespace's cap on accept queues holds the burst.
 *
 * listen() silently lowers what an application asks for to
 * net.core.somaxconn, so no listener can hold more than that plus one.
 *
 * Not judged here: what a listener that already exists holds; see
 * backlog.listener. It does not excuse the cap: a restart would cut it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/listener.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

/* There is a listener on the goal's port, and each there holds the burst. */
static bool goal_port_holds(const struct rule_input *in)
{
	bool found = false;

	if (!in->goal->port || in->ns->listeners_read.state != FACT_KNOWN)
		return false;
	for (size_t i = 0; i < in->ns->n_listeners; i++) {
		const struct listener *listener = &in->ns->listeners[i];

		if (!listener_is_meant(listener, in->goal))
			continue;
		if (listener_group_capacity(listener) < in->need->accept_queue)
			return false;
		found = true;
	}
	return found;
}

/*
 * A SO_REUSEPORT group on the goal's port has a queue a member: after a
 * restart each of them gets as much as the cap lets it.
 */
static bool goal_group_would_hold(const struct rule_input *in, uint64_t cap)
{
	bool found = false;

	if (!in->goal->port)
		return false;
	for (size_t i = 0; i < in->ns->n_listeners; i++) {
		const struct listener *listener = &in->ns->listeners[i];

		if (!listener_is_meant(listener, in->goal))
			continue;
		if (saturate_mul(listener->group_size, saturate_add(cap, 1)) <
		    in->need->accept_queue)
			return false;
		found = true;
	}
	return found;
}

static void explain_why(const struct rule_input *in, uint64_t have, char *buf,
                        size_t size)
{
	const struct sysctl_fact *cookies = &in->ns->sysctl[SYSCTL_SYNCOOKIES];
	const struct fact_u64 initial = in->ns->initial;
	const bool child = initial.state == FACT_KNOWN && !initial.value;
	char part[128];

	(void)snprintf(buf, size,
	               "listeners %s drop handshakes once %" PRIu64
	               " connections wait to be accepted",
	               child ? "in this namespace" : "on this host",
	               saturate_add(have, 1));
	if (cookies->state == FACT_KNOWN && cookies->v[0])
		text_join(
			buf, size, "; ",
			"with SYN cookies a client that writes at once, such as iperf, is then reset");
	if (!goal_port_holds(in))
		return;
	(void)snprintf(
		part, sizeof(part),
		"the listener on port %u holds the burst now, a restart would cut it",
		in->goal->port);
	text_join(buf, size, "; ", part);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *fact = &in->ns->sysctl[SYSCTL_SOMAXCONN];
	const uint64_t have = saturate_sysctl(fact, 0);
	const uint64_t need = in->need->accept_queue_limit;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.observed = fact_known(have),
		.needed = fact_known(need),
		.unit = "connections",
		.remedy = {
			.risk = "acts on listen() calls from now on: restart the servers that run already",
		},
	};

	if (have >= need || goal_group_would_hold(in, have))
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "net.core.somaxconn is %" PRIu64 ", a burst of %" PRIu64
	               " needs %" PRIu64,
	               have, in->need->accept_queue, need);
	explain_why(in, have, finding.why, sizeof(finding.why));
	remedy_raise(&finding.remedy, in, SYSCTL_SOMAXCONN, need,
	             REMEDY_BACKLOG_LEAST);
	in->emit(in->to, &finding);
}

const struct rule rule_backlog_somaxconn = {
	.id = "backlog.somaxconn",
	.group = GROUP_ACCEPT_QUEUE,
	.scope = SCOPE_NETNS,
	.roles = ROLE_SERVER,
	.decisive = true,
	.title = "the cap on accept queues holds the burst",
	.ref = "net/socket.c:__sys_listen_socket",
	.explain =
		"A connection whose handshake is done waits in the listener's accept queue until the application takes it with accept(). The application asks for the queue's limit in listen(fd, backlog); the kernel silently lowers that to net.core.somaxconn, without an error or a counter.\n\n"
		"A queue of limit L holds L + 1 connections. So a burst of B connections that arrive before the first is accepted needs a limit of B - 1.\n\n"
		"When the queue is full the kernel does not send a reset: it drops the SYN, and the client tries again after 1 s, 2 s and so on. SYN cookies do not help. They make it worse for a client that writes more than one segment at once: the ACK of its cookie is dropped, a later segment is no valid cookie, and that one is answered with a reset.\n\n"
		"Each network namespace has its own value and begins with the kernel's default (4096 since Linux 5.4, 128 before), never with the host's. A change acts on listen() calls from then on only: running listeners keep their limit. Whatever is said of 65535, the kernel takes up to 2147483647 (65535 on Linux 3.11 to 4.0 alone).",
	.needs = { NEED_SYSCTL(SYSCTL_SOMAXCONN) },
	.judge = judge,
};
