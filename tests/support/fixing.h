/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fixing - what a fix of a host would be, for tests to look at. When memory
 * runs out the test is aborted.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_FIXING_H
#define KILOFLOW_TESTS_SUPPORT_FIXING_H

#include <stddef.h>
#include <sys/types.h>

#include "checker/fix/plan.h"

struct fixing {
	struct finding *findings; /* as a report has them, before the fix */
	size_t n, max;
	struct fix_steps steps;
};

/** fixing_judge - the findings alone */
void fixing_judge(struct fixing *ret, const struct host *host,
                  const struct goal *goal, const struct policy *policy);

/** fixing_plan - the findings, and the plan that is made of them
 * @wish: its host, goal, policy and pid are set
 */
void fixing_plan(struct fixing *ret, const struct fix_wish *wish);

/** fixing_done - free what it holds */
void fixing_done(struct fixing *fixing);

/**
 * fixing_text - one line a step
 *
 *	sysctl net.core.somaxconn 128 -> 4096 (backlog.somaxconn)
 *	relisten 0.0.0.0:80 nginx[7] in namespace blue 5 -> 4096
 *	(backlog.listener) skipped: why
 */
const char *fixing_text(const struct fix_steps *steps, char *buf, size_t size);

#endif
