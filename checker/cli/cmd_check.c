// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_check - judge the host for a goal, and prove it with the load test. */
#include "checker/cli/command.h"

#include "checker/cli/fix.h"
#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "probes/probe.h"
#include "rules/rule.h"

static int run(const struct options *options, FILE *out, struct err *err)
{
	static const struct judge_plan plan = {
		.probes = PROBE_FOR_CHECK,
		.scopes = 1U << SCOPE_HOST | 1U << SCOPE_NETNS |
		          1U << SCOPE_LISTENER | 1U << SCOPE_LOAD |
		          1U << SCOPE_SEARCH,
		.capacity = true,
	};

	return options->fix ? fix_run(options, &plan, out, err)
	                    : judge(options, &plan, out, err);
}

const struct command command_check = {
	.name = "check",
	.what = "can this host carry the flows? (the default command)",
	.help = "Reads the host, judges it for the number of flows asked for, and proves the verdict with a load test over loopback, in the namespace it looks at. Nothing is changed on the host, unless --fix is given.\n\n"
		"In another namespace (--netns), and for one end of the flows only (--role), the load test runs only when --load is given. With --netns all it runs in the caller's own, and with --load in each, one after the other.\n\n"
		"--fix repairs what fails or warns, as far as it can be done live: sysctls, the limits of running listeners (without a restart), and a server's limit of open files. It shows the plan first and asks, judges the host again afterwards, load test included, and keeps a journal from which `kiloflow undo` takes all of it back. Either all steps are made or none. A listener is repaired when --port or --pid names it, or when it has drops or stands full.",
	.run = run,
	.settle = fix_settle,
};
