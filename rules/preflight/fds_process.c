// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fds.process - one process may open descriptors for all flows.
 *
 * The limits are those of kiloflow itself, inherited from the shell or the
 * service it was started from: a program started from there has the same.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static void emit_soft(const struct rule *self, const struct rule_input *in)
{
	const struct limits_facts *limits = &in->host->limits;
	const uint64_t hard = limits->nofile_hard.value;
	const uint64_t power = remedy_limit(in->need->fds_process, 0);
	const uint64_t to = power < hard ? power : hard;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.observed = limits->nofile_soft,
		.needed = fact_known(in->need->fds_process),
		.unit = "descriptors",
		.remedy = { .kind = REMEDY_PRLIMIT, .key = "RLIMIT_NOFILE" },
	};

	(void)snprintf(finding.what, sizeof(finding.what),
	               "the soft RLIMIT_NOFILE is %" PRIu64 ", %" PRIu64
	               " flows need %" PRIu64,
	               limits->nofile_soft.value, in->goal->flows,
	               in->need->fds_process);
	(void)snprintf(finding.why, sizeof(finding.why),
	               "kiloflow raises its own to the hard one (%" PRIu64
	               "); other programs get EMFILE unless they do so too",
	               hard);
	(void)snprintf(finding.remedy.from, sizeof(finding.remedy.from),
	               "%" PRIu64, limits->nofile_soft.value);
	(void)snprintf(finding.remedy.to, sizeof(finding.remedy.to), "%" PRIu64,
	               to);
	remedy_command(&finding.remedy, NULL, "ulimit -Sn %" PRIu64, to);
	in->emit(in->to, &finding);
}

/* kernel/sys.c:do_prlimit() refuses a hard limit above fs.nr_open. */
static void propose(const struct rule_input *in, struct finding *finding)
{
	const struct sysctl_fact *nr_open = &in->host->sysctl[SYSCTL_NR_OPEN];
	const uint64_t to = remedy_limit(in->need->fds_process, 0);
	char raise[64] = "";
	char part[96];

	if (nr_open->state == FACT_KNOWN && saturate_sysctl(nr_open, 0) < to) {
		(void)snprintf(part, sizeof(part),
		               "fs.nr_open (%" PRId64 ") must be raised first",
		               nr_open->v[0]);
		text_join(finding->why, sizeof(finding->why), "; ", part);
		(void)snprintf(raise, sizeof(raise),
		               "sysctl -w fs.nr_open=%" PRIu64 " && ", to);
	}
	(void)snprintf(part, sizeof(part),
	               "a service needs LimitNOFILE=%" PRIu64 " in its unit",
	               to);
	text_join(finding->why, sizeof(finding->why), "; ", part);
	(void)snprintf(finding->remedy.from, sizeof(finding->remedy.from),
	               "%" PRIu64, in->host->limits.nofile_hard.value);
	(void)snprintf(finding->remedy.to, sizeof(finding->remedy.to),
	               "%" PRIu64, to);
	remedy_command(&finding->remedy, NULL,
	               "%sprlimit --pid $$ --nofile=%" PRIu64 ":%" PRIu64,
	               raise, to, to);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct limits_facts *limits = &in->host->limits;
	const uint64_t need = in->need->fds_process;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.observed = limits->nofile_hard,
		.needed = fact_known(need),
		.unit = "descriptors",
		.why = "a process that holds them all gets EMFILE; a server then stops accepting and its queue fills up",
		.remedy = {
			.kind = REMEDY_PRLIMIT,
			.key = "RLIMIT_NOFILE",
			.live = true,
			.risk = "takes root (CAP_SYS_RESOURCE); acts on this shell and what is started from it",
		},
	};

	if (limits->nofile_hard.value >= need) {
		if (limits->nofile_soft.value < need)
			emit_soft(self, in);
		return;
	}
	(void)snprintf(finding.what, sizeof(finding.what),
	               "the hard RLIMIT_NOFILE is %" PRIu64 ", %" PRIu64
	               " flows need %" PRIu64,
	               limits->nofile_hard.value, in->goal->flows, need);
	propose(in, &finding);
	in->emit(in->to, &finding);
}

const struct rule rule_fds_process = {
	.id = "fds.process",
	.group = GROUP_DESCRIPTORS,
	.scope = SCOPE_HOST,
	.decisive = true,
	.title = "one process may open descriptors for all flows",
	.ref = "fs/file.c:alloc_fd",
	.explain =
		"A flow's end is a descriptor. N flows need N of them in a process that holds one end of each, 2 N where it holds both as kiloflow's load test does, and 64 for everything else.\n\n"
		"RLIMIT_NOFILE bounds them. A process may raise its soft limit to the hard one by itself; the hard one takes CAP_SYS_RESOURCE, and cannot exceed fs.nr_open. At the limit socket() and accept() fail with EMFILE; a connection that cannot be accepted stays in the queue, which then overflows.\n\n"
		"The limits shown are those kiloflow was started with. A service has those of its unit (LimitNOFILE=), not of your shell.",
	.needs = { NEED_HOST(limits.nofile_hard, "the hard RLIMIT_NOFILE",
	                     "getrlimit(2)"),
	           NEED_HOST(limits.nofile_soft, "the soft RLIMIT_NOFILE",
	                     "getrlimit(2)") },
	.judge = judge,
};
