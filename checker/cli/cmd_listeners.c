// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_listeners - every listener: its queue, its owner, what limits it. */
#include "checker/cli/command.h"

#include "checker/cli/gather.h"
#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/probe.h"
#include "rules/rule.h"

/* One that could not be looked at may have any listener. */
static bool is_complete(const struct report *report)
{
	const struct host *host = report->host;

	for (size_t i = 0; i < host->n_ns; i++) {
		const struct netns_facts *ns = &host->ns[i];

		if (ns->entered.state == FACT_ABSENT)
			continue;
		if (ns->listeners_read.state != FACT_KNOWN)
			return false;
	}
	return true;
}

/* Which namespaces were missed is the one thing that is judged here. */
static int judge_netns(const struct options *options, struct report *report,
                       struct err *err)
{
	const struct rule_input in = {
		.host = report->host,
		.goal = &options->goal,
		.emit = report_add,
		.to = report,
	};

	if (report->host->netns_hidden.state != FACT_UNREAD)
		engine_judge(rule_by_id("netns.read"), &in, NULL);
	if (report->error)
		return err_set(err, report->error,
		               "not enough memory for the findings");
	return 0;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	const uint64_t began_ns = judge_now_ns();
	struct report report = { .command = options->command->name };
	struct host *host;
	int status;

	status = gather(options, PROBE_FOR_LISTENERS, &host, err);
	if (status != STATUS_READY)
		return status;
	report.host = host;
	if (!is_complete(&report))
		status = STATUS_UNKNOWN;
	report.exit_code = status;
	report.elapsed_ns = judge_now_ns() - began_ns;
	if (judge_netns(options, &report, err) ||
	    show_report(&report, options, out, err))
		status = STATUS_UNKNOWN;
	report_done(&report);
	host_free(host);
	return status;
}

const struct command command_listeners = {
	.name = "listeners",
	.what = "every listener: queue, limit, drops, owner, what limits it",
	.help = "Lists the listening TCP sockets, those in trouble first. A queue holds one connection more than its limit; what arrives at a full one is dropped. SYN counts half-open connections. With --netns all, those of every network namespace. LIMITED BY is cap where the limit is net.core.somaxconn, application where a lower one was asked for.",
	.run = run,
};
