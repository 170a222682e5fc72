// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * limit - the largest held burst that loses nothing, and what it met.
 *
 * Every probe is a whole test of one burst: what is found was carried, and
 * one more was lost. The first probe is of one connection, for it tells the
 * queue's limit L: then L + 1 and L + 2 are tried, and mostly that is all.
 * Where they do not behave like that, bursts double until one loses, and the
 * bounds are halved from there on.
 *
 * A probe leaves nothing behind that the next could meet: it closes by RST,
 * and what it lost it has given up.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/load/engine.h"

struct search {
	struct load_options options; /* of the next probe */
	const struct load_refusal *beyond;
	struct load_limit limit;
	struct load_result *found; /* of the largest that lost nothing */
	uint64_t holds;            /* its burst */
	uint64_t loses;            /* the smallest that lost some, so far */
	bool stopped;              /* by the user */
};

/* ---- one probe ---- */

static uint64_t lost_of(const struct load_result *result)
{
	const uint64_t lost = result->asked - result->flows[LOAD_OK];

	/* A drop counts though the same connection came through after it. */
	return lost || result->queue_drops.state != FACT_KNOWN
	               ? lost
	               : result->queue_drops.value;
}

static bool queue_was_full(const struct load_result *result)
{
	return result->queue_limit.state == FACT_KNOWN &&
	       result->queue_peak.state == FACT_KNOWN &&
	       result->queue_peak.value > result->queue_limit.value;
}

/* What there is too little of, when connections fail with this errno. */
static const char *resource_of(int code)
{
	switch (code) {
	case EADDRNOTAVAIL:
		return "ports";
	case EMFILE:
		return "RLIMIT_NOFILE";
	case ENFILE:
		return "fs.file-max";
	case ENOMEM:
	case ENOBUFS:
		return "memory";
	default:
		return NULL;
	}
}

static const char *resource_missed(const struct load_result *result)
{
	const char *resource = NULL;

	for (size_t i = 0; !resource && i < result->n_errors; i++)
		resource = resource_of(result->errors[i].code);
	return resource;
}

static bool syn_queue_overflowed(const struct load_result *result)
{
	static const enum counter_id ids[] = { COUNTER_REQ_Q_FULL_DROP,
		                               COUNTER_REQ_Q_FULL_DO_COOKIES };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct fact_u64 delta = result->counter[ids[i]];

		if (delta.state == FACT_KNOWN && delta.value)
			return true;
	}
	return false;
}

static enum load_bound queue_bound(const struct load_result *result)
{
	if (result->mode.emulates)
		return LOAD_BOUND_LISTENER;
	return result->queue_limit.value < result->mode.backlog
	               ? LOAD_BOUND_SOMAXCONN
	               : LOAD_BOUND_BACKLOG;
}

/* Why did this one lose some? */
static void note_bound(struct load_limit *limit,
                       const struct load_result *result)
{
	const char *resource = resource_missed(result);

	limit->bound_by = LOAD_BOUND_UNKNOWN;
	if (queue_was_full(result)) {
		limit->bound_by = queue_bound(result);
	} else if (resource) {
		limit->bound_by = LOAD_BOUND_RESOURCE;
		(void)snprintf(limit->resource, sizeof(limit->resource), "%s",
		               resource);
	} else if (syn_queue_overflowed(result)) {
		limit->bound_by = LOAD_BOUND_SYN_QUEUE;
	}
}

/* The result stays with the search, if it is the best so far. */
static void take_result(struct search *search, struct load_result *result)
{
	const uint64_t lost = lost_of(result);

	search->stopped = result->interrupted;
	if (!lost && !search->stopped) {
		search->holds = result->asked;
	} else if (!search->stopped) {
		search->loses = result->asked;
		note_bound(&search->limit, result);
	}
	if (!search->found || search->holds == result->asked) {
		load_result_free(search->found);
		search->found = result;
		return;
	}
	search->found->interrupted = search->stopped;
	load_result_free(result);
}

static int probe(struct search *search, uint64_t burst, struct err *err)
{
	const uint64_t began_ns = clock_ns();
	struct load_limit *limit = &search->limit;
	struct load_result *result;
	int rc;

	search->options.flows = burst;
	search->options.burst = burst;
	rc = load_run(&search->options, &result, err);
	if (rc)
		return rc;
	if (!result->interrupted)
		limit->probes[limit->n_probes++] = (struct load_probe){
			.burst = burst,
			.lost = lost_of(result),
			.limit = result->queue_limit,
			.peak = result->queue_peak,
			.drops = result->queue_drops,
			.ns = clock_ns() - began_ns,
		};
	take_result(search, result);
	return 0;
}

/* ---- the search ---- */

/* What the queue holds, as far as the last probe could tell; 0: unknown. */
static uint64_t queue_holds(const struct load_limit *limit)
{
	const struct load_probe *last = &limit->probes[limit->n_probes];

	return limit->n_probes && last[-1].limit.state == FACT_KNOWN
	               ? last[-1].limit.value + 1
	               : 0;
}

/* Between what holds and what loses. */
static uint64_t next_burst(const struct search *search)
{
	const uint64_t most = search->limit.up_to;
	const uint64_t least = search->holds + 1;
	uint64_t guess = queue_holds(&search->limit);

	if (guess > most)
		guess = most;
	if (guess >= least && guess < search->loses)
		return guess;
	if (guess && guess == search->holds)
		return least;
	if (search->loses > most) {
		const uint64_t twice = 2 * search->holds;

		return twice < least ? least : twice > most ? most : twice;
	}
	return search->holds + (search->loses - search->holds) / 2;
}

static bool is_found(const struct search *search)
{
	return search->loses == search->holds + 1;
}

/*
 * Nothing was lost as far as it went: because there is no more of something,
 * or because that was all that was asked for.
 */
static void note_end(struct search *search)
{
	struct load_limit *limit = &search->limit;

	if (search->loses <= limit->up_to)
		return;
	limit->bound_by = LOAD_BOUND_NONE;
	if (!search->beyond->refused)
		return;
	limit->bound_by = LOAD_BOUND_RESOURCE;
	(void)snprintf(limit->resource, sizeof(limit->resource), "%s",
	               search->beyond->resource);
}

static int finish(struct search *search, struct load_result **ret,
                  struct err *err)
{
	struct load_limit *limit = malloc(sizeof(*limit));

	if (!limit) {
		load_result_free(search->found);
		return err_set(err, -ENOMEM,
		               "cannot keep the limit: out of memory");
	}
	search->limit.burst = search->holds;
	search->limit.complete = is_found(search);
	note_end(search);
	*limit = search->limit;
	search->found->limit = limit;
	*ret = search->found;
	return 0;
}

int load_find_limit(const struct load_options *options,
                    const struct load_refusal *beyond, struct load_result **ret,
                    struct err *err)
{
	struct search search = {
		.options = *options,
		.beyond = beyond,
		.limit.up_to = options->flows,
		.loses = options->flows + 1,
	};
	int rc;

	search.options.accept = LOAD_ACCEPT_HELD;
	search.options.only_held = true;
	search.options.eager = false;
	search.options.direction = LOAD_UP;
	search.options.bytes_per_flow = HELLO_BYTES;
	search.options.close = LOAD_CLOSE_RST;
	do
		rc = probe(&search, next_burst(&search), err);
	while (!rc && !search.stopped && !is_found(&search) &&
	       search.limit.n_probes < LOAD_PROBES_MAX);
	if (!rc)
		return finish(&search, ret, err);
	load_result_free(search.found);
	return rc;
}
