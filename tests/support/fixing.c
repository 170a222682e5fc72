// SPDX-License-Identifier: GPL-2.0-or-later
/* fixing - see fixing.h. */
#include "tests/support/fixing.h"

#include <stdio.h>
#include <stdlib.h>

#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/base/vec.h"
#include "probes/facts.h"
#include "probes/need.h"
#include "probes/supply.h"
#include "rules/engine.h"

static void add(void *to, const struct finding *finding)
{
	struct fixing *fixing = to;

	fixing->findings = vec_grow(fixing->findings, fixing->n, &fixing->max,
	                            sizeof(*finding));
	if (!fixing->findings)
		abort();
	fixing->findings[fixing->n++] = *finding;
}

void fixing_judge(struct fixing *ret, const struct host *host,
                  const struct goal *goal, const struct policy *policy)
{
	struct need need;

	*ret = (struct fixing){ 0 };
	need_compute(goal, supply_page_bytes(host), &need);
	engine_run(host, goal, &need,
	           1U << SCOPE_HOST | 1U << SCOPE_NETNS | 1U << SCOPE_LISTENER |
	                   1U << SCOPE_SEARCH,
	           policy, add, ret);
	qsort(ret->findings, ret->n, sizeof(*ret->findings), finding_order);
}

void fixing_plan(struct fixing *ret, const struct fix_wish *wish)
{
	struct fix_wish whole = *wish;
	struct err err = { 0 };

	fixing_judge(ret, wish->host, wish->goal, wish->policy);
	whole.findings = ret->findings;
	whole.n_findings = ret->n;
	if (fix_plan(&whole, &ret->steps, &err))
		abort();
}

void fixing_done(struct fixing *fixing)
{
	free(fixing->findings);
	fix_steps_free(&fixing->steps);
	*fixing = (struct fixing){ 0 };
}

static void step_text(const struct fix_step *step, char *buf, size_t size)
{
	char answers[256] = "";
	char name[512];

	fix_step_name(step, name, sizeof(name));
	for (size_t i = 0; i < step->n_answers; i++)
		text_join(answers, sizeof(answers), " ", step->answers[i]);
	(void)snprintf(buf, size, "%s %s %s -> %s (%s)%s%s",
	               fix_kind_name(step->kind), name, step->from, step->to,
	               answers, step->skipped[0] ? " skipped: " : "",
	               step->skipped);
}

const char *fixing_text(const struct fix_steps *steps, char *buf, size_t size)
{
	char line[2048];

	buf[0] = '\0';
	for (size_t i = 0; i < steps->n; i++) {
		step_text(&steps->list[i], line, sizeof(line));
		text_join(buf, size, "\n", line);
	}
	return buf;
}
