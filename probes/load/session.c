// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session - see session.h.
 *
 * Its listener is its own, so that nobody else's connections are in the queue
 * that is being tested. What is accepted from another address, does not begin
 * with a header soon, or has one that is not of this session or was there
 * before, is closed without a word.
 */
#include "probes/load/session.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/apart.h"
#include "probes/load/clock.h"
#include "probes/load/engine.h"
#include "probes/load/serve.h"
#include "probes/netstat.h"

/* For the other to say what it wants, or to listen to what we say. */
#define ANSWER_MS 10000

/* Between two messages of a burst: a wave may take that long. */
#define IDLE_NS (60 * NS_PER_S)

/* For `done`, when this end is: the other may have a stall to sit out. */
#define DONE_MS 30000

/* How long whoever judges this host may take. */
#define JUDGE_MS 10000

/* From accept() to the whole header. */
#define HEADER_NS (10 * NS_PER_S)

/* Connections without a header at a time, besides the flows. */
#define STRANGERS 64

/* Events that are not of a socket that waits for its header. */
#define EVENT_CONTROL UINT64_MAX
#define EVENT_STOP (UINT64_MAX - 1)
#define EVENT_ACCEPTED (UINT64_MAX - 2)

#define EVENTS 256
#define TURN_MS 200

#define COUNTERS_BYTES 65536

/* An accepted socket, until it has said which flow it is. */
struct stranger {
	int fd; /* -1: the place is free */
	size_t n;
	uint8_t header[WIRE_HEADER_BYTES];
	uint64_t since_ns;
};

struct burst {
	struct session *session;
	struct engine engine;
	struct load_options options;
	struct acceptor *acceptor; /* NULL: between two waves */
	struct stranger *strangers;
	size_t n_strangers;
	uint64_t n_opened, n_told;
	uint64_t drops_before;
	uint64_t heard_ns; /* when the other last said something */
	bool going;        /* the burst is over, the transfer begins */
	int code;          /* why the session ends early; 0: it does not */
	struct fact_u64 before[COUNTER_COUNT];
	struct wire_message message;
};

static int say(struct burst *burst, enum wire_type type)
{
	burst->message.type = type;
	return control_send(&burst->session->control, &burst->message,
	                    ANSWER_MS);
}

/* ---- what the host counted meanwhile ---- */

static void read_group(int fd, const char *group, struct fact_u64 *counter)
{
	char *text = malloc(COUNTERS_BYTES);
	const ssize_t n = text ? pread(fd, text, COUNTERS_BYTES - 1, 0) : -1;

	if (n > 0) {
		text[n] = '\0';
		netstat_parse(group, text, (size_t)n, counter);
	}
	free(text);
}

static void read_counters(const struct session_files *files,
                          struct fact_u64 *counter)
{
	read_group(files->snmp, "Tcp", counter);
	read_group(files->netstat, "TcpExt", counter);
}

/* ---- the plan ---- */

static int refuse(struct burst *burst, const char *resource, uint64_t have,
                  uint64_t need)
{
	(void)snprintf(burst->message.resource, sizeof(burst->message.resource),
	               "%s", resource);
	burst->message.have = have;
	burst->message.need = need < INT64_MAX ? need : INT64_MAX;
	(void)say(burst, WIRE_REFUSED);
	return -EDQUOT;
}

/* Both ways, as far as the plan says how much that is. */
static uint64_t bytes_of(const struct wire_plan *plan)
{
	const uint64_t ways = plan->direction == LOAD_BOTH ? 2 : 1;
	uint64_t bytes;

	if (__builtin_mul_overflow(plan->bytes_per_flow, ways * plan->flows,
	                           &bytes))
		return UINT64_MAX;
	return bytes;
}

static int check_plan(struct burst *burst)
{
	const struct serve_options *limits = burst->session->options;
	const struct wire_plan *plan = &burst->message.plan;

	if (plan->burst > plan->flows ||
	    (plan->accept == LOAD_ACCEPT_SLOW && !plan->accept_per_s))
		return -EPROTO;
	if (plan->flows > limits->max_flows)
		return refuse(burst, "--max-flows", limits->max_flows,
		              plan->flows);
	if (bytes_of(plan) > limits->max_bytes)
		return refuse(burst, "--max-bytes", limits->max_bytes,
		              bytes_of(plan));
	if (!plan->bytes_per_flow && plan->time_ns > limits->max_time_ns)
		return refuse(burst, "--max-time (ms)",
		              limits->max_time_ns / NS_PER_MS,
		              plan->time_ns / NS_PER_MS);
	return 0;
}

static void take_plan(struct burst *burst)
{
	const struct serve_options *limits = burst->session->options;
	const struct wire_plan *plan = &burst->message.plan;

	burst->options = (struct load_options){
		.flows = plan->flows,
		.burst = plan->burst,
		.backlog = plan->backlog,
		.accept = (enum load_accept)plan->accept,
		.accept_per_s = plan->accept_per_s,
		.direction = (enum load_direction)plan->direction,
		.bytes_per_flow = plan->bytes_per_flow,
		.time_ns = plan->time_ns,
		.time_wait_left = UINT64_MAX,
		.family = burst->session->peer.any.sa_family == AF_INET6
		                  ? FAMILY_IPV6
		                  : FAMILY_IPV4,
		.port_low = limits->port_low,
		.port_high = limits->port_high,
		.max_bytes = limits->max_bytes,
		.stop_fd = -1,
	};
}

/* By time this end writes no more than its budget, evenly. */
static struct flow *flows_new(const struct load_options *options)
{
	const uint64_t quota = options->bytes_per_flow
	                               ? options->bytes_per_flow
	                               : options->max_bytes / options->flows;
	struct flow *flows = calloc(options->flows, sizeof(*flows));

	for (uint64_t i = 0; flows && i < options->flows; i++) {
		flow_init(&flows[i]);
		end_give_away(&flows[i].client);
		if (!(options->direction & LOAD_DOWN))
			continue;
		flows[i].server.to_write = quota;
		flows[i].server.flags |= END_SENDER;
	}
	return flows;
}

static int burst_alloc(struct burst *burst)
{
	const struct load_refusal none = { 0 };
	struct engine *engine = &burst->engine;

	engine->options = &burst->options;
	engine->flows = flows_new(&burst->options);
	engine->result = load_refused(&burst->options, &none);
	burst->n_strangers = burst->options.burst + STRANGERS;
	burst->strangers =
		calloc(burst->n_strangers, sizeof(*burst->strangers));
	if (!payload_init(&engine->payload, false) || !engine->flows ||
	    !engine->result || !burst->strangers)
		return -ENOMEM;
	for (size_t i = 0; i < burst->n_strangers; i++)
		burst->strangers[i].fd = -1;
	plan_make(&burst->options, UINT64_MAX, &engine->plan);
	engine->result->mode.workers = load_workers(&burst->options);
	return 0;
}

static void watch(const struct burst *burst, int fd, uint64_t data)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = data };

	if (fd >= 0)
		(void)epoll_ctl(burst->engine.epoll_fd, EPOLL_CTL_ADD, fd,
		                &event);
}

/* Where the control connection came to, on a port of its own. */
static int listen_there(struct burst *burst)
{
	union address at = { 0 };
	socklen_t len = sizeof(at);

	if (getsockname(burst->session->control.fd, &at.any, &len))
		return -errno;
	address_set_port(&at, 0);
	return listener_open(&burst->engine.listener, &at, &burst->options,
	                     NULL);
}

static int begin(struct burst *burst)
{
	struct session *session = burst->session;
	int rc;

	rc = control_wait(&session->control, &burst->message, ANSWER_MS,
	                  session->options->stop_fd);
	if (!rc && burst->message.type != WIRE_PLAN)
		rc = -EPROTO;
	if (!rc)
		rc = check_plan(burst);
	if (rc)
		return rc;
	take_plan(burst);
	rc = burst_alloc(burst);
	if (!rc)
		rc = engine_open(&burst->engine, NULL);
	if (!rc)
		rc = listen_there(burst);
	if (rc) {
		(void)refuse(burst, err_name(rc), 0, burst->options.flows);
		return rc;
	}
	watch(burst, session->control.fd, EVENT_CONTROL);
	watch(burst, session->options->stop_fd, EVENT_STOP);
	read_counters(session->files, burst->before);
	burst->message.port = address_port(&burst->engine.listener.addr);
	return say(burst, WIRE_READY);
}

/* ---- who is accepted ---- */

static void stranger_close(struct stranger *stranger)
{
	(void)close(stranger->fd);
	stranger->fd = -1;
}

/* Which flow it is, if it may be that one. Return: NULL: it may not. */
static struct flow *flow_of(const struct burst *burst,
                            const struct stranger *stranger)
{
	uint8_t token[WIRE_TOKEN_BYTES];
	uint8_t expected[WIRE_TOKEN_BYTES];
	struct flow *flow;
	uint64_t index;

	if (wire_header_decode(stranger->header, &index, token) ||
	    index >= burst->options.flows)
		return NULL;
	secret_token(&burst->session->key, index, expected);
	flow = &burst->engine.flows[index];
	return secret_equal(token, expected, sizeof(token)) &&
	                       flow->state == FLOW_NEW
	               ? flow
	               : NULL;
}

static void open_flow(struct burst *burst, struct flow *flow, int fd)
{
	flow->state = FLOW_CONNECTED;
	flow_take_server(flow, fd);
	flow->server.read = WIRE_HEADER_BYTES;
	burst->engine.hello_bytes += WIRE_HEADER_BYTES;
	flow_note_hello(flow, false);
	burst->n_opened++;
}

/* No more than the header is read. */
static void stranger_event(struct burst *burst, struct stranger *stranger)
{
	const ssize_t n =
		recv(stranger->fd, stranger->header + stranger->n,
	             sizeof(stranger->header) - stranger->n, MSG_DONTWAIT);
	struct flow *flow;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		stranger->n += (size_t)n;
	if (n > 0 && stranger->n < sizeof(stranger->header))
		return;
	flow = n > 0 ? flow_of(burst, stranger) : NULL;
	if (!flow) {
		stranger_close(stranger);
		return;
	}
	(void)epoll_ctl(burst->engine.epoll_fd, EPOLL_CTL_DEL, stranger->fd,
	                NULL);
	open_flow(burst, flow, stranger->fd);
	stranger->fd = -1;
}

static bool is_of_peer(const struct burst *burst, int fd)
{
	union address from = { 0 };
	socklen_t len = sizeof(from);

	return !getpeername(fd, &from.any, &len) &&
	       address_is_same(&from, &burst->session->peer);
}

static struct stranger *free_place(const struct burst *burst, size_t *from)
{
	for (; *from < burst->n_strangers; (*from)++) {
		if (burst->strangers[*from].fd < 0)
			return &burst->strangers[*from];
	}
	return NULL;
}

static void take_accepted(struct burst *burst)
{
	struct accepted accepted;
	size_t place = 0;

	while (acceptor_take(burst->acceptor, &accepted)) {
		struct stranger *stranger = free_place(burst, &place);

		if (!stranger || !is_of_peer(burst, accepted.fd)) {
			(void)close(accepted.fd);
			continue;
		}
		*stranger = (struct stranger){
			.fd = accepted.fd,
			.since_ns = clock_ns(),
		};
		stranger_event(burst, stranger);
		if (stranger->fd >= 0)
			watch(burst, stranger->fd, place);
	}
}

static void drop_slow(struct burst *burst, uint64_t age_ns)
{
	const uint64_t now_ns = clock_ns();

	for (size_t i = 0; i < burst->n_strangers; i++) {
		struct stranger *stranger = &burst->strangers[i];

		if (stranger->fd >= 0 && now_ns - stranger->since_ns >= age_ns)
			stranger_close(stranger);
	}
}

/* ---- waves ---- */

static void sample(struct burst *burst, bool held)
{
	struct test_listener *listener = &burst->engine.listener;
	struct load_result *result = burst->engine.result;
	const struct diag_row *row = &listener->row;
	struct fact_u64 half_open;
	uint32_t drops;

	if (listener_sample(listener))
		return;
	result->queue_limit = fact_known(row->wqueue);
	if (row->drops.state == FACT_KNOWN) {
		drops = (uint32_t)(row->drops.value - burst->drops_before);
		if (drops >= result->queue_drops.value)
			result->queue_drops = fact_known(drops);
	}
	if (!held)
		return;
	half_open = listener_syn_queue(listener);
	if (half_open.state == FACT_KNOWN &&
	    half_open.value >= result->syn_queue_peak.value)
		result->syn_queue_peak = half_open;
	if (row->rqueue >= result->queue_peak.value)
		result->queue_peak = fact_known(row->rqueue);
}

static bool is_held(const struct burst *burst)
{
	return burst->options.accept == LOAD_ACCEPT_HELD;
}

static void end_wave(struct burst *burst)
{
	struct load_result *result = burst->engine.result;
	uint32_t peak;
	int code;

	if (!burst->acceptor)
		return;
	if (!is_held(burst))
		sample(burst, false);
	acceptor_stop(burst->acceptor, &peak, &code);
	burst->acceptor = NULL;
	if (peak && peak >= result->queue_peak.value)
		result->queue_peak = fact_known(peak);
}

static int begin_wave(struct burst *burst)
{
	const uint64_t n = burst->message.n;
	int rc;

	if (n > burst->options.burst)
		return -EPROTO;
	end_wave(burst);
	if (!listener_sample(&burst->engine.listener))
		burst->drops_before = burst->engine.listener.row.drops.value;
	rc = acceptor_start(&burst->acceptor, &burst->engine, n + STRANGERS,
	                    NULL);
	if (rc)
		return rc;
	watch(burst, acceptor_fd(burst->acceptor), EVENT_ACCEPTED);
	return say(burst, WIRE_WAVE);
}

static int obey(struct burst *burst)
{
	burst->heard_ns = clock_ns();
	switch (burst->message.type) {
	case WIRE_WAVE:
		return begin_wave(burst);
	case WIRE_CONNECTED:
		if (!burst->acceptor)
			return -EPROTO;
		if (is_held(burst))
			sample(burst, true);
		acceptor_release(burst->acceptor);
		return 0;
	case WIRE_GO:
		burst->going = true;
		return 0;
	case WIRE_STOP:
		return 0;
	default:
		return -EPROTO;
	}
}

static void hear(struct burst *burst)
{
	int rc = 0;

	while (!rc && !burst->going) {
		rc = control_take(&burst->session->control, &burst->message);
		if (rc <= 0)
			break;
		rc = obey(burst);
	}
	if (rc < 0)
		burst->code = rc;
}

static void handle(struct burst *burst, uint64_t data)
{
	if (data == EVENT_CONTROL)
		hear(burst);
	else if (data == EVENT_STOP)
		burst->code = -EINTR;
	else if (data == EVENT_ACCEPTED && burst->acceptor)
		take_accepted(burst);
	else if (data < burst->n_strangers && burst->strangers[data].fd >= 0)
		stranger_event(burst, &burst->strangers[data]);
}

static void tell_opened(struct burst *burst)
{
	if (burst->n_opened == burst->n_told || burst->code)
		return;
	burst->n_told = burst->n_opened;
	burst->message.n = burst->n_opened;
	burst->code = say(burst, WIRE_OPENED);
}

/* Until the transfer may begin. */
static int open_flows(struct burst *burst)
{
	struct epoll_event events[EVENTS];

	burst->heard_ns = clock_ns();
	while (!burst->going && !burst->code) {
		const int n = epoll_wait(burst->engine.epoll_fd, events, EVENTS,
		                         TURN_MS);

		for (int i = 0; i < n && !burst->code; i++)
			handle(burst, events[i].data.u64);
		drop_slow(burst, HEADER_NS);
		tell_opened(burst);
		if (clock_ns() - burst->heard_ns >= IDLE_NS)
			burst->code = -ETIMEDOUT;
	}
	end_wave(burst);
	drop_slow(burst, 0);
	/* What is still in the queue was never accepted. */
	listener_close(&burst->engine.listener);
	for (uint64_t i = 0; i < burst->options.flows; i++) {
		if (burst->engine.flows[i].state == FLOW_NEW)
			flow_settle(&burst->engine.flows[i], LOAD_GHOST);
	}
	return burst->code;
}

/* ---- the transfer ---- */

/* Return: 1: `done`, 0: nothing yet, negative errno. */
static int hear_meanwhile(struct burst *burst, struct apart *apart)
{
	int rc;

	while ((rc = control_take(&burst->session->control, &burst->message)) >
	       0) {
		if (burst->message.type == WIRE_STOP)
			apart_stop(apart);
		else
			return burst->message.type == WIRE_DONE ? 1 : -EPROTO;
	}
	return rc;
}

/*
 * Without the other end this one has no purpose: flows that are still open
 * break when it is gone, or at the stall deadline.
 */
static int move(struct burst *burst)
{
	struct session *session = burst->session;
	struct apart apart;
	struct pollfd fds[3] = { 0 };
	int said;
	int rc;

	rc = apart_begin(&apart, &burst->engine, NULL);
	if (rc)
		return rc;
	said = hear_meanwhile(burst, &apart); /* what came with `go` */
	fds[0] = (struct pollfd){ .fd = apart.ended_fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = session->control.fd, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = session->options->stop_fd,
		                  .events = POLLIN };
	while (!fds[0].revents) {
		if (said)
			fds[1].fd = -1;
		(void)poll(fds, 3, -1);
		if (fds[1].revents)
			said = hear_meanwhile(burst, &apart);
		if (fds[2].revents || said < 0)
			apart_stop(&apart);
		if (fds[2].revents)
			fds[2].fd = -1;
	}
	rc = apart_end(&apart, NULL);
	while (!rc && !said) {
		rc = control_wait(&session->control, &burst->message, DONE_MS,
		                  session->options->stop_fd);
		said = !rc && burst->message.type == WIRE_DONE;
	}
	return said < 0 ? said : rc;
}

/* ---- the result ---- */

static void put_row(uint64_t *row, uint64_t index, const struct flow *flow)
{
	const struct end *end = &flow->server;

	row[WIRE_FLOW_INDEX] = index;
	row[WIRE_FLOW_OUTCOME] = flow->outcome;
	row[WIRE_FLOW_WRITTEN] = end->written;
	row[WIRE_FLOW_ACKED] = end->acked;
	row[WIRE_FLOW_RECEIVED] = end->received;
	row[WIRE_FLOW_READ] = end->read;
	row[WIRE_FLOW_RETRANS] =
		end->total_retrans > flow->burst_retrans
			? end->total_retrans - flow->burst_retrans
			: 0;
	row[WIRE_FLOW_PHASE] = flow->phase;
	row[WIRE_FLOW_CODE] = (uint64_t)flow->code;
}

static int tell_flows(struct burst *burst)
{
	const uint64_t n = burst->options.flows;
	int rc = 0;

	for (uint64_t i = 0; !rc && i < n;) {
		size_t row = 0;

		for (; row < WIRE_ROWS_MAX && i < n; i++)
			put_row(burst->message.rows[row++], i,
			        &burst->engine.flows[i]);
		burst->message.n_rows = row;
		rc = say(burst, WIRE_FLOWS);
	}
	return rc;
}

static int tell_intervals(struct burst *burst)
{
	const struct load_result *result = burst->engine.result;
	int rc = 0;

	for (size_t i = 0; !rc && i < result->n_intervals;) {
		size_t row = 0;

		for (; row < WIRE_ROWS_MAX && i < result->n_intervals; i++) {
			burst->message.rows[row][WIRE_INTERVAL_INDEX] = i;
			burst->message.rows[row++][WIRE_INTERVAL_BYTES] =
				result->intervals[i].bytes;
		}
		burst->message.n_rows = row;
		rc = say(burst, WIRE_INTERVALS);
	}
	return rc;
}

static int tell_result(struct burst *burst)
{
	const struct load_result *result = burst->engine.result;
	struct wire_message *message = &burst->message;

	message->transfer_ns = result->transfer_ns;
	message->queue_limit = result->queue_limit;
	message->queue_peak = result->queue_peak;
	message->queue_drops = result->queue_drops;
	message->syn_queue_peak = result->syn_queue_peak;
	(void)memset(message->counter, 0, sizeof(message->counter));
	read_counters(burst->session->files, message->counter);
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		struct fact_u64 *counter = &message->counter[id];

		if (burst->before[id].state == FACT_KNOWN)
			counter->value -= burst->before[id].value;
		else
			*counter = burst->before[id];
	}
	return say(burst, WIRE_RESULT);
}

/* ---- what this host looks like ---- */

static int ask(const struct burst *burst, int fd)
{
	struct serve_question question = {
		.flows = burst->options.flows,
		.burst = burst->options.burst,
		.is_ipv6 = burst->options.family == FAMILY_IPV6,
	};
	struct iovec data = { &question, sizeof(question) };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} with = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
		               .cmsg_level = SOL_SOCKET,
		               .cmsg_type = SCM_RIGHTS } };
	const struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &with,
		.msg_controllen = sizeof(with.bytes),
	};

	(void)memcpy(CMSG_DATA(&with.header), &fd, sizeof(fd));
	return sendmsg(burst->session->options->judge_fd, &message,
	               MSG_NOSIGNAL | MSG_DONTWAIT) < 0
	               ? -errno
	               : 0;
}

/* The answer is lines already; its last one is `end`. */
static int relay(struct burst *burst, int fd)
{
	char lines[WIRE_LINE_MAX];
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	bool some = false;

	while (poll(&ready, 1, JUDGE_MS) > 0) {
		const ssize_t n = read(fd, lines, sizeof(lines));

		if (n <= 0)
			break;
		some = true;
		if (control_relay(&burst->session->control, lines, (size_t)n,
		                  ANSWER_MS))
			return -EPIPE;
	}
	return some ? 0 : -ENODATA;
}

static int tell_findings(struct burst *burst)
{
	int pair[2];
	int rc;

	rc = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) ? -errno
	                                                              : 0;
	if (!rc) {
		rc = ask(burst, pair[1]);
		(void)close(pair[1]);
		if (!rc)
			rc = relay(burst, pair[0]);
		(void)close(pair[0]);
	}
	if (!rc || rc == -EPIPE)
		return rc;
	burst->message.verdict[0] = '\0';
	return say(burst, WIRE_END);
}

/* ---- all of it ---- */

static int run(struct burst *burst)
{
	int rc;

	rc = begin(burst);
	if (!rc)
		rc = open_flows(burst);
	if (!rc)
		rc = move(burst);
	if (!rc)
		rc = tell_flows(burst);
	if (!rc)
		rc = tell_intervals(burst);
	if (!rc)
		rc = tell_result(burst);
	if (!rc)
		rc = tell_findings(burst);
	return rc;
}

static void tell_end(const struct burst *burst, int rc)
{
	const struct serve_options *options = burst->session->options;
	char address[ADDRESS_TEXT_MAX];
	char line[160];

	if (!options->tell)
		return;
	address_text(&burst->session->peer, address);
	if (rc == -EDQUOT)
		(void)snprintf(line, sizeof(line), "%s: refused, beyond %s",
		               address, burst->message.resource);
	else if (rc)
		(void)snprintf(line, sizeof(line), "%s: ended early: %s",
		               address, strerror(-rc));
	else
		(void)snprintf(line, sizeof(line),
		               "%s: %" PRIu64 " of %" PRIu64 " flows, done",
		               address, burst->n_opened, burst->options.flows);
	options->tell(options->to, line);
}

void session_run(struct session *session)
{
	struct burst *burst = calloc(1, sizeof(*burst));
	int rc;

	if (!burst)
		return;
	burst->session = session;
	burst->engine = (struct engine){
		.listener.fd = -1,
		.epoll_fd = -1,
		.done_fd = -1,
	};
	rc = run(burst);
	tell_end(burst, rc);
	end_wave(burst);
	for (uint64_t i = 0; burst->engine.flows && i < burst->options.flows;
	     i++)
		flow_settle(&burst->engine.flows[i], LOAD_FAILED);
	engine_close(&burst->engine);
	load_result_free(burst->engine.result);
	free(burst->engine.flows);
	payload_done(&burst->engine.payload);
	free(burst->strangers);
	control_close(&session->control);
	free(burst);
}
