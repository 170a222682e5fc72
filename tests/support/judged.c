// SPDX-License-Identifier: GPL-2.0-or-later
/* judged - see judged.h. */
#include "tests/support/judged.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/engine.h"

void judged_add(void *to, const struct finding *finding)
{
	struct judged *judged = to;

	assert_true(judged->n < JUDGED_MAX);
	judged->list[judged->n++] = *finding;
}

void judged_by(const struct rule *rule, const struct host *host,
               const struct goal *goal, const struct policy *policy,
               struct judged *ret)
{
	struct need need;
	const struct rule_input in = {
		.host = host,
		.goal = goal,
		.need = &need,
		.emit = judged_add,
		.to = ret,
	};

	assert_non_null(rule);
	ret->n = 0;
	need_compute(goal, 4096, &need);
	engine_judge(rule, &in, policy);
}

struct finding judged_rule(const struct rule *rule, const struct host *host,
                           const struct goal *goal, enum verdict verdict)
{
	struct judged judged;

	judged_by(rule, host, goal, NULL, &judged);
	assert_int_equal(judged.n, 1);
	assert_string_equal(verdict_name(judged.list[0].verdict),
	                    verdict_name(verdict));
	assert_ptr_equal(judged.list[0].rule, rule);
	return judged.list[0];
}

struct finding judged_one(const char *id, const struct host *host,
                          const struct goal *goal, enum verdict verdict)
{
	return judged_rule(rule_by_id(id), host, goal, verdict);
}
