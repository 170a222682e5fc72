// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conntrack.entries - where connections are tracked, the table has room for
 * the goal's.
 *
 * Whether they are matters only if there is no room, and is asked last: it is
 * harder to know.
 *
 * What passes lo may be exempt while the rest is tracked. Entries in the
 * table show that something is, or was a moment ago: for flows to a peer that
 * makes a warning.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "rules/unknown.h"

static const struct rule_need need_max = NEED_SYSCTL(SYSCTL_CONNTRACK_MAX);
static const struct rule_need need_entries =
	NEED_NETNS(conntrack.entries, "the number of tracked connections",
                   "/proc/sys/net/netfilter/nf_conntrack_count");
static const struct rule_need need_tracks =
	NEED_NETNS(conntrack.tracks, "whether connections are tracked",
                   "a datagram over loopback");

static bool is_untracked(const struct rule_input *in)
{
	const struct conntrack_facts *conntrack = &in->ns->conntrack;

	if (conntrack->tracks.state != FACT_KNOWN || conntrack->tracks.value)
		return false;
	return goal_is_loopback(in->goal) ||
	       conntrack->entries.state == FACT_ABSENT ||
	       (conntrack->entries.state == FACT_KNOWN &&
	        !conntrack->entries.value);
}

static void judge_drops(const struct rule *self, const struct rule_input *in)
{
	const struct fact_u64 drops = in->ns->conntrack.drops;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.subject = "drops",
		.observed = drops,
		.unit = "packets",
		.why = "the table was full then; whose they were no counter tells, and their senders saw no error but waited",
	};

	if (drops.state != FACT_KNOWN || !drops.value)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "conntrack dropped %" PRIu64
	               " packets since this namespace was created",
	               drops.value);
	in->emit(in->to, &finding);
}

static void say_time_wait(const struct rule_input *in, struct finding *finding)
{
	const struct fact_u64 time_wait = in->ns->conntrack.time_wait_s;
	char part[96];

	if (time_wait.state != FACT_KNOWN)
		return;
	(void)snprintf(part, sizeof(part),
	               "an entry stays for %" PRIu64
	               " s after its connection was closed",
	               time_wait.value);
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

static void emit_full(const struct rule *self, const struct rule_input *in,
                      uint64_t max)
{
	const uint64_t entries = in->ns->conntrack.entries.value;
	const uint64_t need = in->need->conntrack_entries;
	struct finding finding = {
		.rule = self,
		.verdict = in->ns->conntrack.tracks.value ? VERDICT_FAIL :
							    VERDICT_WARN,
		.ns = in->ns,
		.observed = fact_known(saturate_sub(max, entries)),
		.needed = fact_known(need),
		.unit = "entries",
		.why = "a packet of a new connection is then dropped without a word, and the client waits until it gives up",
		.remedy = {
			.risk = "an entry takes about 256 bytes; with many more than net.netfilter.nf_conntrack_buckets each packet takes longer",
		},
	};

	(void)snprintf(finding.what, sizeof(finding.what),
	               "conntrack has room for %" PRIu64
	               " more entries (net.netfilter.nf_conntrack_max %" PRIu64
	               ", in use %" PRIu64 "), %" PRIu64 " flows need %" PRIu64,
	               finding.observed.value, max, entries, in->goal->flows,
	               need);
	if (finding.verdict == VERDICT_WARN)
		text_join(finding.why, sizeof(finding.why), "; ",
		          "loopback is not tracked here, but something is");
	say_time_wait(in, &finding);
	remedy_raise(&finding.remedy, in, SYSCTL_CONNTRACK_MAX,
	             saturate_add(entries, need), 1);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *sysctl =
		&in->host->sysctl[SYSCTL_CONNTRACK_MAX];
	uint64_t max;

	judge_drops(self, in);
	if (is_untracked(in) || !rule_knows(self, in, &need_entries) ||
	    !rule_knows(self, in, &need_max))
		return;
	max = saturate_sysctl(sysctl, 0);
	if (!max || saturate_sub(max, in->ns->conntrack.entries.value) >=
	                    in->need->conntrack_entries)
		return;
	if (rule_knows(self, in, &need_tracks))
		emit_full(self, in, max);
}

const struct rule rule_conntrack_entries = {
	.id = "conntrack.entries",
	.group = GROUP_CONNTRACK,
	.scope = SCOPE_NETNS,
	.title = "connections are not tracked, or the table has room",
	.ref = "net/netfilter/nf_conntrack_core.c:__nf_conntrack_alloc",
	.explain =
		"A firewall with stateful rules, or address translation, has the kernel keep an entry for each connection. N flows need N entries in each network namespace that they cross: net.netfilter.nf_conntrack_max - entries in use >= N. The number in use is the namespace's own, the ceiling is one for the whole host; 0 means none.\n\n"
		"An entry outlives its connection, 120 s after an orderly end by default (nf_conntrack_tcp_timeout_time_wait), so a test that is repeated at once needs room twice. When the table is full the packets of new connections are dropped without an answer: connect() hangs and fails with ETIMEDOUT after two minutes. `drop` in /proc/net/stat/nf_conntrack counts them, and the kernel's log says \"table full\".\n\n"
		"That the files exist does not mean that anything is tracked: they are there in every namespace. Since Linux 4.10 a namespace tracks only while a rule of its own asks for it. kiloflow finds out by sending itself a datagram over loopback: if it is tracked, there is one entry more. What it cannot tell is whether a rule exempts some connections and not others. Where loopback is exempt but the table has entries, flows to a peer may be tracked: that is a warning.",
	.judge = judge,
};
