// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_sum - was the total that iperf wrote the sum of its flows? */
#include <errno.h>

#include "checker/cli/command.h"
#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/logs/log.h"

static int status_of(enum log_verdict verdict)
{
	switch (verdict) {
	case LOG_SUM_RIGHT:
		return STATUS_READY;
	case LOG_SUM_UNPROVEN:
		return STATUS_UNKNOWN;
	case LOG_SUM_FEWER:
	case LOG_SUM_MISSING:
	case LOG_SUM_WRONG:
	default:
		return STATUS_NOT_READY;
	}
}

/* Of the host that the log is from nothing is known. */
static int show(const struct options *options, const struct log_sum *sum,
                uint64_t began_ns, FILE *out, struct err *err)
{
	struct host *host = host_new(1);
	const struct report report = {
		.command = options->command->name,
		.host = host,
		.sum = sum,
		.exit_code = status_of(sum->verdict),
		.elapsed_ns = judge_now_ns() - began_ns,
	};
	int rc;

	if (!host) {
		(void)err_set(err, -ENOMEM, "not enough memory for the report");
		return STATUS_UNKNOWN;
	}
	rc = show_report(&report, options, out, err);
	host_free(host);
	return rc ? STATUS_UNKNOWN : report.exit_code;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	const uint64_t began_ns = judge_now_ns();
	struct log_sum sum;
	const int rc = log_read(options->word, &sum, err);

	if (rc)
		return rc == -ENOMEM || rc == -EFBIG ? STATUS_UNKNOWN
		                                     : STATUS_USAGE;
	return show(options, &sum, began_ns, out, err);
}

const struct command command_sum = {
	.name = "sum",
	.args = "FILE",
	.what = "was the total in a log of iperf or iperf3 right?",
	.help = "Adds up the flows in a log of iperf 2 (text, or CSV of -y C) or iperf3 (text, or JSON of -J and --json-stream), each interval and in total, and compares that with the tool's own [SUM]; - is standard input. Rounding is no error: a figure stands for all that is printed so.\n\nSays what is wrong, missing, or of fewer flows than were asked for, and what the flows failed with. A log of several tests is as good as its worst one, which is shown.\n\nThe exit status is 0 when the total is right, 1 when it is wrong, missing or of fewer flows, 2 when FILE is no such log, 3 when it cannot be told: the log has only sums and no flows to check them by, or is cut short.",
	.offer = OFFER_FILES,
	.run = run,
};
