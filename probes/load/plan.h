/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan - how many descriptor tables and source addresses the flows take.
 * Pure.
 *
 * RLIMIT_NOFILE bounds one table of descriptors, and a port can be used once
 * for a source address and a listener; a test of more flows than that has
 * several of both. A flow's place follows from its index alone.
 */
#ifndef KILOFLOW_PROBES_LOAD_PLAN_H
#define KILOFLOW_PROBES_LOAD_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/load/load.h"

/* 127.0.0.1, 127.0.0.2, ...: a client binds to one of so many. */
#define PLAN_SOURCES_MAX 65536U

struct load_plan {
	uint64_t flows_a_table; /* both ends of a flow are in one */
	uint64_t n_tables;      /* 1: the process's own */
	uint64_t passing;       /* accepted ends that may wait to be passed on
	                           in the process's own table; it has room for
	                           as many again that are on their way */
	uint64_t flows_a_source;
	uint64_t n_sources;
};

/**
 * plan_make - where the ends of the test's flows go
 * @options: unless it has spread set, it is one table and one source
 * @nofile: RLIMIT_NOFILE; too little still makes a plan, whose flows fail
 */
void plan_make(const struct load_options *options, uint64_t nofile,
               struct load_plan *ret);

/** plan_least_nofile - the smallest RLIMIT_NOFILE that carries @flows */
uint64_t plan_least_nofile(uint64_t flows);

/**
 * plan_most_ports - local ports of all sources together
 * @ports: free ones of one source address
 */
uint64_t plan_most_ports(const struct load_options *options, uint64_t ports);

/**
 * plan_resets - is a flow to be closed by RST?
 * @n_before: flows before it, that may be in TIME_WAIT
 */
static inline bool plan_resets(const struct load_options *options,
                               uint64_t n_before)
{
	return options->close == LOAD_CLOSE_RST ||
	       n_before >= options->time_wait_left;
}

static inline uint64_t plan_table(const struct load_plan *plan, uint64_t index)
{
	return index / plan->flows_a_table;
}

static inline uint64_t plan_source(const struct load_plan *plan, uint64_t index)
{
	return index / plan->flows_a_source;
}

#endif
