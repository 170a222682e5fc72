// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crew - all workers of a transfer, and what they found together.
 *
 * A worker must be in the descriptor table of its flows. Each table has at
 * least one; when there are more of them than may run, they take turns.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/table.h"
#include "probes/load/turns.h"
#include "probes/load/worker.h"

struct crew {
	struct shop shop;
	struct worker *workers;
	uint32_t *run; /* room for the index of every flow */
	unsigned int n_places;
	unsigned int a_table; /* workers of one table */
	unsigned int n;       /* workers that were started */
};

/* ---- beginning ---- */

struct start {
	struct crew *crew;
	int rc;
};

static void start_worker(void *arg)
{
	struct start *start = arg;
	struct crew *crew = start->crew;
	struct worker *worker = &crew->workers[crew->n];

	start->rc = worker_init(worker, &crew->shop, crew->n);
	if (start->rc)
		return;
	start->rc = -pthread_create(&worker->thread, NULL, worker_main, worker);
	if (!start->rc) {
		crew->n++;
		return;
	}
	worker_close(worker);
	worker_done(worker);
}

/*
 * As many workers of table @nth as can be had, at least one. Flows are
 * shared out among those that are there, while the gate holds them.
 */
static int start_table(struct crew *crew, uint64_t nth)
{
	struct engine *engine = crew->shop.engine;
	const uint64_t table_first = nth * engine->plan.flows_a_table;
	const uint64_t n_flows =
		engine_table_end(engine, table_first) - table_first;
	const unsigned int first = crew->n;
	struct start start = { .crew = crew };
	uint64_t n;

	while (!start.rc && crew->n - first < crew->a_table)
		table_call(engine_table(engine, table_first), start_worker,
		           &start);
	n = crew->n - first;
	for (uint64_t i = 0; i < n; i++) {
		struct worker *worker = &crew->workers[first + i];

		worker->first = table_first + n_flows * i / n;
		worker->end = table_first + n_flows * (i + 1) / n;
	}
	return n ? 0 : start.rc;
}

static int crew_start(struct crew *crew, struct err *err)
{
	struct engine *engine = crew->shop.engine;
	int rc = 0;

	(void)pthread_mutex_lock(&crew->shop.gate);
	for (uint64_t i = 0; !rc && i < engine->plan.n_tables; i++)
		rc = start_table(crew, i);
	crew->shop.start_ns = clock_ns();
	for (unsigned int i = 0; !rc && i < crew->n; i++)
		worker_assign(&crew->workers[i], crew->run);
	(void)pthread_mutex_unlock(&crew->shop.gate);
	if (rc)
		return err_set(err, rc, "cannot start a worker: %s",
		               strerror(-rc));
	if (crew->n < engine->result->mode.workers)
		engine->result->mode.workers = crew->n;
	return 0;
}

static bool alloc_buffers(struct crew *crew)
{
	crew->shop.buffers =
		calloc(crew->n_places, sizeof(*crew->shop.buffers));
	for (unsigned int i = 0; crew->shop.buffers && i < crew->n_places;
	     i++) {
		struct buffers *buffers = &crew->shop.buffers[i];

		buffers->payload = malloc(WRITE_CHUNK_BYTES);
		buffers->scratch = malloc(READ_CHUNK_BYTES);
		if (!buffers->payload || !buffers->scratch)
			return false;
		/* Pages of its own: untouched ones would all be the zero page.
		 */
		(void)memset(buffers->payload, 'k', WRITE_CHUNK_BYTES);
		(void)memset(buffers->scratch, 0, READ_CHUNK_BYTES);
	}
	return crew->shop.buffers;
}

static void free_buffers(struct crew *crew)
{
	for (unsigned int i = 0; crew->shop.buffers && i < crew->n_places;
	     i++) {
		free(crew->shop.buffers[i].payload);
		free(crew->shop.buffers[i].scratch);
	}
	free(crew->shop.buffers);
}

static int crew_alloc(struct crew *crew, struct err *err)
{
	const struct engine *engine = crew->shop.engine;
	const unsigned int n_tables = (unsigned int)engine->plan.n_tables;
	unsigned int max;

	crew->n_places = engine->result->mode.workers;
	crew->a_table = (crew->n_places + n_tables - 1) / n_tables;
	max = n_tables * crew->a_table;
	crew->workers = calloc(max, sizeof(*crew->workers));
	crew->run = calloc(engine->options->flows, sizeof(*crew->run));
	crew->shop.turns = turns_new(max, crew->n_places);
	if (crew->workers && crew->run && crew->shop.turns &&
	    alloc_buffers(crew))
		return 0;
	return err_set(err, -ENOMEM, "cannot start the workers: out of memory");
}

static void crew_free(struct crew *crew)
{
	for (unsigned int i = 0; i < crew->n; i++)
		worker_done(&crew->workers[i]);
	free_buffers(crew);
	turns_free(crew->shop.turns);
	free(crew->workers);
	free(crew->run);
}

/* ---- while they run ---- */

static uint64_t crew_bytes(const struct crew *crew)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < crew->n; i++)
		bytes += atomic_load_explicit(&crew->workers[i].bytes_read,
		                              memory_order_relaxed);
	return bytes;
}

static void crew_progress(const struct crew *crew)
{
	const struct load_options *options = crew->shop.engine->options;
	const uint64_t bytes = crew_bytes(crew);
	struct load_progress progress = {
		.phase = "transfer",
		.done = clock_ns() - crew->shop.start_ns,
		.of = options->time_ns,
		.bytes = bytes,
	};

	if (options->bytes_per_flow) {
		progress.done = bytes;
		progress.of = options->bytes_per_flow * options->flows;
	} else if (progress.done > progress.of) {
		progress.phase = "drain";
		progress.done = progress.of;
	}
	engine_progress(crew->shop.engine, &progress);
}

static uint64_t crew_done(const struct crew *crew)
{
	uint64_t done = 0;

	if (read(crew->shop.engine->done_fd, &done, sizeof(done)) < 0)
		return 0;
	return done;
}

/* Wait for the workers; pass on that the user wants to stop. */
static void crew_watch(struct crew *crew)
{
	const int stop_fd = crew->shop.engine->options->stop_fd;
	uint64_t left = crew->n;

	while (left) {
		struct pollfd fds[] = {
			{ .fd = crew->shop.engine->done_fd, .events = POLLIN },
			{ .fd = atomic_load(&crew->shop.stop) ? -1 : stop_fd,
			  .events = POLLIN },
		};

		(void)poll(fds, 2, PROGRESS_MS);
		if (fds[1].revents) {
			crew->shop.engine->result->interrupted = true;
			atomic_store(&crew->shop.stop, true);
		}
		left -= crew_done(crew);
		crew_progress(crew);
	}
}

/* ---- results ---- */

static uint64_t crew_read_ns(const struct crew *crew)
{
	uint64_t read_ns = crew->shop.start_ns;

	for (unsigned int i = 0; i < crew->n; i++) {
		if (crew->workers[i].read_ns > read_ns)
			read_ns = crew->workers[i].read_ns;
	}
	return read_ns;
}

static int merge_intervals(const struct crew *crew, struct load_result *result)
{
	size_t n = crew->shop.engine->hello_bytes ? 1 : 0;

	for (unsigned int i = 0; i < crew->n; i++) {
		if (crew->workers[i].n_intervals > n)
			n = crew->workers[i].n_intervals;
	}
	result->intervals = calloc(n + 1, sizeof(*result->intervals));
	if (!result->intervals)
		return -ENOMEM;
	result->n_intervals = n;
	for (size_t row = 0; row < n; row++) {
		struct load_interval *interval = &result->intervals[row];

		interval->end_ns = (row + 1) * INTERVAL_NS;
		if (!row)
			interval->bytes = crew->shop.engine->hello_bytes;
		for (unsigned int i = 0; i < crew->n; i++) {
			if (row < crew->workers[i].n_intervals)
				interval->bytes +=
					crew->workers[i].intervals[row];
		}
	}
	if (n && result->transfer_ns < result->intervals[n - 1].end_ns)
		result->intervals[n - 1].end_ns = result->transfer_ns;
	return 0;
}

static int crew_merge(const struct crew *crew, struct err *err)
{
	struct load_result *result = crew->shop.engine->result;
	uint64_t drain_ns = crew_read_ns(crew);

	result->transfer_ns = crew_read_ns(crew) - crew->shop.start_ns;
	for (unsigned int i = 0; i < crew->n; i++) {
		const struct worker *worker = &crew->workers[i];

		if (worker->drain_ns && worker->drain_ns < drain_ns)
			drain_ns = worker->drain_ns;
		if (worker->deadline && !result->deadline) {
			result->deadline = true;
			(void)snprintf(result->deadline_phase,
			               sizeof(result->deadline_phase), "%s",
			               worker->deadline);
		}
	}
	result->phase_ns[2] = drain_ns - crew->shop.start_ns;
	result->phase_ns[3] = clock_ns() - drain_ns;
	if (merge_intervals(crew, result))
		return err_set(err, -ENOMEM,
		               "cannot merge the intervals: out of memory");
	return 0;
}

int transfer_run(struct engine *engine, struct err *err)
{
	struct crew crew = {
		.shop = { .engine = engine, .gate = PTHREAD_MUTEX_INITIALIZER },
	};
	int rc;

	rc = crew_alloc(&crew, err);
	if (!rc)
		rc = crew_start(&crew, err);
	if (!rc)
		crew_watch(&crew);
	for (unsigned int i = 0; i < crew.n; i++)
		(void)pthread_join(crew.workers[i].thread, NULL);
	if (!rc)
		rc = crew_merge(&crew, err);
	crew_free(&crew);
	return rc;
}
