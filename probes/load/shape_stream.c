// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shape_stream - bytes, as many and as fast as they go, one way or both. An
 * end's quota says how many; when the time is up there is nothing left of it.
 */
#include "probes/load/shape.h"
#include "probes/load/worker.h"

static enum end_step turn(struct worker *worker, struct flow *flow)
{
	const enum end_step up =
		worker_move(worker, flow, &flow->client, &flow->server);
	enum end_step down;

	if (up == END_BROKE)
		return END_BROKE;
	down = worker_move(worker, flow, &flow->server, &flow->client);
	return down == END_IDLE ? up : down;
}

static enum shape_next next(const struct worker *worker,
                            const struct flow *flow)
{
	(void)worker;
	(void)flow;
	return NEXT_NONE;
}

static void stop(struct flow *flow)
{
	flow->client.to_write = 0;
	flow->server.to_write = 0;
}

const struct shape shape_stream = {
	.turn = turn,
	.next = next,
	.stop = stop,
};
