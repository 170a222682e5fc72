// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan - see plan.h.
 *
 * A source address is given half of its ports only. connect() looks through
 * the ports of one parity before it tries any of the other
 * (net/ipv4/inet_hashtables.c:__inet_hash_connect()), so each connection of
 * the second half walks over all of the first: measured with 28 000 ports,
 * 26 us a connection became 1.4 ms, and 10 ms with several addresses.
 */
#include "probes/load/plan.h"

#include "probes/load/load.h"
#include "probes/need.h"

/* Below this the process's own table would do little but pass on. */
#define PASSING_MIN UINT64_C(32)

/* More accepted ends than this at a time make nothing faster. */
#define PASSING_MAX 512U

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

/* Flows with both ends in a table of @nofile descriptors, at least one. */
static uint64_t table_holds(uint64_t nofile)
{
	const uint64_t least = NEED_FDS_OVERHEAD + 2;

	return (max_u64(nofile, least) - NEED_FDS_OVERHEAD) / 2;
}

/* Evenly: as many tables as it takes, and no more. */
static void share_out(uint64_t flows, uint64_t nofile, struct load_plan *ret)
{
	const uint64_t at_least = divide_up(flows, table_holds(nofile));

	ret->flows_a_table = divide_up(flows, at_least);
	ret->n_tables = divide_up(flows, ret->flows_a_table);
}

static void plan_passing(uint64_t nofile, struct load_plan *ret)
{
	/* a way to each table */
	const uint64_t taken = NEED_FDS_OVERHEAD + ret->n_tables;

	ret->passing = nofile > taken + 1 ? (nofile - taken) / 2 : 1;
	ret->passing = min_u64(ret->passing, PASSING_MAX);
}

static void plan_sources(uint64_t flows, uint64_t flows_a_source,
                         struct load_plan *ret)
{
	ret->flows_a_source = flows_a_source;
	ret->n_sources = divide_up(flows, flows_a_source);
}

/* Of IPv6 loopback there is one. */
static bool has_given_sources(const struct load_options *options)
{
	return options->sources || options->family == FAMILY_IPV6;
}

void plan_make(const struct load_options *options, uint64_t nofile,
               struct load_plan *ret)
{
	const uint64_t flows = options->flows;

	*ret = (struct load_plan){
		.flows_a_table = flows,
		.n_tables = 1,
		.flows_a_source = flows,
		.n_sources = 1,
	};
	if (options->sources)
		plan_sources(flows, divide_up(flows, options->sources), ret);
	if (!options->spread)
		return;
	share_out(flows, nofile, ret);
	if (ret->n_tables > 1)
		plan_passing(nofile, ret);
	if (options->ports && !has_given_sources(options))
		plan_sources(flows, max_u64(options->ports / 2, 1), ret);
}

static bool carries(uint64_t nofile, uint64_t flows)
{
	struct load_plan plan = { 0 };

	share_out(flows, nofile, &plan);
	return plan.n_tables == 1 ||
	       nofile >= NEED_FDS_OVERHEAD + plan.n_tables + 2 * PASSING_MIN;
}

uint64_t plan_least_nofile(uint64_t flows)
{
	uint64_t too_few = NEED_FDS_OVERHEAD + 1;
	uint64_t enough = NEED_FDS_OVERHEAD + 2 * flows;

	while (enough - too_few > 1) {
		const uint64_t middle = too_few + (enough - too_few) / 2;

		if (carries(middle, flows))
			enough = middle;
		else
			too_few = middle;
	}
	return enough;
}

uint64_t plan_most_ports(const struct load_options *options, uint64_t ports)
{
	if (options->sources)
		return ports * options->sources;
	if (!options->spread || options->family == FAMILY_IPV6)
		return ports;
	return max_u64(ports / 2, ports != 0) * PLAN_SOURCES_MAX;
}
