// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backlog.kernel - the kernel itself can count the burst in an accept queue.
 *
 * Until 4.0 a listener's limit was a u16. 3.11 to 4.0 refuse a larger
 * net.core.somaxconn; before, it was taken and cut to its lower 16 bits, so
 * that 65536 became 0. The version is asked only where it makes a difference.
 *
 * Not judged here: net.core.somaxconn on kernels that mean what it says; see
 * backlog.somaxconn.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/kernel.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static const uint32_t refuses_more = KERNEL(3, 11);
static const uint32_t counts_more = KERNEL(4, 1);

static void release_text(const struct host *host, char *buf, size_t size)
{
	(void)text_escape(buf, size, host->kernel, strlen(host->kernel));
}

/* No value of net.core.somaxconn helps. */
static void say_too_large(const struct rule_input *in, struct finding *finding)
{
	char release[sizeof(in->host->kernel) * 2];

	release_text(in->host, release, sizeof(release));
	finding->observed = fact_known(UINT16_MAX);
	(void)snprintf(
		finding->what, sizeof(finding->what),
		"Linux %s takes a limit of at most %u, a burst of %" PRIu64
		" needs %" PRIu64,
		release, UINT16_MAX, in->need->accept_queue,
		in->need->accept_queue_limit);
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"before 4.1 a listener's limit has 16 bits; several listeners on one port (SO_REUSEPORT, since 3.9) hold more together");
}

static void say_wraps(const struct rule_input *in, uint64_t value,
                      struct finding *finding)
{
	const uint64_t left = value & UINT16_MAX;
	char release[sizeof(in->host->kernel) * 2];

	release_text(in->host, release, sizeof(release));
	finding->verdict = left < in->need->accept_queue_limit ? VERDICT_FAIL
	                                                       : VERDICT_WARN;
	finding->observed = fact_known(left);
	(void)snprintf(finding->what, sizeof(finding->what),
	               "net.core.somaxconn is %" PRIu64
	               ", of which Linux %s keeps %" PRIu64,
	               value, release, left);
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"before 3.11 a listener's limit is cut to its lower 16 bits without a word; 65535 is the most that makes sense");
	finding->remedy = (struct remedy){
		.kind = REMEDY_COMMAND,
		.key = "net.core.somaxconn",
		.to = "65535",
		.risk = "acts on listen() calls from now on: restart the servers that run already",
	};
	(void)snprintf(finding->remedy.from, sizeof(finding->remedy.from),
	               "%" PRIu64, value);
	remedy_command(&finding->remedy, in->ns,
	               "sysctl -w net.core.somaxconn=65535");
}

static void say_which_kernel(const struct rule_input *in,
                             struct finding *finding)
{
	char release[sizeof(in->host->kernel) * 2];

	release_text(in->host, release, sizeof(release));
	finding->verdict = VERDICT_UNKNOWN;
	(void)snprintf(finding->what, sizeof(finding->what),
	               "the kernel's release \"%s\" is not understood",
	               release);
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"before 4.1 no listener has a limit above 65535: look at `uname -r`");
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const uint32_t version = kernel_version(in->host->kernel);
	const uint64_t value =
		saturate_sysctl(&in->ns->sysctl[SYSCTL_SOMAXCONN], 0);
	const uint64_t need = in->need->accept_queue_limit;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.needed = fact_known(need),
		.unit = "connections",
	};

	if (version >= counts_more ||
	    (need <= UINT16_MAX && value <= UINT16_MAX))
		return;
	if (!version)
		say_which_kernel(in, &finding);
	else if (need > UINT16_MAX)
		say_too_large(in, &finding);
	else if (version < refuses_more)
		say_wraps(in, value, &finding);
	else
		return;
	in->emit(in->to, &finding);
}

const struct rule rule_backlog_kernel = {
	.id = "backlog.kernel",
	.group = GROUP_ACCEPT_QUEUE,
	.scope = SCOPE_NETNS,
	.roles = ROLE_SERVER,
	.decisive = true,
	.title = "the kernel can count the burst in an accept queue",
	.ref = "include/net/sock.h:sk_max_ack_backlog",
	.explain =
		"How large a listener's limit can be depends on the kernel: up to 2147483647 since Linux 4.1, up to 65535 from 3.11 to 4.0, which refuse a larger net.core.somaxconn with EINVAL. Before 3.11 a larger one was taken, and the limit cut to its lower 16 bits: limit = net.core.somaxconn mod 65536, so that 65536 gave listeners a queue of one connection.\n\n"
		"A burst of B needs a limit of B - 1. On a kernel before 4.1 a burst of more than 65536 does not fit into any one listener; several listeners that share the port (SO_REUSEPORT) hold more together.\n\n"
		"The kernels of long-lived distributions carry later changes, and may do better than their number says.",
	.needs = { NEED_SYSCTL(SYSCTL_SOMAXCONN) },
	.judge = judge,
};
