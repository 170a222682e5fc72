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

/*
 * A test that was asked for and did not come about, because it was
 * interrupted or could not be run, leaves what the rules say; but that alone
 * is no ready.
 *
 * Return: whether the proof is missing.
 */
static bool prove(const struct options *options, struct host *host,
                  struct report *report, struct err *why)
{
	report->load_left_out = options->no_load;
	if (options->no_load)
		return false;
	if (stop_signal()) {
		report->load_left_out = "interrupted";
		return true;
	}
	if (loadtest_run(options, host, stop_fd(), &report->load_left_out,
	                 why)) {
		report->load_left_out = why->what;
		return true;
	}
	return false;
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
                      struct report *report, struct err *why, struct err *err)
{
	const bool unproven = prove(options, host, report, why);

	if (apply_rules(options, plan->scopes, report, err))
		return STATUS_UNKNOWN;
	if (unproven && report->verdict != REPORT_NOT_READY)
		report->verdict = REPORT_UNKNOWN;
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
	struct host *host = NULL;
	struct err why = { 0 }; /* there was no load test */
	int status = STATUS_UNKNOWN;

	status = gather(options, plan->probes, &host, err);
	if (status != STATUS_READY)
		goto out;
	report.host = host;
	status = judge_host(options, plan, host, &report, &why, err);
	if (err->code)
		goto out;
	report.exit_code = status;
	report.elapsed_ns = judge_now_ns() - began_ns;
	if (show_report(&report, options, out, err))
		status = STATUS_UNKNOWN;
out:
	report_done(&report);
	host_free(host);
	return status;
}
