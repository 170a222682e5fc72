// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_listeners - every listener: its queue, its owner, what limits it. */
#include "checker/cli/command.h"

#include "checker/cli/gather.h"
#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/report/report.h"
#include "probes/facts.h"
#include "probes/probe.h"

static int run(const struct options *options, FILE *out, struct err *err)
{
	const uint64_t began_ns = judge_now_ns();
	struct report report = { .command = options->command->name };
	struct host *host;
	int status;

	status = gather(options, PROBE_FOR_LISTENERS, &host, err);
	if (status != STATUS_READY)
		return status;
	if (host->ns[0].listeners_read.state != FACT_KNOWN)
		status = STATUS_UNKNOWN;
	report.host = host;
	report.exit_code = status;
	report.elapsed_ns = judge_now_ns() - began_ns;
	if (show_report(&report, options, out, err))
		status = STATUS_UNKNOWN;
	host_free(host);
	return status;
}

const struct command command_listeners = {
	.name = "listeners",
	.what = "every listener: queue, limit, drops, owner, what limits it",
	.help = "Lists the listening TCP sockets, those in trouble first. A queue holds one connection more than its limit; what arrives at a full one is dropped. SYN counts half-open connections. LIMITED BY is cap where the limit is net.core.somaxconn, application where a lower one was asked for.",
	.run = run,
};
