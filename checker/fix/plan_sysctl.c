// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan_sysctl - steps that set sysctls; see planning.h.
 *
 * What several findings ask of one sysctl becomes one value: of amounts the
 * largest of each number, of a range the widest. Of a switch no value is more
 * than another: the graver finding, which is asked first, has its way, and
 * the other is told.
 */
#include "checker/fix/planning.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/span.h"
#include "probes/facts.h"
#include "probes/sysctl_value.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

/* What a finding asks of a sysctl. */
struct demand {
	enum sysctl_id id;
	const struct netns_facts *ns; /* NULL: the whole host's */
	struct sysctl_value to;
	const char *risk;
	const struct finding *finding;
};

static const struct host *host_of(const struct planning *planning)
{
	return planning->wish->host;
}

/* ---- values ---- */

static bool is_amount(const struct sysctl_desc *desc)
{
	return sysctl_numbers(desc->type) && desc->sense == SYSCTL_AMOUNT;
}

static bool parse(const struct sysctl_desc *desc, const char *text,
                  struct sysctl_value *ret)
{
	*ret = (struct sysctl_value){ 0 };
	return sysctl_value_write(desc, span_of(text, strlen(text)), ret) &&
	       ret->n >= sysctl_numbers(desc->type);
}

/* Return: whether it was said that the kernel does not take it. */
static bool skip_range(struct planning *planning, const struct demand *demand,
                       const struct sysctl_value *to,
                       const struct planned *planned)
{
	const uint64_t most = remedy_most(host_of(planning), demand->id);

	for (unsigned int i = 0; i < to->n; i++) {
		if (to->v[i] <= 0 || (uint64_t)to->v[i] <= most)
			continue;
		planning_skip(planning, planned, demand->finding,
		              "this kernel takes no more than %" PRIu64, most);
		return true;
	}
	return false;
}

/* ---- the step ---- */

/* Return: false when what is now is not known, and that was said. */
static bool value_now(struct planning *planning, const struct demand *demand,
                      struct planned *planned, struct sysctl_value *ret)
{
	const struct sysctl_desc *desc = sysctl_desc(demand->id);
	const struct sysctl_fact *fact =
		host_sysctl(host_of(planning), demand->ns, demand->id);
	struct sysctl_value again;

	*ret = sysctl_value_of(desc, fact);
	if (fact->state != FACT_KNOWN) {
		planning_skip(
			planning, planned, demand->finding,
			"what it is now is unknown (%s), so it could not be put back",
			fact_state_name(fact->state));
		return false;
	}
	sysctl_value_format(desc, ret, planned->from, sizeof(planned->from));
	/* a text that was cut is not one that the kernel takes */
	if (parse(desc, planned->from, &again))
		return true;
	planned->from[0] = '\0';
	planning_skip(
		planning, planned, demand->finding,
		"what it is now is too long to be kept here, so it could not be put back: set it by hand");
	return false;
}

static void describe(const struct demand *demand, struct planned *ret)
{
	const struct sysctl_desc *desc = sysctl_desc(demand->id);
	const struct netns_facts *ns = demand->ns;

	ret->step.kind = FIX_SYSCTL;
	ret->step.live = desc->live == SYSCTL_LIVE;
	planning_place(ns, &ret->step.place);
	(void)snprintf(ret->step.key, sizeof(ret->step.key), "%s", desc->key);
	(void)snprintf(ret->step.risk, sizeof(ret->step.risk), "%s",
	               demand->risk);
	if (ns && ns->initial.state == FACT_KNOWN && !ns->initial.value)
		(void)snprintf(
			ret->step.lasts, sizeof(ret->step.lasts),
			"a namespace made anew begins with the kernel's default: set it where that is done (--emit docker, --emit k8s)");
	sysctl_value_format(desc, &demand->to, ret->to, sizeof(ret->to));
}

/*
 * One value for all that asks for this sysctl. If memory does not bear the
 * largest, no smaller one is set: it would take several fixes to the same end.
 */
static void merge(struct planning *planning, const struct demand *demand,
                  const struct sysctl_value *now, struct planned *planned)
{
	const struct sysctl_desc *desc = sysctl_desc(demand->id);
	struct planned *made = planning_find(planning, &planned->step);
	struct sysctl_value before = *now;
	struct sysctl_value to;

	if (made)
		(void)parse(desc, made->to, &before);
	to = sysctl_value_more(desc, &before, &demand->to);
	sysctl_value_format(desc, &to, planned->to, sizeof(planned->to));
	if (planning_was_skipped(planning, planned, demand->finding))
		return;
	if (made && sysctl_value_equal(desc, &to, &before)) {
		planning_answer(made, demand->finding);
		return;
	}
	if (!made && sysctl_value_equal(desc, &to, now)) {
		planning_skip(planning, planned, demand->finding,
		              "it is that already, and a fix never lowers");
		return;
	}
	if (skip_range(planning, demand, &to, planned))
		return;
	if (made && !is_amount(desc)) {
		planning_skip(planning, planned, demand->finding,
		              "%s wants it to be %s", made->step.answers[0],
		              made->to);
		return;
	}
	if (!made)
		made = planning_add(planning, planned, demand->finding);
	if (!made)
		return;
	memcpy(made->to, planned->to, sizeof(made->to));
	planning_answer(made, demand->finding);
	planning->changed = true;
	made->is_too_large =
		plan_exceeds(planning, demand->id, now, &to, made->step.skipped,
	                     sizeof(made->step.skipped));
}

static void plan_demand(struct planning *planning, const struct demand *demand)
{
	struct planned planned = { .severity = demand->finding->verdict };
	struct sysctl_value now;

	describe(demand, &planned);
	if (value_now(planning, demand, &planned, &now))
		merge(planning, demand, &now, &planned);
}

static void skip_refused(struct planning *planning, const struct demand *demand)
{
	const struct remedy *remedy = &demand->finding->remedy;
	struct planned planned = { .severity = demand->finding->verdict };

	describe(demand, &planned);
	(void)snprintf(planned.from, sizeof(planned.from), "%s", remedy->from);
	(void)snprintf(planned.to, sizeof(planned.to), "%s", remedy->to);
	planning_skip(planning, &planned, demand->finding,
	              "the kernel does not take that value");
}

static const struct netns_facts *ns_of(const struct planning *planning,
                                       enum sysctl_id id,
                                       const struct netns_facts *ns)
{
	if (sysctl_desc(id)->scope != SYSCTL_SCOPE_NETNS)
		return NULL;
	return ns ? ns : &host_of(planning)->ns[0];
}

void plan_sysctl(struct planning *planning, const struct finding *finding)
{
	struct demand demand = {
		.id = sysctl_by_key(finding->remedy.key),
		.risk = finding->remedy.risk,
		.finding = finding,
	};

	if (demand.id == SYSCTL_COUNT)
		return;
	demand.ns = ns_of(planning, demand.id, finding->ns);
	if (parse(sysctl_desc(demand.id), finding->remedy.to, &demand.to))
		plan_demand(planning, &demand);
	else
		skip_refused(planning, &demand);
}

struct planned *plan_conflict(const struct planning *planning,
                              const struct finding *finding)
{
	struct demand demand = {
		.id = sysctl_by_key(finding->remedy.key),
		.risk = "",
	};
	struct planned like = { 0 };

	if (finding->remedy.kind != REMEDY_SYSCTL ||
	    demand.id == SYSCTL_COUNT || is_amount(sysctl_desc(demand.id)))
		return NULL;
	demand.ns = ns_of(planning, demand.id, finding->ns);
	describe(&demand, &like);
	return planning_find(planning, &like.step);
}

void plan_raise(struct planning *planning, enum sysctl_id id,
                const struct netns_facts *ns, uint64_t to,
                const struct finding *finding)
{
	const uint64_t most = remedy_most(host_of(planning), id);
	const struct demand demand = {
		.id = id,
		.ns = ns,
		.to = { .n = 1, .v = { (int64_t)(to < most ? to : most) } },
		.risk = "",
		.finding = finding,
	};

	plan_demand(planning, &demand);
}

struct fact_u64 plan_number(const struct planning *planning, enum sysctl_id id,
                            const struct netns_facts *ns)
{
	const struct sysctl_fact *fact = host_sysctl(host_of(planning), ns, id);
	struct demand demand = { .id = id, .ns = ns, .risk = "" };
	const struct planned *made;
	struct planned like = { 0 };
	struct sysctl_value value;

	describe(&demand, &like);
	made = planning_find(planning, &like.step);
	if (made && !made->is_too_large &&
	    parse(sysctl_desc(id), made->to, &value))
		return fact_known((uint64_t)value.v[0]);
	if (fact->state != FACT_KNOWN)
		return (struct fact_u64){ .state = fact->state };
	return fact_known(saturate_sysctl(fact, 0));
}
