// SPDX-License-Identifier: GPL-2.0-or-later
/* load_result - see load_result.h: names, and the end of a result. */
#include "probes/load/load_result.h"

#include <stdlib.h>

const char *load_outcome_name(enum load_outcome outcome)
{
	static const char *const names[] = {
		[LOAD_OK] = "ok",
		[LOAD_LATE] = "late",
		[LOAD_RESET] = "reset",
		[LOAD_REFUSED] = "refused",
		[LOAD_TIMED_OUT] = "timed_out",
		[LOAD_GHOST] = "ghost",
		[LOAD_FAILED] = "failed",
	};

	return names[outcome];
}

const char *load_phase_name(enum load_phase phase)
{
	static const char *const names[] = {
		[LOAD_PHASE_SOCKET] = "socket",   [LOAD_PHASE_BIND] = "bind",
		[LOAD_PHASE_CONNECT] = "connect", [LOAD_PHASE_HELLO] = "hello",
		[LOAD_PHASE_ACCEPT] = "accept",   [LOAD_PHASE_WRITE] = "write",
		[LOAD_PHASE_READ] = "read",       [LOAD_PHASE_DRAIN] = "drain",
	};

	return names[phase];
}

const char *load_close_name(enum load_close how)
{
	return how == LOAD_CLOSE_RST ? "rst" : "fin";
}

const char *load_shape_name(enum load_shape shape)
{
	static const char *const names[] = {
		[LOAD_STREAM] = "stream",
		[LOAD_REQUEST] = "request",
		[LOAD_HOLD] = "hold",
		[LOAD_CHURN] = "churn",
	};

	return names[shape];
}

const char *load_send_name(enum load_send how)
{
	return how == LOAD_SEND_ZEROCOPY ? "zerocopy" : "copy";
}

const char *load_receive_name(enum load_receive how)
{
	return how == LOAD_RECEIVE_DISCARD ? "discard" : "copy";
}

const char *load_direction_name(enum load_direction direction)
{
	static const char *const names[] = {
		[LOAD_UP] = "up",
		[LOAD_DOWN] = "down",
		[LOAD_BOTH] = "both",
	};

	return names[direction];
}

const char *load_bound_name(const struct load_limit *limit)
{
	static const char *const names[] = {
		[LOAD_BOUND_NONE] = "none",
		[LOAD_BOUND_SOMAXCONN] = "net.core.somaxconn",
		[LOAD_BOUND_BACKLOG] = "--backlog",
		[LOAD_BOUND_LISTENER] = "--port",
		[LOAD_BOUND_SYN_QUEUE] = "SYN queue",
		[LOAD_BOUND_UNKNOWN] = "unknown",
	};

	return limit->bound_by == LOAD_BOUND_RESOURCE ? limit->resource
	                                              : names[limit->bound_by];
}

void load_result_free(struct load_result *result)
{
	if (!result)
		return;
	free(result->intervals);
	free(result->target);
	free(result->limit);
	for (size_t i = 0; result->peer && i < result->peer->n_findings; i++)
		free(result->peer->findings[i]);
	if (result->peer)
		free(result->peer->findings);
	free(result->peer);
	free(result);
}
