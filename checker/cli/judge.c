// SPDX-License-Identifier: GPL-2.0-or-later
/* judge - see judge.h. */
#include "checker/cli/judge.h"

#include <time.h>

#include "checker/cli/command.h"
#include "checker/cli/gather.h"
#include "checker/cli/loadtest.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/cli/stop.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/need.h"
#include "rules/policy.h"

uint64_t judge_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int judge_status(enum report_verdict verdict, bool strict)
{
	switch (verdict) {
	case REPORT_READY:
		return STATUS_READY;
	case REPORT_READY_WITH_WARNINGS:
		return strict ? STATUS_NOT_READY : STATUS_READY;
	case REPORT_NOT_READY:
		return STATUS_NOT_READY;
	case REPORT_UNKNOWN:
	default:
		return STATUS_UNKNOWN;
	}
}

/* Interrupted before it began: what the rules say is all there is. */
static int prove(const struct options *options, struct host *host, int stop_fd,
                 struct report *report, struct err *err)
{
	report->load_left_out = options->no_load;
	if (!options->no_load && stop_signal())
		report->load_left_out = "interrupted";
	if (report->load_left_out)
		return 0;
	return loadtest_run(options, host, stop_fd, err);
}

static int apply_rules(const struct options *options, unsigned int scopes,
                       struct report *report, struct err *err)
{
	const struct fact_u64 page = report->host->memory.page_bytes;
	const struct policy policy = {
		.ignored = options->ignored,
		.n_ignored = options->n_ignored,
	};
	struct need need;

	need_compute(&options->goal,
	             page.state == FACT_KNOWN ? page.value : 4096, &need);
	engine_run(report->host, &options->goal, &need, scopes, &policy,
	           report_add, report);
	if (report->error)
		return err_set(err, report->error,
		               "not enough memory for the findings");
	report_finish(report);
	return 0;
}

static int judge_host(const struct options *options,
                      const struct judge_plan *plan, struct host *host,
                      int stop_fd, struct report *report, struct err *err)
{
	int rc;

	rc = prove(options, host, stop_fd, report, err);
	if (!rc)
		rc = apply_rules(options, plan->scopes, report, err);
	if (rc)
		return STATUS_UNKNOWN;
	if (stop_signal())
		return 128 + stop_signal();
	return judge_status(report->verdict, options->strict);
}

int judge(const struct options *options, const struct judge_plan *plan,
          FILE *out, struct err *err)
{
	const uint64_t began_ns = judge_now_ns();
	struct report report = {
		.command = options->command->name,
		.goal = &options->goal,
		.judged = true,
	};
	const int stop_fd = stop_open(err);
	struct host *host = NULL;
	int status = STATUS_UNKNOWN;

	if (stop_fd < 0)
		return status;
	status = gather(options, plan->probes, &host, err);
	if (status != STATUS_READY)
		goto out;
	report.host = host;
	status = judge_host(options, plan, host, stop_fd, &report, err);
	if (err->code)
		goto out;
	report.exit_code = status;
	report.elapsed_ns = judge_now_ns() - began_ns;
	if (show_report(&report, options, out, err))
		status = STATUS_UNKNOWN;
out:
	report_done(&report);
	host_free(host);
	stop_close();
	return status;
}
