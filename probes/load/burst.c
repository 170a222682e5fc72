// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * burst - opens the flows, wave after wave.
 *
 * All connects of a wave are sent one after the other before the first
 * accept: then the accept queue must hold them all, and a queue of limit L
 * is filled to exactly L + 1 (with two senders 130 were seen at limit 128).
 * Flows of a further descriptor table are connected by its thread while this
 * one waits for it, so there is one sender even then; their accepted ends are
 * passed on to that table, so that both ends of a flow are in one.
 *
 * Each client then writes one hello of at most one segment: a flow that got
 * in by SYN cookie survives that, but is reset by a second segment while its
 * server end waits for room (net/ipv4/syncookies.c:cookie_v4_check()). An
 * eager client writes on, as bulk senders do, to show just that: then client
 * and acceptor take turns, as if the accepting thread were always the last to
 * run, so that the resets are a worst case too and not a race.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/engine.h"

/* Connections of strangers that a wave has room for. */
#define STRANGERS 1024

/* Events that are not of a flow; flows are their index. */
#define EVENT_ACCEPTED UINT64_MAX
#define EVENT_STOP (UINT64_MAX - 1)

#define EVENTS 256

/* How often the acceptor gets its turn when no client has anything to do. */
#define TURN_MS 10

#define PORTS 65536

struct burst {
	struct engine *engine;
	struct greeting greeting;
	uint32_t *flow_of_port; /* index + 1, 0: none; n_columns x PORTS */
	uint64_t n_columns;     /* sources that a wave may have */
	int accept_code;        /* errno that accept() kept failing with */
};

struct wave {
	struct burst *burst;
	struct acceptor *acceptor;
	uint64_t first, end; /* flows [first, end) */
	uint64_t n_unsettled;
	uint64_t deadline_ns;
	bool stopped;
};

static struct flow *wave_flow(const struct wave *wave, uint64_t index)
{
	return &wave->burst->engine->flows[index];
}

static bool is_unsettled(const struct flow *flow)
{
	return flow->state < FLOW_OPEN;
}

/* ---- steps on flows, where their descriptors are ---- */

/* Some flows of a wave, all in one descriptor table. */
struct part {
	struct wave *wave;
	uint64_t first, end;
	uint32_t events; /* of the one flow that there were some of */
};

/* Call @step for a part, and return when it is done. */
static void on_part(struct part *part, void (*step)(void *arg))
{
	table_call(engine_table(part->wave->burst->engine, part->first), step,
	           part);
}

/* The next @most flows at the most; Return: false when there is none left. */
static bool next_part(struct part *part, uint64_t most)
{
	const struct wave *wave = part->wave;

	if (part->end == wave->end)
		return false;
	part->first = part->end;
	part->end = engine_table_end(wave->burst->engine, part->first);
	if (part->end > wave->end)
		part->end = wave->end;
	if (part->end - part->first > most)
		part->end = part->first + most;
	return true;
}

/* The whole wave, one table after the other. */
static void on_wave(struct wave *wave, void (*step)(void *arg))
{
	struct part part = { .wave = wave, .end = wave->first };

	while (next_part(&part, UINT64_MAX))
		on_part(&part, step);
}

/* Sources follow one another: the few of a wave have a column each. */
static uint32_t *flow_of_port(const struct burst *burst, uint64_t source,
                              uint16_t port)
{
	return &burst->flow_of_port[source % burst->n_columns * PORTS + port];
}

static void watch_client(const struct wave *wave, uint64_t index)
{
	const struct flow *flow = wave_flow(wave, index);
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
		.data.u64 = index,
	};

	if (flow->state == FLOW_CONNECTING)
		event.events |= EPOLLOUT;
	/* Without a watch the flow is only noticed at the deadline. */
	(void)epoll_ctl(wave->burst->engine->epoll_fd, EPOLL_CTL_ADD,
	                flow->client.fd, &event);
}

static bool is_stopped(const struct engine *engine)
{
	struct pollfd fd = {
		.fd = engine->options->stop_fd,
		.events = POLLIN,
	};

	return poll(&fd, 1, 0) > 0;
}

static void connect_part(void *arg)
{
	const struct part *part = arg;
	struct wave *wave = part->wave;
	const struct burst *burst = wave->burst;

	for (uint64_t i = part->first; i < part->end; i++) {
		const uint64_t source = plan_source(&burst->engine->plan, i);
		struct flow *flow = wave_flow(wave, i);
		uint16_t port;

		flow_connect(flow, &burst->greeting, (uint32_t)source, &port);
		if (port)
			*flow_of_port(burst, source, port) = (uint32_t)i + 1;
		if (flow->state == FLOW_CLOSED)
			wave->n_unsettled--;
		else
			watch_client(wave, i);
	}
}

static void client_event(void *arg)
{
	const struct part *part = arg;
	struct wave *wave = part->wave;
	struct flow *flow = wave_flow(wave, part->first);
	const bool was_unsettled = is_unsettled(flow);

	flow_client_event(flow, &wave->burst->greeting, part->events);
	if (was_unsettled && !is_unsettled(flow))
		wave->n_unsettled--;
}

/* At the deadline, or when the user does not want to wait for it. */
static void give_up_part(void *arg)
{
	const struct part *part = arg;

	for (uint64_t i = part->first; i < part->end; i++) {
		struct flow *flow = wave_flow(part->wave, i);

		if (!is_unsettled(flow))
			continue;
		if (part->wave->stopped)
			flow_fail(flow, LOAD_PHASE_CONNECT, EINTR);
		else if (flow->state == FLOW_CONNECTED)
			flow_settle(flow, LOAD_GHOST);
		else
			flow_fail(flow, LOAD_PHASE_CONNECT, ETIMEDOUT);
	}
}

static void finish_part(void *arg)
{
	const struct part *part = arg;
	struct engine *engine = part->wave->burst->engine;
	/* one that is not read holds a page of net.ipv4.tcp_mem */
	const bool reads = engine->options->flows > LOAD_UNREAD_MAX &&
	                   !engine->options->eager;

	for (uint64_t i = part->first; i < part->end; i++) {
		struct flow *flow = wave_flow(part->wave, i);

		if (flow->state != FLOW_OPEN)
			continue;
		flow_note_hello(flow, engine->options->eager);
		(void)epoll_ctl(engine->epoll_fd, EPOLL_CTL_DEL,
		                flow->client.fd, NULL);
		if (reads)
			engine->hello_bytes += flow_read_hello(flow);
	}
}

/* ---- accepted ends ---- */

/* Accepted ends on their way to a table that is not this thread's. */
struct parcel {
	struct wave *wave;
	struct table *to;
	size_t n;
	uint64_t flow[TABLE_PASS_MAX];
	int fd[TABLE_PASS_MAX];
};

static void give_server(struct wave *wave, uint64_t index, int fd)
{
	struct flow *flow = wave_flow(wave, index);

	flow_take_server(flow, fd);
	if (!is_unsettled(flow))
		wave->n_unsettled--;
}

static void server_lost(void *arg)
{
	const struct part *part = arg;

	flow_fail(wave_flow(part->wave, part->first), LOAD_PHASE_ACCEPT,
	          EMFILE);
	part->wave->n_unsettled--;
}

static void parcel_send(struct parcel *parcel)
{
	int there[TABLE_PASS_MAX];

	if (!parcel->n)
		return;
	table_pass(parcel->to, parcel->fd, parcel->n, there);
	for (size_t i = 0; i < parcel->n; i++) {
		struct part part = {
			.wave = parcel->wave,
			.first = parcel->flow[i],
		};

		if (there[i] >= 0)
			give_server(parcel->wave, parcel->flow[i], there[i]);
		else
			on_part(&part, server_lost);
	}
	parcel->n = 0;
}

static void parcel_add(struct parcel *parcel, uint64_t index, int fd)
{
	const struct engine *engine = parcel->wave->burst->engine;
	struct table *to = engine_table(engine, index);

	if (parcel->n == TABLE_PASS_MAX || parcel->n == engine->plan.passing ||
	    parcel->to != to)
		parcel_send(parcel);
	parcel->to = to;
	parcel->flow[parcel->n] = index;
	parcel->fd[parcel->n] = fd;
	parcel->n++;
}

/* Return: the flow it is the server's end of; -1: a stranger's, or of a flow
 * that failed already. */
static int64_t find_flow(const struct wave *wave,
                         const struct accepted *accepted)
{
	const struct burst *burst = wave->burst;
	const uint32_t known =
		*flow_of_port(burst, accepted->source, accepted->port);
	const struct flow *flow;

	if (!known ||
	    plan_source(&burst->engine->plan, known - 1) != accepted->source)
		return -1;
	flow = wave_flow(wave, known - 1);
	if (flow->state == FLOW_CLOSED || flow->server.fd >= 0)
		return -1;
	return (int64_t)known - 1;
}

static void wave_join(struct wave *wave)
{
	const bool passed = wave->burst->engine->tables;
	struct parcel parcel = { .wave = wave };
	struct accepted accepted;

	while (acceptor_take(wave->acceptor, &accepted)) {
		const int64_t index = find_flow(wave, &accepted);

		if (index < 0)
			(void)close(accepted.fd);
		else if (passed)
			parcel_add(&parcel, (uint64_t)index, accepted.fd);
		else
			give_server(wave, (uint64_t)index, accepted.fd);
	}
	parcel_send(&parcel);
}

/* ---- one wave ---- */

static void wave_progress(const struct wave *wave, uint64_t done)
{
	const struct load_progress progress = {
		.phase = "burst",
		.done = done,
		.of = wave->burst->engine->options->flows,
	};

	engine_progress(wave->burst->engine, &progress);
}

/*
 * Connections of the wave that are half-open. When the queue has them all
 * there are none, and no need to look through every socket of the host.
 */
static struct fact_u64 half_open(const struct wave *wave, bool held)
{
	struct test_listener *listener = &wave->burst->engine->listener;

	if (held && listener->row.rqueue >= wave->end - wave->first)
		return fact_known(0);
	return listener_syn_queue(listener);
}

/*
 * Read the queue: of a held burst between the last connect and the first
 * accept, else when all is over, because it drops until then.
 */
static void wave_sample(struct wave *wave, uint64_t drops_before, bool held)
{
	struct test_listener *listener = &wave->burst->engine->listener;
	struct load_result *result = wave->burst->engine->result;
	struct fact_u64 syn_queue;
	uint32_t drops;

	if (listener_sample(listener))
		return;
	result->queue_limit = fact_known(listener->row.wqueue);
	if (listener->row.drops.state == FACT_KNOWN) {
		/* a u32 in the kernel: it wraps */
		drops = (uint32_t)(listener->row.drops.value - drops_before);
		if (drops >= result->queue_drops.value)
			result->queue_drops = fact_known(drops);
	}
	syn_queue = half_open(wave, held);
	if (syn_queue.state == FACT_KNOWN &&
	    syn_queue.value >= result->syn_queue_peak.value)
		result->syn_queue_peak = syn_queue;
	if (held && listener->row.rqueue >= result->queue_peak.value)
		result->queue_peak = fact_known(listener->row.rqueue);
}

/* Return: how many events there were. */
static int wave_events(struct wave *wave, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n;

	n = epoll_wait(wave->burst->engine->epoll_fd, events, EVENTS,
	               timeout_ms);
	for (int i = 0; i < n; i++) {
		const uint64_t data = events[i].data.u64;
		struct part part = {
			.wave = wave,
			.first = data,
			.events = events[i].events,
		};

		if (data == EVENT_ACCEPTED)
			wave_join(wave);
		else if (data == EVENT_STOP)
			wave->stopped = true;
		else if (wave_flow(wave, data)->state != FLOW_CLOSED)
			on_part(&part, client_event);
	}
	return n;
}

/* All that the clients have to do, then the acceptor's turn. */
static void wave_turn(struct wave *wave)
{
	while (wave_events(wave, 0) > 0 && !wave->stopped)
		;
	acceptor_release(wave->acceptor);
	(void)wave_events(wave, TURN_MS);
}

/* Until every flow of the wave is open or failed. */
static void wave_settle(struct wave *wave)
{
	struct engine *engine = wave->burst->engine;

	while (wave->n_unsettled && !wave->stopped &&
	       clock_ns() < wave->deadline_ns) {
		wave_progress(wave, wave->end - wave->n_unsettled);
		if (engine->options->eager)
			wave_turn(wave);
		else
			(void)wave_events(wave,
			                  clock_timeout_ms(wave->deadline_ns,
			                                   PROGRESS_MS));
	}
	if (wave->n_unsettled && !wave->stopped) {
		engine->result->deadline = true;
		(void)memcpy(engine->result->deadline_phase, "burst", 6);
	}
	if (wave->n_unsettled)
		on_wave(wave, give_up_part);
}

static uint64_t accept_deadline_ns(const struct load_options *options,
                                   uint64_t n)
{
	uint64_t slow_ns = 0;

	if (options->accept == LOAD_ACCEPT_SLOW)
		slow_ns = n * (NS_PER_S / options->accept_per_s);
	return clock_ns() + CONNECT_DEADLINE_NS + slow_ns;
}

static void watch_fd(const struct burst *burst, int fd, uint64_t data)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = data };

	if (fd >= 0)
		(void)epoll_ctl(burst->engine->epoll_fd, EPOLL_CTL_ADD, fd,
		                &event);
}

/*
 * Unless accepting is held, the ends that are accepted meanwhile are passed
 * on before they are more than this table takes.
 */
static void wave_connect(struct wave *wave, bool held)
{
	const struct engine *engine = wave->burst->engine;
	const uint64_t most = engine->tables && !held
	                              ? (engine->plan.passing + 1) / 2
	                              : UINT64_MAX;
	struct part part = { .wave = wave, .end = wave->first };

	while (!wave->stopped && next_part(&part, most)) {
		wave->stopped = is_stopped(engine);
		if (!wave->stopped)
			on_part(&part, connect_part);
		if (most != UINT64_MAX)
			wave_join(wave);
		wave_progress(wave, part.end);
	}
}

static void wave_drive(struct wave *wave)
{
	struct engine *engine = wave->burst->engine;
	const bool held = engine->options->accept == LOAD_ACCEPT_HELD;
	uint64_t drops_before = 0;

	if (!listener_sample(&engine->listener))
		drops_before = engine->listener.row.drops.value;
	wave_connect(wave, held);
	if (held)
		wave_sample(wave, drops_before, held);
	acceptor_release(wave->acceptor);
	wave->deadline_ns =
		accept_deadline_ns(engine->options, wave->end - wave->first);
	wave_settle(wave);
	if (!held)
		wave_sample(wave, drops_before, held);
	on_wave(wave, finish_part);
}

static int wave_run(struct wave *wave, struct err *err)
{
	struct load_result *result = wave->burst->engine->result;
	uint32_t peak;
	int code;
	int rc;

	rc = acceptor_start(&wave->acceptor, wave->burst->engine,
	                    wave->end - wave->first + STRANGERS, err);
	if (rc)
		return rc;
	watch_fd(wave->burst, acceptor_fd(wave->acceptor), EVENT_ACCEPTED);
	wave_drive(wave);
	acceptor_stop(wave->acceptor, &peak, &code);
	if (peak && peak >= result->queue_peak.value)
		result->queue_peak = fact_known(peak);
	if (code)
		wave->burst->accept_code = code;
	return 0;
}

/* ---- all of them ---- */

static void burst_abandon(struct burst *burst, uint64_t first)
{
	for (uint64_t i = first; i < burst->engine->options->flows; i++)
		flow_fail(&burst->engine->flows[i], LOAD_PHASE_CONNECT, EINTR);
}

static int burst_waves(struct burst *burst, struct err *err)
{
	const struct load_options *options = burst->engine->options;
	uint64_t first = 0;

	while (first < options->flows) {
		const uint64_t left = options->flows - first;
		const uint64_t n =
			left < options->burst ? left : options->burst;
		struct wave wave = {
			.burst = burst,
			.first = first,
			.end = first + n,
			.n_unsettled = n,
		};
		const int rc = wave_run(&wave, err);

		if (rc)
			return rc;
		first += n;
		if (wave.stopped) {
			burst->engine->result->interrupted = true;
			burst_abandon(burst, first);
			return 0;
		}
	}
	return 0;
}

static void burst_note_accept_error(const struct burst *burst)
{
	struct load_result *result = burst->engine->result;

	if (burst->accept_code && result->n_errors < LOAD_ERRORS_MAX)
		result->errors[result->n_errors++] = (struct load_error){
			.phase = LOAD_PHASE_ACCEPT,
			.code = burst->accept_code,
			.count = 1,
		};
}

int burst_run(struct engine *engine, struct err *err)
{
	const struct load_plan *plan = &engine->plan;
	void *payload = calloc(1, EAGER_BYTES);
	struct burst burst = {
		.engine = engine,
		.greeting = { .engine = engine,
		              .payload = payload,
		              .bytes = engine->options->eager ? EAGER_BYTES
		                                              : HELLO_BYTES },
		.n_columns = engine->options->burst / plan->flows_a_source + 2,
	};
	int rc;

	if (burst.n_columns > plan->n_sources)
		burst.n_columns = plan->n_sources;
	burst.flow_of_port =
		calloc(burst.n_columns * PORTS, sizeof(*burst.flow_of_port));
	watch_fd(&burst, engine->options->stop_fd, EVENT_STOP);
	if (!payload || !burst.flow_of_port)
		rc = err_set(err, -ENOMEM,
		             "cannot start the burst: out of memory");
	else
		rc = burst_waves(&burst, err);
	burst_note_accept_error(&burst);
	free(burst.flow_of_port);
	free(payload);
	return rc;
}
