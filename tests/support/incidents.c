// SPDX-License-Identifier: GPL-2.0-or-later
/* incidents - see incidents.h. */
#include "tests/support/incidents.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/facts_builder.h"

static void collect(void *to, const struct cause_found *found)
{
	struct result *result = to;

	assert_true(result->n < MAX_FOUND);
	assert_true(found->min <= found->max);
	result->list[result->n++] = *found;
}

struct result incident_result(const struct world *world)
{
	const struct incident incident = {
		.before = world->before,
		.after = world->after,
		.seen = world->seen,
		.ours = world->ours,
	};
	struct result result = { .n = 0 };

	incident_judge(&incident, &result.failed, collect, &result);
	qsort(result.list, result.n, sizeof(result.list[0]), cause_found_order);
	return result;
}

void world_make(struct world *world, const uint64_t *count, bool ours)
{
	*world = (struct world){
		.before = facts_healthy(),
		.after = facts_healthy(),
		.ours = ours,
	};
	world->before->taken_at_ns = 1000 * S;
	world->after->taken_at_ns = 1010 * S;
	for (int i = 0; i < COUNTER_COUNT; i++) {
		world->before->ns[0].counter[i] = fact_known(1000);
		world->after->ns[0].counter[i] = fact_known(1000 + count[i]);
	}
}

void world_done(struct world *world)
{
	host_free(world->before);
	host_free(world->after);
	observed_free(world->seen);
}

/* "accept-queue-overflow 3..5 likely 0.0.0.0:80" */
static void describe(const struct result *result, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < result->n; i++) {
		const struct cause_found *found = &result->list[i];
		char count[64];

		(void)snprintf(count, sizeof(count),
		               found->min == found->max ? "%" PRIu64
		                                        : "%" PRIu64
		                                          "..%" PRIu64,
		               found->min, found->max);
		used += (size_t)snprintf(buf + used, size - used,
		                         "%s%s %s %s%s%s", i ? ", " : "",
		                         found->cause->id, count,
		                         confidence_name(found->confidence),
		                         found->listener[0] ? " " : "",
		                         found->listener);
		assert_true(used < size);
	}
}

static bool row_holds(const struct row *row)
{
	struct result result;
	struct world world;
	char text[2048];
	bool holds;

	world_make(&world, row->count, row->ours);
	if (row->also)
		row->also(&world);
	result = incident_result(&world);
	describe(&result, text, sizeof(text));
	holds = !strcmp(text, row->found) &&
	        result.failed.min == row->failed.min &&
	        result.failed.max == row->failed.max;
	if (!holds)
		print_message("%s: failed %" PRIu64 "..%" PRIu64
		              "\n  found  %s\n  wanted %s\n",
		              row->name, result.failed.min, result.failed.max,
		              text, row->found);
	world_done(&world);
	return holds;
}

void incident_rows(const struct row *rows, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += !row_holds(&rows[i]);
	assert_int_equal(failed, 0);
}

/* --- what was seen -------------------------------------------------------- */

struct observed *watch(struct world *world)
{
	if (world->seen)
		return world->seen;
	world->seen = observed_new();
	if (!world->seen)
		abort();
	world->seen->from_ns = 100 * S;
	world->seen->to_ns = 110 * S;
	world->seen->sampled.state = FACT_KNOWN;
	return world->seen;
}

static void *grown(void *list, size_t n, size_t item)
{
	void *more = reallocarray(list, n + 1, item);

	if (!more)
		abort();
	memset((char *)more + n * item, 0, item);
	return more;
}

struct seen_listener *see_listener(struct world *world, uint16_t port,
                                   uint32_t drops)
{
	struct observed *seen = watch(world);
	struct seen_listener *listener;

	seen->listeners = grown(seen->listeners, seen->n_listeners,
	                        sizeof(*seen->listeners));
	listener = &seen->listeners[seen->n_listeners++];
	listener->netns_inode = world->after->ns[0].inode;
	listener->first.family = AF_INET;
	listener->first.port = port;
	listener->first.limit = listener->limit = 128;
	listener->first.cookie = port;
	listener->drops = fact_known(drops);
	listener->samples = 100;
	listener->full = drops ? 10 : 0;
	listener->queue_peak = drops ? 129 : 3;
	return listener;
}

void see_owner(struct seen_listener *listener, pid_t pid, const char *comm)
{
	struct listener *first = &listener->first;

	first->owners =
		grown(first->owners, first->n_owners, sizeof(*first->owners));
	first->owners[first->n_owners] = (struct owner){ .pid = pid, .fd = 3 };
	(void)snprintf(first->owners[first->n_owners].comm, 16, "%s", comm);
	first->n_owners++;
}

struct observed *trace(struct world *world)
{
	struct observed *seen = watch(world);

	seen->traced.state = FACT_KNOWN;
	seen->reasons = true;
	return seen;
}

void see_resets(struct world *world, size_t n, const struct seen_reset *reset)
{
	struct observed *seen = trace(world);

	while (n--) {
		seen->resets = grown(seen->resets, seen->n_resets,
		                     sizeof(*seen->resets));
		seen->resets[seen->n_resets++] = *reset;
	}
}

void see_ends(struct world *world, size_t n, const struct seen_end *end)
{
	struct observed *seen = watch(world);

	seen->ended.state = FACT_KNOWN;
	while (n--) {
		seen->ends =
			grown(seen->ends, seen->n_ends, sizeof(*seen->ends));
		seen->ends[seen->n_ends++] = *end;
	}
}

void see_error(struct world *world, const char *code, uint64_t n)
{
	struct observed *seen = watch(world);
	struct seen_error *error = &seen->errors[seen->n_errors++];

	seen->output.state = FACT_KNOWN;
	(void)snprintf(error->code, sizeof(error->code), "%s", code);
	error->count = n;
}
