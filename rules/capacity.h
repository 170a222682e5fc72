/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capacity - the answer without a goal: how many flows each resource of this
 * host carries. Pure.
 *
 * A capacity is the largest goal that fits: need_compute() is asked for one
 * number of flows after the other. There is no second formula that could say
 * something else than the rules and the load test do.
 */
#ifndef KILOFLOW_RULES_CAPACITY_H
#define KILOFLOW_RULES_CAPACITY_H

#include <stdbool.h>

#include "probes/facts.h"

struct goal;

struct capacity {
	const char *resource;         /* in words: "local ports" */
	const char *bound_by;         /* "ports", "net.core.somaxconn" */
	const char *reach;            /* "to one destination", or "" */
	bool is_burst;                /* of connections not yet accepted; else
	                                 of flows */
	const struct netns_facts *ns; /* NULL: of the whole host */
	struct fact_u64 max_flows;    /* one more does not fit; not known when
	                                 a fact that it rests on is not */
};

/**
 * capacity_find - what each resource carries
 * @goal: all of it but its flows counts; its burst only when not larger
 * than the flows that are tried
 * @emit: receives each; what it points to stays as long as @host does
 *
 * A resource that @goal does not touch, or that carries GOAL_FLOWS_MAX, is
 * left out: it bounds nothing that could be asked for.
 */
void capacity_find(const struct host *host, const struct goal *goal,
                   void (*emit)(void *to, const struct capacity *capacity),
                   void *to);

/**
 * capacity_order - for qsort(): flows before bursts, the tightest first,
 * what is not known last
 */
int capacity_order(const void *a, const void *b);

#endif
