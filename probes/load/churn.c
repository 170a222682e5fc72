// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn - flows that come and go: connect, one exchange, close, at a rate.
 *
 * One thread does all of it, one connection after the other, and accepts each
 * at once: what is looked at is what connections leave behind, which are
 * ports in TIME_WAIT, and not how many threads can make them. A flow here is a
 * place that is used again; what became of a connection is added up when it
 * leaves it.
 *
 * The loop is open: a connection is due when it is due. When all places are
 * taken, or a stall kept the thread from it, it is begun late, and its latency
 * counts from when it was due; CONNECT_DEADLINE_NS late it has timed out
 * without having been begun.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/histogram.h"
#include "probes/load/plan.h"
#include "probes/load/port_map.h"
#include "probes/load/schedule.h"
#include "probes/load/shape.h"
#include "probes/load/worker.h"

#define EVENTS 64

/* Wait after EMFILE and the like: what is short may be given back. */
#define EXHAUSTED_PAUSE_NS (10 * NS_PER_MS)

/* How often it is looked for connections that do not open. */
#define SWEEP_NS (100 * NS_PER_MS)

/* Where the client of a flow comes from. */
struct origin {
	uint32_t source;
	uint16_t port;
	bool watched; /* by the engine's epoll, until it is open */
};

struct churn {
	struct engine *engine;
	struct worker *worker; /* the only one */
	struct port_map map;
	struct origin *origins; /* one for each flow */
	uint32_t *free;         /* n_free flows that are not in use */
	uint64_t n_free;
	uint64_t n_opening; /* flows that were begun, and are not open yet */
	uint64_t n_begun;   /* connections, those that were lost included */
	uint64_t n;         /* that are to be */
	uint64_t swept_ns;
	bool exhausted;  /* the last accept() failed for want of something */
	int accept_code; /* errno of that; 0: none has */
	struct histogram connect_ns;
};

static uint64_t due_ns(const struct churn *churn, uint64_t nth)
{
	return churn->worker->shop->start_ns +
	       schedule_due_ns(churn->engine->options->rate_per_s, nth);
}

/* Connections that were due @ago_ns ago. */
static uint64_t n_due(const struct churn *churn, uint64_t ago_ns)
{
	const struct worker *worker = churn->worker;
	const uint64_t elapsed_ns = worker->now_ns - worker->shop->start_ns;
	uint64_t n;

	if (elapsed_ns < ago_ns)
		return 0;
	n = schedule_count(churn->engine->options->rate_per_s,
	                   elapsed_ns - ago_ns);
	return n < churn->n ? n : churn->n;
}

/* ---- the end of a connection ---- */

static void churn_closed(struct worker *worker, uint64_t index)
{
	struct churn *churn = worker->shop->engine->churn;
	struct flow *flow = &churn->engine->flows[index];
	const struct origin *origin = &churn->origins[index];

	if (flow->outcome == LOAD_OK || flow->outcome == LOAD_LATE)
		histogram_add(&churn->connect_ns, flow->connect_us * NS_PER_US);
	account_flow(flow, churn->engine->result);
	if (origin->port)
		*port_map_at(&churn->map, origin->source, origin->port) = 0;
	churn->origins[index] = (struct origin){ 0 };
	engine_init_flow(churn->engine, flow);
	churn->free[churn->n_free++] = (uint32_t)index;
}

/* Connections that are not going to be begun. */
static void lose(struct churn *churn, uint64_t until, int code)
{
	if (until <= churn->n_begun)
		return;
	account_lost(until - churn->n_begun, code, churn->engine->result);
	churn->n_begun = until;
}

/* ---- from its beginning until it is open ---- */

static bool is_opening(const struct flow *flow)
{
	return flow->state == FLOW_CONNECTING || flow->state == FLOW_CONNECTED;
}

/* What it waits for so long, this thread does not bring about. */
static void watch(struct churn *churn, uint64_t index)
{
	const struct flow *flow = &churn->engine->flows[index];
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
		.data.u64 = index,
	};

	if (flow->state == FLOW_CONNECTING)
		event.events |= EPOLLOUT;
	/* Without a watch it is only noticed at the deadline. */
	churn->origins[index].watched =
		!epoll_ctl(churn->engine->epoll_fd, EPOLL_CTL_ADD,
	                   flow->client.fd, &event);
}

/* It was opening until now: is it open, or closed? */
static void note_step(struct churn *churn, uint64_t index)
{
	struct flow *flow = &churn->engine->flows[index];
	struct worker *worker = churn->worker;

	if (is_opening(flow))
		return;
	churn->n_opening--;
	if (flow->state == FLOW_CLOSED) {
		churn_closed(worker, index);
		return;
	}
	if (churn->origins[index].watched)
		(void)epoll_ctl(churn->engine->epoll_fd, EPOLL_CTL_DEL,
		                flow->client.fd, NULL);
	flow_note_hello(flow, false);
	exchange_ask(worker, flow, flow->since_ns);
	flow->since_ns = 0;
	worker_add(worker, index);
}

/* net.ipv4.tcp_max_tw_buckets has room for those of the last minute. */
static bool is_reset(const struct churn *churn, uint64_t nth)
{
	const uint64_t gone = n_due(churn, LOAD_TIME_WAIT_S * NS_PER_S);

	return plan_resets(churn->engine->options, nth > gone ? nth - gone : 0);
}

/* The first that found no port: when was it? */
static void note_ports(struct churn *churn, const struct flow *flow)
{
	struct load_result *result = churn->engine->result;
	const struct worker *worker = churn->worker;

	if (flow->code == EADDRNOTAVAIL &&
	    result->ports_out_us.state != FACT_KNOWN)
		result->ports_out_us = fact_known(
			(worker->now_ns - worker->shop->start_ns) / NS_PER_US);
}

static void begin_one(struct churn *churn)
{
	const uint64_t nth = churn->n_begun++;
	const uint32_t index = churn->free[--churn->n_free];
	struct flow *flow = &churn->engine->flows[index];
	struct origin *origin = &churn->origins[index];

	flow->since_ns = due_ns(churn, nth);
	flow->reset = is_reset(churn, nth);
	origin->source = (uint32_t)(nth % churn->engine->plan.n_sources);
	pace_note(&churn->engine->pace, flow->since_ns, churn->worker->now_ns);
	flow_connect(flow, churn->engine, origin->source, &origin->port);
	if (origin->port)
		*port_map_at(&churn->map, origin->source, origin->port) =
			index + 1;
	note_ports(churn, flow);
	churn->n_opening++;
	if (is_opening(flow))
		watch(churn, index);
	else
		note_step(churn, index);
}

static void begin_due(struct churn *churn)
{
	const int code = atomic_load(&churn->worker->shop->stop) ? EINTR : 0;

	churn->worker->now_ns = clock_ns();
	lose(churn, n_due(churn, CONNECT_DEADLINE_NS), ETIMEDOUT);
	if (code)
		lose(churn, churn->n, code);
	if (churn->n_free && churn->n_begun < n_due(churn, 0))
		begin_one(churn);
}

/* ---- what comes meanwhile ---- */

static void take(struct churn *churn, int fd, const union address *from)
{
	const uint32_t source = address_source(from);
	uint32_t known = 0;

	if (source < churn->map.n_columns)
		known = *port_map_at(&churn->map, source, address_port(from));
	if (!known || churn->engine->flows[known - 1].server.fd >= 0) {
		(void)close(fd);
		return;
	}
	flow_take_server(&churn->engine->flows[known - 1], fd);
	note_step(churn, known - 1);
}

/* Return: nothing more can be accepted now. */
static bool note_accept(struct churn *churn, int code)
{
	churn->exhausted =
		code != EAGAIN && code != ECONNABORTED && code != EINTR;
	if (churn->exhausted)
		churn->accept_code = code;
	return code == EAGAIN || churn->exhausted;
}

static void accept_all(struct churn *churn)
{
	for (;;) {
		union address from = { 0 };
		socklen_t len = sizeof(from);
		const int fd = accept4(churn->engine->listener.fd, &from.any,
		                       &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0)
			take(churn, fd, &from);
		else if (note_accept(churn, errno))
			return;
	}
}

static void client_events(struct churn *churn)
{
	struct epoll_event events[EVENTS];
	const int n = epoll_wait(churn->engine->epoll_fd, events, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		const uint64_t index = events[i].data.u64;
		struct flow *flow = &churn->engine->flows[index];

		if (!is_opening(flow))
			continue;
		flow_client_event(flow, churn->engine, events[i].events);
		note_step(churn, index);
	}
}

static void sweep(struct churn *churn)
{
	const uint64_t now = churn->worker->now_ns;

	if (!churn->n_opening || now - churn->swept_ns < SWEEP_NS)
		return;
	churn->swept_ns = now;
	for (uint64_t i = 0; i < churn->engine->options->flows; i++) {
		struct flow *flow = &churn->engine->flows[i];

		if (!is_opening(flow) ||
		    now - flow->since_ns < CONNECT_DEADLINE_NS)
			continue;
		flow_give_up(flow, false);
		note_step(churn, i);
	}
}

/* ---- the thread ---- */

/* Until when there may be nothing to do. */
static uint64_t idle_until_ns(const struct churn *churn)
{
	const struct worker *worker = churn->worker;
	uint64_t at_ns = worker->now_ns + SWEEP_NS;

	if (worker->n_run > worker->n_acking)
		return 0;
	if (churn->exhausted)
		at_ns = worker->now_ns + EXHAUSTED_PAUSE_NS;
	if (worker->n_run)
		at_ns = worker->now_ns + NS_PER_MS;
	if (churn->n_free && churn->n_begun < churn->n &&
	    due_ns(churn, churn->n_begun) < at_ns)
		at_ns = due_ns(churn, churn->n_begun);
	return at_ns;
}

static void wait_for_events(struct churn *churn)
{
	const struct timespec left = clock_left(idle_until_ns(churn));
	struct pollfd fds[] = {
		{ .fd = churn->exhausted ? -1 : churn->engine->listener.fd,
		  .events = POLLIN },
		{ .fd = churn->engine->epoll_fd, .events = POLLIN },
		{ .fd = churn->worker->epoll_fd, .events = POLLIN },
	};

	if (ppoll(fds, sizeof(fds) / sizeof(fds[0]), &left, NULL) <= 0)
		return;
	if (fds[1].revents)
		client_events(churn);
	if (fds[2].revents)
		worker_events(churn->worker, 0);
}

static bool is_over(const struct churn *churn)
{
	return churn->n_begun == churn->n && !churn->n_opening &&
	       !churn->worker->n_open;
}

static void *churn_main(void *arg)
{
	struct worker *worker = arg;
	struct churn *churn = worker->shop->engine->churn;

	worker_begin(worker);
	churn->worker = worker;
	(void)clock_slack(1);
	worker->stop_ns = UINT64_MAX; /* the schedule ends by itself */
	while (!is_over(churn)) {
		begin_due(churn);
		accept_all(churn);
		if (worker->n_open)
			worker_turn(worker);
		sweep(churn);
		wait_for_events(churn);
	}
	worker_end(worker);
	return NULL;
}

static enum shape_next next(const struct worker *worker,
                            const struct flow *flow)
{
	(void)worker;
	(void)flow;
	return NEXT_NONE;
}

const struct shape shape_churn = {
	.turn = exchange_turn,
	.next = next,
	.closed = churn_closed,
	.main = churn_main,
	.exchanges = true,
	.at_once = true,
};

/* ---- beginning and end ---- */

static int churn_init(struct churn *churn, struct err *err)
{
	const uint64_t n_flows = churn->engine->options->flows;

	churn->map = port_map_init(churn->engine->plan.n_sources);
	churn->origins = calloc(n_flows, sizeof(*churn->origins));
	churn->free = calloc(n_flows, sizeof(*churn->free));
	if (!churn->map.index || !churn->origins || !churn->free)
		return err_set(err, -ENOMEM,
		               "cannot start the churn: out of memory");
	for (uint64_t i = n_flows; i; i--)
		churn->free[churn->n_free++] = (uint32_t)(i - 1);
	return 0;
}

static void churn_done(struct churn *churn)
{
	port_map_done(&churn->map);
	free(churn->origins);
	free(churn->free);
}

/* The listener is this test's own: its drops began with none. */
static void note_queue(struct engine *engine)
{
	struct load_result *result = engine->result;

	if (listener_sample(&engine->listener))
		return;
	result->queue_limit = fact_known(engine->listener.row.wqueue);
	result->queue_drops = engine->listener.row.drops;
}

int churn_run(struct engine *engine, struct err *err)
{
	struct churn churn = {
		.engine = engine,
		.n = load_connections(engine->options),
	};
	int rc;

	engine->churn = &churn;
	rc = churn_init(&churn, err);
	if (!rc)
		rc = transfer_run(engine, err);
	if (!rc) {
		note_queue(engine);
		account_times(&churn.connect_ns, &engine->result->connect_us);
		account_accept(churn.accept_code, engine->result);
		account_end(engine->result);
	}
	churn_done(&churn);
	engine->churn = NULL;
	return rc;
}
