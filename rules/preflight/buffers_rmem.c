// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * buffers.rmem - a flow's receive buffer holds what it has under way.
 *
 * net.ipv4.tcp_rmem in a sane order, and large enough; and the kernel may
 * grow the buffer at all.
 *
 * Not judged here: the buffers of all flows together; see memory.tcp. Nor a
 * buffer that a program sets itself.
 */
#include <inttypes.h>
#include <stdio.h>

#include "rules/buffers.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static const struct buffers rmem = {
	.id = SYSCTL_TCP_RMEM,
	.name = "receive buffer",
	.usual = { 4096, 131072, 6291456 },
};

/*
 * Measured on 6.18: a buffer that begins with 1 byte, or that never gets to
 * 8, has a window that rounds to nothing. The flows connect, and not one byte
 * passes.
 */
#define BEGIN_LEAST_BYTES 2
#define GROWN_LEAST_BYTES 8

static bool is_fixed(const struct rule_input *in)
{
	const struct sysctl_fact *moderate =
		&in->ns->sysctl[SYSCTL_MODERATE_RCVBUF];

	return moderate->state == FACT_KNOWN && !moderate->v[0];
}

/*
 * net/ipv4/tcp_input.c:tcp_rcv_space_adjust() grows it up to the third
 * number and never shrinks it.
 */
static uint64_t largest(const struct rule_input *in)
{
	const struct sysctl_fact *fact = &in->ns->sysctl[SYSCTL_TCP_RMEM];
	const uint64_t begin = saturate_sysctl(fact, 1);
	const uint64_t most = saturate_sysctl(fact, 2);

	return is_fixed(in) || most < begin ? begin : most;
}

static bool say_dead(const struct rule_input *in, struct finding *finding)
{
	const int64_t *v = in->ns->sysctl[SYSCTL_TCP_RMEM].v;

	if (v[1] >= BEGIN_LEAST_BYTES && largest(in) >= GROWN_LEAST_BYTES)
		return false;
	finding->verdict = VERDICT_FAIL;
	(void)snprintf(finding->what, sizeof(finding->what),
	               "net.ipv4.tcp_rmem is %" PRId64 " %" PRId64 " %" PRId64
	               ": no flow can receive anything",
	               v[0], v[1], v[2]);
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"so small a receive buffer has no window: connections come about, and no data ever passes");
	return true;
}

static void say_fixed(const struct rule_input *in, struct finding *finding)
{
	finding->verdict = VERDICT_NOTE;
	(void)snprintf(finding->what, sizeof(finding->what),
	               "net.ipv4.tcp_moderate_rcvbuf is 0");
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"a receive buffer stays at the %" PRIu64
		" bytes that it begins with: a flow over a long path is slower than it could be",
		largest(in));
}

static void propose_growing(const struct rule_input *in, struct remedy *ret)
{
	remedy_sysctl(ret, in, SYSCTL_MODERATE_RCVBUF, "1");
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	struct finding finding = { .rule = self, .ns = in->ns };

	if (say_dead(in, &finding) || buffers_order(&rmem, in, &finding)) {
		buffers_propose(&rmem, in, &finding.remedy);
	} else if (buffers_small(&rmem, in, largest(in), &finding)) {
		if (is_fixed(in))
			propose_growing(in, &finding.remedy);
		else
			buffers_propose(&rmem, in, &finding.remedy);
	} else if (is_fixed(in)) {
		say_fixed(in, &finding);
		propose_growing(in, &finding.remedy);
	} else {
		return;
	}
	in->emit(in->to, &finding);
}

const struct rule rule_buffers_rmem = {
	.id = "buffers.rmem",
	.group = GROUP_MEMORY,
	.scope = SCOPE_NETNS,
	.title = "a flow's receive buffer holds what it has under way",
	.ref = "net/ipv4/tcp_input.c:tcp_rcv_space_adjust",
	.explain =
		"net.ipv4.tcp_rmem has three numbers, in bytes: what a flow keeps when memory is short, what its receive buffer begins with, and what it may grow to. The kernel takes them in any order; they should rise. A second one above the third means that buffers never grow.\n\n"
		"The buffer is charged for whole packets, so what a flow has under way needs about twice its size: 2 x bytes in flight / flows, and at least 2 pages. With less, a flow waits for its peer after every few packets; it is slow, but nothing is lost. Numbers of a few bytes leave no window at all, and no flow carries any data.\n\n"
		"net.ipv4.tcp_moderate_rcvbuf 0 keeps every buffer at the second number. How large a buffer a long path needs is its bandwidth x round-trip time, which is not known here.",
	.needs = { NEED_SYSCTL(SYSCTL_TCP_RMEM) },
	.judge = judge,
};
