// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loadtest - see loadtest.h.
 *
 * The progress line is for a person who waits: on a terminal only, and gone
 * before the report.
 */
#include "checker/cli/loadtest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checker/cli/options.h"
#include "checker/cli/stop.h"
#include "checker/cli/target.h"
#include "checker/report/human.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/isolate.h"
#include "probes/load/clock.h"
#include "probes/load/load.h"
#include "rules/listener.h"
#include "rules/saturate.h"

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The weakest group of those that the goal is for. */
static const struct listener *weakest(const struct netns_facts *ns,
                                      const struct goal *goal)
{
	const struct listener *least = NULL;

	for (size_t i = 0; i < ns->n_listeners; i++) {
		const struct listener *listener = &ns->listeners[i];

		if (listener_is_meant(listener, goal) &&
		    (!least || listener_group_capacity(listener) <
		                       listener_group_capacity(least)))
			least = listener;
	}
	return least;
}

/*
 * A limit above the cap (somaxconn was lowered since, or a group's limits
 * added up) cannot be had any more. That matters only when the burst needs
 * it: all that a listener with more room would hold fits under the cap too.
 */
bool loadtest_emulate(struct load_options *load, const struct netns_facts *ns,
                      const struct goal *goal, struct load_refusal *refusal)
{
	const struct sysctl_fact *cap = &ns->sysctl[SYSCTL_SOMAXCONN];
	const struct listener *listener = weakest(ns, goal);
	const uint64_t capacity = listener_group_capacity(listener);
	const uint64_t needed = min_u64(capacity, load->burst) - 1;

	load->emulates = goal->port;
	load->backlog = min_u64(capacity - 1, LOAD_BACKLOG_MAX);
	if (cap->state != FACT_KNOWN || load->backlog <= (uint64_t)cap->v[0])
		return true;
	load->backlog = (uint64_t)cap->v[0];
	if (needed <= load->backlog)
		return true;
	if (listener->group_size > 1)
		return false;
	refusal->refused = true;
	refusal->have = load->backlog;
	refusal->need = needed;
	(void)snprintf(refusal->resource, sizeof(refusal->resource),
	               "net.core.somaxconn");
	return true;
}

static void show_progress(void *to, const struct load_progress *progress)
{
	char bytes[HUMAN_MAX];

	(void)to;
	human_bytes(progress->bytes, bytes);
	if (!strcmp(progress->phase, "transfer"))
		(void)fprintf(stderr,
		              "\rload test: transfer %.1f of %.1f s, %s",
		              (double)progress->done / 1e9,
		              (double)progress->of / 1e9, bytes);
	else
		(void)fprintf(stderr,
		              "\rload test: %s %" PRIu64 " of %" PRIu64
		              " flows",
		              progress->phase, progress->done, progress->of);
	(void)fputs("\033[K", stderr);
}

/* A test, as the command line wants it to be run. */
struct test {
	struct load_options load;
	struct load_refusal beyond; /* why there are no more flows */
	bool find_limit;
	bool shown; /* its progress */
};

static int run(const struct test *test, struct netns_facts *ns, struct err *err)
{
	const int rc = test->find_limit
	                       ? load_find_limit(&test->load, &test->beyond,
	                                         &ns->load, err)
	                       : load_run(&test->load, &ns->load, err);

	if (test->shown)
		(void)fputs("\r\033[K", stderr);
	if (!rc && ns->load->target)
		target_name_server(ns);
	return rc;
}

/* Where it leaves nothing behind; what is not as it is here, it says. */
static int run_isolated(const struct test *test, struct netns_facts *ns,
                        struct err *err)
{
	struct isolate isolate;
	int rc;

	rc = isolate_enter(ns, &isolate, err);
	if (rc)
		return rc;
	rc = run(test, ns, err);
	isolate_leave(&isolate);
	if (rc)
		return rc;
	ns->load->mode.isolated = true;
	ns->load->time_wait = fact_known(0);
	memcpy(ns->load->mode.not_copied, isolate.not_copied,
	       sizeof(isolate.not_copied));
	return 0;
}

static int refuse(const struct load_options *load,
                  const struct load_refusal *refusal, struct netns_facts *ns,
                  struct err *err)
{
	ns->load = load_refused(load, refusal);
	if (!ns->load)
		return err_set(err, -ENOMEM,
		               "not enough memory for the load test's result");
	return 0;
}

static bool is_on(const struct netns_facts *ns, enum sysctl_id id)
{
	return ns->sysctl[id].state == FACT_KNOWN && ns->sysctl[id].v[0] > 0;
}

/*
 * On loopback 2, the default, is as good as 1
 * (net/ipv4/tcp_ipv4.c:tcp_twsk_unique()). Before the delay was a sysctl it
 * was fixed to what its default is now.
 */
static void take_port_rest(const struct netns_facts *ns,
                           struct load_options *load)
{
	const struct sysctl_fact *delay = &ns->sysctl[SYSCTL_TW_REUSE_DELAY];
	const uint64_t ms =
		is_on(ns, SYSCTL_TW_REUSE_DELAY) ? (uint64_t)delay->v[0] : 1000;

	if (is_on(ns, SYSCTL_TW_REUSE) && is_on(ns, SYSCTL_TIMESTAMPS))
		load->port_rest_ns = ms * NS_PER_MS;
}

/* What host and namespace have for the test, as far as it is known. */
static void take_facts(const struct host *host, const struct netns_facts *ns,
                       struct load_options *load)
{
	const struct sysctl_fact *range = &ns->sysctl[SYSCTL_PORT_RANGE];
	const struct sysctl_fact *buckets = &ns->sysctl[SYSCTL_MAX_TW_BUCKETS];
	const struct fact_u64 used = ns->sockstat.time_wait;

	if (range->state == FACT_KNOWN) {
		load->port_low = (uint16_t)range->v[0];
		load->port_high = (uint16_t)range->v[1];
	}
	if (ns->ports.free.state == FACT_KNOWN)
		load->ports = ns->ports.free.value;
	take_port_rest(ns, load);
	load->inherited_files = load_inherited_files(&host->limits);
	if (!load->far && buckets->state == FACT_KNOWN &&
	    used.state == FACT_KNOWN)
		load->time_wait_left =
			saturate_sub(saturate_sysctl(buckets, 0), used.value);
}

/* Return: whether this host carries it, or some of a search's bursts. */
static bool prepare(struct test *test, const struct host *host,
                    const struct netns_facts *ns, struct load_refusal *refusal)
{
	uint64_t most;

	if (!test->find_limit)
		return !load_prepare(&test->load, host, ns, refusal);
	most = load_most(&test->load, host, ns, &test->beyond);
	*refusal = test->beyond;
	if (most)
		test->load.flows = most;
	return most > 0;
}

int loadtest_run(const struct options *options, const struct host *host,
                 struct netns_facts *ns, const char **ret_left_out,
                 struct err *err)
{
	struct test test = {
		.load = options->load,
		.find_limit = options->find_limit,
		.shown = !options->quiet && isatty(STDERR_FILENO),
	};
	struct load_refusal refusal = { 0 };

	test.load.stop_fd = stop_fd();
	test.load.progress = test.shown ? show_progress : NULL;
	take_facts(host, ns, &test.load);
	if (options->goal.port &&
	    !loadtest_emulate(&test.load, ns, &options->goal, &refusal)) {
		*ret_left_out =
			"one listener cannot stand for a SO_REUSEPORT group above net.core.somaxconn";
		return 0;
	}
	if (refusal.refused || !prepare(&test, host, ns, &refusal))
		return refuse(&test.load, &refusal, ns, err);
	return options->isolated ? run_isolated(&test, ns, err)
	                         : run(&test, ns, err);
}
