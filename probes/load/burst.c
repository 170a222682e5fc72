// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * burst - opens the flows, wave after wave.
 *
 * All connects of a wave are sent by this one thread before the first
 * accept: then the accept queue must hold them all, and a queue of limit L
 * is filled to exactly L + 1 (with two senders 130 were seen at limit 128).
 * On loopback a handshake ends within connect(), so a second connect() tells
 * at once whether the flow is established: no wait falsifies its time.
 *
 * Each client then writes one hello of at most one segment: a flow that got
 * in by SYN cookie survives that, but is reset by a second segment while its
 * server end waits for room (net/ipv4/syncookies.c:cookie_v4_check()). An
 * eager client writes on, as bulk senders do, to show just that: then client
 * and acceptor take turns, as if the accepting thread were always the last to
 * run, so that the resets are a worst case too and not a race.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/engine.h"
#include "probes/load/tcp_info.h"

/* Connections of strangers that a wave has room for. */
#define STRANGERS 1024

/* Events that are not of a flow; flows are their index. */
#define EVENT_ACCEPTED UINT64_MAX
#define EVENT_STOP (UINT64_MAX - 1)

#define EVENTS 256

/* How often the acceptor gets its turn when no client has anything to do. */
#define TURN_MS 10

struct burst {
	struct engine *engine;
	uint32_t *flow_of_port; /* index + 1, 0: none; 65536 of them */
	const void *payload;    /* EAGER_BYTES */
	int accept_code;        /* errno that accept() kept failing with */
};

struct wave {
	struct burst *burst;
	struct acceptor *acceptor;
	uint64_t first, end; /* flows [first, end) */
	uint64_t n_unsettled;
	uint64_t deadline_ns;
	int epoll_fd;
	bool stopped;
};

static struct flow *wave_flow(const struct wave *wave, uint64_t index)
{
	return &wave->burst->engine->flows[index];
}

/* ---- one flow ---- */

/* It is established, or it is not, or it broke: connect() says which. */
static void flow_check_connect(struct flow *flow, const struct engine *engine)
{
	const struct test_listener *listener = &engine->listener;

	if (!connect(flow->client.fd, &listener->addr.any,
	             listener->addr_len) ||
	    errno == EISCONN) {
		flow->state = FLOW_CONNECTED;
		flow->client.flags |= END_CAN_WRITE;
		flow->connect_us =
			(uint32_t)((clock_ns() - flow->since_ns) / NS_PER_US);
		return;
	}
	if (errno != EALREADY && errno != EINPROGRESS)
		flow_fail(flow, LOAD_PHASE_CONNECT, errno);
}

static void flow_greet(struct flow *flow, const struct burst *burst)
{
	const bool eager = burst->engine->options->eager;
	int code;

	if (end_write(&flow->client, NULL, burst->payload,
	              eager ? EAGER_BYTES : HELLO_BYTES, &code) == END_BROKE)
		flow_fail(flow, eager ? LOAD_PHASE_WRITE : LOAD_PHASE_HELLO,
		          code);
}

static int client_port(int fd, uint16_t *ret)
{
	union address addr = { 0 };
	socklen_t len = sizeof(addr);

	if (getsockname(fd, &addr.any, &len))
		return -errno;
	*ret = address_port(&addr);
	return 0;
}

static void flow_connect(struct flow *flow, struct burst *burst)
{
	const struct test_listener *listener = &burst->engine->listener;
	uint16_t port = 0;
	int rc;

	flow->client.fd = socket(listener->addr.any.sa_family,
	                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (flow->client.fd < 0) {
		flow_fail(flow, LOAD_PHASE_SOCKET, errno);
		return;
	}
	flow->since_ns = clock_ns();
	if (connect(flow->client.fd, &listener->addr.any, listener->addr_len) &&
	    errno != EINPROGRESS) {
		flow_fail(flow, LOAD_PHASE_CONNECT, errno);
		return;
	}
	flow->state = FLOW_CONNECTING;
	flow_check_connect(flow, burst->engine);
	if (flow->state == FLOW_CLOSED)
		return;
	rc = client_port(flow->client.fd, &port);
	if (rc) {
		flow_fail(flow, LOAD_PHASE_CONNECT, -rc);
		return;
	}
	burst->flow_of_port[port] = (uint32_t)(flow - burst->engine->flows) + 1;
	if (flow->state == FLOW_CONNECTED)
		flow_greet(flow, burst);
}

/* Both ends are there: it is open. */
static void flow_try_open(struct flow *flow)
{
	if (flow->state != FLOW_CONNECTED || flow->server.fd < 0)
		return;
	flow->state = FLOW_OPEN;
}

/* Established: had its SYN to be sent again? */
static void flow_note_syn(struct flow *flow)
{
	struct tcp_facts client;

	if (flow->state == FLOW_CONNECTED &&
	    !tcp_facts_read(flow->client.fd, &client))
		flow->late = client.total_retrans > 0;
}

/*
 * Open: had its hello to be sent again? What an eager client sends again is
 * not a hello. What a flow went through until it was open is not held
 * against it later.
 */
static void flow_note_hello(struct flow *flow, bool eager)
{
	struct tcp_facts client = { 0 };
	struct tcp_facts server = { 0 };

	if (flow->state != FLOW_OPEN)
		return;
	(void)tcp_facts_read(flow->client.fd, &client);
	(void)tcp_facts_read(flow->server.fd, &server);
	flow->late |= !eager && client.total_retrans > 0;
	flow->burst_retrans = client.total_retrans + server.total_retrans;
}

/* ---- one wave ---- */

static bool is_unsettled(const struct flow *flow)
{
	return flow->state < FLOW_OPEN;
}

static void wave_watch(struct wave *wave, uint64_t index)
{
	const struct flow *flow = wave_flow(wave, index);
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
		.data.u64 = index,
	};

	if (flow->state == FLOW_CONNECTING)
		event.events |= EPOLLOUT;
	/* Without a watch the flow is only noticed at the deadline. */
	(void)epoll_ctl(wave->epoll_fd, EPOLL_CTL_ADD, flow->client.fd, &event);
}

static void wave_connect(struct wave *wave)
{
	for (uint64_t i = wave->first; i < wave->end; i++) {
		struct flow *flow = wave_flow(wave, i);

		flow_connect(flow, wave->burst);
		if (flow->state == FLOW_CLOSED)
			wave->n_unsettled--;
		else
			wave_watch(wave, i);
	}
}

/*
 * Read the queue: of a held burst between the last connect and the first
 * accept, else when all is over, because it drops until then.
 */
static void wave_sample(struct wave *wave, uint64_t drops_before)
{
	struct test_listener *listener = &wave->burst->engine->listener;
	struct load_result *result = wave->burst->engine->result;
	struct fact_u64 half_open;
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
	half_open = listener_syn_queue(listener);
	if (half_open.state == FACT_KNOWN &&
	    half_open.value >= result->syn_queue_peak.value)
		result->syn_queue_peak = half_open;
	if (wave->burst->engine->options->accept == LOAD_ACCEPT_HELD &&
	    listener->row.rqueue >= result->queue_peak.value)
		result->queue_peak = fact_known(listener->row.rqueue);
}

static void wave_join(struct wave *wave)
{
	struct burst *burst = wave->burst;
	struct accepted accepted;

	while (acceptor_take(wave->acceptor, &accepted)) {
		const uint32_t known = burst->flow_of_port[accepted.port];
		struct flow *flow =
			known ? &burst->engine->flows[known - 1] : NULL;

		if (!flow || flow->state == FLOW_CLOSED ||
		    flow->server.fd >= 0) {
			/* A stranger's, or of a flow that failed already. */
			(void)close(accepted.fd);
			continue;
		}
		flow->server.fd = accepted.fd;
		flow->server.flags |= END_CAN_READ | END_CAN_WRITE;
		flow_try_open(flow);
		if (!is_unsettled(flow))
			wave->n_unsettled--;
	}
}

static void wave_client_event(struct wave *wave, struct flow *flow,
                              uint32_t events)
{
	const bool was_unsettled = is_unsettled(flow);
	socklen_t len = sizeof(int);
	int code = 0;

	if (flow->state == FLOW_CLOSED)
		return;
	if (flow->state == FLOW_CONNECTING) {
		flow_check_connect(flow, wave->burst->engine);
		flow_note_syn(flow);
		if (flow->state == FLOW_CONNECTED)
			flow_greet(flow, wave->burst);
		flow_try_open(flow);
	} else if (events & (EPOLLERR | EPOLLHUP)) {
		(void)getsockopt(flow->client.fd, SOL_SOCKET, SO_ERROR, &code,
		                 &len);
		flow_fail(flow,
		          wave->burst->engine->options->eager
		                  ? LOAD_PHASE_WRITE
		                  : LOAD_PHASE_HELLO,
		          code ? code : ECONNRESET);
	}
	if (was_unsettled && !is_unsettled(flow))
		wave->n_unsettled--;
}

/* At the deadline, or when the user does not want to wait for it. */
static void wave_give_up(struct wave *wave)
{
	for (uint64_t i = wave->first; i < wave->end; i++) {
		struct flow *flow = wave_flow(wave, i);

		if (!is_unsettled(flow))
			continue;
		if (wave->stopped)
			flow_fail(flow, LOAD_PHASE_CONNECT, EINTR);
		else if (flow->state == FLOW_CONNECTED)
			flow_settle(flow, LOAD_GHOST);
		else
			flow_fail(flow, LOAD_PHASE_CONNECT, ETIMEDOUT);
	}
	wave->n_unsettled = 0;
}

/* Return: how many events there were. */
static int wave_events(struct wave *wave, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n;

	n = epoll_wait(wave->epoll_fd, events, EVENTS, timeout_ms);
	for (int i = 0; i < n; i++) {
		const uint64_t data = events[i].data.u64;

		if (data == EVENT_ACCEPTED)
			wave_join(wave);
		else if (data == EVENT_STOP)
			wave->stopped = true;
		else
			wave_client_event(wave, wave_flow(wave, data),
			                  events[i].events);
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
		const struct load_progress progress = {
			.phase = "burst",
			.done = wave->end - wave->n_unsettled,
			.of = engine->options->flows,
		};

		engine_progress(engine, &progress);
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
		wave_give_up(wave);
}

static void watch_fd(const struct wave *wave, int fd, uint64_t data)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = data };

	if (fd >= 0)
		(void)epoll_ctl(wave->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static uint64_t accept_deadline_ns(const struct load_options *options,
                                   uint64_t n)
{
	uint64_t slow_ns = 0;

	if (options->accept == LOAD_ACCEPT_SLOW)
		slow_ns = n * (NS_PER_S / options->accept_per_s);
	return clock_ns() + CONNECT_DEADLINE_NS + slow_ns;
}

static void wave_drive(struct wave *wave)
{
	struct engine *engine = wave->burst->engine;
	const bool held = engine->options->accept == LOAD_ACCEPT_HELD;
	uint64_t drops_before = 0;

	watch_fd(wave, acceptor_fd(wave->acceptor), EVENT_ACCEPTED);
	watch_fd(wave, engine->options->stop_fd, EVENT_STOP);
	if (!listener_sample(&engine->listener))
		drops_before = engine->listener.row.drops.value;
	wave_connect(wave);
	if (held)
		wave_sample(wave, drops_before);
	acceptor_release(wave->acceptor);
	wave->deadline_ns =
		accept_deadline_ns(engine->options, wave->end - wave->first);
	wave_settle(wave);
	if (!held)
		wave_sample(wave, drops_before);
	for (uint64_t i = wave->first; i < wave->end; i++)
		flow_note_hello(wave_flow(wave, i), engine->options->eager);
}

static int wave_run(struct wave *wave, struct err *err)
{
	struct load_result *result = wave->burst->engine->result;
	uint32_t peak;
	int code;
	int rc;

	wave->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (wave->epoll_fd < 0) {
		rc = -errno;
		return err_set(err, rc, "cannot wait for connections: %s",
		               strerror(-rc));
	}
	rc = acceptor_start(&wave->acceptor, wave->burst->engine,
	                    wave->end - wave->first + STRANGERS, err);
	if (!rc) {
		wave_drive(wave);
		acceptor_stop(wave->acceptor, &peak, &code);
		if (peak && peak >= result->queue_peak.value)
			result->queue_peak = fact_known(peak);
		if (code)
			wave->burst->accept_code = code;
	}
	(void)close(wave->epoll_fd);
	return rc;
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
	struct burst burst = { .engine = engine };
	void *payload = calloc(1, EAGER_BYTES);
	int rc;

	burst.payload = payload;
	burst.flow_of_port = calloc(65536, sizeof(*burst.flow_of_port));
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
