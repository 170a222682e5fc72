// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fds.system - the host has open files left for all flows.
 *
 * Root may exceed fs.file-max, so more may be in use than there are: then
 * nothing is left.
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
	const struct sysctl_fact *sysctl = in->host->sysctl;
	const uint64_t max = saturate_sysctl(&sysctl[SYSCTL_FILE_MAX], 0);
	const uint64_t used = saturate_sysctl(&sysctl[SYSCTL_FILE_NR], 0);
	const uint64_t left = saturate_sub(max, used);
	const uint64_t need = in->need->fds_system;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.observed = fact_known(left),
		.needed = fact_known(need),
		.unit = "descriptors",
		.why = "beyond fs.file-max every open, socket and accept on this host fails with ENFILE, root's excepted",
	};

	if (left >= need)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%" PRIu64 " open files are left (fs.file-max %" PRIu64
	               ", in use %" PRIu64 "), %" PRIu64 " flows need %" PRIu64,
	               left, max, used, in->goal->flows, need);
	remedy_raise(&finding.remedy, in, SYSCTL_FILE_MAX,
	             saturate_add(used, need), 1);
	in->emit(in->to, &finding);
}

const struct rule rule_fds_system = {
	.id = "fds.system",
	.group = GROUP_DESCRIPTORS,
	.scope = SCOPE_HOST,
	.decisive = true,
	.title = "the host has open files left for all flows",
	.ref = "fs/file_table.c:alloc_empty_file",
	.explain =
		"fs.file-max bounds the open files of the whole host, all processes and containers together; fs.file-nr shows how many there are. N flows need N, 2 N when both ends are on this host, and 64 for everything else.\n\n"
		"When they run out open(), socket() and accept() fail with ENFILE for everyone without CAP_SYS_ADMIN. Recent systemd sets the bound so high that it does not matter.",
	.needs = { NEED_SYSCTL(SYSCTL_FILE_MAX), NEED_SYSCTL(SYSCTL_FILE_NR) },
	.judge = judge,
};
