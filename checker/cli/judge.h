/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge - what check and load have in common: facts, the load test, the
 * rules, the report. In steps, for a fix judges the host twice.
 */
#ifndef KILOFLOW_CHECKER_CLI_JUDGE_H
#define KILOFLOW_CHECKER_CLI_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "checker/policy.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "rules/engine.h"

struct options;

/* What of it a command wants. */
struct judge_plan {
	unsigned int probes; /* mask of enum probe_for */
	unsigned int scopes; /* mask of 1 << enum rule_scope */
	bool capacity;       /* what the host carries at most */
};

/* The steps share it. */
struct judgement {
	const struct options *options;
	const struct judge_plan *plan;
	uint64_t began_ns;
	struct policy_file policy;
	struct host *host;
	struct report report;
	bool unproven;  /* a load test was asked for, and there was none */
	struct err why; /* there was none */
};

/** judgement_begin - judgement_done() it, whatever the steps return */
void judgement_begin(struct judgement *judgement, const struct options *options,
                     const struct judge_plan *plan);

/**
 * judgement_facts - read the policy and the host
 *
 * The calling thread is in the namespace that @options name afterwards.
 *
 * Return: STATUS_READY; else the exit status, @err says why.
 */
int judgement_facts(struct judgement *judgement, struct err *err);

/** judgement_prove - run the load test, unless something leaves it out */
void judgement_prove(struct judgement *judgement);

/**
 * judgement_rules - judge the facts, the load test's among them
 *
 * To judge again, report_done() what was found before.
 *
 * Return: the exit status; @err is set when there is nothing to report.
 */
int judgement_rules(struct judgement *judgement, struct err *err);

/**
 * judgement_show - write the report
 * @status: the exit status so far
 *
 * Return: the exit status: @status, or what the format makes of it.
 */
int judgement_show(struct judgement *judgement, int status, FILE *out,
                   struct err *err);

/** judgement_done - free what it holds */
void judgement_done(struct judgement *judgement);

/** judge - all of it. Return: the exit status */
int judge(const struct options *options, const struct judge_plan *plan,
          FILE *out, struct err *err);

/** judge_status - the exit status of a verdict. Pure. */
int judge_status(enum report_verdict verdict, bool strict);

/** judge_now_ns - CLOCK_MONOTONIC, to say how long a report took */
uint64_t judge_now_ns(void);

#endif
