// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tools.installed - the load tools of this host can carry the goal's flows.
 *
 * What is installed is not what the user means to use: a note, and a warning
 * only about the tool that the goal names.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "rules/rule.h"
#include "rules/tools.h"
#include "rules/unknown.h"

static const struct rule_need needs[TOOLS_MAX] = {
	NEED_HOST(tools.tool[0].version, "the version of iperf", "iperf -v"),
	NEED_HOST(tools.tool[1].version, "the version of iperf3", "iperf3 -v"),
};

/* As --tool names them; a program iperf may be either. */
static bool is_goals(const struct tool_facts *tool, const struct goal *goal)
{
	static const char *const names[] = {
		[TOOL_IPERF2] = "iperf2",
		[TOOL_IPERF3] = "iperf3",
	};

	return goal->tool && (!strcmp(goal->tool, names[tool->kind]) ||
	                      !strcmp(goal->tool, tool->program));
}

struct found {
	const struct rule *rule;
	const struct rule_input *in;
	const struct tool_facts *tool;
};

static void say_fixed(const struct tool_defect *defect, struct finding *finding)
{
	char part[96];

	if (defect->fixed[0])
		(void)snprintf(part, sizeof(part), "mended in %s",
		               defect->fixed);
	else
		(void)snprintf(part, sizeof(part), "no version is without it");
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

static void emit_defect(void *to, const struct tool_defect *defect)
{
	const struct found *found = to;
	const struct rule_input *in = found->in;
	struct finding finding = {
		.rule = found->rule,
		.verdict = is_goals(found->tool, in->goal) ? VERDICT_WARN
		                                           : VERDICT_NOTE,
		.observed = fact_known(in->goal->flows),
		.needed = fact_known(defect->flows),
		.unit = "flows",
	};

	(void)snprintf(finding.subject, sizeof(finding.subject), "%s %s",
	               tool_name(found->tool->kind), found->tool->text);
	(void)snprintf(finding.what, sizeof(finding.what), "%s: %s%s",
	               finding.subject,
	               defect->verified ? "" : "reported: ", defect->defect);
	(void)snprintf(finding.why, sizeof(finding.why), "%s",
	               defect->consequence);
	say_fixed(defect, &finding);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	for (size_t i = 0; i < TOOLS_MAX; i++) {
		struct found found = {
			.rule = self,
			.in = in,
			.tool = &in->host->tools.tool[i],
		};

		if (found.tool->version.state == FACT_ABSENT ||
		    !rule_knows(self, in, &needs[i]))
			continue;
		tool_defects(found.tool->kind, found.tool->version.value,
		             in->goal->flows, emit_defect, &found);
	}
}

const struct rule rule_tools_installed = {
	.id = "tools.installed",
	.group = GROUP_TOOLS,
	.scope = SCOPE_HOST,
	.title = "no load tool here is known to fail at so many flows",
	.ref = "rules/tools.c:tool_defects_table",
	.explain =
		"Load tools have bounds and defects of their own, which look like the network's: a server that listens with a backlog of 5, a sum that vanishes at 128 flows, a client that refuses more than 128, results that are lost at the end. kiloflow looks for iperf and iperf3 on PATH, asks each for its version, and shows what is known of that version at the goal's number of flows: a defect is shown if from <= version <= to and the goal has at least as many flows as it takes to bite.\n\n"
		"It is a note, because a tool that is installed need not be used; with --tool naming it, a warning. What was read in the tool's source or its release notes is told as it is, what only users told of as reported. `kiloflow list tools` has all of them.\n\n"
		"Distributions mend some of these without changing the version. That a server's backlog is 5 can be seen: kiloflow listeners.",
	.judge = judge,
};
