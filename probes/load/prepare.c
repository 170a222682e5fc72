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

/* Both must be known; what is in use may exceed the maximum (root may). */
static struct fact_u64 files_left(const struct host *host)
{
	const struct sysctl_fact *max = &host->sysctl[SYSCTL_FILE_MAX];
	const struct sysctl_fact *nr = &host->sysctl[SYSCTL_FILE_NR];

	if (max->state != FACT_KNOWN || nr->state != FACT_KNOWN)
		return (struct fact_u64){ 0 };
	return fact_known(
		max->v[0] > nr->v[0] ? (uint64_t)(max->v[0] - nr->v[0]) : 0);
}

static struct fact_u64 tcp_pages_left(const struct host *host,
                                      const struct netns_facts *ns)
{
	const struct sysctl_fact *mem = &host->sysctl[SYSCTL_TCP_MEM];
	const struct fact_u64 used = ns->sockstat.mem_pages;
	uint64_t hard;

	if (mem->state != FACT_KNOWN || used.state != FACT_KNOWN)
		return (struct fact_u64){ 0 };
	hard = (uint64_t)mem->v[2];
	return fact_known(hard > used.value ? hard - used.value : 0);
}

bool load_prepare(const struct load_options *options, const struct host *host,
                  const struct netns_facts *ns, struct load_refusal *ret)
{
	struct goal goal = goal_default();
	struct need need;

	goal.flows = options->flows;
	goal.burst = options->burst;
	need_compute(&goal,
	             host->memory.page_bytes.state == FACT_KNOWN
	                     ? host->memory.page_bytes.value
	                     : 4096,
	             &need);
	*ret = (struct load_refusal){ 0 };
	demand(ret, "lo", ns->lo.up, 1);
	if (options->family == FAMILY_IPV6)
		demand(ret, "::1", ns->lo.ipv6, 1);
	demand(ret, "RLIMIT_NOFILE", host->limits.nofile_hard,
	       need.fds_process);
	demand(ret, "fs.file-max", files_left(host), need.fds_system);
	demand(ret, "ports", ns->ports.free, need.ports);
	demand(ret, "net.ipv4.tcp_mem", tcp_pages_left(host, ns),
	       need.tcp_mem_pages);
	demand(ret, "memory", host->memory.available_bytes, need.memory_bytes);
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
