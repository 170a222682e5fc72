// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan_again - what follows from a plan; see planning.h.
 *
 * A step may call for another: a wider range of local ports takes in the port
 * of a server, which has to be reserved then. So the rules are asked again, of
 * the host as it would be.
 *
 * Or it brings up something that no step mends, as when a policy forbids what
 * another rule asks for. If that is as grave as what the step answers, the
 * step is not made: or one fix would undo the other, for ever. Which step it
 * is, is found by leaving out one after the other.
 *
 * Or it is a choice that leaves somebody unsatisfied, and there is another
 * that all can live with.
 */
#include "checker/fix/planning.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/assume.h"
#include "probes/base/vec.h"
#include "probes/facts.h"
#include "rules/engine.h"
#include "rules/rule.h"

/* What is found of an assumed host. */
struct found {
	struct planning *planning;
	const struct host *assumed;
	struct finding *list;
	size_t n, max;
};

/* What it is about is looked up in the host as it is. */
static void move_home(const struct found *found, struct finding *finding)
{
	const struct netns_facts *there = finding->ns;

	if (!there)
		return;
	finding->ns =
		found->planning->wish->host->ns + (there - found->assumed->ns);
	if (finding->listener)
		finding->listener = finding->ns->listeners +
		                    (finding->listener - there->listeners);
}

static void keep(void *to, const struct finding *finding)
{
	struct found *found = to;
	struct finding *list;

	if (!planning_wants(found->planning, finding) || found->planning->error)
		return;
	list = vec_grow(found->list, found->n, &found->max, sizeof(*list));
	if (!list) {
		found->planning->error = -ENOMEM;
		return;
	}
	found->list = list;
	list[found->n] = *finding;
	move_home(found, &list[found->n++]);
}

/*
 * @rule: NULL: every rule that a step may concern
 * @except: a step that is not assumed, or NULL
 */
static void judge(struct planning *planning, const struct rule *rule,
                  const struct planned *except, struct found *ret)
{
	const struct fix_wish *wish = planning->wish;
	struct host *assumed = assume_copy(wish->host);
	const struct rule_input in = {
		.host = assumed,
		.goal = wish->goal,
		.need = &planning->need,
		.emit = keep,
		.to = ret,
	};
	struct fix_steps steps = { 0 };

	*ret = (struct found){ .planning = planning, .assumed = assumed };
	planning->error = -ENOMEM;
	if (assumed)
		planning->error = planning_steps(planning, except, &steps);
	if (!planning->error)
		fix_assume(assumed, &steps);
	if (!planning->error && rule)
		engine_judge(rule, &in, wish->policy);
	else if (!planning->error)
		engine_run(assumed, wish->goal, &planning->need,
		           1U << SCOPE_HOST | 1U << SCOPE_NETNS |
		                   1U << SCOPE_LISTENER,
		           wish->policy, keep, ret);
	fix_steps_free(&steps);
	assume_free(assumed);
}

/* ---- regrets ---- */

static bool has(const struct finding *list, size_t n,
                const struct finding *finding)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].rule == finding->rule &&
		    list[i].ns == finding->ns &&
		    list[i].verdict >= finding->verdict &&
		    !strcmp(list[i].subject, finding->subject))
			return true;
	}
	return false;
}

/* Something new, and nothing to be done about it. */
static bool is_regrettable(const struct planning *planning,
                           const struct finding *finding)
{
	const struct fix_wish *wish = planning->wish;

	if (finding->verdict == VERDICT_NOTE ||
	    has(wish->findings, wish->n_findings, finding))
		return false;
	switch (finding->remedy.kind) {
	case REMEDY_SYSCTL:
		return plan_conflict(planning, finding);
	case REMEDY_PRLIMIT:
	case REMEDY_RELISTEN:
		return false;
	case REMEDY_NONE:
	case REMEDY_CONFIG:
	case REMEDY_RESTART:
	case REMEDY_COMMAND:
	default:
		return true;
	}
}

/* @except: of the steps as they are now; NULL: none */
static bool is_there(struct planning *planning, const struct finding *finding,
                     const struct planned *except)
{
	struct found found;
	bool there;

	judge(planning, finding->rule, except, &found);
	there = planning->error || has(found.list, found.n, finding);
	free(found.list);
	return there;
}

static bool may_cause(const struct planned *planned,
                      const struct finding *finding)
{
	const struct fix_step *step = &planned->step;

	return step->kind == FIX_SYSCTL && !step->skipped[0] &&
	       planned->severity <= finding->verdict &&
	       (!step->place.inode || !finding->ns ||
	        step->place.inode == finding->ns->inode);
}

/* Return: whether a step was taken back. */
static bool regret(struct planning *planning, const struct finding *finding)
{
	/* another regret may have made an end of it */
	if (!is_there(planning, finding, NULL))
		return true;
	for (size_t i = 0; i < planning->n; i++) {
		struct planned *planned = &planning->list[i];

		if (!may_cause(planned, finding) ||
		    is_there(planning, finding, planned))
			continue;
		(void)snprintf(planned->step.skipped,
		               sizeof(planned->step.skipped),
		               "%s would then %s: decide yourself",
		               finding->rule->id,
		               verdict_name(finding->verdict));
		return true;
	}
	return false;
}

/* ---- other choices ---- */

/* Is nothing found of @other that is not of @found, and @finding no more? */
static bool is_better(const struct found *other, const struct found *found,
                      const struct finding *finding)
{
	for (size_t i = 0; i < other->n; i++) {
		if (!has(found->list, found->n, &other->list[i]))
			return false;
	}
	return !has(other->list, other->n, finding);
}

/* Return: whether what @finding wants is chosen instead. */
static bool choose(struct planning *planning, const struct found *found,
                   const struct finding *finding)
{
	struct planned *made = plan_conflict(planning, finding);
	char former[sizeof(made->to)];
	struct found other;
	bool better;

	if (!made)
		return false;
	memcpy(former, made->to, sizeof(former));
	memcpy(made->to, finding->remedy.to, sizeof(made->to));
	judge(planning, NULL, NULL, &other);
	better = !planning->error && is_better(&other, found, finding);
	free(other.list);
	if (better) {
		planning_answer(made, finding);
		planning_unskip(planning, made);
	} else {
		memcpy(made->to, former, sizeof(made->to));
	}
	return better;
}

void plan_again(struct planning *planning)
{
	struct found found;

	planning->changed = false;
	judge(planning, NULL, NULL, &found);
	for (size_t i = 0; i < found.n && !planning->error; i++) {
		const struct finding *finding = &found.list[i];

		if (is_regrettable(planning, finding)
		            ? regret(planning, finding)
		            : choose(planning, &found, finding))
			planning->changed = true;
	}
	/* what was found with a step that is not made is of no use */
	if (!planning->changed)
		planning_plan(planning, found.list, found.n);
	free(found.list);
}
