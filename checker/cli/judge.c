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

void judgement_begin(struct judgement *judgement, const struct options *options,
                     const struct judge_plan *plan)
{
	*judgement = (struct judgement){
		.options = options,
		.plan = plan,
		.began_ns = judge_now_ns(),
		.report = {
			.command = options->command->name,
			.goal = &options->goal,
			.judged = true,
		},
	};
}

/* A file that is wrong is the user's to mend. */
static int read_policy(struct judgement *judgement, struct err *err)
{
	const struct options *options = judgement->options;
	int rc;

	rc = policy_init(&judgement->policy, options->ignored,
	                 options->n_ignored, err);
	if (!rc && options->policy)
		rc = policy_read(&judgement->policy, options->policy, err);
	if (rc)
		return rc == -ENOMEM ? STATUS_UNKNOWN : STATUS_USAGE;
	return STATUS_READY;
}

int judgement_facts(struct judgement *judgement, struct err *err)
{
	int status;

	status = read_policy(judgement, err);
	if (status == STATUS_READY)
		status = gather(judgement->options, judgement->plan->probes,
		                &judgement->host, err);
	judgement->report.host = judgement->host;
	return status;
}

/*
 * A test that was asked for and did not come about, because it was
 * interrupted or could not be run, leaves what the rules say; but that alone
 * is no ready.
 */
void judgement_prove(struct judgement *judgement)
{
	const struct options *options = judgement->options;
	const char **left_out = &judgement->report.load_left_out;
	struct host *host = judgement->host;
	int rc = 0;

	*left_out = offline_why(options);
	if (!*left_out)
		*left_out = options->no_load;
	if (!*left_out && stop_signal()) {
		*left_out = "interrupted";
		judgement->unproven = true;
		return;
	}
	if (!*left_out && !listener_any_meant(&host->ns[0], &options->goal))
		*left_out = "nothing here listens on the port";
	if (!*left_out)
		rc = loadtest_run(options, host, &host->ns[0], left_out,
		                  &judgement->why);
	if (!rc && options->load_wanted)
		rc = loadtest_others(options, host, &judgement->why);
	if (rc)
		*left_out = judgement->why.what;
	judgement->unproven = rc != 0;
}

static int apply_rules(struct judgement *judgement, struct err *err)
{
	const struct goal *goal = &judgement->options->goal;
	struct report *report = &judgement->report;
	struct need need;

	need_compute(goal, supply_page_bytes(report->host), &need);
	engine_run(report->host, goal, &need, judgement->plan->scopes,
	           &judgement->policy.policy, report_add, report);
	if (judgement->plan->capacity)
		capacity_find(report->host, goal, report_add_capacity, report);
	if (report->error)
		return err_set(err, report->error,
		               "not enough memory for the findings");
	report_finish(report);
	return 0;
}

int judgement_rules(struct judgement *judgement, struct err *err)
{
	struct report *report = &judgement->report;

	if (apply_rules(judgement, err))
		return STATUS_UNKNOWN;
	if (judgement->unproven && report->verdict != REPORT_NOT_READY)
		report->verdict = REPORT_UNKNOWN;
	if (stop_signal())
		return 128 + stop_signal();
	return judge_status(report->verdict, judgement->options->strict);
}

int judgement_show(struct judgement *judgement, int status, FILE *out,
                   struct err *err)
{
	struct report *report = &judgement->report;
	const struct options *options = judgement->options;

	report->exit_code = status;
	report->elapsed_ns = judge_now_ns() - judgement->began_ns;
	if (show_report(report, options, out, err))
		return STATUS_UNKNOWN;
	return options->format->status ? options->format->status(report)
	                               : status;
}

void judgement_done(struct judgement *judgement)
{
	report_done(&judgement->report);
	host_free(judgement->host);
	policy_done(&judgement->policy);
}

int judge(const struct options *options, const struct judge_plan *plan,
          FILE *out, struct err *err)
{
	struct judgement judgement;
	int status;

	judgement_begin(&judgement, options, plan);
	status = judgement_facts(&judgement, err);
	if (status == STATUS_READY) {
		judgement_prove(&judgement);
		status = judgement_rules(&judgement, err);
	}
	if (!err->code)
		status = judgement_show(&judgement, status, out, err);
	judgement_done(&judgement);
	return status;
}
