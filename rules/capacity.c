// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capacity - see capacity.h. The search takes it that no need shrinks when
 * flows are added; test_capacity.c holds need.c to that.
 */
#include "rules/capacity.h"

#include <string.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "probes/supply.h"
#include "rules/listener.h"
#include "rules/saturate.h"

/* What a search asks: is there enough of one resource? */
struct question {
	const struct supply *supply;
	const struct goal *goal;
	uint64_t page_bytes;
	uint64_t left;
	bool is_burst;
};

static bool fits(const struct question *question, uint64_t flows)
{
	struct goal goal = *question->goal;
	struct need need;

	goal.flows = flows;
	if (question->is_burst || goal.burst > flows)
		goal.burst = flows;
	need_compute(&goal, question->page_bytes, &need);
	return supply_need(question->supply, &need) <= question->left;
}

/* Return: 0 when not even one fits. */
static uint64_t largest(const struct question *question)
{
	uint64_t fitting = 0;
	uint64_t too_many = GOAL_FLOWS_MAX + 1;

	while (too_many - fitting > 1) {
		const uint64_t middle = fitting + (too_many - fitting) / 2;

		if (fits(question, middle))
			fitting = middle;
		else
			too_many = middle;
	}
	return fitting;
}

/* Listeners cannot hold more than the cap, nor any that is started again. */
static struct fact_u64 cap(const struct host *host,
                           const struct netns_facts *ns)
{
	const struct sysctl_fact *fact = &ns->sysctl[SYSCTL_SOMAXCONN];

	(void)host;
	if (fact->state != FACT_KNOWN)
		return (struct fact_u64){ .state = fact->state };
	return fact_known(saturate_sysctl(fact, 0));
}

static const struct supply accept_queues = {
	.resource = "accept queue",
	.bound = "net.core.somaxconn",
	.reach = "",
	.of_netns = true,
	.need = offsetof(struct need, accept_queue_limit),
};

static const struct supply accept_queue_of_port = {
	.resource = "accept queue",
	.bound = "the listener's limit",
	.reach = "",
	.of_netns = true,
	.need = offsetof(struct need, accept_queue),
};

/* What the weakest of the listeners on the goal's port holds. */
static struct fact_u64 port_holds(const struct netns_facts *ns,
                                  const struct goal *goal)
{
	struct fact_u64 weakest = { .state = ns->listeners_read.state };

	if (weakest.state != FACT_KNOWN)
		return weakest;
	weakest.value = UINT64_MAX;
	for (size_t i = 0; i < ns->n_listeners; i++) {
		const struct listener *listener = &ns->listeners[i];
		const uint64_t holds = listener_group_capacity(listener);

		if (listener_is_meant(listener, goal) && holds < weakest.value)
			weakest.value = holds;
	}
	return weakest;
}

/* Where capacities go, and what all of them share. */
struct finder {
	const struct host *host;
	const struct goal *goal;
	void (*emit)(void *to, const struct capacity *capacity);
	void *to;
};

/* @left: how much there is; not known, no number */
static void find_one(const struct finder *finder, const struct supply *supply,
                     const struct netns_facts *ns, struct fact_u64 left,
                     bool is_burst)
{
	const struct question question = {
		.supply = supply,
		.goal = finder->goal,
		.page_bytes = supply_page_bytes(finder->host),
		.left = left.state == FACT_KNOWN ? left.value : 0,
		.is_burst = is_burst,
	};
	struct capacity capacity = {
		.resource = supply->resource,
		.bound_by = supply->bound,
		.reach = supply->reach,
		.is_burst = is_burst,
		.ns = supply->of_netns ? ns : NULL,
		.max_flows = left,
	};
	const uint64_t most = largest(&question);

	if (most == GOAL_FLOWS_MAX)
		return;
	if (left.state == FACT_KNOWN)
		capacity.max_flows = fact_known(most);
	finder->emit(finder->to, &capacity);
}

static void find_supply(const struct finder *finder,
                        const struct supply *supply,
                        const struct netns_facts *ns)
{
	struct fact_u64 left = supply->left(finder->host, ns);

	/* of a lower bound it cannot be said that one more does not fit */
	if (supply->is_least && supply->is_least(ns))
		left = (struct fact_u64){ .state = FACT_UNREAD };
	find_one(finder, supply, ns, left, false);
}

static void find_bursts(const struct finder *finder,
                        const struct netns_facts *ns)
{
	find_one(finder, &accept_queues, ns, cap(finder->host, ns), true);
	if (finder->goal->port)
		find_one(finder, &accept_queue_of_port, ns,
		         port_holds(ns, finder->goal), true);
}

void capacity_find(const struct host *host, const struct goal *goal,
                   void (*emit)(void *to, const struct capacity *capacity),
                   void *to)
{
	const struct finder finder = { host, goal, emit, to };

	for (size_t i = 0; i < host->n_ns; i++) {
		if (netns_is_missed(&host->ns[i]))
			continue;
		for (const struct supply *s = supplies; s->resource; s++) {
			if (s->of_netns || i == 0)
				find_supply(&finder, s, &host->ns[i]);
		}
		find_bursts(&finder, &host->ns[i]);
	}
}

static uint64_t sort_value(const struct capacity *capacity)
{
	return capacity->max_flows.state == FACT_KNOWN
	               ? capacity->max_flows.value
	               : UINT64_MAX;
}

int capacity_order(const void *a, const void *b)
{
	const struct capacity *x = a;
	const struct capacity *y = b;
	int order;

	if (x->is_burst != y->is_burst)
		return x->is_burst - y->is_burst;
	if (sort_value(x) != sort_value(y))
		return sort_value(x) < sort_value(y) ? -1 : 1;
	order = strcmp(x->bound_by, y->bound_by);
	if (order || x->ns == y->ns)
		return order;
	return x->ns < y->ns ? -1 : 1;
}
