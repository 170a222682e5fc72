/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supply - how much of each resource is left for more flows. Pure; the other
 * half of need.h.
 *
 * One row a resource without which flows fail. The load test refuses by
 * these rows, and a host's capacity is the largest goal whose needs they
 * meet: so the two cannot disagree. What is in use already is taken off.
 *
 * Not a row: the accept queue. A burst that does not fit into it is what the
 * load test is there to show, not a reason to refuse.
 */
#ifndef KILOFLOW_PROBES_SUPPLY_H
#define KILOFLOW_PROBES_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/facts.h"

struct need;

struct supply {
	const char *resource; /* in words: "descriptors of a process" */
	const char *bound;    /* what bounds it: "RLIMIT_NOFILE" */
	const char *reach;    /* what the flows have in common, or "" */
	bool of_netns;        /* each namespace has its own */
	size_t need;          /* offset of what it must meet in struct need */
	/* Unknown when a fact that it is made of is. */
	struct fact_u64 (*left)(const struct host *host,
	                        const struct netns_facts *ns);
	/* There may be more than left() says; NULL: never. */
	bool (*is_least)(const struct netns_facts *ns);
};

/** supplies - every row; ends with a row whose resource is NULL */
extern const struct supply supplies[];

/** supply_need - what @need takes of the resource */
uint64_t supply_need(const struct supply *supply, const struct need *need);

/** supply_page_bytes - size of a page of the host; 4096 when unknown */
uint64_t supply_page_bytes(const struct host *host);

#endif
