// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_load - the load test alone; the verdict is what it showed. */
#include "checker/cli/command.h"

#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "probes/probe.h"
#include "rules/rule.h"

static int run(const struct options *options, FILE *out, struct err *err)
{
	const struct judge_plan plan = {
		/* whose limit the test takes over, the listeners tell */
		.probes = PROBE_FOR_LOAD |
		          (options->goal.port ? PROBE_FOR_LISTENERS : 0U),
		.scopes = 1U << SCOPE_LOAD,
	};

	if (options->load.far && load_check_far(options->load.far, err))
		return STATUS_USAGE;
	return judge(options, &plan, out, err);
}

const struct command command_load = {
	.name = "load",
	.what = "the load test alone",
	.help = "Opens the flows over loopback in held bursts, carries data, drains, and compares what was written, acknowledged, received and read, byte for byte. No root is needed. The verdict is that of the test alone.\n\n"
		"With --connect the servers' ends are on another host, where `kiloflow serve` runs: the accept queue is that of the far host, whose findings about itself are in the report too.",
	.run = run,
};
