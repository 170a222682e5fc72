// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flow - see flow.h. Nothing here waits, and nothing here knows of epoll or
 * threads: a flow belongs to one thread at a time.
 */
#include "probes/load/flow.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/load/splicer.h"
#include "probes/load/tcp_info.h"

void flow_init(struct flow *flow)
{
	*flow = (struct flow){
		.client = { .fd = -1, .flags = END_ACTIVE },
		.server = { .fd = -1 },
		.outcome = LOAD_OUTCOMES,
	};
}

enum load_outcome flow_outcome_of(enum load_phase phase, int code)
{
	switch (code) {
	case ECONNRESET:
	case EPIPE:
	case ECONNABORTED:
		return LOAD_RESET;
	case ECONNREFUSED:
		return LOAD_REFUSED;
	case ETIMEDOUT:
		return phase == LOAD_PHASE_CONNECT ? LOAD_TIMED_OUT
		                                   : LOAD_FAILED;
	default:
		return LOAD_FAILED;
	}
}

/*
 * From sequence numbers to payload: the active opener's SYN was acknowledged
 * as one, the passive one's is not counted; each FIN counts as one
 * (net/ipv4/tcp_input.c:tcp_ack(), tcp_rcv_state_process(); measured).
 * After a reset the state is CLOSE too, but no FIN was acknowledged: hence
 * @clean.
 */
static void end_count(struct end *end, bool clean)
{
	const uint64_t syn = end->flags & END_ACTIVE ? 1 : 0;
	const uint64_t peer_fin = end->flags & END_EOF ? 1 : 0;
	struct tcp_facts facts;
	uint64_t fin;

	if (end->fd < 0 || tcp_facts_read(end->fd, &facts))
		return;
	fin = clean && (end->flags & END_SHUT) && facts.fin_acked;
	if (facts.bytes_acked >= syn + fin)
		end->acked = facts.bytes_acked - syn - fin;
	if (facts.bytes_received >= peer_fin)
		end->received = facts.bytes_received - peer_fin;
	end->total_retrans = facts.total_retrans;
}

/* A RST is answered by nothing, and ends the other end too. */
static void end_close(struct end *end, bool reset)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (end->fd < 0)
		return;
	if (reset)
		(void)setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &at_once,
		                 sizeof(at_once));
	(void)close(end->fd);
	end->fd = -1;
}

void flow_settle(struct flow *flow, enum load_outcome outcome)
{
	if (flow->state == FLOW_CLOSED)
		return;
	flow->state = FLOW_CLOSED;
	flow->outcome = (uint8_t)outcome;
	end_count(&flow->client, !flow->code);
	end_count(&flow->server, !flow->code);
	end_close(&flow->client, flow->reset);
	end_close(&flow->server, flow->reset);
}

void flow_fail(struct flow *flow, enum load_phase phase, int code)
{
	if (flow->state == FLOW_CLOSED)
		return;
	flow->phase = (uint8_t)phase;
	flow->code = (int16_t)code;
	flow_settle(flow, flow_outcome_of(phase, code));
}

static bool is_transient(int code)
{
	return code == EAGAIN || code == EINTR;
}

/* What to write now: 0: nothing, or the socket would not take it. */
static size_t end_writes(const struct end *end, size_t chunk)
{
	if (!(end->flags & END_CAN_WRITE))
		return 0;
	return end->to_write < chunk ? (size_t)end->to_write : chunk;
}

/* @n: how many were sent, or -1 with errno */
static enum end_step end_wrote(struct end *end, struct end *peer, ssize_t n,
                               int *ret_code)
{
	if (n < 0) {
		if (is_transient(errno)) {
			end->flags &= (uint8_t)~END_CAN_WRITE;
			return END_IDLE;
		}
		*ret_code = errno;
		return END_BROKE;
	}
	end->written += (uint64_t)n;
	end->to_write -= (uint64_t)n;
	if (peer)
		peer->flags |= END_CAN_READ;
	return END_MOVED;
}

enum end_step end_write(struct end *end, struct end *peer, const void *buf,
                        size_t chunk, int *ret_code)
{
	const size_t size = end_writes(end, chunk);

	if (!size)
		return END_IDLE;
	return end_wrote(end, peer,
	                 send(end->fd, buf, size, MSG_DONTWAIT | MSG_NOSIGNAL),
	                 ret_code);
}

enum end_step end_splice(struct end *end, struct end *peer,
                         const struct splicer *splicer, const void *buf,
                         size_t chunk, int *ret_code)
{
	const size_t size = end_writes(end, chunk);

	if (!size)
		return END_IDLE;
	return end_wrote(end, peer, splicer_send(splicer, end->fd, buf, size),
	                 ret_code);
}

enum end_step end_read_once(struct end *end, void *buf, size_t chunk,
                            uint64_t *ret_bytes, int *ret_code)
{
	ssize_t n;

	if (!(end->flags & END_CAN_READ))
		return END_IDLE;
	n = recv(end->fd, buf, chunk, MSG_DONTWAIT | (buf ? 0 : MSG_TRUNC));
	if (n < 0 && is_transient(errno)) {
		end->flags &= (uint8_t)~END_CAN_READ;
		return END_IDLE;
	}
	if (n < 0) {
		*ret_code = errno;
		return END_BROKE;
	}
	if (n == 0)
		end->flags |= END_EOF;
	if (n == 0 || ((size_t)n < chunk && !(end->flags & END_LAST)))
		end->flags &= (uint8_t)~END_CAN_READ;
	end->read += (uint64_t)n;
	*ret_bytes += (uint64_t)n;
	return END_MOVED;
}

enum end_step end_read(struct end *end, void *buf, size_t chunk,
                       uint64_t *ret_bytes, int *ret_code)
{
	enum end_step all = END_IDLE;

	for (int i = 0; i < READS_A_TURN; i++) {
		const enum end_step step =
			end_read_once(end, buf, chunk, ret_bytes, ret_code);

		if (step == END_IDLE)
			return all;
		if (step == END_BROKE)
			return step;
		all = step;
	}
	return all;
}

enum end_step end_shut(struct end *end, struct end *peer, int *ret_code)
{
	if (end->to_write || end->flags & END_SHUT)
		return END_IDLE;
	if (!(end->flags & (END_SENDER | END_EOF)))
		return END_IDLE;
	if (shutdown(end->fd, SHUT_WR)) {
		*ret_code = errno;
		return END_BROKE;
	}
	end->flags |= END_SHUT;
	if (peer)
		peer->flags |= END_CAN_READ | END_LAST;
	return END_MOVED;
}

/* net/ipv4/tcp.c:__tcp_sock_set_quickack() sends one that is due at once. */
void end_ack_now(const struct end *end)
{
	const int on = 1;

	(void)setsockopt(end->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

bool end_is_acked(const struct end *end)
{
	struct tcp_facts facts;

	if (tcp_facts_read(end->fd, &facts))
		return true;
	return facts.closed || (!facts.unacked && !facts.notsent_bytes);
}
