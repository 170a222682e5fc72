// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ehash.child - namespaces to come get a table that is large enough.
 *
 * It says nothing about the namespace it is read in, so it is a note. 0
 * shares the host's table, and is right for nearly everyone.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/num.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/advice.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static void judge(const struct rule *self, const struct rule_input *in)
{
	const uint64_t value =
		saturate_sysctl(&in->ns->sysctl[SYSCTL_CHILD_EHASH_ENTRIES], 0);
	const uint64_t buckets = num_pow2_at_least(value);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.observed = fact_known(buckets),
		.needed = fact_known(in->need->ehash_child),
		.unit = "buckets",
		.remedy = { .risk = "acts on namespaces created from now on; 0 shares the host's table" },
	};

	if (!advice_knows(self, in, SYSCTL_CHILD_EHASH_ENTRIES) || !value ||
	    buckets >= in->need->ehash_child)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "net.ipv4.tcp_child_ehash_entries is %" PRIu64
	               ", %" PRIu64 " flows in a namespace want %" PRIu64,
	               value, in->goal->flows, in->need->ehash_child);
	(void)snprintf(
		finding.why, sizeof(finding.why),
		"a namespace created from this one has room for %" PRIu64
		" connections in TIME_WAIT, and a net.ipv4.tcp_max_syn_backlog to match",
		buckets / 2);
	remedy_raise(&finding.remedy, in, SYSCTL_CHILD_EHASH_ENTRIES,
	             in->need->ehash_child, 1);
	in->emit(in->to, &finding);
}

const struct rule rule_ehash_child = {
	.id = "ehash.child",
	.group = GROUP_MEMORY,
	.scope = SCOPE_NETNS,
	.title = "nothing gives new namespaces a short table",
	.ref = "net/ipv4/tcp_ipv4.c:tcp_set_hashinfo",
	.explain =
		"With net.ipv4.tcp_child_ehash_entries (Linux 6.1) above 0, each network namespace created from this one gets a table of connections of its own, of that many buckets rounded up to a power of two, instead of sharing the host's. Containers that are there already keep what they have.\n\n"
		"Other limits follow from it: E buckets give net.ipv4.tcp_max_tw_buckets E / 2 and net.ipv4.tcp_max_syn_backlog max(128, E / 128). N flows that are closed within a minute want N in TIME_WAIT, and so E = 2 N.",
	.judge = judge,
};
