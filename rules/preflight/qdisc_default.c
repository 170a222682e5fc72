// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qdisc.default - the queue that new devices get suits many flows.
 *
 * Advice: it acts on devices that are created or brought up from now on.
 * Loopback has no queue, so a goal that stays on this host is not concerned.
 *
 * Not judged here: the queue of the device that a peer is reached by.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/advice.h"
#include "rules/kernel.h"
#include "rules/remedy.h"
#include "rules/rule.h"

#define FQ "fq"

/* What they hold unless told otherwise. */
static const struct {
	const char *name;
	uint32_t packets;
} qdiscs[] = {
	{ "pfifo_fast",
	  1000 }, /* include/net/pkt_sched.h:DEFAULT_TX_QUEUE_LEN */
	{ "pfifo", 1000 },
	{ "sfq", 127 },        /* net/sched/sch_sfq.c:SFQ_DEFAULT_FLOWS - 1 */
	{ FQ, 10000 },         /* net/sched/sch_fq.c:fq_init() */
	{ "fq_codel", 10240 }, /* net/sched/sch_fq_codel.c:fq_codel_init() */
};

/* 0: not known. */
static uint32_t packets_of(const char *name)
{
	for (size_t i = 0; i < sizeof(qdiscs) / sizeof(qdiscs[0]); i++) {
		if (!strcmp(qdiscs[i].name, name))
			return qdiscs[i].packets;
	}
	return 0;
}

/* BBR leaves pacing to the device's queue before 4.13, and only fq does it. */
static bool lacks_pacing(const struct rule_input *in, const char *name)
{
	const struct sysctl_fact *control =
		&in->ns->sysctl[SYSCTL_CONGESTION_CONTROL];
	const uint32_t version = kernel_version(in->host->kernel);

	return control->state == FACT_KNOWN && !strcmp(control->text, "bbr") &&
	       version && version < KERNEL(4, 13) && strcmp(name, FQ) != 0;
}

static void say_no_pacing(struct finding *finding)
{
	finding->verdict = VERDICT_WARN;
	text_join(finding->what, sizeof(finding->what), ", ",
	          "and net.ipv4.tcp_congestion_control is bbr");
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"before Linux 4.13 bbr needs fq to pace what it sends; without it flows send in bursts and lose packets");
}

static void say_short(const struct rule_input *in, uint32_t packets,
                      struct finding *finding)
{
	finding->verdict = VERDICT_NOTE;
	finding->observed = fact_known(packets);
	finding->needed = fact_known(in->need->device_packets);
	finding->unit = "packets";
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"a new device then queues at most %u packets; %" PRIu64
		" flows that begin together have %" PRIu64
		" there, and what does not fit is dropped and sent again",
		packets, in->goal->flows, in->need->device_packets);
}

/* fq holds more, and gives every flow its turn. */
static void propose(const struct rule_input *in, const char *name,
                    struct remedy *ret)
{
	if (!strcmp(name, FQ) || in->need->device_packets > packets_of(FQ))
		return;
	remedy_sysctl(ret, in, SYSCTL_DEFAULT_QDISC, FQ);
	(void)text_escape(ret->from, sizeof(ret->from), name, strlen(name));
	(void)snprintf(
		ret->risk, sizeof(ret->risk),
		"acts on devices that are created or brought up from now on");
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const char *name = in->host->sysctl[SYSCTL_DEFAULT_QDISC].text;
	const uint32_t packets = packets_of(name);
	struct finding finding = { .rule = self, .ns = in->ns };
	char safe[sizeof(finding.remedy.from)];

	if (!in->need->device_packets ||
	    !advice_knows(self, in, SYSCTL_DEFAULT_QDISC))
		return;
	(void)text_escape(safe, sizeof(safe), name, strlen(name));
	(void)snprintf(finding.what, sizeof(finding.what),
	               "net.core.default_qdisc is %s", safe);
	if (lacks_pacing(in, name))
		say_no_pacing(&finding);
	else if (packets && packets < in->need->device_packets)
		say_short(in, packets, &finding);
	else
		return;
	propose(in, name, &finding.remedy);
	in->emit(in->to, &finding);
}

const struct rule rule_qdisc_default = {
	.id = "qdisc.default",
	.group = GROUP_PATH,
	.scope = SCOPE_NETNS,
	.title = "nothing speaks against the queue of new devices",
	.ref = "net/sched/sch_generic.c:attach_one_default_qdisc",
	.explain =
		"A network device that is created or brought up gets the queue that net.core.default_qdisc names; devices that are there keep theirs (`tc qdisc show`). Loopback has none.\n\n"
		"What a queue holds is bounded: pfifo_fast 1000 packets (the device's txqueuelen), fq 10000, fq_codel 10240, sfq 127. N flows that begin together have N packets there; those that do not fit are dropped, and sent again later. fq gives every flow its turn and paces it, which many flows to one peer gain from.\n\n"
		"Before Linux 4.13 the congestion control bbr cannot do without fq; since then it paces by itself.\n\n"
		"The file exists in the initial network namespace only.",
	.judge = judge,
};
