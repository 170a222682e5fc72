// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_check - judge the host for a goal, and prove it with the load test. */
#include "checker/cli/command.h"

#include "checker/cli/judge.h"
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

	return judge(options, &plan, out, err);
}

const struct command command_check = {
	.name = "check",
	.what = "can this host carry the flows? (the default command)",
	.help = "Reads the host, judges it for the number of flows asked for, and proves the verdict with a load test over loopback, in the namespace it looks at. Nothing is changed on the host.\n\n"
		"In another namespace (--netns), and for one end of the flows only (--role), the load test runs only when --load is given. With --netns all it runs in the caller's own, and with --load in each, one after the other.",
	.run = run,
};
