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
#include "checker/report/human.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/isolate.h"
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

static int run(const struct load_options *load, bool shown,
               struct netns_facts *ns, struct err *err)
{
	const int rc = load_run(load, &ns->load, err);

	if (shown)
		(void)fputs("\r\033[K", stderr);
	return rc;
}

/* Where it leaves nothing behind; what is not as it is here, it says. */
static int run_isolated(const struct load_options *load, bool shown,
                        struct netns_facts *ns, struct err *err)
{
	struct isolate isolate;
	int rc;

	rc = isolate_enter(ns, &isolate, err);
	if (rc)
		return rc;
	rc = run(load, shown, ns, err);
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
	load->inherited_files = load_inherited_files(&host->limits);
	if (!load->far && buckets->state == FACT_KNOWN &&
	    used.state == FACT_KNOWN)
		load->time_wait_left =
			saturate_sub(saturate_sysctl(buckets, 0), used.value);
}

int loadtest_run(const struct options *options, const struct host *host,
                 struct netns_facts *ns, const char **ret_left_out,
                 struct err *err)
{
	const bool shown = !options->quiet && isatty(STDERR_FILENO);
	struct load_options load = options->load;
	struct load_refusal refusal = { 0 };

	load.stop_fd = stop_fd();
	load.progress = shown ? show_progress : NULL;
	take_facts(host, ns, &load);
	if (options->goal.port &&
	    !loadtest_emulate(&load, ns, &options->goal, &refusal)) {
		*ret_left_out =
			"one listener cannot stand for a SO_REUSEPORT group above net.core.somaxconn";
		return 0;
	}
	if (refusal.refused || load_prepare(&load, host, ns, &refusal))
		return refuse(&load, &refusal, ns, err);
	return options->isolated ? run_isolated(&load, shown, ns, err)
	                         : run(&load, shown, ns, err);
}
