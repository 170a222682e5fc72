// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * worker - moves the bytes of its flows, and drains them.
 *
 * A worker goes round its run queue and gives each flow one turn: write a
 * chunk at one end, read it at the other while it is still in this core's
 * cache. That measured two to five times the throughput of separate client
 * and server threads. A flow on which nothing moves is parked: only then are
 * its descriptors put into epoll, edge-triggered, and an event brings it
 * back. On loopback hardly any flow ever parks, and so costs no epoll work.
 *
 * Draining is no other loop: when the time is up there is nothing left to
 * write, so each end shuts its half, and reads on to the peer's FIN.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/engine.h"

/*
 * Bytes written a turn, measured by `make bench`: up to here more makes fewer
 * system calls a byte, and the chunk still fits into this core's cache and
 * into the window that a fresh socket offers.
 */
#define WRITE_CHUNK_BYTES 98304

/*
 * Bytes read at most by one recv(): more than a turn writes. A reader that
 * leaves something behind makes the next write wait for the window; the rest
 * of it then leaves paced, and under bbr each such wait arms a timer
 * (net/ipv4/tcp_output.c:tcp_pacing_check()): that halved the throughput.
 */
#define READ_CHUNK_BYTES 262144

/* Both ends closed, but data still unacknowledged: wait at most this long. */
#define ACK_DEADLINE_NS NS_PER_S

/* A transfer by bytes is cut off then, as --time is at the most. */
#define BYTES_DEADLINE_NS (3600 * NS_PER_S)

#define INTERVAL_NS NS_PER_S
#define EVENTS 256

struct worker {
	pthread_t thread;
	struct engine *engine;
	atomic_bool *stop;
	pthread_mutex_t *gate; /* locked until the flows are shared out */
	int done_fd;

	uint64_t first, end; /* flows [first, end) */
	uint64_t *run;       /* indices of flows that are not parked */
	uint64_t n_run;
	uint64_t n_open;
	uint64_t n_acking; /* in the run queue, waiting for nothing but ACKs */
	int epoll_fd;
	void *payload, *scratch;

	uint64_t start_ns;
	uint64_t stop_ns; /* when to write no more; UINT64_MAX: it has been */
	uint64_t now_ns;
	uint64_t moved_ns;    /* last time that anything moved */
	uint64_t read_ns;     /* last time that bytes were read */
	uint64_t drain_ns;    /* when draining began; 0: not yet */
	const char *deadline; /* the phase that ran into its own, or NULL */

	uint64_t *intervals; /* bytes read in each */
	size_t n_intervals, max_intervals;
	atomic_uint_fast64_t bytes_read; /* for the progress line only */
};

/* ---- accounting while it runs ---- */

static bool interval_room(struct worker *worker, size_t index)
{
	size_t max = worker->max_intervals ? worker->max_intervals : 64;
	uint64_t *bigger;

	while (max <= index)
		max *= 2;
	if (max == worker->max_intervals)
		return true;
	bigger = realloc(worker->intervals, max * sizeof(*bigger));
	if (!bigger)
		return false;
	(void)memset(bigger + worker->max_intervals, 0,
	             (max - worker->max_intervals) * sizeof(*bigger));
	worker->intervals = bigger;
	worker->max_intervals = max;
	return true;
}

static void count_read(struct worker *worker, uint64_t bytes)
{
	size_t index =
		(size_t)((worker->now_ns - worker->start_ns) / INTERVAL_NS);

	if (!bytes)
		return;
	/* Without memory for a new row the last one takes it: sums stay. */
	if (!interval_room(worker, index))
		index = worker->max_intervals - 1;
	worker->intervals[index] += bytes;
	if (index >= worker->n_intervals)
		worker->n_intervals = index + 1;
	worker->read_ns = worker->now_ns;
	atomic_fetch_add_explicit(&worker->bytes_read, bytes,
	                          memory_order_relaxed);
}

/* ---- one flow ---- */

/* One way of a flow: write at @from, read at @to. */
static enum end_step flow_move(struct worker *worker, struct flow *flow,
                               struct end *from, struct end *to)
{
	enum end_step wrote;
	enum end_step read;
	uint64_t bytes = 0;
	int code = 0;

	wrote = end_write(from, to, worker->payload, WRITE_CHUNK_BYTES, &code);
	if (wrote == END_BROKE) {
		flow_fail(flow, LOAD_PHASE_WRITE, code);
		return END_BROKE;
	}
	read = end_read(to, worker->scratch, READ_CHUNK_BYTES, &bytes, &code);
	count_read(worker, bytes);
	if (read == END_BROKE) {
		flow_fail(flow, LOAD_PHASE_READ, code);
		return END_BROKE;
	}
	return wrote == END_MOVED || read == END_MOVED ? END_MOVED : END_IDLE;
}

static enum end_step flow_shut(struct flow *flow)
{
	enum end_step client;
	enum end_step server;
	int code = 0;

	client = end_shut(&flow->client, &flow->server, &code);
	server = client == END_BROKE
	                 ? END_IDLE
	                 : end_shut(&flow->server, &flow->client, &code);
	if (client == END_BROKE || server == END_BROKE) {
		flow_fail(flow, LOAD_PHASE_DRAIN, code);
		return END_BROKE;
	}
	return client == END_MOVED || server == END_MOVED ? END_MOVED
	                                                  : END_IDLE;
}

/* Both ends have closed and read all: done once all is acknowledged. */
static void flow_finish(struct worker *worker, struct flow *flow)
{
	const bool acked =
		end_is_acked(&flow->client) && end_is_acked(&flow->server);

	if (!flow->since_ns)
		flow->since_ns = worker->now_ns;
	if (acked || worker->now_ns - flow->since_ns >= ACK_DEADLINE_NS)
		flow_settle(flow, flow->late ? LOAD_LATE : LOAD_OK);
	else
		worker->n_acking++;
}

/* Return: END_IDLE when nothing moved and epoll must say when to go on. */
static enum end_step flow_turn(struct worker *worker, struct flow *flow)
{
	enum end_step up;
	enum end_step down;
	enum end_step shut;

	up = flow_move(worker, flow, &flow->client, &flow->server);
	if (up == END_BROKE)
		return END_MOVED;
	down = flow_move(worker, flow, &flow->server, &flow->client);
	if (down == END_BROKE)
		return END_MOVED;
	shut = flow_shut(flow);
	if (shut == END_BROKE)
		return END_MOVED;
	if (end_is_drained(&flow->client) && end_is_drained(&flow->server)) {
		flow_finish(worker, flow);
		return END_MOVED;
	}
	return up == END_MOVED || down == END_MOVED || shut == END_MOVED
	               ? END_MOVED
	               : END_IDLE;
}

/* ---- parking ---- */

static void arm(const struct worker *worker, int fd, uint64_t data)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.u64 = data,
	};

	/* A flow that cannot be watched is found by the stall deadline. */
	(void)epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* Adding a descriptor reports what is ready by now: no event is lost. */
static void park(const struct worker *worker, uint64_t index)
{
	struct flow *flow = &worker->engine->flows[index];

	flow->parked = true;
	if (flow->armed)
		return;
	flow->armed = true;
	arm(worker, flow->client.fd, index << 1);
	arm(worker, flow->server.fd, index << 1 | 1);
}

static void unpark(struct worker *worker, uint64_t index)
{
	struct flow *flow = &worker->engine->flows[index];

	if (!flow->parked)
		return;
	flow->parked = false;
	worker->run[worker->n_run++] = index;
}

static void end_event(struct end *end, uint32_t events)
{
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		end->flags |= END_CAN_READ | END_LAST;
	if (events & EPOLLIN)
		end->flags |= END_CAN_READ;
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		end->flags |= END_CAN_WRITE;
}

static void wait_events(struct worker *worker)
{
	struct epoll_event events[EVENTS];
	int timeout_ms = 0;
	int n;

	if (!worker->n_run)
		timeout_ms = clock_timeout_ms(worker->stop_ns, PROGRESS_MS);
	else if (worker->n_run == worker->n_acking)
		timeout_ms = 1;
	n = epoll_wait(worker->epoll_fd, events, EVENTS, timeout_ms);
	for (int i = 0; i < n; i++) {
		const uint64_t index = events[i].data.u64 >> 1;
		struct flow *flow = &worker->engine->flows[index];

		end_event(events[i].data.u64 & 1 ? &flow->server
		                                 : &flow->client,
		          events[i].events);
		unpark(worker, index);
	}
}

/* ---- the worker ---- */

static void begin_drain(struct worker *worker)
{
	worker->drain_ns = worker->now_ns;
	if (worker->engine->options->bytes_per_flow &&
	    worker->now_ns >= worker->stop_ns)
		worker->deadline = "transfer";
	worker->stop_ns = UINT64_MAX;
	for (uint64_t i = worker->first; i < worker->end; i++) {
		struct flow *flow = &worker->engine->flows[i];

		if (flow->state != FLOW_OPEN)
			continue;
		flow->client.to_write = 0;
		flow->server.to_write = 0;
		unpark(worker, i);
	}
}

static void give_up(struct worker *worker)
{
	worker->deadline = worker->drain_ns ? "drain" : "transfer";
	for (uint64_t i = worker->first; i < worker->end; i++) {
		struct flow *flow = &worker->engine->flows[i];

		if (flow->state == FLOW_OPEN)
			flow_fail(flow,
			          worker->drain_ns ? LOAD_PHASE_DRAIN
			                           : LOAD_PHASE_READ,
			          ETIMEDOUT);
	}
	worker->n_open = 0;
}

/* Return: whether the flow stays in the run queue. */
static bool run_flow(struct worker *worker, uint64_t index)
{
	struct flow *flow = &worker->engine->flows[index];
	const enum end_step step = flow_turn(worker, flow);

	worker->now_ns = clock_ns();
	if (step == END_MOVED)
		worker->moved_ns = worker->now_ns;
	if (flow->state == FLOW_CLOSED) {
		worker->n_open--;
		return false;
	}
	if (step == END_IDLE) {
		park(worker, index);
		return false;
	}
	return true;
}

/* One round; cut short when it is time to stop writing. */
static void run_queue(struct worker *worker)
{
	uint64_t kept = 0;
	uint64_t i;

	worker->n_acking = 0;
	for (i = 0; i < worker->n_run && worker->now_ns < worker->stop_ns;
	     i++) {
		if (run_flow(worker, worker->run[i]))
			worker->run[kept++] = worker->run[i];
	}
	for (; i < worker->n_run; i++)
		worker->run[kept++] = worker->run[i];
	worker->n_run = kept;
}

static void check_deadlines(struct worker *worker)
{
	if (!worker->drain_ns &&
	    (worker->now_ns >= worker->stop_ns ||
	     atomic_load_explicit(worker->stop, memory_order_relaxed)))
		begin_drain(worker);
	if (worker->now_ns - worker->moved_ns >= STALL_DEADLINE_NS ||
	    (worker->drain_ns &&
	     worker->now_ns - worker->drain_ns >= STALL_DEADLINE_NS))
		give_up(worker);
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	const uint64_t one = 1;

	(void)pthread_mutex_lock(worker->gate);
	(void)pthread_mutex_unlock(worker->gate);
	while (worker->n_open) {
		run_queue(worker);
		if (worker->n_open &&
		    (worker->n_run < worker->n_open || worker->n_acking))
			wait_events(worker);
		worker->now_ns = clock_ns();
		check_deadlines(worker);
	}
	(void)!write(worker->done_fd, &one, sizeof(one));
	return NULL;
}

/* ---- all workers ---- */

struct crew {
	struct engine *engine;
	struct worker *workers;
	uint64_t *run; /* room for the index of every flow */
	unsigned int n;
	atomic_bool stop;
	pthread_mutex_t gate; /* held until every worker has its flows */
	int done_fd;
	uint64_t start_ns;
};

static int worker_alloc(struct worker *worker, struct crew *crew)
{
	*worker = (struct worker){
		.engine = crew->engine,
		.stop = &crew->stop,
		.gate = &crew->gate,
		.done_fd = crew->done_fd,
	};
	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll_fd < 0)
		return -errno;
	worker->payload = malloc(WRITE_CHUNK_BYTES);
	worker->scratch = malloc(READ_CHUNK_BYTES);
	if (!worker->payload || !worker->scratch || !interval_room(worker, 0))
		return -ENOMEM;
	/* Pages of its own: untouched ones would all be the zero page. */
	(void)memset(worker->payload, 'k', WRITE_CHUNK_BYTES);
	(void)memset(worker->scratch, 0, READ_CHUNK_BYTES);
	return 0;
}

static void worker_free(struct worker *worker)
{
	if (worker->epoll_fd >= 0)
		(void)close(worker->epoll_fd);
	free(worker->payload);
	free(worker->scratch);
	free(worker->intervals);
}

static void worker_assign(struct worker *worker, const struct crew *crew,
                          unsigned int nth)
{
	const struct load_options *options = crew->engine->options;
	const uint64_t time_ns =
		options->bytes_per_flow ? BYTES_DEADLINE_NS : options->time_ns;

	worker->first = options->flows * nth / crew->n;
	worker->end = options->flows * (nth + 1) / crew->n;
	worker->run = crew->run + worker->first;
	worker->start_ns = crew->start_ns;
	worker->now_ns = crew->start_ns;
	worker->moved_ns = crew->start_ns;
	worker->read_ns = crew->start_ns;
	worker->stop_ns = crew->start_ns + time_ns;
	for (uint64_t i = worker->first; i < worker->end; i++) {
		struct flow *flow = &worker->engine->flows[i];

		if (flow->state != FLOW_OPEN)
			continue;
		flow->since_ns = 0;
		worker->run[worker->n_run++] = i;
	}
	worker->n_open = worker->n_run;
}

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
	const struct load_options *options = crew->engine->options;
	const uint64_t bytes = crew_bytes(crew);
	struct load_progress progress = {
		.phase = "transfer",
		.done = clock_ns() - crew->start_ns,
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
	engine_progress(crew->engine, &progress);
}

static uint64_t crew_done(const struct crew *crew)
{
	uint64_t done = 0;

	if (read(crew->done_fd, &done, sizeof(done)) < 0)
		return 0;
	return done;
}

/* Wait for the workers; pass on that the user wants to stop. */
static void crew_watch(struct crew *crew)
{
	const int stop_fd = crew->engine->options->stop_fd;
	uint64_t left = crew->n;

	while (left) {
		struct pollfd fds[] = {
			{ .fd = crew->done_fd, .events = POLLIN },
			{ .fd = atomic_load(&crew->stop) ? -1 : stop_fd,
			  .events = POLLIN },
		};

		(void)poll(fds, 2, PROGRESS_MS);
		if (fds[1].revents) {
			crew->engine->result->interrupted = true;
			atomic_store(&crew->stop, true);
		}
		left -= crew_done(crew);
		crew_progress(crew);
	}
}

/*
 * As many workers as can be had, at least one: flows are shared out among
 * those that are there, while the gate holds them.
 */
static int crew_start(struct crew *crew, struct err *err)
{
	const unsigned int asked = crew->n;
	int rc = 0;

	(void)pthread_mutex_lock(&crew->gate);
	for (crew->n = 0; crew->n < asked; crew->n++) {
		struct worker *worker = &crew->workers[crew->n];

		rc = worker_alloc(worker, crew);
		if (!rc)
			rc = -pthread_create(&worker->thread, NULL, worker_main,
			                     worker);
		if (rc) {
			worker_free(worker);
			break;
		}
	}
	crew->start_ns = clock_ns();
	for (unsigned int i = 0; i < crew->n; i++)
		worker_assign(&crew->workers[i], crew, i);
	(void)pthread_mutex_unlock(&crew->gate);
	crew->engine->result->mode.workers = crew->n;
	if (crew->n)
		return 0;
	return err_set(err, rc, "cannot start a worker: %s", strerror(-rc));
}

/* ---- results ---- */

static uint64_t crew_read_ns(const struct crew *crew)
{
	uint64_t read_ns = crew->start_ns;

	for (unsigned int i = 0; i < crew->n; i++) {
		if (crew->workers[i].read_ns > read_ns)
			read_ns = crew->workers[i].read_ns;
	}
	return read_ns;
}

static int merge_intervals(const struct crew *crew, struct load_result *result)
{
	size_t n = 0;

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
	struct load_result *result = crew->engine->result;
	uint64_t drain_ns = crew_read_ns(crew);

	result->transfer_ns = crew_read_ns(crew) - crew->start_ns;
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
	result->phase_ns[2] = drain_ns - crew->start_ns;
	result->phase_ns[3] = clock_ns() - drain_ns;
	if (merge_intervals(crew, result))
		return err_set(err, -ENOMEM,
		               "cannot merge the intervals: out of memory");
	return 0;
}

static void crew_free(struct crew *crew)
{
	for (unsigned int i = 0; i < crew->n; i++)
		worker_free(&crew->workers[i]);
	free(crew->workers);
	free(crew->run);
	(void)close(crew->done_fd);
}

static int crew_alloc(struct crew *crew, struct err *err)
{
	crew->n = crew->engine->result->mode.workers;
	crew->workers = calloc(crew->n, sizeof(*crew->workers));
	crew->run = calloc(crew->engine->options->flows, sizeof(*crew->run));
	if (crew->workers && crew->run)
		return 0;
	return err_set(err, -ENOMEM, "cannot start the workers: out of memory");
}

int transfer_run(struct engine *engine, struct err *err)
{
	struct crew crew = {
		.engine = engine,
		.gate = PTHREAD_MUTEX_INITIALIZER,
	};
	int rc;

	crew.done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (crew.done_fd < 0) {
		rc = -errno;
		return err_set(err, rc, "cannot start the workers: %s",
		               strerror(-rc));
	}
	rc = crew_alloc(&crew, err);
	if (rc)
		crew.n = 0;
	else
		rc = crew_start(&crew, err);
	if (!rc) {
		crew_watch(&crew);
		for (unsigned int i = 0; i < crew.n; i++)
			(void)pthread_join(crew.workers[i].thread, NULL);
		rc = crew_merge(&crew, err);
	}
	crew_free(&crew);
	return rc;
}
