/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine - runs the rules over the facts. Pure: no I/O, no clock, no heap.
 */
#ifndef KILOFLOW_RULES_ENGINE_H
#define KILOFLOW_RULES_ENGINE_H

#include <stddef.h>

#include "rules/finding.h"
#include "rules/rule.h"

struct policy;

/**
 * engine_run - judge @host for @goal
 * @scopes: mask of 1 << enum rule_scope: which rules to run
 * @policy: may be NULL
 * @emit: receives each finding; copies what it keeps
 *
 * Emits for each rule and namespace either findings or one ok.
 */
void engine_run(const struct host *host, const struct goal *goal,
                const struct need *need, unsigned int scopes,
                const struct policy *policy,
                void (*emit)(void *to, const struct finding *finding),
                void *to);

/**
 * engine_judge - one rule, over all that its scope takes in
 * @in: host, goal, need, and where findings go; the rest is filled in
 * @policy: may be NULL
 *
 * A rule whose role is not the goal's, or that does not apply to it, emits
 * nothing at all: nothing is fine that was not looked at. Neither does one
 * of SCOPE_LOAD where no load test was run, one of SCOPE_LIMIT where none was
 * looked for, one of SCOPE_SEARCH when not all namespaces were looked for, nor
 * any of a namespace that was not entered.
 */
void engine_judge(const struct rule *rule, const struct rule_input *in,
                  const struct policy *policy);

/* The verdict of a whole report. */
enum report_verdict {
	REPORT_READY,
	REPORT_READY_WITH_WARNINGS,
	REPORT_NOT_READY,
	REPORT_UNKNOWN,
};

/** report_verdict_name - "ready", "ready-with-warnings", ... */
const char *report_verdict_name(enum report_verdict verdict);

/**
 * engine_verdict - fail before unknown before warn before ready
 * @first: the load test of the host's first namespace, NULL: none was run
 *
 * A passed one of the whole goal (its flows, its burst held, its listener's
 * limit, over loopback) makes moot what is unknown of its namespace, and the
 * first's also what is unknown of the host; but never of a policy.
 */
enum report_verdict engine_verdict(const struct finding *findings, size_t n,
                                   const struct goal *goal,
                                   const struct load_result *first);

/**
 * finding_order - for qsort(): group, worst first, id, namespace, subject
 */
int finding_order(const void *a, const void *b);

#endif
