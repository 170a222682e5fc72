// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connect - what a wave does with one flow, until it is open.
 *
 * On loopback a handshake ends within connect(), so a second connect() tells
 * at once whether the flow is established: no wait falsifies its time.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/load/clock.h"
#include "probes/load/engine.h"
#include "probes/load/tcp_info.h"
#include "probes/load/wire.h"

/* It is established, or it is not, or it broke: connect() says which. */
static void check_connect(struct flow *flow, const struct engine *engine)
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

static enum load_phase first_phase(const struct engine *engine)
{
	return engine->options->eager ? LOAD_PHASE_WRITE : LOAD_PHASE_HELLO;
}

/* What the client says first: its hello, or all it can when it is eager. */
static enum end_step say_hello(struct flow *flow, const struct engine *engine,
                               int *ret_code)
{
	const struct payload_place place = engine_place(engine, flow, true, 0);

	if (engine->header)
		return end_write(&flow->client, NULL, engine->header,
		                 WIRE_HEADER_BYTES, ret_code);
	return end_write(&flow->client, NULL,
	                 payload_at(&engine->payload, &place),
	                 engine->options->eager ? EAGER_BYTES : HELLO_BYTES,
	                 ret_code);
}

static void greet(struct flow *flow, const struct engine *engine)
{
	int code;

	if (say_hello(flow, engine, &code) == END_BROKE)
		flow_fail(flow, first_phase(engine), code);
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

/*
 * The first source is what the kernel takes by itself. The port of another is
 * left to connect() too (IP_BIND_ADDRESS_NO_PORT, Linux 4.2): bind() does not
 * know whereto, and so would not share it.
 */
static int bind_source(int fd, enum goal_family family, uint32_t source)
{
	const int on = 1;
	union address address;
	socklen_t len;

	if (!source)
		return 0;
	len = address_loopback(&address, family, source);
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
	               sizeof(on)) ||
	    bind(fd, &address.any, len))
		return -errno;
	return 0;
}

void flow_connect(struct flow *flow, const struct engine *engine,
                  uint32_t source, uint16_t *ret_port)
{
	const struct test_listener *listener = &engine->listener;
	int rc;

	*ret_port = 0;
	flow->client.fd = socket(listener->addr.any.sa_family,
	                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (flow->client.fd < 0) {
		flow_fail(flow, LOAD_PHASE_SOCKET, errno);
		return;
	}
	rc = bind_source(flow->client.fd, engine->options->family, source);
	if (rc) {
		flow_fail(flow, LOAD_PHASE_BIND, -rc);
		return;
	}
	if (!flow->since_ns)
		flow->since_ns = clock_ns();
	if (connect(flow->client.fd, &listener->addr.any, listener->addr_len) &&
	    errno != EINPROGRESS) {
		flow_fail(flow, LOAD_PHASE_CONNECT, errno);
		return;
	}
	flow->state = FLOW_CONNECTING;
	check_connect(flow, engine);
	if (flow->state == FLOW_CLOSED)
		return;
	rc = client_port(flow->client.fd, ret_port);
	if (rc)
		flow_fail(flow, LOAD_PHASE_CONNECT, -rc);
	else if (flow->state == FLOW_CONNECTED)
		greet(flow, engine);
}

/* Both ends are there: it is open. */
static void try_open(struct flow *flow)
{
	if (flow->state != FLOW_CONNECTED || flow->server.fd < 0)
		return;
	flow->state = FLOW_OPEN;
}

void flow_take_server(struct flow *flow, int fd)
{
	flow->server.fd = fd;
	flow->server.flags |= END_CAN_READ | END_CAN_WRITE;
	try_open(flow);
}

/* Established: had its SYN to be sent again? */
static void note_syn(struct flow *flow)
{
	struct tcp_facts client;

	if (flow->state == FLOW_CONNECTED &&
	    !tcp_facts_read(flow->client.fd, &client))
		flow->late = client.total_retrans > 0;
}

void flow_client_event(struct flow *flow, const struct engine *engine,
                       uint32_t events)
{
	socklen_t len = sizeof(int);
	int code = 0;

	if (flow->state == FLOW_CONNECTING) {
		check_connect(flow, engine);
		note_syn(flow);
		if (flow->state == FLOW_CONNECTED)
			greet(flow, engine);
		try_open(flow);
	} else if (events & (EPOLLERR | EPOLLHUP)) {
		(void)getsockopt(flow->client.fd, SOL_SOCKET, SO_ERROR, &code,
		                 &len);
		flow_fail(flow, first_phase(engine), code ? code : ECONNRESET);
	}
}

/*
 * What an eager client sends again is not a hello. What a flow went through
 * until it was open is not held against it later.
 */
void flow_note_hello(struct flow *flow, bool eager)
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

void flow_give_up(struct flow *flow, bool stopped)
{
	if (stopped)
		flow_fail(flow, LOAD_PHASE_CONNECT, EINTR);
	else if (flow->state == FLOW_CONNECTED)
		flow_settle(flow, LOAD_GHOST);
	else
		flow_fail(flow, LOAD_PHASE_CONNECT, ETIMEDOUT);
}

uint64_t flow_read_hello(struct flow *flow, struct reader *reader)
{
	uint64_t bytes = 0;
	int code;

	if (flow->state == FLOW_OPEN && reader_read(reader, flow, &flow->server,
	                                            &bytes, &code) == END_BROKE)
		flow_fail(flow, LOAD_PHASE_READ, code);
	return bytes;
}
