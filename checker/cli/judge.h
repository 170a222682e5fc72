/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge - what check and load have in common: facts, the load test, the
 * rules, the report.
 */
#ifndef KILOFLOW_CHECKER_CLI_JUDGE_H
#define KILOFLOW_CHECKER_CLI_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "rules/engine.h"

struct err;
struct options;

/* What of it a command wants. */
struct judge_plan {
	unsigned int probes; /* mask of enum probe_for */
	unsigned int scopes; /* mask of 1 << enum rule_scope */
	bool capacity;       /* what the host carries at most */
};

/** judge - Return: the exit status */
int judge(const struct options *options, const struct judge_plan *plan,
          FILE *out, struct err *err);

/** judge_status - the exit status of a verdict. Pure. */
int judge_status(enum report_verdict verdict, bool strict);

/** judge_now_ns - CLOCK_MONOTONIC, to say how long a report took */
uint64_t judge_now_ns(void);

#endif
