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
 * What bounds it, in CPU time a byte with 128 flows (`make bench`): a bare
 * loop of send() and recv() takes 0.93 of it, two copies in the cache 0.25;
 * the rest is the kernel's way from one socket to the other, which is the
 * same for all. io_uring, eight pairs of a send and a recv a call, took 0.9 of
 * the bare loop, and 64 pairs 0.88. It is not used: containers' default
 * seccomp filters forbid it, so it would be a second engine and not another.
 *
 * Draining is no other loop: when the time is up there is nothing left to
 * write, so each end shuts its half, and reads on to the peer's FIN.
 */
#include "probes/load/worker.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/load/clock.h"
#include "probes/load/histogram.h"
#include "probes/load/shape.h"
#include "probes/load/turns.h"

/* Both ends closed, but data still unacknowledged: wait at most this long. */
#define ACK_DEADLINE_NS NS_PER_S

/*
 * A drain may take this long for each flow besides: flows that were held
 * answer in it too, and that and closing take some 60 us.
 */
#define DRAIN_NS_A_FLOW NS_PER_MS

/* A transfer by bytes is cut off then, as --time is at the most. */
#define BYTES_DEADLINE_NS (3600 * NS_PER_S)

#define EVENTS 256

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

static void count_budget(struct shop *shop, uint64_t bytes)
{
	const uint64_t before = atomic_fetch_add_explicit(
		&shop->bytes_read, bytes, memory_order_relaxed);

	if (before + bytes > shop->engine->options->max_bytes)
		atomic_store(&shop->abandon, true);
}

static void count_read(struct worker *worker, uint64_t bytes)
{
	const struct shop *shop = worker->shop;
	size_t index =
		(size_t)((worker->now_ns - shop->start_ns) / shop->interval_ns);

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
	if (worker->shop->engine->options->max_bytes)
		count_budget(worker->shop, bytes);
}

/* ---- one flow ---- */

static enum end_step flow_write(struct worker *worker, struct flow *flow,
                                struct end *from, struct end *to, int *ret_code)
{
	const struct engine *engine = worker->shop->engine;
	const struct payload_place place = engine_place(
		engine, flow, from == &flow->client, from->written);
	const void *bytes = payload_at(&engine->payload, &place);

	if (engine->options->send == LOAD_SEND_ZEROCOPY)
		return end_splice(from, to, &worker->splicer, bytes,
		                  worker->write_bytes, ret_code);
	return end_write(from, to, bytes, worker->write_bytes, ret_code);
}

enum end_step worker_move(struct worker *worker, struct flow *flow,
                          struct end *from, struct end *to)
{
	enum end_step wrote;
	enum end_step read;
	uint64_t bytes = 0;
	int code = 0;

	wrote = flow_write(worker, flow, from, end_here(to), &code);
	if (wrote == END_BROKE) {
		flow_fail(flow, LOAD_PHASE_WRITE, code);
		return END_BROKE;
	}
	read = reader_read(&worker->reader, flow, to, &bytes, &code);
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

	if (flow->reset)
		return END_IDLE;
	client = end_shut(&flow->client, end_here(&flow->server), &code);
	server = client == END_BROKE ? END_IDLE
	                             : end_shut(&flow->server,
	                                        end_here(&flow->client), &code);
	if (client == END_BROKE || server == END_BROKE) {
		flow_fail(flow, LOAD_PHASE_DRAIN, code);
		return END_BROKE;
	}
	return client == END_MOVED || server == END_MOVED ? END_MOVED
	                                                  : END_IDLE;
}

/* Both ends have written and read all, and closed where they do so first. */
static bool flow_is_drained(const struct flow *flow)
{
	if (flow->reset)
		return end_has_all(&flow->client, &flow->server) &&
		       end_has_all(&flow->server, &flow->client);
	return end_is_drained(&flow->client) && end_is_drained(&flow->server);
}

/* Done once all is acknowledged. */
static void flow_finish(struct worker *worker, struct flow *flow)
{
	bool acked;

	if (!flow->since_ns) {
		flow->since_ns = worker->now_ns;
		if (flow->reset) {
			end_ack_now(&flow->client);
			end_ack_now(&flow->server);
		}
	}
	acked = end_is_acked(&flow->client) && end_is_acked(&flow->server);
	if (acked || worker->now_ns - flow->since_ns >= ACK_DEADLINE_NS)
		flow_settle(flow, flow->late ? LOAD_LATE : LOAD_OK);
	else
		worker->n_acking++;
}

/* Its shape has more for it to do. */
static bool flow_goes_on(const struct worker *worker, const struct flow *flow)
{
	return flow->asked_ns ||
	       worker->shop->shape->next(worker, flow) != NEXT_NONE;
}

/* What its shape does; then both halves. */
static enum end_step flow_step(struct worker *worker, struct flow *flow,
                               bool *ret_moved)
{
	const enum end_step step = worker->shop->shape->turn(worker, flow);

	if (step == END_BROKE)
		return END_BROKE;
	*ret_moved |= step == END_MOVED;
	return flow_goes_on(worker, flow) ? END_IDLE : flow_shut(flow);
}

static bool closes_at_once(const struct worker *worker)
{
	return worker->shop->engine->tables || worker->shop->shape->at_once;
}

/*
 * A half that was closed gives the other end something to read at once. When
 * flows are so many that none stays in the cache until its next turn, one
 * that is done is seen to its end in this. Otherwise bytes go first: closing
 * would count as time that the transfer took.
 *
 * Return: END_IDLE when nothing moved and epoll must say when to go on.
 */
static enum end_step flow_turn(struct worker *worker, struct flow *flow)
{
	enum end_step shut;
	bool moved = false;

	do {
		shut = flow_step(worker, flow, &moved);
		moved |= shut == END_MOVED;
	} while (shut == END_MOVED && closes_at_once(worker));
	if (shut == END_BROKE)
		return END_MOVED;
	if (!flow_goes_on(worker, flow) && flow_is_drained(flow)) {
		flow_finish(worker, flow);
		return END_MOVED;
	}
	return moved ? END_MOVED : END_IDLE;
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
	struct flow *flow = &worker->shop->engine->flows[index];

	flow->parked = true;
	if (flow->armed)
		return;
	flow->armed = true;
	arm(worker, flow->client.fd, index << 1);
	arm(worker, flow->server.fd, index << 1 | 1);
}

static void unpark(struct worker *worker, uint64_t index)
{
	struct flow *flow = &worker->shop->engine->flows[index];

	if (!flow->parked)
		return;
	flow->parked = false;
	worker->run[worker->n_run++] = (uint32_t)index;
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

void worker_events(struct worker *worker, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n;

	n = epoll_wait(worker->epoll_fd, events, EVENTS, timeout_ms);
	for (int i = 0; i < n; i++) {
		const uint64_t index = events[i].data.u64 >> 1;
		struct flow *flow = &worker->shop->engine->flows[index];

		end_event(events[i].data.u64 & 1 ? &flow->server
		                                 : &flow->client,
		          events[i].events);
		unpark(worker, index);
	}
}

/* When flows that cannot go on now may be able to. */
static void wait_events(struct worker *worker)
{
	int timeout_ms = 0;

	if (!worker->n_run)
		timeout_ms = clock_timeout_ms(worker->stop_ns, PROGRESS_MS);
	else if (worker->n_run == worker->n_acking)
		timeout_ms = 1;
	worker_events(worker, timeout_ms);
}

/* ---- the worker ---- */

static void begin_drain(struct worker *worker)
{
	const struct shape *shape = worker->shop->shape;

	worker->drain_ns = worker->now_ns;
	worker->drained_ns = worker->now_ns;
	worker->moved_ns = worker->now_ns;
	if (worker->shop->engine->options->bytes_per_flow &&
	    worker->now_ns >= worker->stop_ns)
		worker->deadline = "transfer";
	worker->stop_ns = UINT64_MAX;
	for (uint64_t i = worker->first; i < worker->end; i++) {
		struct flow *flow = &worker->shop->engine->flows[i];

		if (flow->state != FLOW_OPEN)
			continue;
		if (shape->stop)
			shape->stop(flow);
		unpark(worker, i);
	}
}

static void note_closed(struct worker *worker, uint64_t index)
{
	worker->n_open--;
	if (worker->shop->shape->closed)
		worker->shop->shape->closed(worker, index);
}

static void give_up(struct worker *worker, int code)
{
	if (code == ETIMEDOUT)
		worker->deadline = worker->drain_ns ? "drain" : "transfer";
	for (uint64_t i = worker->first; i < worker->end; i++) {
		struct flow *flow = &worker->shop->engine->flows[i];

		if (flow->state != FLOW_OPEN)
			continue;
		flow_fail(flow,
		          worker->drain_ns ? LOAD_PHASE_DRAIN : LOAD_PHASE_READ,
		          code);
		note_closed(worker, i);
	}
	worker->n_run = 0;
}

/* Return: whether the flow stays in the run queue. */
static bool run_flow(struct worker *worker, uint64_t index)
{
	struct flow *flow = &worker->shop->engine->flows[index];
	const enum end_step step = flow_turn(worker, flow);

	worker->now_ns = clock_ns();
	if (step == END_MOVED)
		worker->moved_ns = worker->now_ns;
	if (flow->state == FLOW_CLOSED) {
		note_closed(worker, index);
		return false;
	}
	if (step == END_IDLE) {
		park(worker, index);
		return false;
	}
	return true;
}

/*
 * All flows go the same path, so one tells for all; but it is measured again
 * in each round. A segment is half a window at the most, and becomes larger
 * as windows grow (net/ipv4/tcp_input.c:tcp_ack_update_window()).
 */
static void measure_segment(struct worker *worker)
{
	const struct engine *engine = worker->shop->engine;
	int segment = 0;
	socklen_t len = sizeof(segment);

	if (worker->n_run)
		(void)getsockopt(engine->flows[worker->run[0]].client.fd,
		                 IPPROTO_TCP, TCP_MAXSEG, &segment, &len);
	if (segment <= 0 || segment > WRITE_MOST_BYTES)
		segment = WRITE_MOST_BYTES;
	worker->write_bytes =
		(size_t)(WRITE_MOST_BYTES - WRITE_MOST_BYTES % segment);
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

/* Nothing has moved for too long, though something should have. */
static bool is_stalled(const struct worker *worker)
{
	if (worker->shop->shape->idles && !worker->drain_ns)
		return false;
	return worker->now_ns - worker->moved_ns >= STALL_DEADLINE_NS;
}

/* Whether or not anything moves, this has an end. */
static bool is_drain_over(const struct worker *worker)
{
	const uint64_t n_flows = worker->end - worker->first;

	return worker->drain_ns &&
	       worker->now_ns - worker->drained_ns >=
	               STALL_DEADLINE_NS + n_flows * DRAIN_NS_A_FLOW;
}

static void check_deadlines(struct worker *worker)
{
	if (!worker->drain_ns &&
	    (worker->now_ns >= worker->stop_ns ||
	     atomic_load_explicit(&worker->shop->stop, memory_order_relaxed)))
		begin_drain(worker);
	if (is_stalled(worker) || is_drain_over(worker))
		give_up(worker, ETIMEDOUT);
	if (atomic_load_explicit(&worker->shop->abandon, memory_order_relaxed))
		give_up(worker, EDQUOT);
}

/* What it is to wait for a turn is no stall. */
static unsigned int begin_turn(struct worker *worker)
{
	const uint64_t asked_ns = clock_ns();
	const unsigned int place =
		turns_begin(worker->shop->turns, worker->number);
	uint64_t waited_ns;

	worker->now_ns = clock_ns();
	waited_ns = worker->now_ns - asked_ns;
	worker->moved_ns += waited_ns;
	worker->drained_ns += waited_ns;
	worker->reader.buf = worker->shop->scratch[place];
	return place;
}

void worker_turn(struct worker *worker)
{
	const unsigned int place = begin_turn(worker);

	check_deadlines(worker);
	measure_segment(worker);
	run_queue(worker);
	turns_end(worker->shop->turns, worker->number, place);
}

void worker_begin(struct worker *worker)
{
	(void)pthread_mutex_lock(&worker->shop->gate);
	(void)pthread_mutex_unlock(&worker->shop->gate);
}

void worker_end(struct worker *worker)
{
	const uint64_t one = 1;

	worker_close(worker);
	(void)!write(worker->shop->engine->done_fd, &one, sizeof(one));
}

void *worker_main(void *arg)
{
	struct worker *worker = arg;

	worker_begin(worker);
	while (worker->n_open) {
		worker_turn(worker);
		if (worker->n_open &&
		    (worker->n_run < worker->n_open || worker->n_acking))
			wait_events(worker);
	}
	worker_end(worker);
	return NULL;
}

/* ---- beginning and end ---- */

void worker_close(struct worker *worker)
{
	splicer_close(&worker->splicer);
	if (worker->epoll_fd >= 0)
		(void)close(worker->epoll_fd);
}

static int open_descriptors(struct worker *worker)
{
	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll_fd < 0)
		return -errno;
	if (worker->shop->engine->options->send == LOAD_SEND_COPY)
		return 0;
	return splicer_open(&worker->splicer, WRITE_MOST_BYTES);
}

int worker_init(struct worker *worker, struct shop *shop, unsigned int number)
{
	int rc;

	*worker = (struct worker){
		.shop = shop,
		.number = number,
		.reader = { .engine = shop->engine, .chunk = READ_CHUNK_BYTES },
		.splicer = SPLICER_CLOSED,
		.epoll_fd = -1,
	};
	if (shop->shape->exchanges)
		worker->exchange_ns = calloc(1, sizeof(*worker->exchange_ns));
	rc = open_descriptors(worker);
	if (!rc && ((shop->shape->exchanges && !worker->exchange_ns) ||
	            !interval_room(worker, 0)))
		rc = -ENOMEM;
	if (rc) {
		worker_close(worker);
		worker_done(worker);
	}
	return rc;
}

void worker_done(struct worker *worker)
{
	free(worker->exchange_ns);
	free(worker->intervals);
}

void worker_add(struct worker *worker, uint64_t index)
{
	if (!worker->n_open)
		worker->moved_ns = worker->now_ns;
	worker->run[worker->n_run++] = (uint32_t)index;
	worker->n_open++;
}

void worker_assign(struct worker *worker, uint32_t *run)
{
	const struct load_options *options = worker->shop->engine->options;
	const uint64_t start_ns = worker->shop->start_ns;

	worker->run = run + worker->first;
	worker->now_ns = start_ns;
	worker->moved_ns = start_ns;
	worker->read_ns = start_ns;
	worker->stop_ns =
		start_ns + (options->bytes_per_flow ? BYTES_DEADLINE_NS
	                                            : options->time_ns);
	for (uint64_t i = worker->first; i < worker->end; i++) {
		struct flow *flow = &worker->shop->engine->flows[i];

		if (flow->state != FLOW_OPEN)
			continue;
		flow->since_ns = 0;
		flow->reset = plan_resets(options, i);
		worker->run[worker->n_run++] = (uint32_t)i;
	}
	worker->n_open = worker->n_run;
}
