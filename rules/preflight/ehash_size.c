// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ehash.size - the kernel's table of connections is large enough for them.
 *
 * A short table only costs time, so it is a note. The kernel tells its size
 * since 6.1; before, there is nothing to see and nothing is said.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/advice.h"
#include "rules/remedy.h"
#include "rules/rule.h"

static void propose(const struct rule_input *in, bool own, uint64_t buckets,
                    struct remedy *ret)
{
	ret->kind = REMEDY_CONFIG;
	(void)snprintf(ret->key, sizeof(ret->key), "%s",
	               own ? "net.ipv4.tcp_child_ehash_entries"
	                   : "thash_entries");
	(void)snprintf(ret->from, sizeof(ret->from), "%" PRIu64, buckets);
	(void)snprintf(ret->to, sizeof(ret->to), "%" PRIu64,
	               remedy_limit(in->need->ehash_buckets, 1));
	(void)snprintf(
		ret->risk, sizeof(ret->risk), "%s",
		own ? "set where the namespace is created from, before that: it lasts as long as the namespace"
		    : "a parameter of the kernel's command line: takes a reboot");
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const int64_t entries = in->ns->sysctl[SYSCTL_EHASH_ENTRIES].v[0];
	const uint64_t buckets =
		entries < 0 ? 0 - (uint64_t)entries : (uint64_t)entries;
	const struct fact_u64 initial = in->ns->initial;
	const bool own =
		entries > 0 && initial.state == FACT_KNOWN && !initial.value;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.observed = fact_known(buckets),
		.needed = fact_known(in->need->ehash_buckets),
		.unit = "buckets",
		.why = "finding the connection of a packet takes longer the more of them share a bucket; nothing is lost by it",
	};

	if (!advice_knows(self, in, SYSCTL_EHASH_ENTRIES) ||
	    buckets >= in->need->ehash_buckets)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s table of connections has %" PRIu64
	               " buckets, %" PRIu64 " flows want %" PRIu64,
	               own ? "this namespace's own" : "the host's", buckets,
	               in->goal->flows, in->need->ehash_buckets);
	propose(in, own, buckets, &finding.remedy);
	in->emit(in->to, &finding);
}

const struct rule rule_ehash_size = {
	.id = "ehash.size",
	.group = GROUP_MEMORY,
	.scope = SCOPE_NETNS,
	.title = "nothing says that the table of connections is short",
	.ref = "net/ipv4/tcp.c:tcp_init",
	.explain =
		"The kernel finds the connection of a packet in a hash table, whose size is chosen at boot by memory (262144 buckets with 16 GiB and more) or by thash_entries= on its command line. Any number of connections fit; with many to a bucket it takes longer to find one.\n\n"
		"Four sockets to a bucket do not matter yet: N flows want N / 4 buckets, N / 2 with both ends on this host.\n\n"
		"net.ipv4.tcp_ehash_entries shows the size since Linux 6.1. A negative number there means that the namespace shares the host's table, which is the usual case; a namespace made where net.ipv4.tcp_child_ehash_entries was set has a table of its own.",
	.judge = judge,
};
