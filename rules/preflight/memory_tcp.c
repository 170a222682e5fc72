// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory.tcp - the flows' buffers fit below net.ipv4.tcp_mem, and the
 * kernel's own memory for them into what is available.
 *
 * Two facts, judged one by one: in a child namespace the first is absent,
 * which is no reason to be silent about the second.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "rules/unknown.h"

#define MIB (UINT64_C(1) << 20)

static const struct rule_need need_tcp_mem = NEED_SYSCTL(SYSCTL_TCP_MEM);
static const struct rule_need need_used = NEED_NETNS(
	sockstat.mem_pages, "the memory of TCP buffers", "/proc/net/sockstat");
static const struct rule_need need_available =
	NEED_HOST(memory.available_bytes, "MemAvailable", "/proc/meminfo");

/*
 * All three in the proportion that the kernel gives them at boot, 3:4:6
 * (net/ipv4/tcp.c:tcp_init_mem()), and none below what it is.
 */
static void propose(const struct rule_input *in, uint64_t total,
                    struct remedy *ret)
{
	const struct sysctl_fact *now = &in->host->sysctl[SYSCTL_TCP_MEM];
	const uint64_t middle = remedy_limit(total, 1);
	const uint64_t new[] = { middle - middle / 4, middle,
		                 middle + middle / 2 };
	uint64_t to[3];
	char text[sizeof(ret->to)];

	if (middle > (uint64_t)sysctl_desc(SYSCTL_TCP_MEM)->max / 3 * 2)
		return;
	for (unsigned int i = 0; i < 3; i++) {
		const uint64_t old = saturate_sysctl(now, i);

		to[i] = old > new[i] ? old : new[i];
	}
	(void)snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 " %" PRIu64,
	               to[0], to[1], to[2]);
	(void)snprintf(ret->risk, sizeof(ret->risk),
	               "TCP may then take up to %" PRIu64
	               " pages of memory that nothing can swap out",
	               to[2]);
	remedy_sysctl(ret, in, SYSCTL_TCP_MEM, text);
}

static void judge_buffers(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *mem = &in->host->sysctl[SYSCTL_TCP_MEM];
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.subject = "net.ipv4.tcp_mem",
		.unit = "pages",
		.why = "beyond it sockets stall, and those that close with unsent data are reset",
	};
	uint64_t used, total;

	if (!rule_knows(self, in, &need_tcp_mem) ||
	    !rule_knows(self, in, &need_used))
		return;
	used = in->host->ns[0].sockstat.mem_pages.value;
	total = saturate_add(used, in->need->tcp_mem_pages);
	if (total <= saturate_sysctl(mem, 1))
		return;
	if (total <= saturate_sysctl(mem, 2)) {
		finding.verdict = VERDICT_WARN;
		(void)snprintf(
			finding.why, sizeof(finding.why),
			"beyond its second number TCP is under pressure: buffers shrink and flows slow down");
	}
	finding.observed = fact_known(
		saturate_sysctl(mem, finding.verdict == VERDICT_FAIL ? 2 : 1));
	finding.needed = fact_known(total);
	(void)snprintf(finding.what, sizeof(finding.what),
	               "net.ipv4.tcp_mem allows %" PRIu64
	               " pages of TCP buffers, %" PRIu64 " flows need %" PRIu64
	               " and %" PRIu64 " are in use",
	               finding.observed.value, in->goal->flows,
	               in->need->tcp_mem_pages, used);
	propose(in, total, &finding.remedy);
	in->emit(in->to, &finding);
}

static void judge_memory(const struct rule *self, const struct rule_input *in)
{
	const struct fact_u64 available = in->host->memory.available_bytes;
	const uint64_t need = in->need->memory_bytes;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.subject = "MemAvailable",
		.observed = available,
		.needed = fact_known(need),
		.unit = "bytes",
		.why = "the kernel's structures for a connection cannot be swapped out: other programs would be killed for them",
	};

	if (!rule_knows(self, in, &need_available) || available.value >= need)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%" PRIu64 " MiB of memory are available, %" PRIu64
	               " flows need %" PRIu64,
	               available.value / MIB, in->goal->flows,
	               need / MIB + (need % MIB != 0));
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	judge_buffers(self, in);
	judge_memory(self, in);
}

const struct rule rule_memory_tcp = {
	.id = "memory.tcp",
	.group = GROUP_MEMORY,
	.scope = SCOPE_HOST,
	.title = "there is memory for all flows",
	.ref = "net/core/sock.c:__sk_mem_raise_allocated",
	.explain =
		"net.ipv4.tcp_mem bounds the pages that the buffers of all TCP sockets of the host may take: below the first number nobody cares, above the second TCP is under pressure and buffers shrink, above the third sockets stall and memory errors reset those that close. A socket that holds any unread data takes at least one page, so N flows need N pages, or the bytes in flight divided by the page size if that is more.\n\n"
		"The structures of a connection are extra, and come out of the host's memory: about 9.5 KiB for both ends of one over loopback, half of that for one end.\n\n"
		"net.ipv4.tcp_mem is one for the whole host; its file exists only in the initial network namespace. In a container it cannot be read, and is unknown.",
	.judge = judge,
};
