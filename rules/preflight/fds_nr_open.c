// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fds.nr_open - fs.nr_open lets one process have descriptors for all flows.
 *
 * It bounds twice: what RLIMIT_NOFILE may be set to, and, whatever that is,
 * how far a process' table of descriptors grows. So it can fail where
 * fds.process does not: lowered after the limit was set.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static void judge(const struct rule *self, const struct rule_input *in)
{
	const uint64_t have =
		saturate_sysctl(&in->host->sysctl[SYSCTL_NR_OPEN], 0);
	const uint64_t need = in->need->fds_process;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.observed = fact_known(have),
		.needed = fact_known(need),
		.unit = "descriptors",
		.why = "no process can have more, whatever its RLIMIT_NOFILE: socket() and accept() fail with EMFILE",
	};

	if (have >= need)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "fs.nr_open is %" PRIu64 ", %" PRIu64
	               " flows in one process need %" PRIu64,
	               have, in->goal->flows, need);
	remedy_raise(&finding.remedy, in, SYSCTL_NR_OPEN, need, 1);
	in->emit(in->to, &finding);
}

const struct rule rule_fds_nr_open = {
	.id = "fds.nr_open",
	.group = GROUP_DESCRIPTORS,
	.scope = SCOPE_HOST,
	.decisive = true,
	.title = "fs.nr_open allows descriptors for all flows",
	.ref = "fs/file.c:expand_files",
	.explain =
		"fs.nr_open (1048576 by default) is the highest value that RLIMIT_NOFILE, the limit of open files of a process, can be set to, and the most descriptors that a process can have in any case. A process that holds one end of N flows needs N, 2 N where it holds both, and 64 for everything else.\n\n"
		"Up to half a million flows in one process the default is enough. Raising it raises no limit by itself: RLIMIT_NOFILE has to follow, and a service gets that from its unit (LimitNOFILE=).",
	.needs = { NEED_SYSCTL(SYSCTL_NR_OPEN) },
	.judge = judge,
};
