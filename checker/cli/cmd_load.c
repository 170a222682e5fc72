// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_load - the load test alone; the verdict is what it showed. */
#include "checker/cli/command.h"

#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/target.h"
#include "probes/probe.h"
#include "rules/rule.h"

static int run_test(const struct options *options, FILE *out, struct err *err)
{
	const struct judge_plan plan = {
		/* whose limit the test takes over, or whose server it is
		   fired at, the listeners tell */
		.probes = PROBE_FOR_LOAD |
		          (options->goal.port || options->target.host[0]
		                   ? PROBE_FOR_LISTENERS
		                   : 0U),
		.scopes = 1U << SCOPE_LOAD | 1U << SCOPE_LIMIT,
	};

	if (options->load.far && load_check_far(options->load.far, err))
		return STATUS_USAGE;
	return judge(options, &plan, out, err);
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct options aimed = *options;
	struct load_destination destination;
	int status;

	if (!options->target.host[0])
		return run_test(options, out, err);
	status = target_find(options, &destination, err);
	if (status != STATUS_READY)
		return status;
	target_aim(&aimed.load, &destination);
	aimed.goal.family = aimed.load.family;
	aimed.goal.role = ROLE_CLIENT;
	return run_test(&aimed, out, err);
}

const struct command command_load = {
	.name = "load",
	.what = "the load test alone",
	.help = "Opens the flows over loopback in held bursts, carries data, drains, and compares what was written, acknowledged, received and read, byte for byte. No root is needed. The verdict is that of the test alone.\n\n"
		"With --target the burst goes to a server that runs already, and is held and closed: what its clients saw is reported, and its accept queue when it is on this host.\n\n"
		"With --connect the servers' ends are on another host, where `kiloflow serve` runs: the accept queue is that of the far host, whose findings about itself are in the report too.",
	.run = run,
};
