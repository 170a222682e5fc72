// SPDX-License-Identifier: GPL-2.0-or-later
/* judge - see judge.h. */
#include "checker/cli/judge.h"

#include <errno.h>
#include <time.h>

#include "checker/cli/command.h"
#include "checker/cli/gather.h"
#include "checker/cli/loadtest.h"
#include "checker/cli/loadtest_all.h"
#include "checker/cli/offline.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/cli/stop.h"
#include "checker/policy.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/need.h"
#include "probes/supply.h"
#include "rules/listener.h"

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

/* What the steps of one judgement share. */
struct judging {
	const struct options *options;
	const struct judge_plan *plan;
	struct policy_file policy;
	struct host *host;
	struct report report;
	struct err why; /* there was no load test */
};

/*
 * A test that was asked for and did not come about, because it was
 * interrupted or could not be run, leaves what the rules say; but that alone
 * is no ready.
 *
 * Return: whether the proof is missing.
 */
static bool prove(struct judging *judging)
{
	const struct options *options = judging->options;
	const char **left_out = &judging->report.load_left_out;
	struct host *host = judging->host;
	int rc = 0;

	*left_out = offline_why(options);
	if (!*left_out)
		*left_out = options->no_load;
	if (!*left_out && stop_signal()) {
		*left_out = "interrupted";
		return true;
	}
	if (!*left_out && !listener_any_meant(&host->ns[0], &options->goal))
		*left_out = "nothing here listens on the port";
	if (!*left_out)
		rc = loadtest_run(options, host, &host->ns[0], left_out,
		                  &judging->why);
	if (!rc && options->load_wanted)
		rc = loadtest_others(options, host, &judging->why);
	if (rc)
		*left_out = judging->why.what;
	return rc != 0;
}

static int apply_rules(struct judging *judging, struct err *err)
{
	const struct goal *goal = &judging->options->goal;
	struct report *report = &judging->report;
	struct need need;

	need_compute(goal, supply_page_bytes(report->host), &need);
	engine_run(report->host, goal, &need, judging->plan->scopes,
	           &judging->policy.policy, report_add, report);
	if (judging->plan->capacity)
		capacity_find(report->host, goal, report_add_capacity, report);
	if (report->error)
		return err_set(err, report->error,
		               "not enough memory for the findings");
	report_finish(report);
	return 0;
}

/* A file that is wrong is the user's to mend. */
static int read_policy(struct judging *judging, struct err *err)
{
	const struct options *options = judging->options;
	int rc;

	rc = policy_init(&judging->policy, options->ignored, options->n_ignored,
	                 err);
	if (!rc && options->policy)
		rc = policy_read(&judging->policy, options->policy, err);
	if (rc)
		return rc == -ENOMEM ? STATUS_UNKNOWN : STATUS_USAGE;
	return STATUS_READY;
}

/* Return: the exit status; @err is set when there is nothing to report. */
static int judge_host(struct judging *judging, struct err *err)
{
	bool unproven;
	int status;

	status = read_policy(judging, err);
	if (status == STATUS_READY)
		status = gather(judging->options, judging->plan->probes,
		                &judging->host, err);
	if (status != STATUS_READY)
		return status;
	judging->report.host = judging->host;
	unproven = prove(judging);
	if (apply_rules(judging, err))
		return STATUS_UNKNOWN;
	if (unproven && judging->report.verdict != REPORT_NOT_READY)
		judging->report.verdict = REPORT_UNKNOWN;
	if (stop_signal())
		return 128 + stop_signal();
	return judge_status(judging->report.verdict, judging->options->strict);
}

int judge(const struct options *options, const struct judge_plan *plan,
          FILE *out, struct err *err)
{
	const uint64_t began_ns = judge_now_ns();
	struct judging judging = {
		.options = options,
		.plan = plan,
		.report = {
			.command = options->command->name,
			.goal = &options->goal,
			.judged = true,
		},
	};
	struct report *report = &judging.report;
	int status = STATUS_UNKNOWN;

	status = judge_host(&judging, err);
	if (!err->code) {
		report->exit_code = status;
		report->elapsed_ns = judge_now_ns() - began_ns;
		if (show_report(report, options, out, err))
			status = STATUS_UNKNOWN;
		else if (options->format->status)
			status = options->format->status(report);
	}
	report_done(report);
	host_free(judging.host);
	policy_done(&judging.policy);
	return status;
}
