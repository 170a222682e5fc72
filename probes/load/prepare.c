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
#include "probes/load/clock.h"
#include "probes/load/flow.h"
#include "probes/load/plan.h"
#include "probes/load/schedule.h"
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
		.shape = LOAD_STREAM,
		.request_bytes = HELLO_BYTES,
		.response_bytes = HELLO_BYTES,
		.direction = LOAD_UP,
		.time_ns = UINT64_C(2000000000),
		.time_wait_left = UINT64_MAX,
		.port_rest_ns = LOAD_TIME_WAIT_S * NS_PER_S,
		.family = goal->family,
		.stop_fd = -1,
	};
}

/*
 * Of this process: the program and its workers' buffers; and for each flow,
 * besides what is kept of it, a place in a run queue and one in a
 * distribution.
 */
#define OWN_BYTES (4U << 20)
#define OWN_BYTES_PER_FLOW 24U

/* A socket in TIME_WAIT: the slab tw_sock_TCP (measured on 6.18). */
#define TIME_WAIT_BYTES 256U

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

uint64_t load_inherited_files(const struct limits_facts *limits)
{
	const struct fact_u64 open = limits->nofile_open;

	return open.state == FACT_KNOWN && open.value > FDS_OWN
	               ? open.value - FDS_OWN
	               : 0;
}

/* Less those that are inherited, which no flow can have. */
static struct fact_u64 process_files(const struct limits_facts *limits)
{
	const uint64_t inherited = load_inherited_files(limits);
	struct fact_u64 left = limits->nofile_hard;

	left.value = left.value > inherited ? left.value - inherited : 0;
	return left;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Hellos that are left to the transfer to read; see burst.c. */
static uint64_t unread_most(const struct load_options *options)
{
	const uint64_t kept = min_u64(options->flows, LOAD_UNREAD_MAX);

	return options->burst > kept ? options->burst : kept;
}

/*
 * Several descriptor tables and source addresses lift what bounds one: so
 * these are no needs. And no more flows than those of a wave hold unread data
 * at a time, because a wave is read before the next one begins.
 */
static void need_of_spread(const struct load_options *options,
                           struct need *need)
{
	need->fds_process = 0;
	need->ports = 0;
	need->tcp_mem_pages = unread_most(options);
	need->memory_bytes += load_predict(options).own_bytes;
}

static void demand_of_spread(const struct load_options *options,
                             const struct host *host,
                             const struct netns_facts *ns,
                             struct load_refusal *ret)
{
	struct fact_u64 ports = ns->ports.free;

	ports.value = plan_most_ports(options, ports.value);
	demand(ret, "RLIMIT_NOFILE", process_files(&host->limits),
	       plan_least_nofile(options->flows));
	demand(ret, "ports", ports, options->flows);
}

uint64_t load_connections(const struct load_options *options)
{
	if (options->shape != LOAD_CHURN)
		return options->flows;
	return schedule_count(options->rate_per_s, options->time_ns - 1);
}

/* Of all connections, those that are made in @within_ns. */
static uint64_t connections_within(const struct load_options *options,
                                   uint64_t within_ns)
{
	const uint64_t n = load_connections(options);

	if (options->shape != LOAD_CHURN)
		return n;
	return min_u64(n, schedule_count(options->rate_per_s, within_ns - 1));
}

/* Those that are closed in order. */
static uint64_t time_wait_of(const struct load_options *options)
{
	if (options->close == LOAD_CLOSE_RST)
		return 0;
	return min_u64(connections_within(options, LOAD_TIME_WAIT_S * NS_PER_S),
	               options->time_wait_left);
}

/* That are in TIME_WAIT while others are open. */
static uint64_t resting_of(const struct load_options *options)
{
	return options->shape == LOAD_CHURN ? time_wait_of(options) : 0;
}

/* A port rests after its connection; one that was reset does not. */
static uint64_t ports_of(const struct load_options *options)
{
	if (options->shape == LOAD_CHURN && options->close == LOAD_CLOSE_RST)
		return min_u64(load_connections(options), options->flows);
	return connections_within(options, options->port_rest_ns);
}

/* The other ends are a server's that runs already, or another host's. */
static bool is_elsewhere(const struct load_options *options)
{
	return options->destination || options->far;
}

static unsigned int own_ends(const struct load_options *options)
{
	return is_elsewhere(options) ? 1 : 2;
}

struct load_prediction load_predict(const struct load_options *options)
{
	return (struct load_prediction){
		.ports = ports_of(options),
		.time_wait = time_wait_of(options),
		.kernel_bytes = options->flows * NEED_KERNEL_BYTES_PER_FLOW /
		                        2 * own_ends(options) +
		                resting_of(options) * TIME_WAIT_BYTES,
		.own_bytes = OWN_BYTES + options->flows * (sizeof(struct flow) +
		                                           OWN_BYTES_PER_FLOW),
		.descriptors =
			own_ends(options) * options->flows + NEED_FDS_OVERHEAD,
	};
}

bool load_prepare(const struct load_options *options, const struct host *host,
                  const struct netns_facts *ns, struct load_refusal *ret)
{
	struct goal goal = goal_default();
	struct need need;

	goal.flows = options->flows;
	goal.burst = options->burst;
	goal.role = is_elsewhere(options) ? ROLE_CLIENT : ROLE_BOTH;
	need_compute(&goal, supply_page_bytes(host), &need);
	if (options->spread)
		need_of_spread(options, &need);
	else if (options->sources)
		need.ports /= options->sources;
	*ret = (struct load_refusal){ 0 };
	if (!is_elsewhere(options))
		demand(ret, "lo", ns->lo.up, 1);
	if (!is_elsewhere(options) && options->family == FAMILY_IPV6)
		demand(ret, "::1", ns->lo.ipv6, 1);
	demand(ret, "RLIMIT_NOFILE", process_files(&host->limits),
	       need.fds_process);
	for (const struct supply *s = supplies; s->resource; s++)
		demand(ret, s->bound, s->left(host, ns), supply_need(s, &need));
	if (options->spread)
		demand_of_spread(options, host, ns, ret);
	return ret->refused;
}

uint64_t load_most(const struct load_options *options, const struct host *host,
                   const struct netns_facts *ns, struct load_refusal *ret)
{
	struct load_options tried = *options;
	struct load_refusal refusal;
	uint64_t fits = 0;
	uint64_t beyond = options->flows + 1;

	*ret = (struct load_refusal){ 0 };
	while (beyond - fits > 1) {
		/* all of them first */
		tried.flows =
			ret->refused ? fits + (beyond - fits) / 2 : beyond - 1;
		tried.burst = tried.flows;
		if (load_prepare(&tried, host, ns, &refusal)) {
			beyond = tried.flows;
			*ret = refusal;
		} else {
			fits = tried.flows;
		}
	}
	return fits;
}

struct load_result *load_refused(const struct load_options *options,
                                 const struct load_refusal *refusal)
{
	struct load_result *result = calloc(1, sizeof(*result));

	if (!result)
		return NULL;
	result->asked = load_connections(options);
	result->ports = plan_most_ports(options, options->ports);
	result->refusal = *refusal;
	result->predicted = load_predict(options);
	result->mode = (struct load_mode){
		.shape = options->shape,
		.request_bytes = options->request_bytes,
		.response_bytes = options->response_bytes,
		.rate_per_s = options->rate_per_s,
		.interval_ns = options->interval_ns,
		.send = options->send,
		.receive = options->receive,
		.verify = options->verify,
		.direction = options->direction,
		.accept = options->accept,
		.accept_per_s = options->accept_per_s,
		.eager = options->eager,
		.close = options->close,
		.workers = options->workers,
		.backlog = options->backlog,
		.burst = options->rate_per_s ? 0 : options->burst,
		.emulates = options->emulates,
		.family = options->family,
	};
	return result;
}
