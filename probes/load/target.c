// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * target - fires a burst at a server that runs already: connect, hold, close.
 *
 * Only one end of a flow is ours, so nothing can be reconciled. What became
 * of the other end is seen in two places: in the client's own tcp_info (what
 * it wrote was acknowledged, or had to be sent again), and, when the server
 * is on this host, in sock_diag: an end without an inode is one that nobody
 * accepted. Where neither shows it, an established flow counts as ok.
 *
 * What the server sends is read and dropped, so that it does not stop for us.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/engine.h"
#include "probes/load/server.h"
#include "probes/load/tcp_info.h"

#define EVENT_STOP UINT64_MAX
#define EVENTS 256

/* How often, in connects and in time, the server's queue is looked at. */
#define SAMPLE_FLOWS 64
#define SAMPLE_MS 10

#define SCRATCH_BYTES 65536

/* A server that never stops sending must not keep us from the others. */
#define READS_AN_EVENT 16

#define PORTS 65536

struct fire {
	struct engine *engine;
	struct server server;
	uint16_t *port;       /* of each flow's client; 0: none */
	uint8_t *end_of_port; /* enum server_end */
	void *scratch;
	uint64_t n_connecting;
	uint64_t n_held;
	bool stopped;
};

static struct flow *fire_flow(const struct fire *fire, uint64_t index)
{
	return &fire->engine->flows[index];
}

/* ---- one flow ---- */

static bool is_connecting(const struct flow *flow)
{
	return flow->state == FLOW_CONNECTING;
}

/* By both sides: the server has not closed it. */
static bool is_held(const struct flow *flow)
{
	return flow->state == FLOW_CONNECTED && !(flow->client.flags & END_EOF);
}

/* Before a flow may change, and after it. */
static void count_out(struct fire *fire, const struct flow *flow)
{
	fire->n_connecting -= is_connecting(flow);
	fire->n_held -= is_held(flow);
}

static void count_in(struct fire *fire, const struct flow *flow)
{
	fire->n_connecting += is_connecting(flow);
	fire->n_held += is_held(flow);
}

static void open_flow(struct fire *fire, uint64_t index)
{
	struct flow *flow = fire_flow(fire, index);
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.u64 = index,
	};

	flow_connect(flow, fire->engine, 0, &fire->port[index]);
	if (flow->state != FLOW_CLOSED &&
	    epoll_ctl(fire->engine->epoll_fd, EPOLL_CTL_ADD, flow->client.fd,
	              &event))
		flow_fail(flow, LOAD_PHASE_CONNECT, errno);
	count_in(fire, flow);
}

/* Read what the server said, and write on where that was cut short. */
static void serve_client(struct fire *fire, struct flow *flow, uint32_t events)
{
	struct load_target *target = fire->engine->result->target;
	enum end_step step = END_MOVED;
	int code = 0;

	flow->client.flags |= END_CAN_READ | END_CAN_WRITE;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		flow->client.flags |= END_LAST;
	for (int i = 0; step == END_MOVED && i < READS_AN_EVENT; i++)
		step = end_read(&flow->client, fire->scratch, SCRATCH_BYTES,
		                &target->answered, &code);
	if (step == END_BROKE) {
		flow_fail(flow, LOAD_PHASE_READ, code);
		return;
	}
	if (end_write(&flow->client, NULL, fire->engine->payload.bytes,
	              LOAD_SEND_FIRST_MAX, &code) == END_BROKE)
		flow_fail(flow, LOAD_PHASE_WRITE, code);
}

static void flow_event(struct fire *fire, uint64_t index, uint32_t events)
{
	struct flow *flow = fire_flow(fire, index);

	count_out(fire, flow);
	if (flow->state == FLOW_CONNECTING)
		flow_client_event(flow, fire->engine, events);
	if (flow->state == FLOW_CONNECTED)
		serve_client(fire, flow, events);
	count_in(fire, flow);
}

/* Sent again, and not a byte of it was acknowledged. */
static bool is_unheard(const struct flow *flow, const struct tcp_facts *facts)
{
	/* its own SYN counts as one */
	return flow->client.written && facts->bytes_acked <= 1 &&
	       facts->total_retrans;
}

static bool is_ghost(const struct fire *fire, uint64_t index, bool seen,
                     const struct tcp_facts *facts)
{
	const struct flow *flow = fire_flow(fire, index);

	if (flow->client.flags & END_EOF)
		return false;
	if (seen)
		return fire->end_of_port[fire->port[index]] !=
		       SERVER_END_ACCEPTED;
	return is_unheard(flow, facts);
}

static void settle_flow(struct fire *fire, uint64_t index, bool seen)
{
	struct flow *flow = fire_flow(fire, index);
	struct tcp_facts facts = { 0 };

	if (flow->state != FLOW_CONNECTED)
		return;
	(void)tcp_facts_read(flow->client.fd, &facts);
	flow->late |= facts.total_retrans > 0;
	flow->burst_retrans = facts.total_retrans; /* what made it late */
	flow->reset = fire->engine->options->close == LOAD_CLOSE_RST;
	fire->engine->result->target->closed +=
		(flow->client.flags & END_EOF) != 0;
	if (is_ghost(fire, index, seen, &facts))
		flow_settle(flow, LOAD_GHOST);
	else
		flow_settle(flow, flow->late ? LOAD_LATE : LOAD_OK);
}

/* ---- all of them ---- */

static void take_events(struct fire *fire, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n;

	n = epoll_wait(fire->engine->epoll_fd, events, EVENTS, timeout_ms);
	for (int i = 0; i < n; i++) {
		if (events[i].data.u64 == EVENT_STOP)
			fire->stopped = true;
		else
			flow_event(fire, events[i].data.u64, events[i].events);
	}
}

static void show(struct fire *fire, const char *phase, uint64_t done)
{
	const struct load_progress progress = {
		.phase = phase,
		.done = done,
		.of = fire->engine->options->flows,
	};

	engine_progress(fire->engine, &progress);
}

/* As fast as it goes; the server may accept meanwhile, or not. */
static void fire_burst(struct fire *fire)
{
	const uint64_t n = fire->engine->options->flows;

	for (uint64_t i = 0; i < n && !fire->stopped; i++) {
		open_flow(fire, i);
		if (i % SAMPLE_FLOWS)
			continue;
		server_sample(&fire->server);
		take_events(fire, 0);
		show(fire, "burst", i);
	}
	server_sample(&fire->server);
}

static void give_up(struct fire *fire, int code)
{
	for (uint64_t i = 0; i < fire->engine->options->flows; i++) {
		struct flow *flow = fire_flow(fire, i);

		if (flow->state != FLOW_NEW && !is_connecting(flow))
			continue;
		count_out(fire, flow);
		flow_fail(flow, LOAD_PHASE_CONNECT, code);
	}
}

/* Until each is connected or has failed. */
static void fire_settle(struct fire *fire)
{
	const uint64_t deadline_ns = clock_ns() + CONNECT_DEADLINE_NS;

	while (fire->n_connecting && !fire->stopped &&
	       clock_ns() < deadline_ns) {
		take_events(fire, clock_timeout_ms(deadline_ns, SAMPLE_MS));
		server_sample(&fire->server);
		show(fire, "burst",
		     fire->engine->options->flows - fire->n_connecting);
	}
	give_up(fire, fire->stopped ? EINTR : ETIMEDOUT);
}

/* Until the time is up, or nothing is left to hold. */
static void fire_hold(struct fire *fire)
{
	const uint64_t until_ns = clock_ns() + fire->engine->options->time_ns;

	while (fire->n_held && !fire->stopped && clock_ns() < until_ns) {
		take_events(fire, clock_timeout_ms(until_ns, SAMPLE_MS));
		server_sample(&fire->server);
		show(fire, "hold", fire->n_held);
	}
}

/* The address that the clients have; Return: false when none is connected. */
static bool find_source(const struct fire *fire, union address *ret)
{
	for (uint64_t i = 0; i < fire->engine->options->flows; i++) {
		const struct flow *flow = fire_flow(fire, i);
		socklen_t len = sizeof(*ret);

		*ret = (union address){ 0 };
		if (flow->state == FLOW_CONNECTED &&
		    !getsockname(flow->client.fd, &ret->any, &len))
			return true;
	}
	return false;
}

/* A flow whose end is gone by then was closed, or it never had one. */
static void fire_close(struct fire *fire)
{
	union address source;
	const bool seen =
		find_source(fire, &source) &&
		server_ends(&fire->server, &source, fire->end_of_port);

	for (uint64_t i = 0; i <= fire->engine->options->flows / EVENTS; i++)
		take_events(fire, 0);
	for (uint64_t i = 0; i < fire->engine->options->flows; i++)
		settle_flow(fire, i, seen);
}

/* ---- what it found ---- */

static void note_server(const struct fire *fire)
{
	const struct server_queue *queue = &fire->server.queue;
	struct load_result *result = fire->engine->result;

	result->target->n_listeners = queue->n;
	if (!queue->n)
		return;
	result->target->cookie = queue->cookie;
	/* of a group as of one listener: it holds its limit + 1 */
	result->queue_limit = fact_known(queue->capacity - 1);
	result->queue_peak = fire->server.peak;
	result->queue_drops = server_drops(&fire->server);
}

static void fire_run(struct fire *fire)
{
	struct load_result *result = fire->engine->result;
	const uint64_t began_ns = clock_ns();
	uint64_t held_ns;

	server_open(&fire->server, &fire->engine->listener.addr);
	fire_burst(fire);
	fire_settle(fire);
	held_ns = clock_ns();
	result->phase_ns[1] = held_ns - began_ns;
	fire_hold(fire);
	result->phase_ns[2] = clock_ns() - held_ns;
	fire_close(fire);
	note_server(fire);
	server_close(&fire->server);
	result->interrupted = fire->stopped;
}

/* Where to, and what to say first. */
static int fire_prepare(struct fire *fire)
{
	struct engine *engine = fire->engine;
	const struct load_destination *to = engine->options->destination;
	const uint64_t n = engine->options->flows;
	struct epoll_event event = { .events = EPOLLIN,
		                     .data.u64 = EVENT_STOP };

	engine->result->target = calloc(1, sizeof(*engine->result->target));
	fire->port = calloc(n, sizeof(*fire->port));
	fire->end_of_port = calloc(PORTS, 1);
	fire->scratch = malloc(SCRATCH_BYTES);
	if (!engine->result->target || !fire->port || !fire->end_of_port ||
	    !fire->scratch)
		return -ENOMEM;
	engine->listener.addr = to->addr;
	engine->listener.addr_len = to->len;
	engine->result->target->send_first = to->send_first;
	engine->result->target->local = address_of_host(&to->addr);
	address_format(&to->addr, engine->result->target->address,
	               sizeof(engine->result->target->address));
	for (uint64_t i = 0; i < n; i++)
		fire_flow(fire, i)->client.to_write = to->send_first;
	if (engine->options->stop_fd >= 0 &&
	    epoll_ctl(engine->epoll_fd, EPOLL_CTL_ADD, engine->options->stop_fd,
	              &event))
		return -errno;
	return 0;
}

int target_run(struct engine *engine, struct err *err)
{
	struct fire fire = { .engine = engine };
	const int rc = fire_prepare(&fire);

	if (rc)
		(void)err_set(err, rc, "cannot prepare the burst: %s",
		              strerror(-rc));
	else
		fire_run(&fire);
	free(fire.scratch);
	free(fire.end_of_port);
	free(fire.port);
	return rc;
}
