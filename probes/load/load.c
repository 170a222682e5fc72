// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load - runs the phases of the test, one after the other, and gathers what
 * the host counted meanwhile. See engine.h for who does what.
 */
#include "probes/load/load.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/num.h"
#include "probes/goal.h"
#include "probes/load/clock.h"
#include "probes/load/engine.h"
#include "probes/netstat.h"
#include "probes/sockstat.h"

void engine_progress(struct engine *engine,
                     const struct load_progress *progress)
{
	const uint64_t now = clock_ns();

	if (!engine->options->progress ||
	    now - engine->told_ns < PROGRESS_MS * NS_PER_MS)
		return;
	engine->told_ns = now;
	engine->options->progress(engine->options->to, progress);
}

unsigned int load_workers(const struct load_options *options)
{
	unsigned int workers = options->workers;
	cpu_set_t cpus;

	if (options->shape == LOAD_CHURN)
		return 1;
	if (!workers) {
		CPU_ZERO(&cpus);
		workers = sched_getaffinity(0, sizeof(cpus), &cpus)
		                  ? 1
		                  : (unsigned int)CPU_COUNT(&cpus);
	}
	return workers < options->flows ? workers
	                                : (unsigned int)options->flows;
}

/*
 * Not to be able to is no error: prepare refused what the hard one forbids.
 * Return: how many there may be now.
 */
static uint64_t raise_descriptors(void)
{
	struct rlimit limit;
	rlim_t soft;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return UINT64_MAX;
	soft = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) ? soft : limit.rlim_max;
}

static uint64_t files_for_flows(const struct load_options *options)
{
	const uint64_t files = raise_descriptors();

	return files > options->inherited_files
	               ? files - options->inherited_files
	               : 0;
}

/* What each end is going to write; the hello is the first of it. */
static void set_quota(struct flow *flow, const struct load_options *options)
{
	const uint64_t quota =
		options->bytes_per_flow ? options->bytes_per_flow : UINT64_MAX;

	flow->client.to_write = HELLO_BYTES;
	if (options->shape != LOAD_STREAM) {
		/* The client's exchanges come first, then its FIN. */
		flow->client.flags |= END_SENDER;
		return;
	}
	if (options->direction & LOAD_UP) {
		flow->client.to_write = quota;
		flow->client.flags |= END_SENDER;
	}
	if (options->direction & LOAD_DOWN) {
		flow->server.to_write = quota;
		flow->server.flags |= END_SENDER;
	}
}

void engine_init_flow(const struct engine *engine, struct flow *flow)
{
	flow_init(flow);
	set_quota(flow, engine->options);
}

static bool flows_new(struct engine *engine)
{
	const uint64_t n = engine->options->flows;

	engine->flows = calloc(n, sizeof(*engine->flows));
	for (uint64_t i = 0; engine->flows && i < n; i++)
		engine_init_flow(engine, &engine->flows[i]);
	return engine->flows;
}

/* Close what an error left open; tables have taken theirs along. */
static void flows_free(const struct engine *engine)
{
	for (uint64_t i = 0; !engine->tables && i < engine->options->flows; i++)
		flow_settle(&engine->flows[i], LOAD_FAILED);
	free(engine->flows);
}

/* ---- what the host counted meanwhile ---- */

struct usage {
	struct fact_u64 counter[COUNTER_COUNT];
	struct rusage cpu;
	struct fact_u64 rss_kib; /* peak */
};

/* Not ru_maxrss: that outlives exec() and begins with our parent's. */
static struct fact_u64 peak_rss_kib(int root_fd)
{
	static const char name[] = "VmHWM:";
	char status[8192];
	const char *at;
	uint64_t kib = 0;
	size_t len;
	int rc;

	rc = file_read(root_fd, "proc/self/status", status, sizeof(status),
	               &len, NULL);
	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	at = strstr(status, name);
	if (!at)
		return (struct fact_u64){ .state = FACT_ABSENT };
	at += sizeof(name) - 1;
	if (num_scan_u64(&at, status + len, &kib))
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(kib);
}

static void usage_read(struct usage *usage)
{
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)memset(usage, 0, sizeof(*usage));
	if (root_fd >= 0) {
		(void)netstat_read(root_fd, usage->counter);
		usage->rss_kib = peak_rss_kib(root_fd);
		(void)close(root_fd);
	}
	(void)getrusage(RUSAGE_SELF, &usage->cpu);
}

static double cpu_seconds(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) /
	               1e6;
}

static void usage_delta(const struct usage *before, const struct usage *after,
                        struct load_result *result)
{
	for (size_t i = 0; i < COUNTER_COUNT; i++) {
		const struct fact_u64 *old = &before->counter[i];
		const struct fact_u64 *new = &after->counter[i];

		result->counter[i] = *new;
		if (new->state == FACT_KNOWN && old->state == FACT_KNOWN)
			result->counter[i].value = new->value - old->value;
		else if (new->state == FACT_KNOWN)
			result->counter[i] = *old;
	}
	result->cpu_seconds =
		cpu_seconds(&after->cpu) - cpu_seconds(&before->cpu);
	result->rss_kib = after->rss_kib;
}

/* ---- what it leaves behind ---- */

/*
 * The end that closed first is in TIME_WAIT, if both did so in order; not
 * more than the namespace has.
 */
static struct fact_u64 time_wait_left(const struct load_result *result)
{
	const uint64_t closed = result->flows[LOAD_OK] +
	                        result->flows[LOAD_LATE] -
	                        result->closed_by_reset;
	struct sockstat_facts facts = { 0 };
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root_fd < 0)
		return (struct fact_u64){ .state = FACT_UNREAD };
	sockstat_read(root_fd, &facts);
	(void)close(root_fd);
	if (facts.time_wait.state == FACT_KNOWN &&
	    facts.time_wait.value > closed)
		facts.time_wait.value = closed;
	return facts.time_wait;
}

/* ---- the phases ---- */

int engine_open(struct engine *engine, struct err *err)
{
	int rc;

	engine->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	engine->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (engine->epoll_fd >= 0 && engine->done_fd >= 0)
		return 0;
	rc = -errno;
	return err_set(err, rc, "cannot prepare the load test: %s",
	               strerror(-rc));
}

/* Ends in a table of their own are closed with it. */
void engine_close(struct engine *engine)
{
	if (engine->tables)
		tables_close(engine->tables, engine->plan.n_tables);
	listener_close(&engine->listener);
	if (engine->epoll_fd >= 0)
		(void)close(engine->epoll_fd);
	if (engine->done_fd >= 0)
		(void)close(engine->done_fd);
}

/* Both ends are this program's. All are opened; then all carry their bytes. */
static int run_own(struct engine *engine, struct err *err)
{
	const uint64_t burst_ns = clock_ns();
	int rc;

	rc = burst_run(engine, err);
	engine->result->phase_ns[1] = clock_ns() - burst_ns;
	if (!rc)
		rc = transfer_run(engine, err);
	return rc;
}

static int run_flows(struct engine *engine, struct err *err)
{
	const struct load_options *options = engine->options;
	int rc;

	rc = options->destination ? target_run(engine, err)
	                          : run_own(engine, err);
	if (!rc && account_flows(engine->flows, options->flows, engine->result))
		rc = err_set(err, -ENOMEM,
		             "cannot add up the flows: out of memory");
	return rc;
}

static int prepare(struct engine *engine, struct err *err)
{
	int rc;

	rc = engine_open(engine, err);
	if (rc || engine->options->destination)
		return rc;
	rc = listener_open(&engine->listener, NULL, engine->options, err);
	if (!rc && engine->plan.n_tables > 1)
		rc = tables_open(engine->plan.n_tables, &engine->tables, err);
	return rc;
}

static int run_phases(struct engine *engine, uint64_t began_ns, struct err *err)
{
	struct load_result *result = engine->result;
	int rc;

	rc = prepare(engine, err);
	result->phase_ns[0] = clock_ns() - began_ns;
	if (!rc)
		rc = engine->options->shape == LOAD_CHURN
		             ? churn_run(engine, err)
		             : run_flows(engine, err);
	account_pace(&engine->pace, result);
	engine_close(engine);
	result->time_wait = time_wait_left(result);
	return rc;
}

int load_run(const struct load_options *options, struct load_result **ret,
             struct err *err)
{
	const uint64_t began_ns = clock_ns();
	const struct load_refusal no_refusal = { 0 };
	struct engine engine = { .options = options,
		                 .listener.fd = -1,
		                 .epoll_fd = -1,
		                 .done_fd = -1 };
	struct usage before;
	struct usage after;
	int rc;

	plan_make(options, files_for_flows(options), &engine.plan);
	engine.result = load_refused(options, &no_refusal);
	if (!payload_init(&engine.payload, options->verify) ||
	    !flows_new(&engine) || !engine.result) {
		load_result_free(engine.result);
		free(engine.flows);
		payload_done(&engine.payload);
		return err_set(err, -ENOMEM,
		               "cannot prepare %llu flows: out of memory",
		               (unsigned long long)options->flows);
	}
	engine.result->mode.workers = load_workers(options);
	engine.result->mode.tables = engine.plan.n_tables;
	engine.result->mode.sources = engine.plan.n_sources;
	usage_read(&before);
	rc = options->far ? remote_run(&engine, began_ns, err)
	                  : run_phases(&engine, began_ns, err);
	usage_read(&after);
	usage_delta(&before, &after, engine.result);
	flows_free(&engine);
	payload_done(&engine.payload);
	if (rc) {
		load_result_free(engine.result);
		return rc;
	}
	*ret = engine.result;
	return 0;
}
