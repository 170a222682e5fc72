// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory.cgroup - the flows fit into the memory that the control group of
 * this process may have.
 *
 * Two needs, because what a kernel charges to a group differs: the least that
 * every one does is held against the limit itself, and fails; the most that
 * any does against what is left of it, and warns, as what is in use counts
 * file caches too, which are given back first.
 *
 * Not judged here: the memory of the whole host; see memory.tcp. Nor the
 * group of a server that runs already, which may be another one.
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

static const struct rule_need need_current =
	NEED_HOST(threads.memory.current, "the cgroup's memory.current",
                  "/proc/self/cgroup");

static uint64_t mib_up(uint64_t bytes)
{
	return bytes / MIB + (bytes % MIB != 0);
}

static void propose(uint64_t max, uint64_t need, struct remedy *ret)
{
	*ret = (struct remedy){
		.kind = REMEDY_CONFIG,
		.key = "MemoryMax= of the unit or slice, --memory of docker",
		.live = true,
	};
	(void)snprintf(ret->from, sizeof(ret->from), "%" PRIu64, max);
	(void)snprintf(ret->to, sizeof(ret->to), "%" PRIu64,
	               remedy_limit(need, 1));
}

static void judge_limit(const struct rule *self, const struct rule_input *in)
{
	const struct cgroup_facts *memory = &in->host->threads.memory;
	const uint64_t need = in->need->group_bytes_least;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.subject = "memory.max",
		.observed = memory->max,
		.needed = fact_known(need),
		.unit = "bytes",
		.why = "it bounds this process's control group or one above; beyond it the kernel kills one of its processes",
	};

	(void)snprintf(finding.what, sizeof(finding.what),
	               "memory.max is %" PRIu64 " MiB, %" PRIu64
	               " flows take at least %" PRIu64 " MiB of it",
	               memory->max.value / MIB, in->goal->flows, mib_up(need));
	propose(memory->max.value,
	        saturate_add(in->need->group_bytes,
	                     memory->current.state == FACT_KNOWN
	                             ? memory->current.value
	                             : 0),
	        &finding.remedy);
	in->emit(in->to, &finding);
}

static void judge_rest(const struct rule *self, const struct rule_input *in)
{
	const struct cgroup_facts *memory = &in->host->threads.memory;
	const uint64_t need = in->need->group_bytes;
	const uint64_t left =
		saturate_sub(memory->max.value, memory->current.value);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.subject = "memory.max",
		.observed = fact_known(left),
		.needed = fact_known(need),
		.unit = "bytes",
		.why = "file caches in use are given back first; when they do not suffice, the kernel kills a process of the control group",
	};

	if (!rule_knows(self, in, &need_current) || left >= need)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "memory.max leaves %" PRIu64 " MiB (%" PRIu64
	               ", in use %" PRIu64 "), %" PRIu64
	               " flows may take %" PRIu64,
	               left / MIB, memory->max.value / MIB,
	               mib_up(memory->current.value), in->goal->flows,
	               mib_up(need));
	propose(memory->max.value, saturate_add(memory->current.value, need),
	        &finding.remedy);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const uint64_t max = in->host->threads.memory.max.value;

	if (max == UINT64_MAX)
		return;
	if (max < in->need->group_bytes_least)
		judge_limit(self, in);
	else
		judge_rest(self, in);
}

const struct rule rule_memory_cgroup = {
	.id = "memory.cgroup",
	.group = GROUP_MEMORY,
	.scope = SCOPE_HOST,
	.title = "the control group's memory holds all flows",
	.ref = "mm/memcontrol.c:try_charge_memcg",
	.explain =
		"A control group's memory.max (memory.limit_in_bytes of cgroup v1) bounds what its processes take, and the kernel's structures that they ask for are charged to it too: systemd calls it MemoryMax=, docker --memory, Kubernetes limits.memory. The tightest is judged, of this process's group and of every one above that can be seen; a server that runs in another group is not.\n\n"
		"What socket(), connect() and accept() allocate is always charged: at least 3.5 KiB for a client's end of a flow and 1.2 KiB for a server's. What the kernel allocates while a packet arrives is charged when the connection is accepted, or, by older kernels, to nobody: at most 9.5 KiB for both ends, as for memory.tcp. cgroup v2 charges buffers too, and v1 does not: the pages that memory.tcp holds against net.ipv4.tcp_mem, one a flow or more. A tool with a thread for each flow takes 34 KiB a thread besides, for its two stacks and the kernel's structures, and whatever buffer it gives each thread on top: iperf 2 takes 128 KiB, which is not counted.\n\n"
		"A limit below the least is a failure. Less than the most being left is a warning: what is in use counts file caches, which are given back before anything is killed. With cgroup.memory=nokmem on its command line the kernel charges no structures, and with nosocket no buffers.",
	.needs = { NEED_HOST(threads.memory.max, "the cgroup's memory.max",
	                     "/proc/self/cgroup") },
	.judge = judge,
};
