// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * prepare - can this host carry the test at all? Pure: it compares facts
 * with the same needs that the rules judge by, before anything is opened.
 *
 * A queue that is too short is no reason to refuse: to show what it does is
 * what the test is for. Refused is only what would make the test fail by
 * itself.
 */
#include "probes/load/load.h"

#include <stdio.h>
#include <stdlib.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "probes/supply.h"

/*
 * Of NEED_FDS_OVERHEAD, what is open by now: stdio, and what the probes and
 * the command keep. What exceeds it this process was started with.
 */
#define FDS_OWN 16U

struct load_options load_options_default(const struct goal *goal)
{
	return (struct load_options){
		.flows = goal->flows,
		.burst = goal->burst,
		.backlog = LOAD_BACKLOG_MAX,
		.accept = LOAD_ACCEPT_HELD,
		.direction = LOAD_UP,
		.time_ns = UINT64_C(2000000000),
		.family = goal->family,
		.stop_fd = -1,
	};
}

/* What is known to be too little, refuses; the first one is named. */
static void demand(struct load_refusal *refusal, const char *resource,
                   struct fact_u64 have, uint64_t need)
{
	if (refusal->refused || have.state != FACT_KNOWN || have.value >= need)
		return;
	refusal->refused = true;
	refusal->have = have.value;
	refusal->need = need;
	(void)snprintf(refusal->resource, sizeof(refusal->resource), "%s",
	               resource);
}

/* Less those that are inherited, which no flow can have. */
static struct fact_u64 process_files(const struct limits_facts *limits)
{
	const uint64_t inherited =
		limits->nofile_open.state == FACT_KNOWN &&
				limits->nofile_open.value > FDS_OWN
			? limits->nofile_open.value - FDS_OWN
			: 0;
	struct fact_u64 left = limits->nofile_hard;

	left.value = left.value > inherited ? left.value - inherited : 0;
	return left;
}

bool load_prepare(const struct load_options *options, const struct host *host,
                  const struct netns_facts *ns, struct load_refusal *ret)
{
	struct goal goal = goal_default();
	struct need need;

	goal.flows = options->flows;
	goal.burst = options->burst;
	need_compute(&goal, supply_page_bytes(host), &need);
	*ret = (struct load_refusal){ 0 };
	demand(ret, "lo", ns->lo.up, 1);
	if (options->family == FAMILY_IPV6)
		demand(ret, "::1", ns->lo.ipv6, 1);
	demand(ret, "RLIMIT_NOFILE", process_files(&host->limits),
	       need.fds_process);
	for (const struct supply *s = supplies; s->resource; s++)
		demand(ret, s->bound, s->left(host, ns), supply_need(s, &need));
	return ret->refused;
}

struct load_result *load_refused(const struct load_options *options,
                                 const struct load_refusal *refusal)
{
	struct load_result *result = calloc(1, sizeof(*result));

	if (!result)
		return NULL;
	result->asked = options->flows;
	result->refusal = *refusal;
	result->mode = (struct load_mode){
		.direction = options->direction,
		.accept = options->accept,
		.accept_per_s = options->accept_per_s,
		.eager = options->eager,
		.workers = options->workers,
		.backlog = options->backlog,
		.burst = options->burst,
		.emulates = options->emulates,
		.family = options->family,
	};
	return result;
}
