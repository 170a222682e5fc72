// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * remote - the near end of a test between two hosts: it has the clients' ends
 * of the flows, the far host has the servers' (session.c there).
 *
 * The two ends of a flow run on their own, and each counts what it saw; only
 * when both are closed, the far one's counts are filled in by the flow's
 * number, and the reconciliation is the same as on one host. What the far
 * host says is believed as far as it can be: each number is within its range,
 * and counts once. If it falls silent, what was measured here still counts.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/vec.h"
#include "probes/load/apart.h"
#include "probes/load/clock.h"
#include "probes/load/control.h"
#include "probes/load/engine.h"
#include "probes/load/secret.h"

/* For a connection, an answer, and for room to be heard. */
#define ANSWER_MS 10000

/* For the first count after `done`: the far end may have a stall to sit out. */
#define RESULT_MS 30000

/*
 * A held burst has arrived when all its connects are established, or none
 * was for several times as long as the slowest of them took. Not much longer:
 * what was dropped meanwhile is sent again after 200 ms, and then less and
 * less often, and all at once.
 */
#define QUIET_FACTOR 4
#define QUIET_MIN_NS (20 * NS_PER_MS)
#define QUIET_MAX_NS NS_PER_S

/* When none was established yet. */
#define QUIET_UNKNOWN_NS (300 * NS_PER_MS)

/* Events that are not of a flow; flows are their index. */
#define EVENT_CONTROL UINT64_MAX
#define EVENT_STOP (UINT64_MAX - 1)

#define EVENTS 256

/* More findings than all rules have, and fewer than fill the memory. */
#define FINDINGS_MAX 4096

/* Rows of intervals: more seconds than a transfer may take. */
#define INTERVALS_MAX 8192

struct remote {
	struct engine *engine;
	struct load_peer *peer;
	struct control control;
	struct secret session;
	uint8_t header[WIRE_HEADER_BYTES]; /* of the flow in hand */
	uint64_t n_opened;                 /* flows that the far end has */
	uint64_t moved_ns;   /* when a connect was last established or failed */
	uint64_t slowest_ns; /* of those before the first accept; 0: none */
	bool stopped;
	struct wire_message message;
};

/* From now on only what is here can be told. */
static void lose(struct remote *remote, int code)
{
	struct load_peer *peer = remote->peer;

	if (peer->lost)
		return;
	peer->lost = true;
	if (code == -EPIPE)
		(void)snprintf(peer->why, sizeof(peer->why),
		               "it closed the control connection");
	else if (code == -EPROTO)
		(void)snprintf(peer->why, sizeof(peer->why),
		               "what it said was not understood");
	else
		(void)snprintf(peer->why, sizeof(peer->why),
		               "the control connection broke: %s",
		               strerror(-code));
	control_close(&remote->control);
}

static void say(struct remote *remote, enum wire_type type, uint64_t n)
{
	int rc;

	if (remote->peer->lost)
		return;
	remote->message.type = type;
	remote->message.n = n;
	rc = control_send(&remote->control, &remote->message, ANSWER_MS);
	if (rc)
		lose(remote, rc);
}

/* ---- the control connection ---- */

static int resolve(const struct load_options *options, struct addrinfo **ret,
                   struct err *err)
{
	const struct addrinfo hints = {
		.ai_family =
			options->family == FAMILY_IPV6 ? AF_INET6 : AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV,
	};
	char port[8];
	int rc;

	(void)snprintf(port, sizeof(port), "%u", options->far->port);
	rc = getaddrinfo(options->far->host, port, &hints, ret);
	if (!rc)
		return 0;
	return err_set(err, -EHOSTUNREACH, "--connect %s: %s%s",
	               options->far->host, gai_strerror(rc),
	               options->family == FAMILY_IPV6
	                       ? ""
	                       : "; -6 looks for IPv6 addresses");
}

/* Return: 0, or negative errno. */
static int await_connect(int fd, int stop_fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLOUT },
		{ .fd = stop_fd, .events = POLLIN },
	};
	socklen_t len = sizeof(int);
	int code = 0;

	if (poll(fds, 2, ANSWER_MS) <= 0)
		return -ETIMEDOUT;
	if (fds[1].revents)
		return -EINTR;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len))
		return -errno;
	return -code;
}

static int connect_control(struct remote *remote, const struct addrinfo *info,
                           struct err *err)
{
	const struct load_options *options = remote->engine->options;
	const int fd = socket(info->ai_family,
	                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -errno : 0;

	if (!rc && connect(fd, info->ai_addr, info->ai_addrlen))
		rc = errno == EINPROGRESS ? await_connect(fd, options->stop_fd)
		                          : -errno;
	control_init(&remote->control, fd);
	if (!rc) {
		struct test_listener *to = &remote->engine->listener;

		(void)memcpy(&to->addr, info->ai_addr, info->ai_addrlen);
		to->addr_len = info->ai_addrlen;
		return 0;
	}
	return err_set(err, rc, "cannot connect to %s: %s%s",
	               remote->peer->address, strerror(-rc),
	               rc == -ECONNREFUSED
	                       ? "; does `kiloflow serve` run there?"
	                       : "");
}

static int open_control(struct remote *remote, struct err *err)
{
	struct addrinfo *info;
	int rc;

	rc = resolve(remote->engine->options, &info, err);
	if (rc)
		return rc;
	rc = connect_control(remote, info, err);
	freeaddrinfo(info);
	return rc;
}

/* ---- who it is ---- */

/* The next message, which must be of @type. */
static int expect(struct remote *remote, enum wire_type type, struct err *err)
{
	int rc;

	rc = control_wait(&remote->control, &remote->message, ANSWER_MS,
	                  remote->engine->options->stop_fd);
	if (!rc && remote->message.type != type)
		rc = -EPROTO;
	if (!rc)
		return 0;
	if (rc == -EINTR)
		return err_set(err, rc, "interrupted");
	return err_set(err, rc, "%s did not say \"%s\": %s",
	               remote->peer->address, wire_type_name(type),
	               rc == -EPIPE    ? "it closed the connection"
	               : rc == -EPROTO ? "is it kiloflow that listens there?"
	                               : strerror(-rc));
}

static int send_first(struct remote *remote, struct err *err)
{
	const int rc =
		control_send(&remote->control, &remote->message, ANSWER_MS);

	return rc ? err_set(err, rc, "cannot talk to %s: %s",
	                    remote->peer->address, strerror(-rc))
	          : 0;
}

static int get_challenge(struct remote *remote, struct secret_nonces *nonces,
                         struct err *err)
{
	struct wire_message *message = &remote->message;
	int rc;

	secret_nonce(nonces->near);
	message->type = WIRE_HELLO;
	message->version = WIRE_VERSION;
	(void)memcpy(message->nonce, nonces->near, sizeof(nonces->near));
	rc = send_first(remote, err);
	if (!rc)
		rc = expect(remote, WIRE_CHALLENGE, err);
	if (rc)
		return rc;
	(void)memcpy(nonces->far, message->nonce, sizeof(nonces->far));
	if (message->version == WIRE_VERSION)
		return 0;
	return err_set(
		err, -EPROTONOSUPPORT,
		"%s speaks version %llu of the protocol, this is %d: install the same kiloflow at both ends",
		remote->peer->address, (unsigned long long)message->version,
		WIRE_VERSION);
}

static int prove(struct remote *remote, const struct secret *secret,
                 const struct secret_nonces *nonces, struct err *err)
{
	struct wire_message *message = &remote->message;
	uint8_t expected[WIRE_MAC_BYTES];
	int rc;

	message->type = WIRE_PROOF;
	secret_prove(secret, SECRET_NEAR, nonces, message->mac);
	rc = send_first(remote, err);
	if (!rc)
		rc = expect(remote, WIRE_WELCOME, NULL);
	if (rc == -EPIPE || rc == -ECONNRESET) {
		return err_set(
			err, -EACCES,
			"%s has another key; give both ends the same --key-file",
			remote->peer->address);
	}
	if (rc)
		return err_set(err, rc, "%s does not answer: %s",
		               remote->peer->address, strerror(-rc));
	secret_prove(secret, SECRET_FAR, nonces, expected);
	if (secret_equal(expected, message->mac, sizeof(expected)))
		return 0;
	return err_set(err, -EACCES, "%s could not prove that it has the key",
	               remote->peer->address);
}

static int introduce(struct remote *remote, struct err *err)
{
	struct secret_nonces nonces;
	struct secret secret;
	int rc;

	rc = secret_read(remote->engine->options->far->key_file, &secret, err);
	if (!rc)
		rc = open_control(remote, err);
	if (!rc)
		rc = get_challenge(remote, &nonces, err);
	if (!rc)
		rc = prove(remote, &secret, &nonces, err);
	if (rc)
		return rc;
	secret_session(&secret, &nonces, &remote->session);
	(void)memcpy(remote->peer->host, remote->message.host,
	             sizeof(remote->peer->host));
	(void)memcpy(remote->peer->kernel, remote->message.kernel,
	             sizeof(remote->peer->kernel));
	return 0;
}

/* ---- the plan ---- */

static void note_refusal(struct remote *remote)
{
	struct load_refusal *refusal = &remote->engine->result->refusal;

	refusal->refused = true;
	refusal->have = remote->message.have;
	refusal->need = remote->message.need;
	(void)snprintf(refusal->resource, sizeof(refusal->resource),
	               "the far host's %.30s", remote->message.resource);
}

static int agree(struct remote *remote, struct err *err)
{
	const struct load_options *options = remote->engine->options;
	struct wire_message *message = &remote->message;
	int rc;

	message->type = WIRE_PLAN;
	message->plan = (struct wire_plan){
		.flows = options->flows,
		.burst = options->burst,
		.backlog = options->backlog,
		.direction = options->direction,
		.accept = options->accept,
		.accept_per_s = options->accept_per_s,
		.bytes_per_flow = options->bytes_per_flow,
		.time_ns = options->time_ns,
	};
	rc = send_first(remote, err);
	if (!rc)
		rc = control_wait(&remote->control, message, ANSWER_MS,
		                  options->stop_fd);
	if (!rc && message->type == WIRE_REFUSED) {
		note_refusal(remote);
		return 0;
	}
	if (!rc && message->type != WIRE_READY)
		rc = -EPROTO;
	if (rc)
		return err_set(err, rc, "%s does not begin the test: %s",
		               remote->peer->address, strerror(-rc));
	address_set_port(&remote->engine->listener.addr,
	                 (uint16_t)message->port);
	return 0;
}

/* ---- the burst ---- */

struct wave {
	struct remote *remote;
	uint64_t first, end; /* flows [first, end) */
	uint64_t n_connecting;
	uint64_t n_failed;
	bool arrived;           /* the far end may accept */
	uint64_t opened_before; /* flows that the far end had already */
};

static struct flow *wave_flow(const struct wave *wave, uint64_t index)
{
	return &wave->remote->engine->flows[index];
}

/* The header is the flow's hello. */
static const struct engine *greeting_of(struct remote *remote, uint64_t index)
{
	uint8_t token[WIRE_TOKEN_BYTES];

	secret_token(&remote->session, index, token);
	wire_header_encode(index, token, remote->header);
	return remote->engine;
}

static void note_state(struct wave *wave, const struct flow *flow,
                       enum flow_state before)
{
	if (flow->state == before)
		return;
	if (flow->state == FLOW_CONNECTING)
		wave->n_connecting++;
	if (before == FLOW_CONNECTING)
		wave->n_connecting--;
	if (flow->state == FLOW_CLOSED)
		wave->n_failed++;
	wave->remote->moved_ns = clock_ns();
	if (!wave->arrived &&
	    flow->connect_us * NS_PER_US > wave->remote->slowest_ns)
		wave->remote->slowest_ns = flow->connect_us * NS_PER_US;
}

static void watch(const struct remote *remote, int fd, uint32_t events,
                  uint64_t data)
{
	struct epoll_event event = { .events = events, .data.u64 = data };

	/* A flow that cannot be watched is noticed at the deadline. */
	if (fd >= 0)
		(void)epoll_ctl(remote->engine->epoll_fd, EPOLL_CTL_ADD, fd,
		                &event);
}

static void connect_flow(struct wave *wave, uint64_t index)
{
	struct remote *remote = wave->remote;
	struct flow *flow = wave_flow(wave, index);
	uint16_t port;

	flow_connect(flow, greeting_of(remote, index), 0, &port);
	note_state(wave, flow, FLOW_NEW);
	if (flow->state != FLOW_CLOSED)
		watch(remote, flow->client.fd,
		      EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, index);
}

static void control_event(struct remote *remote)
{
	int rc;

	while ((rc = control_take(&remote->control, &remote->message)) > 0) {
		if (remote->message.type == WIRE_OPENED)
			remote->n_opened = remote->message.n;
	}
	if (rc < 0)
		lose(remote, rc);
}

static void flow_event(struct wave *wave, uint64_t index, uint32_t events)
{
	struct flow *flow = wave_flow(wave, index);
	const enum flow_state before = flow->state;

	if (before == FLOW_CLOSED)
		return;
	flow_client_event(flow, greeting_of(wave->remote, index), events);
	note_state(wave, flow, before);
}

static void wave_events(struct wave *wave, int timeout_ms)
{
	struct remote *remote = wave->remote;
	struct epoll_event events[EVENTS];
	const int n = epoll_wait(remote->engine->epoll_fd, events, EVENTS,
	                         timeout_ms);

	for (int i = 0; i < n; i++) {
		const uint64_t data = events[i].data.u64;

		if (data == EVENT_CONTROL)
			control_event(remote);
		else if (data == EVENT_STOP)
			remote->stopped = true;
		else
			flow_event(wave, data, events[i].events);
	}
}

static void wave_progress(const struct wave *wave, uint64_t done)
{
	const struct load_progress progress = {
		.phase = "burst",
		.done = done,
		.of = wave->remote->engine->options->flows,
	};

	engine_progress(wave->remote->engine, &progress);
}

static bool wave_goes_on(const struct wave *wave)
{
	return !wave->remote->stopped && !wave->remote->peer->lost;
}

static uint64_t quiet_ns(const struct remote *remote)
{
	const uint64_t ns = QUIET_FACTOR * remote->slowest_ns;

	if (!ns)
		return QUIET_UNKNOWN_NS;
	if (ns < QUIET_MIN_NS)
		return QUIET_MIN_NS;
	return ns < QUIET_MAX_NS ? ns : QUIET_MAX_NS;
}

/* All connects are sent; those that are answered, are so now. */
static void wave_connect(struct wave *wave)
{
	struct remote *remote = wave->remote;

	for (uint64_t i = wave->first; i < wave->end && wave_goes_on(wave);
	     i++) {
		connect_flow(wave, i);
		wave_progress(wave, i);
		if (i % EVENTS == 0)
			wave_events(wave, 0);
	}
	remote->moved_ns = clock_ns();
	while (wave->n_connecting && wave_goes_on(wave) &&
	       clock_ns() - remote->moved_ns < quiet_ns(remote))
		wave_events(wave, clock_timeout_ms(remote->moved_ns +
		                                           quiet_ns(remote),
		                                   PROGRESS_MS));
	wave->arrived = true;
}

/* The far end has all that came through here; a few of it may have failed. */
static bool wave_is_open(const struct wave *wave)
{
	return !wave->n_connecting &&
	       wave->remote->n_opened - wave->opened_before >=
	               wave->end - wave->first - wave->n_failed;
}

static uint64_t wave_deadline_ns(const struct wave *wave)
{
	const struct load_options *options = wave->remote->engine->options;
	uint64_t slow_ns = 0;

	if (options->accept == LOAD_ACCEPT_SLOW)
		slow_ns = (wave->end - wave->first) *
		          (NS_PER_S / options->accept_per_s);
	return clock_ns() + CONNECT_DEADLINE_NS + slow_ns;
}

static void wave_settle(struct wave *wave)
{
	struct load_result *result = wave->remote->engine->result;
	const uint64_t deadline_ns = wave_deadline_ns(wave);

	while (!wave_is_open(wave) && wave_goes_on(wave)) {
		if (clock_ns() >= deadline_ns) {
			result->deadline = true;
			(void)memcpy(result->deadline_phase, "burst", 6);
			return;
		}
		wave_events(wave, clock_timeout_ms(deadline_ns, PROGRESS_MS));
		wave_progress(wave, wave->first + wave->remote->n_opened -
		                            wave->opened_before);
	}
}

/* What is not established now is not going to be. */
static void finish_flow(struct wave *wave, uint64_t index)
{
	const struct remote *remote = wave->remote;
	struct flow *flow = wave_flow(wave, index);

	if (flow->state < FLOW_CONNECTED)
		flow_fail(flow, LOAD_PHASE_CONNECT,
		          remote->stopped ? EINTR : ETIMEDOUT);
	if (flow->state != FLOW_CONNECTED)
		return;
	flow->state = FLOW_OPEN;
	flow_note_hello(flow, false);
	(void)epoll_ctl(remote->engine->epoll_fd, EPOLL_CTL_DEL,
	                flow->client.fd, NULL);
}

/* Return: whether there may be another wave. */
static bool wave_run(struct wave *wave)
{
	struct remote *remote = wave->remote;
	int rc;

	say(remote, WIRE_WAVE, wave->end - wave->first);
	while (wave_goes_on(wave)) {
		rc = control_wait(&remote->control, &remote->message, ANSWER_MS,
		                  remote->engine->options->stop_fd);
		remote->stopped |= rc == -EINTR;
		if (rc && rc != -EINTR)
			lose(remote, rc);
		else if (!rc && remote->message.type == WIRE_WAVE)
			break;
	}
	wave->opened_before = remote->n_opened;
	wave_connect(wave);
	say(remote, WIRE_CONNECTED, wave->end - wave->first);
	wave_settle(wave);
	for (uint64_t i = wave->first; i < wave->end; i++)
		finish_flow(wave, i);
	return wave_goes_on(wave);
}

static void burst(struct remote *remote)
{
	const struct load_options *options = remote->engine->options;
	struct wave wave = { .remote = remote };
	bool goes_on = true;

	watch(remote, remote->control.fd, EPOLLIN, EVENT_CONTROL);
	watch(remote, options->stop_fd, EPOLLIN, EVENT_STOP);
	while (goes_on && wave.end < options->flows) {
		wave = (struct wave){ .remote = remote, .first = wave.end };
		wave.end = options->flows - wave.first < options->burst
		                   ? options->flows
		                   : wave.first + options->burst;
		goes_on = wave_run(&wave);
	}
	for (uint64_t i = wave.end; i < options->flows; i++)
		flow_fail(&remote->engine->flows[i], LOAD_PHASE_CONNECT,
		          remote->stopped ? EINTR : ENOTCONN);
	remote->engine->result->interrupted = remote->stopped;
}

/* ---- the transfer ---- */

/* Until it is over here; a far end that is gone ends it by itself. */
static void listen_meanwhile(struct remote *remote, struct apart *apart)
{
	struct pollfd fds[] = {
		{ .fd = apart->ended_fd, .events = POLLIN },
		{ .fd = remote->stopped ? -1 : remote->engine->options->stop_fd,
		  .events = POLLIN },
		{ .fd = remote->control.fd, .events = POLLIN },
	};

	while (!fds[0].revents) {
		(void)poll(fds, 3, -1);
		if (fds[1].revents) {
			fds[1].fd = -1;
			fds[1].revents = 0;
			apart_stop(apart);
			say(remote, WIRE_STOP, 0);
		}
		if (fds[2].revents)
			control_event(remote);
		fds[2].fd = remote->control.fd;
	}
}

static int transfer(struct remote *remote, struct err *err)
{
	struct apart apart;
	int rc;

	say(remote, WIRE_GO, 0);
	rc = apart_begin(&apart, remote->engine, err);
	if (rc)
		return rc;
	if (remote->stopped || remote->peer->lost)
		apart_stop(&apart);
	listen_meanwhile(remote, &apart);
	rc = apart_end(&apart, err);
	say(remote, WIRE_DONE, 0);
	return rc;
}

/* ---- what the far end counted ---- */

static bool is_through(uint64_t outcome)
{
	return outcome == LOAD_OK || outcome == LOAD_LATE;
}

/*
 * Whoever of the two saw a flow fail is right, and where both did, an error of
 * the far end's own is why it was reset here. One that the far end never
 * accepted was established here all the same, or failed before that.
 */
static void merge_outcome(struct flow *flow, const uint64_t *row)
{
	const bool is_cause = row[WIRE_FLOW_OUTCOME] == LOAD_GHOST ||
	                      row[WIRE_FLOW_OUTCOME] == LOAD_FAILED;
	const bool was_established =
		is_through(flow->outcome) || flow->phase >= LOAD_PHASE_WRITE;

	if (is_through(row[WIRE_FLOW_OUTCOME]) || !was_established ||
	    (!is_through(flow->outcome) && !is_cause))
		return;
	flow->outcome = (uint8_t)row[WIRE_FLOW_OUTCOME];
	flow->phase = (uint8_t)row[WIRE_FLOW_PHASE];
	flow->code = (int16_t)row[WIRE_FLOW_CODE];
}

static int merge_flow(struct remote *remote, const uint64_t *row)
{
	struct flow *flow;

	if (row[WIRE_FLOW_INDEX] >= remote->engine->options->flows ||
	    row[WIRE_FLOW_OUTCOME] >= LOAD_OUTCOMES ||
	    row[WIRE_FLOW_PHASE] >= LOAD_PHASES ||
	    row[WIRE_FLOW_CODE] > INT16_MAX ||
	    row[WIRE_FLOW_RETRANS] > UINT32_MAX)
		return -EPROTO;
	flow = &remote->engine->flows[row[WIRE_FLOW_INDEX]];
	if (!flow->untold)
		return -EPROTO;
	flow->untold = false;
	flow->server.written = row[WIRE_FLOW_WRITTEN];
	flow->server.acked = row[WIRE_FLOW_ACKED];
	flow->server.received = row[WIRE_FLOW_RECEIVED];
	flow->server.read = row[WIRE_FLOW_READ];
	flow->server.total_retrans = (uint32_t)row[WIRE_FLOW_RETRANS];
	merge_outcome(flow, row);
	return 0;
}

static int merge_interval(struct remote *remote, const uint64_t *row)
{
	struct load_result *result = remote->engine->result;
	const uint64_t index = row[WIRE_INTERVAL_INDEX];

	if (index >= INTERVALS_MAX)
		return -EPROTO;
	if (index >= result->n_intervals) {
		struct load_interval *more =
			realloc(result->intervals,
		                (index + 1) * sizeof(*result->intervals));

		if (!more)
			return -ENOMEM;
		for (size_t i = result->n_intervals; i <= index; i++)
			more[i] = (struct load_interval){ 0 };
		result->intervals = more;
		result->n_intervals = index + 1;
	}
	result->intervals[index].bytes += row[WIRE_INTERVAL_BYTES];
	return 0;
}

static int merge_rows(struct remote *remote,
                      int (*merge)(struct remote *remote, const uint64_t *row))
{
	int rc = 0;

	for (size_t i = 0; !rc && i < remote->message.n_rows; i++)
		rc = merge(remote, remote->message.rows[i]);
	return rc;
}

static int keep_finding(struct remote *remote)
{
	struct load_peer *peer = remote->peer;
	char **more;

	if (peer->n_findings == FINDINGS_MAX)
		return -EPROTO;
	more = vec_grow(peer->findings, peer->n_findings, &peer->max_findings,
	                sizeof(*more));
	if (!more)
		return -ENOMEM;
	peer->findings = more;
	more[peer->n_findings] = strdup(remote->message.finding);
	if (!more[peer->n_findings])
		return -ENOMEM;
	peer->n_findings++;
	return 0;
}

/* The queue is the far one's, there is no other. */
static int merge_result(struct remote *remote)
{
	const struct wire_message *message = &remote->message;
	struct load_result *result = remote->engine->result;

	result->queue_limit = message->queue_limit;
	result->queue_peak = message->queue_peak;
	result->queue_drops = message->queue_drops;
	result->syn_queue_peak = message->syn_queue_peak;
	if (message->transfer_ns > result->transfer_ns)
		result->transfer_ns = message->transfer_ns;
	(void)memcpy(remote->peer->counter, message->counter,
	             sizeof(message->counter));
	return 0;
}

/* Return: 1 when that was all, 0, or negative errno. */
static int merge_message(struct remote *remote)
{
	switch (remote->message.type) {
	case WIRE_FLOWS:
		return merge_rows(remote, merge_flow);
	case WIRE_INTERVALS:
		return merge_rows(remote, merge_interval);
	case WIRE_RESULT:
		return merge_result(remote);
	case WIRE_FINDING:
		return keep_finding(remote);
	case WIRE_END:
		(void)memcpy(remote->peer->verdict, remote->message.verdict,
		             sizeof(remote->peer->verdict));
		return 1;
	case WIRE_OPENED:
		return 0;
	default:
		return -EPROTO;
	}
}

static void collect(struct remote *remote)
{
	int rc = 0;

	for (uint64_t i = 0; i < remote->engine->options->flows; i++)
		remote->engine->flows[i].untold = true;
	while (!rc && !remote->peer->lost) {
		rc = control_wait(&remote->control, &remote->message, RESULT_MS,
		                  -1);
		if (!rc)
			rc = merge_message(remote);
		if (rc < 0)
			lose(remote, rc);
	}
}

/* Each is a second long; the last one ends when the last byte was read. */
static void time_intervals(struct load_result *result)
{
	const size_t n = result->n_intervals;

	for (size_t i = 0; i < n; i++)
		result->intervals[i].end_ns = (i + 1) * NS_PER_S;
	if (n && result->intervals[n - 1].end_ns > result->transfer_ns)
		result->intervals[n - 1].end_ns = result->transfer_ns;
}

/* ---- all of it ---- */

static void give_away(const struct engine *engine)
{
	const struct load_options *options = engine->options;

	for (uint64_t i = 0; i < options->flows; i++) {
		struct flow *flow = &engine->flows[i];

		end_give_away(&flow->server);
		flow->server.to_write = 0;
		if (flow->client.to_write < WIRE_HEADER_BYTES)
			flow->client.to_write = WIRE_HEADER_BYTES;
		if (!(options->direction & LOAD_UP))
			flow->client.to_write = WIRE_HEADER_BYTES;
	}
}

static int run(struct remote *remote, uint64_t began_ns, struct err *err)
{
	struct engine *engine = remote->engine;
	struct load_result *result = engine->result;
	uint64_t burst_ns;
	int rc;

	rc = introduce(remote, err);
	if (!rc)
		rc = agree(remote, err);
	burst_ns = clock_ns();
	result->phase_ns[0] = burst_ns - began_ns;
	if (rc || result->refusal.refused)
		return rc;
	burst(remote);
	result->phase_ns[1] = clock_ns() - burst_ns;
	rc = transfer(remote, err);
	if (rc)
		return rc;
	collect(remote);
	time_intervals(result);
	if (account_flows(engine->flows, engine->options->flows, result))
		rc = err_set(err, -ENOMEM,
		             "cannot add up the flows: out of memory");
	return rc;
}

int load_check_far(const struct load_far *far, struct err *err)
{
	struct secret secret;

	return secret_read(far->key_file, &secret, err);
}

int remote_run(struct engine *engine, uint64_t began_ns, struct err *err)
{
	const struct load_far *far = engine->options->far;
	struct remote *remote = calloc(1, sizeof(*remote));
	int rc;

	engine->result->peer = calloc(1, sizeof(*engine->result->peer));
	if (!remote || !engine->result->peer) {
		free(remote);
		return err_set(err, -ENOMEM,
		               "cannot prepare the load test: out of memory");
	}
	remote->engine = engine;
	remote->peer = engine->result->peer;
	remote->control.fd = -1;
	engine->header = remote->header;
	(void)snprintf(remote->peer->address, sizeof(remote->peer->address),
	               strchr(far->host, ':') ? "[%.60s]:%u" : "%.64s:%u",
	               far->host, far->port);
	give_away(engine);
	rc = engine_open(engine, err);
	if (!rc)
		rc = run(remote, began_ns, err);
	control_close(&remote->control);
	engine_close(engine);
	free(remote);
	return rc;
}
