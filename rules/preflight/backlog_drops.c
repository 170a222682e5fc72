// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backlog.drops - no listener has dropped anything, none stands full.
 *
 * Drops are history: sk_drops never goes back to zero, so they are a note.
 * A queue that stands full is dropping now.
 *
 * The drops are no need of the rule: fullness can be seen without them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "rules/listener.h"
#include "rules/rule.h"
#include "rules/unknown.h"

static const struct rule_need need_drops = NEED_LISTENER(
	drops, "its drop counter", "sock_diag (SK_MEMINFO_DROPS)");

static void say_full(const struct listener *listener, struct finding *finding)
{
	(void)snprintf(
		finding->what, sizeof(finding->what),
		"%s: its accept queue stands full: %u waiting, limit %u; connections are being dropped now",
		finding->subject, listener->queue, listener->limit);
	(void)snprintf(
		finding->why, sizeof(finding->why),
		"its application accepts too slowly or not at all; a longer queue alone would only fill later");
	finding->observed = fact_known(listener->queue);
	finding->needed = fact_known(listener->limit);
	finding->unit = "connections";
}

/* How many of the drops may have been overflows. */
static void say_overflows(const struct netns_facts *ns, struct finding *finding)
{
	const struct fact_u64 overflows = ns->counter[COUNTER_LISTEN_OVERFLOWS];
	char part[96];

	if (overflows.state != FACT_KNOWN)
		return;
	if (overflows.value)
		(void)snprintf(part, sizeof(part),
		               "ListenOverflows of its namespace is %" PRIu64,
		               overflows.value);
	else
		(void)snprintf(
			part, sizeof(part),
			"none was an overflow: ListenOverflows of its namespace is 0");
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

static void say_drops(const struct listener *listener, struct finding *finding)
{
	const uint64_t drops = listener->drops.value;
	char text[48];

	(void)snprintf(text, sizeof(text), "%" PRIu64 " drop%s", drops,
	               drops == 1 ? "" : "s");
	if (finding->verdict == VERDICT_NOTE) {
		(void)snprintf(finding->what, sizeof(finding->what),
		               "%s has %s since it was created",
		               finding->subject, text);
		finding->observed = listener->drops;
		finding->unit = "drops";
	} else {
		text_join(finding->why, sizeof(finding->why), "; it has ",
		          text);
	}
	text_join(
		finding->why, sizeof(finding->why), "; ",
		"drops are not only overflows: repeated SYNs and bare ACKs count too, and some overflows twice");
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct listener *listener = in->listener;
	const bool full = listener_is_full(listener);
	struct finding finding = {
		.rule = self,
		.verdict = full ? VERDICT_WARN : VERDICT_NOTE,
		.ns = in->ns,
	};

	listener_subject(listener, finding.subject, sizeof(finding.subject));
	if (full)
		say_full(listener, &finding);
	else if (!rule_knows(self, in, &need_drops) || !listener->drops.value)
		return;
	if (listener->drops.state == FACT_KNOWN && listener->drops.value) {
		say_drops(listener, &finding);
		say_overflows(in->ns, &finding);
	}
	in->emit(in->to, &finding);
}

const struct rule rule_backlog_drops = {
	.id = "backlog.drops",
	.group = GROUP_ACCEPT_QUEUE,
	.scope = SCOPE_LISTENER,
	.roles = ROLE_SERVER,
	.title = "no listener has dropped anything",
	.ref = "net/ipv4/tcp_ipv4.c:tcp_v4_rcv",
	.explain =
		"The kernel counts drops for each listening socket (sk_drops, the d of `ss -m`), since it was created; the count survives another listen() and never goes back. It is the only count that names a listener: ListenOverflows and ListenDrops are of the whole network namespace.\n\n"
		"It is not the number of overflows. A connection that overflows at its ACK counts twice, a repeated SYN that meets its own half-open connection counts once without any overflow, and so do bare ACKs under TCP_DEFER_ACCEPT and packets that a filter drops. ListenOverflows has the number; the drops say whose they may be.\n\n"
		"A queue is full when more connections wait than its limit (queue > limit). While it is, every SYN to it is dropped, SYN cookies or not.",
	.judge = judge,
};
