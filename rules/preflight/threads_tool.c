// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * threads.tool - a load tool that starts a thread for each flow can start
 * them all.
 *
 * Five bounds, judged one by one, each of which makes clone() fail with
 * EAGAIN, or ENOMEM for the maps.
 *
 * Not judged here: what such threads take of memory; see memory.cgroup.
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

/* kernel/pid.c: RESERVED_PIDS, which are not handed out a second time */
#define PIDS_RESERVED 300U

static const struct rule_need need_total =
	NEED_HOST(threads.total, "the number of threads", "/proc/loadavg");
static const struct rule_need need_exempt =
	NEED_HOST(threads.exempt, "whether RLIMIT_NPROC binds this user",
                  "/proc/self/status");
static const struct rule_need need_nproc =
	NEED_HOST(threads.nproc_soft, "RLIMIT_NPROC", "getrlimit(2)");
static const struct rule_need need_user = NEED_HOST(
	threads.user, "the number of this user's threads", "/proc/PID/status");
static const struct rule_need need_pids = NEED_HOST(
	threads.pids.max, "the cgroup's pids.max", "/proc/self/cgroup");
static const struct rule_need need_pids_now = NEED_HOST(
	threads.pids.current, "the cgroup's pids.current", "/proc/self/cgroup");
static const struct rule_need need_threads_max =
	NEED_SYSCTL(SYSCTL_THREADS_MAX);
static const struct rule_need need_pid_max = NEED_SYSCTL(SYSCTL_PID_MAX);
static const struct rule_need need_maps = NEED_SYSCTL(SYSCTL_MAX_MAP_COUNT);

/* One of the bounds. */
struct bound {
	const char *name;
	uint64_t max, used, need;
	const char *unit;
	const char *why;
};

/* Return: whether there is too little, and @ret is to be emitted. */
static bool is_short(const struct rule *self, const struct rule_input *in,
                     const struct bound *bound, struct finding *ret)
{
	const uint64_t left = saturate_sub(bound->max, bound->used);

	if (left >= bound->need)
		return false;
	*ret = (struct finding){
		.rule = self,
		.verdict = VERDICT_FAIL,
		.observed = fact_known(left),
		.needed = fact_known(bound->need),
		.unit = bound->unit,
	};
	(void)snprintf(ret->subject, sizeof(ret->subject), "%s", bound->name);
	(void)snprintf(ret->what, sizeof(ret->what),
	               "%s leaves room for %" PRIu64 " %s (%" PRIu64
	               ", in use %" PRIu64 "), %" PRIu64
	               " flows of this tool need %" PRIu64,
	               bound->name, left, bound->unit, bound->max, bound->used,
	               in->goal->flows, bound->need);
	(void)snprintf(ret->why, sizeof(ret->why), "%s", bound->why);
	return true;
}

static void judge_threads_max(const struct rule *self,
                              const struct rule_input *in)
{
	const struct sysctl_fact *max = &in->host->sysctl[SYSCTL_THREADS_MAX];
	const struct bound bound = {
		.name = "kernel.threads-max",
		.max = saturate_sysctl(max, 0),
		.used = in->host->threads.total.value,
		.need = in->need->threads,
		.unit = "threads",
		.why = "it bounds the threads of the whole host; clone() then fails with EAGAIN, and the tool runs fewer flows or ends",
	};
	struct finding finding;

	if (!rule_knows(self, in, &need_threads_max) ||
	    !rule_knows(self, in, &need_total) ||
	    !is_short(self, in, &bound, &finding))
		return;
	remedy_raise(&finding.remedy, in, SYSCTL_THREADS_MAX,
	             saturate_add(bound.used, bound.need), 1);
	in->emit(in->to, &finding);
}

static void judge_pid_max(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *max = &in->host->sysctl[SYSCTL_PID_MAX];
	const struct bound bound = {
		.name = "kernel.pid_max",
		.max = saturate_sysctl(max, 0),
		.used = saturate_add(in->host->threads.total.value,
		                     PIDS_RESERVED),
		.need = in->need->threads,
		.unit = "threads",
		.why = "each thread takes a number below it, and 300 are kept back; clone() then fails with EAGAIN",
	};
	struct finding finding;

	/* That the total is unknown was said with kernel.threads-max. */
	if (!rule_knows(self, in, &need_pid_max) ||
	    in->host->threads.total.state != FACT_KNOWN ||
	    !is_short(self, in, &bound, &finding))
		return;
	remedy_raise(&finding.remedy, in, SYSCTL_PID_MAX,
	             saturate_add(bound.used, bound.need), 1);
	in->emit(in->to, &finding);
}

static void judge_nproc(const struct rule *self, const struct rule_input *in)
{
	const struct threads_facts *threads = &in->host->threads;
	const struct bound bound = {
		.name = "RLIMIT_NPROC",
		.max = threads->nproc_soft.value,
		.used = threads->user.value,
		.need = in->need->threads,
		.unit = "threads",
		.why = "it bounds all threads of this user; clone() then fails with EAGAIN",
	};
	const uint64_t to =
		remedy_limit(saturate_add(bound.used, bound.need), 1);
	struct finding finding;

	if (!rule_knows(self, in, &need_exempt) || threads->exempt.value ||
	    !rule_knows(self, in, &need_nproc) || bound.max == UINT64_MAX ||
	    !rule_knows(self, in, &need_user) ||
	    !is_short(self, in, &bound, &finding))
		return;
	finding.remedy = (struct remedy){
		.kind = REMEDY_PRLIMIT,
		.key = "RLIMIT_NPROC",
		.live = true,
		.risk = "above the hard limit it takes root; acts on this shell and what is started from it",
	};
	(void)snprintf(finding.remedy.from, sizeof(finding.remedy.from),
	               "%" PRIu64, bound.max);
	(void)snprintf(finding.remedy.to, sizeof(finding.remedy.to), "%" PRIu64,
	               to);
	remedy_command(&finding.remedy, NULL, "ulimit -u %" PRIu64, to);
	in->emit(in->to, &finding);
}

static void judge_pids(const struct rule *self, const struct rule_input *in)
{
	const struct cgroup_facts *pids = &in->host->threads.pids;
	const struct bound bound = {
		.name = "pids.max",
		.max = pids->max.value,
		.used = pids->current.value,
		.need = in->need->threads,
		.unit = "threads",
		.why = "it bounds the threads of this process's control group or of one above; clone() then fails with EAGAIN",
	};
	struct finding finding;

	if (!rule_knows(self, in, &need_pids) || bound.max == UINT64_MAX ||
	    !rule_knows(self, in, &need_pids_now) ||
	    !is_short(self, in, &bound, &finding))
		return;
	finding.remedy = (struct remedy){
		.kind = REMEDY_CONFIG,
		.key = "TasksMax= of the unit or slice, --pids-limit of docker",
		.live = true,
	};
	(void)snprintf(finding.remedy.from, sizeof(finding.remedy.from),
	               "%" PRIu64, bound.max);
	(void)snprintf(finding.remedy.to, sizeof(finding.remedy.to), "%" PRIu64,
	               remedy_limit(saturate_add(bound.used, bound.need), 1));
	in->emit(in->to, &finding);
}

static void judge_maps(const struct rule *self, const struct rule_input *in)
{
	const struct sysctl_fact *max = &in->host->sysctl[SYSCTL_MAX_MAP_COUNT];
	const struct bound bound = {
		.name = "vm.max_map_count",
		.max = saturate_sysctl(max, 0),
		.need = in->need->maps_process,
		.unit = "maps",
		.why = "each thread takes two memory maps of its process, its stack and the guard page of that; pthread_create() then fails with EAGAIN",
	};
	struct finding finding;

	if (!rule_knows(self, in, &need_maps) ||
	    !is_short(self, in, &bound, &finding))
		return;
	remedy_raise(&finding.remedy, in, SYSCTL_MAX_MAP_COUNT, bound.need, 1);
	in->emit(in->to, &finding);
}

static bool applies(const struct goal *goal, const struct need *need)
{
	(void)goal;
	return need->threads;
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	judge_threads_max(self, in);
	judge_pid_max(self, in);
	judge_nproc(self, in);
	judge_pids(self, in);
	judge_maps(self, in);
}

const struct rule rule_threads_tool = {
	.id = "threads.tool",
	.group = GROUP_THREADS,
	.scope = SCOPE_HOST,
	.title = "the goal's tool can start its threads",
	.ref = "kernel/fork.c:copy_process",
	.explain =
		"kiloflow, and tools that use epoll, need a thread a CPU. iperf 2, and iperf3 from 3.16 on, start a thread for each flow: --tool names one of them. N flows then need N threads for one end, 2 N when client and server are on this host, and 16 for everything else.\n\n"
		"They must fit below each of these, besides what there is already: kernel.threads-max (the whole host); kernel.pid_max, which every thread takes a number from, less 300; RLIMIT_NPROC (all threads of the user; the host's root is exempt, and so is who has CAP_SYS_RESOURCE or CAP_SYS_ADMIN); pids.max of the control group and of every one above it, which systemd calls TasksMax= and sets to 15 % of pid_max for a service. And a process needs 2 x N + 64 memory maps below vm.max_map_count, because each thread's stack takes two: the usual 65530 carries 32733 threads.\n\n"
		"clone() fails with EAGAIN at any of them, and does not say at which. A container sees no control group above its own root.",
	.applies = applies,
	.judge = judge,
};
