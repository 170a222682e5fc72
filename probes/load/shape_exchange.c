// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shape_exchange - the client asks, the server answers: again and again, or
 * once after a long silence.
 *
 * Where an exchange stands follows from the bytes that each end has read and
 * written, so that there is no state that could disagree with them. When the
 * time is up the one under way is finished: to leave it out would leave out
 * the slowest. So the bytes of a flow are its hello and whole exchanges.
 *
 * A client asks again when it has its answer, and its turn: a closed loop.
 * Both ends are one thread's, so that no wake-up is in the latency.
 */
#include "probes/load/clock.h"
#include "probes/load/histogram.h"
#include "probes/load/shape.h"
#include "probes/load/worker.h"

static const struct load_options *options_of(const struct worker *worker)
{
	return worker->shop->engine->options;
}

/* Requests that the client has begun. */
static uint64_t n_asked(const struct worker *worker, const struct end *client)
{
	return (client->written + client->to_write - HELLO_BYTES) /
	       options_of(worker)->request_bytes;
}

static bool is_answered(const struct worker *worker, const struct end *client)
{
	return client->read ==
	       n_asked(worker, client) * options_of(worker)->response_bytes;
}

/* One response for each request that was read whole. */
static void answer(const struct worker *worker, struct end *server)
{
	const struct load_options *options = options_of(worker);
	uint64_t n;

	if (server->read < HELLO_BYTES)
		return;
	n = (server->read - HELLO_BYTES) / options->request_bytes;
	server->to_write = n * options->response_bytes - server->written;
}

void exchange_ask(const struct worker *worker, struct flow *flow,
                  uint64_t since_ns)
{
	flow->client.to_write += options_of(worker)->request_bytes;
	flow->asked_ns = since_ns;
}

static void note_answer(struct worker *worker, struct flow *flow)
{
	worker->now_ns = clock_ns();
	histogram_add(worker->exchange_ns, worker->now_ns - flow->asked_ns);
	flow->asked_ns = 0;
}

enum end_step exchange_turn(struct worker *worker, struct flow *flow)
{
	enum end_step up;
	enum end_step down;

	if (!flow->asked_ns &&
	    worker->shop->shape->next(worker, flow) == NEXT_NOW)
		exchange_ask(worker, flow, worker->now_ns);
	up = worker_move(worker, flow, &flow->client, &flow->server);
	if (up == END_BROKE)
		return END_BROKE;
	answer(worker, &flow->server);
	down = worker_move(worker, flow, &flow->server, &flow->client);
	if (down == END_BROKE)
		return END_BROKE;
	if (flow->asked_ns && is_answered(worker, &flow->client))
		note_answer(worker, flow);
	return down == END_IDLE ? up : down;
}

/* Until the time is up, or one of the ways has carried all it is to. */
static enum shape_next request_next(const struct worker *worker,
                                    const struct flow *flow)
{
	const uint64_t bytes = options_of(worker)->bytes_per_flow;
	const bool is_over = bytes && (flow->client.written >= bytes ||
	                               flow->client.read >= bytes);

	return worker->drain_ns || is_over ? NEXT_NONE : NEXT_NOW;
}

const struct shape shape_request = {
	.turn = exchange_turn,
	.next = request_next,
	.exchanges = true,
};

/* Whoever has answered at the end was alive. */
static enum shape_next hold_next(const struct worker *worker,
                                 const struct flow *flow)
{
	if (flow->client.read)
		return NEXT_NONE;
	return worker->drain_ns ? NEXT_NOW : NEXT_LATER;
}

const struct shape shape_hold = {
	.turn = exchange_turn,
	.next = hold_next,
	.exchanges = true,
	.idles = true,
};
