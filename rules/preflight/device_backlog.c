// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device.backlog - no CPU has dropped packets for want of room, and
 * net.core.netdev_max_backlog is not below what the kernel begins with.
 *
 * How many packets wait between two runs of a CPU's softirq follows from no
 * number of flows, so nothing is needed for a goal: it is the drops that
 * tell. They are counted since boot, hence a note.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "probes/facts.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "rules/unknown.h"

/* net/core/hotdata.c: max_backlog */
#define KERNEL_DEFAULT 1000U

static const struct rule_need need_limit =
	NEED_SYSCTL(SYSCTL_NETDEV_MAX_BACKLOG);
static const struct rule_need need_drops =
	NEED_HOST(softnet.dropped, "the packets that CPUs dropped",
                  "/proc/net/softnet_stat");

static uint64_t limit_of(const struct rule_input *in)
{
	return saturate_sysctl(&in->host->sysctl[SYSCTL_NETDEV_MAX_BACKLOG], 0);
}

static void judge_limit(const struct rule *self, const struct rule_input *in)
{
	const uint64_t limit = limit_of(in);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.subject = "net.core.netdev_max_backlog",
		.observed = fact_known(limit),
		.needed = fact_known(KERNEL_DEFAULT),
		.unit = "packets",
		.why = "what arrives at a CPU beyond it is dropped and sent again, over loopback and veth too",
	};

	if (!rule_knows(self, in, &need_limit) || limit >= KERNEL_DEFAULT)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "net.core.netdev_max_backlog is %" PRIu64
	               ", the kernel's default is %u",
	               limit, KERNEL_DEFAULT);
	remedy_raise(&finding.remedy, in, SYSCTL_NETDEV_MAX_BACKLOG,
	             KERNEL_DEFAULT, 1);
	in->emit(in->to, &finding);
}

static void say_worst(const struct softnet_facts *softnet, char *buf,
                      size_t size)
{
	char part[64];

	if (softnet->worst_cpu.state != FACT_KNOWN ||
	    softnet->worst_dropped.state != FACT_KNOWN)
		return;
	(void)snprintf(part, sizeof(part), "%" PRIu64 " of them CPU %" PRIu64,
	               softnet->worst_dropped.value, softnet->worst_cpu.value);
	text_join(buf, size, ", ", part);
}

static void say_squeezed(const struct softnet_facts *softnet,
                         struct finding *finding)
{
	char part[128];

	if (softnet->squeezed.state != FACT_KNOWN || !softnet->squeezed.value)
		return;
	(void)snprintf(
		part, sizeof(part),
		"%" PRIu64
		" times a CPU had to stop before its queue was empty (net.core.netdev_budget)",
		softnet->squeezed.value);
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

static void judge_drops(const struct rule *self, const struct rule_input *in)
{
	const struct softnet_facts *softnet = &in->host->softnet;
	const struct sysctl_fact *sysctl =
		&in->host->sysctl[SYSCTL_NETDEV_MAX_BACKLOG];
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.subject = "softnet_stat",
		.observed = softnet->dropped,
		.unit = "packets",
		.why = "each was sent again: flows slow down, and a connection whose SYN it was begins a second late",
	};

	if (!rule_knows(self, in, &need_drops) || !softnet->dropped.value)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "CPUs dropped %" PRIu64
	               " packets since boot, because their queues were full",
	               softnet->dropped.value);
	say_worst(softnet, finding.what, sizeof(finding.what));
	say_squeezed(softnet, &finding);
	if (sysctl->state == FACT_KNOWN)
		remedy_raise(&finding.remedy, in, SYSCTL_NETDEV_MAX_BACKLOG,
		             saturate_mul(limit_of(in), 2), KERNEL_DEFAULT);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	judge_limit(self, in);
	judge_drops(self, in);
}

const struct rule rule_device_backlog = {
	.id = "device.backlog",
	.group = GROUP_PATH,
	.scope = SCOPE_HOST,
	.title = "CPUs have room for the packets that arrive",
	.ref = "net/core/dev.c:enqueue_to_backlog",
	.explain =
		"What arrives over loopback, over veth, and from many devices waits in a queue of its CPU until that has time for it. net.core.netdev_max_backlog is how many packets may wait there, 1000 by default; one that comes to a full queue is dropped, and TCP sends it again.\n\n"
		"No number of flows says how many packets wait at once: that depends on how long a CPU is kept from its queue. So there is no formula, and the rule goes by what happened: the second column of /proc/net/softnet_stat, which counts the drops of each CPU since boot (and wraps after 4294967295). The third counts how often a CPU had to leave its queue because it had done net.core.netdev_budget packets; a few are normal.\n\n"
		"Drops happened at some time since boot: they are a note. Look whether the number grows while the load runs. A limit below the kernel's default is a warning. Raising it costs memory only while packets wait.",
	.judge = judge,
};
