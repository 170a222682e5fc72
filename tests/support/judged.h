/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judged - what rules say of a host, for tests to look at.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_JUDGED_H
#define KILOFLOW_TESTS_SUPPORT_JUDGED_H

#include <stddef.h>

#include "rules/finding.h"

struct goal;
struct host;
struct policy;
struct rule;

#define JUDGED_MAX 64

struct judged {
	struct finding list[JUDGED_MAX];
	size_t n;
};

/** judged_add - an emit for engine_run(): @to is a struct judged */
void judged_add(void *to, const struct finding *finding);

/** judged_by - what one rule says; @policy may be NULL */
void judged_by(const struct rule *rule, const struct host *host,
               const struct goal *goal, const struct policy *policy,
               struct judged *ret);

/** judged_rule - what @rule says, which must be exactly one finding with
 * @verdict
 */
struct finding judged_rule(const struct rule *rule, const struct host *host,
                           const struct goal *goal, enum verdict verdict);

/**
 * judged_one - what the rule @id says, which must be exactly one finding
 * with @verdict
 */
struct finding judged_one(const char *id, const struct host *host,
                          const struct goal *goal, enum verdict verdict);

#endif
