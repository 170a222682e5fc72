// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fds.server - the server that owns the goal's listener may open a descriptor
 * for each flow.
 *
 * What counts is its limit as it is now: that a program raises it when it
 * has to cannot be seen. Several processes that accept from one listener
 * share the flows, but nobody shares them out evenly: only if each of them
 * alone could take all of them, nothing is said.
 *
 * Without --port nobody said which server the flows are for.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/descriptors.h"
#include "rules/listener.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "rules/unknown.h"

static const struct rule_need need_servers = NEED_NETNS(
	servers.read, "which process holds the listener", "/proc/PID/fd");

static uint64_t left_of(const struct proc_limits_facts *process)
{
	return saturate_sub(process->nofile_soft.value,
	                    descriptors_used(process));
}

/* Whose limit is not known. Return: whether there is such a process. */
static bool emit_unknown(const struct rule *self, const struct rule_input *in)
{
	const struct servers_facts *servers = &in->ns->servers;
	bool found = false;

	for (size_t i = 0; i < servers->n; i++) {
		const struct proc_limits_facts *process = &servers->list[i];
		struct finding finding = {
			.rule = self,
			.verdict = VERDICT_UNKNOWN,
			.ns = in->ns,
		};

		if (process->nofile_soft.state == FACT_KNOWN)
			continue;
		found = true;
		process_name(process->comm, process->pid, finding.subject,
		             sizeof(finding.subject));
		(void)snprintf(finding.what, sizeof(finding.what),
		               "%s: its limit of open files is unknown (%s)",
		               finding.subject,
		               fact_state_name(process->nofile_soft.state));
		(void)snprintf(finding.why, sizeof(finding.why),
		               "look at /proc/%d/limits", (int)process->pid);
		in->emit(in->to, &finding);
	}
	return found;
}

/* The hard limit never sinks, and never stands below the soft one. */
static void propose(const struct rule_input *in,
                    const struct proc_limits_facts *process,
                    struct finding *finding)
{
	const struct sysctl_fact *nr_open = &in->host->sysctl[SYSCTL_NR_OPEN];
	const uint64_t to = remedy_limit(finding->needed.value, 1);
	const struct fact_u64 hard = process->nofile_hard;
	const bool keeps_hard = hard.state == FACT_KNOWN && hard.value >= to;
	char raise[64] = "";
	char new_hard[24] = "";

	if (!keeps_hard)
		(void)snprintf(new_hard, sizeof(new_hard), "%" PRIu64, to);
	if (!keeps_hard && nr_open->state == FACT_KNOWN &&
	    saturate_sysctl(nr_open, 0) < to)
		(void)snprintf(raise, sizeof(raise),
		               "sysctl -w fs.nr_open=%" PRIu64 " && ", to);
	finding->remedy.kind = REMEDY_PRLIMIT;
	finding->remedy.pid = process->pid;
	(void)snprintf(finding->remedy.from, sizeof(finding->remedy.from),
	               "%" PRIu64, process->nofile_soft.value);
	(void)snprintf(finding->remedy.to, sizeof(finding->remedy.to),
	               "%" PRIu64, to);
	remedy_command(&finding->remedy, NULL,
	               "%sprlimit --pid %d --nofile=%" PRIu64 ":%s", raise,
	               (int)process->pid, to, new_hard);
}

static void say_what(const struct rule_input *in,
                     const struct proc_limits_facts *process,
                     struct finding *finding)
{
	const bool counted = process->fds.state == FACT_KNOWN;

	(void)snprintf(finding->what, sizeof(finding->what),
	               "%s may open %" PRIu64 " descriptors, %" PRIu64
	               " flows need %" PRIu64 " and %s%" PRIu64 " are in use",
	               finding->subject, process->nofile_soft.value,
	               in->goal->flows, in->need->fds_server,
	               counted ? "" : "perhaps ", descriptors_used(process));
}

static void emit_short(const struct rule *self, const struct rule_input *in,
                       const struct proc_limits_facts *process, bool together)
{
	struct finding finding = {
		.rule = self,
		.verdict = together ? VERDICT_WARN : VERDICT_FAIL,
		.ns = in->ns,
		.observed = process->nofile_soft,
		.needed = fact_known(descriptors_needed(process, in->need)),
		.unit = "descriptors",
		.why = "accept() then fails with EMFILE, connections stay in the queue, and it overflows",
		.remedy = {
			.key = "RLIMIT_NOFILE",
			.live = true,
			.risk = "a restart sets the old limit again: LimitNOFILE= of its unit, or a setting of its own, lasts",
		},
	};
	char part[128];

	process_name(process->comm, process->pid, finding.subject,
	             sizeof(finding.subject));
	say_what(in, process, &finding);
	if (in->ns->servers.n > 1) {
		(void)snprintf(part, sizeof(part),
		               "it is one of %zu that accept there, %s",
		               in->ns->servers.n,
		               together ? "which have enough only together"
		                        : "which have too few even together");
		text_join(finding.why, sizeof(finding.why), "; ", part);
	}
	propose(in, process, &finding);
	in->emit(in->to, &finding);
}

static bool applies(const struct goal *goal, const struct need *need)
{
	(void)need;
	return goal->port;
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct servers_facts *servers = &in->ns->servers;
	const struct proc_limits_facts *tightest = NULL;
	uint64_t total = 0;

	if (!rule_knows(self, in, &need_servers) || emit_unknown(self, in))
		return;
	for (size_t i = 0; i < servers->n; i++) {
		const struct proc_limits_facts *process = &servers->list[i];

		total = saturate_add(total, left_of(process));
		if (!tightest || left_of(process) < left_of(tightest))
			tightest = process;
	}
	if (tightest && left_of(tightest) < in->need->fds_server)
		emit_short(self, in, tightest, total >= in->need->fds_server);
}

const struct rule rule_fds_server = {
	.id = "fds.server",
	.group = GROUP_DESCRIPTORS,
	.scope = SCOPE_NETNS,
	.roles = ROLE_SERVER,
	.decisive = true,
	.title = "no server of the goal is short of descriptors",
	.ref = "net/socket.c:__sys_accept4_file",
	.explain =
		"A server needs a descriptor for each connection that it has accepted: N flows need N, besides those it has open now. What it may open is its own soft RLIMIT_NOFILE, which /proc/PID/limits shows; a systemd service has that of its unit (LimitNOFILE=), whatever `ulimit` says in your shell.\n\n"
		"When they are used up accept() fails with EMFILE. The connections stay in the accept queue, which fills up, and then the kernel drops new ones: it looks like a short queue, and a longer one does not help.\n\n"
		"With --port the processes that hold that listener are looked at. Each must have limit - open >= N; if several have that only together it is a warning, because nothing shares the connections out evenly. Where the open ones may not be counted, 64 are assumed. A running process is given more with prlimit; one that uses select() cannot use more than 1024 all the same.\n\n"
		"Without --port nobody said which server it is, and nothing is judged.",
	.applies = applies,
	.judge = judge,
};
