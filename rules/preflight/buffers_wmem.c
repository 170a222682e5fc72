// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * buffers.wmem - a flow's send buffer holds what it has under way.
 *
 * Other than a receive buffer, one that is far too small still carries data:
 * a packet may always be sent when nothing else is under way.
 *
 * Not judged here: the buffers of all flows together; see memory.tcp. Nor a
 * buffer that a program sets itself.
 */
#include "rules/buffers.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static const struct buffers wmem = {
	.id = SYSCTL_TCP_WMEM,
	.name = "send buffer",
	.usual = { 4096, 16384, 4194304 },
};

/*
 * net/ipv4/tcp_input.c:tcp_sndbuf_expand() sets it to the third number at the
 * most, even if it began with more.
 */
static void judge(const struct rule *self, const struct rule_input *in)
{
	const uint64_t largest =
		saturate_sysctl(&in->ns->sysctl[SYSCTL_TCP_WMEM], 2);
	struct finding finding = { .rule = self, .ns = in->ns };

	if (!buffers_order(&wmem, in, &finding) &&
	    !buffers_small(&wmem, in, largest, &finding))
		return;
	buffers_propose(&wmem, in, &finding.remedy);
	in->emit(in->to, &finding);
}

const struct rule rule_buffers_wmem = {
	.id = "buffers.wmem",
	.group = GROUP_MEMORY,
	.scope = SCOPE_NETNS,
	.title = "a flow's send buffer holds what it has under way",
	.ref = "net/ipv4/tcp_input.c:tcp_sndbuf_expand",
	.explain =
		"net.ipv4.tcp_wmem has three numbers, in bytes: what a flow keeps when memory is short, what its send buffer begins with, and what it may grow to. The kernel takes them in any order; they should rise. A second one above the third means that buffers never grow, and may even shrink.\n\n"
		"The buffer is charged for whole packets, so what a flow has under way needs about twice its size: 2 x bytes in flight / flows, and at least 2 pages. With less a flow is slow: measured over loopback, a buffer of 16 KiB that cannot grow carries a thirtieth of the usual throughput. Nothing is lost.\n\n"
		"How large a buffer a long path needs is its bandwidth x round-trip time, which is not known here. All buffers together are bounded by net.ipv4.tcp_mem.",
	.needs = { NEED_SYSCTL(SYSCTL_TCP_WMEM) },
	.judge = judge,
};
