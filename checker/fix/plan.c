// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan - see plan.h. What becomes of a finding is decided in plan_sysctl.c,
 * plan_prlimit.c and plan_relisten.c, and what follows from a step in
 * plan_again.c; here is which findings are asked, in which order.
 */
#include "checker/fix/plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/planning.h"
#include "probes/base/err.h"
#include "probes/base/vec.h"
#include "probes/facts.h"
#include "probes/supply.h"
#include "rules/rule.h"

/* Amounts only rise and choices only become better, so it ends by itself. */
#define ROUNDS_MAX 16

/* ---- what planning.h offers ---- */

void planning_place(const struct netns_facts *ns, struct fix_place *ret)
{
	*ret = (struct fix_place){ 0 };
	if (!ns)
		return;
	ret->inode = ns->inode;
	memcpy(ret->name, ns->name, sizeof(ret->name));
	memcpy(ret->enter, ns->enter, sizeof(ret->enter));
}

/* A key alone does not tell: members of a group are called alike. */
static bool is_same(const struct fix_step *a, const struct fix_step *b)
{
	return a->kind == b->kind && a->place.inode == b->place.inode &&
	       a->socket.inode == b->socket.inode &&
	       a->socket.cookie == b->socket.cookie && !strcmp(a->key, b->key);
}

struct planned *planning_find(const struct planning *planning,
                              const struct fix_step *like)
{
	for (size_t i = 0; i < planning->n; i++) {
		struct planned *planned = &planning->list[i];

		if ((!planned->step.skipped[0] || planned->is_too_large) &&
		    is_same(&planned->step, like))
			return planned;
	}
	return NULL;
}

void planning_answer(struct planned *planned, const struct finding *finding)
{
	fix_step_answer(&planned->step, finding->rule->id);
	if (finding->verdict > planned->severity)
		planned->severity = finding->verdict;
}

static struct planned *find_skipped(struct planning *planning,
                                    const struct planned *planned)
{
	for (size_t i = 0; i < planning->n; i++) {
		struct planned *other = &planning->list[i];

		if (other->step.skipped[0] &&
		    is_same(&other->step, &planned->step) &&
		    !strcmp(other->to, planned->to))
			return other;
	}
	return NULL;
}

bool planning_was_skipped(struct planning *planning,
                          const struct planned *planned,
                          const struct finding *finding)
{
	struct planned *skipped = find_skipped(planning, planned);

	if (skipped)
		planning_answer(skipped, finding);
	return skipped;
}

void planning_unskip(struct planning *planning, const struct planned *planned)
{
	struct planned *skipped = find_skipped(planning, planned);

	if (skipped)
		*skipped = planning->list[--planning->n];
}

static struct planned *append(struct planning *planning,
                              const struct planned *planned,
                              const struct finding *finding)
{
	struct planned *list = vec_grow(planning->list, planning->n,
	                                &planning->max, sizeof(*list));

	if (!list) {
		planning->error = -ENOMEM;
		return NULL;
	}
	planning->list = list;
	list += planning->n++;
	*list = *planned;
	planning_answer(list, finding);
	return list;
}

struct planned *planning_add(struct planning *planning,
                             const struct planned *planned,
                             const struct finding *finding)
{
	planning->changed = true;
	return append(planning, planned, finding);
}

void planning_skip(struct planning *planning, const struct planned *planned,
                   const struct finding *finding, const char *fmt, ...)
{
	struct planned *skipped;
	va_list args;

	if (planning_was_skipped(planning, planned, finding))
		return;
	skipped = append(planning, planned, finding);
	if (!skipped)
		return;
	va_start(args, fmt);
	(void)vsnprintf(skipped->step.skipped, sizeof(skipped->step.skipped),
	                fmt, args);
	va_end(args);
}

/* ---- which findings, in which order ---- */

/*
 * The graver first, because of two that want one switch elsewhere it is they
 * who have their way; and listeners last, which get as much as the sysctls
 * allow by then.
 */
static const struct {
	enum remedy_kind kind;
	void (*plan)(struct planning *planning, const struct finding *finding);
} planners[] = {
	{ REMEDY_SYSCTL, plan_sysctl },
	{ REMEDY_PRLIMIT, plan_prlimit },
	{ REMEDY_RELISTEN, plan_relisten },
};

static const enum verdict severities[] = {
	VERDICT_FAIL,
	VERDICT_WARN,
	VERDICT_NOTE,
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A note asks for nothing, unless somebody asked for that very process. */
bool planning_wants(const struct planning *planning,
                    const struct finding *finding)
{
	if (finding->verdict == VERDICT_NOTE)
		return planning->wish->pid &&
		       finding->remedy.kind == REMEDY_RELISTEN;
	return finding->verdict == VERDICT_FAIL ||
	       finding->verdict == VERDICT_WARN;
}

static void plan_some(struct planning *planning, const struct finding *findings,
                      size_t n, enum remedy_kind kind, enum verdict severity)
{
	for (size_t i = 0; i < n && !planning->error; i++) {
		const struct finding *finding = &findings[i];

		if (finding->remedy.kind != kind ||
		    finding->verdict != severity ||
		    !planning_wants(planning, finding))
			continue;
		for (size_t k = 0; k < LENGTH(planners); k++) {
			if (planners[k].kind == kind)
				planners[k].plan(planning, finding);
		}
	}
}

void planning_plan(struct planning *planning, const struct finding *findings,
                   size_t n)
{
	for (size_t i = 0; i < LENGTH(planners); i++) {
		for (size_t k = 0; k < LENGTH(severities); k++)
			plan_some(planning, findings, n, planners[i].kind,
			          severities[k]);
	}
}

int planning_steps(const struct planning *planning,
                   const struct planned *except, struct fix_steps *ret)
{
	for (size_t i = 0; i < planning->n; i++) {
		/* a copy: a step's texts may be written to */
		struct planned copy = planning->list[i];

		copy.step.from = copy.from;
		copy.step.to = copy.to;
		if (&planning->list[i] != except &&
		    !fix_steps_add(ret, &copy.step))
			return -ENOMEM;
	}
	return 0;
}

/* ---- the order in which steps are made ---- */

/*
 * A port is reserved before the range of local ports widens to it, so that no
 * connection takes it in between.
 */
static int sysctl_rank(const struct fix_step *step)
{
	const enum sysctl_id id = sysctl_by_key(step->key);

	return id == SYSCTL_RESERVED_PORTS ? 2 * SYSCTL_PORT_RANGE - 1
	                                   : 2 * (int)id;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* The host before its namespaces; what is made before what is not. */
static int step_order(const void *a, const void *b)
{
	const struct fix_step *x = a;
	const struct fix_step *y = b;
	int order = (int)x->kind - (int)y->kind;

	if (!order)
		order = compare_u64(x->place.inode, y->place.inode);
	if (!order && x->kind == FIX_SYSCTL)
		order = sysctl_rank(x) - sysctl_rank(y);
	if (!order)
		order = strcmp(x->key, y->key);
	if (!order)
		order = compare_u64(x->socket.cookie, y->socket.cookie);
	if (!order)
		order = !!x->skipped[0] - !!y->skipped[0];
	return order ? order : strcmp(x->to, y->to);
}

int fix_plan(const struct fix_wish *wish, struct fix_steps *ret,
             struct err *err)
{
	struct planning planning = { .wish = wish };
	int rc;

	*ret = (struct fix_steps){ 0 };
	need_compute(wish->goal, supply_page_bytes(wish->host), &planning.need);
	planning_plan(&planning, wish->findings, wish->n_findings);
	for (int i = 1; i < ROUNDS_MAX && planning.changed && !planning.error;
	     i++)
		plan_again(&planning);
	rc = planning.error;
	if (!rc)
		rc = planning_steps(&planning, NULL, ret);
	free(planning.list);
	if (rc)
		return err_set(err, rc, "not enough memory for the plan");
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), step_order);
	fix_plan_settle(ret);
	return 0;
}
