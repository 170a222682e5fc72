/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * incidents - made-up incidents for tests of rules/incident: what the kernel
 * counted, what was seen, and what must be said of it.
 *
 * Between the two sets of facts lie ten seconds. When memory runs out the test
 * is aborted.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_INCIDENTS_H
#define KILOFLOW_TESTS_SUPPORT_INCIDENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/facts.h"
#include "probes/observe/observed.h"
#include "rules/incident/incident.h"

#define S UINT64_C(1000000000)

/* For the counts of a row. */
#define C(name) [COUNTER_##name]

/* What happened: facts before and after, and what was seen. */
struct world {
	struct host *before, *after;
	struct observed *seen; /* NULL: nobody watched */
	bool ours;
};

struct row {
	const char *name;
	bool ours;
	uint64_t count[COUNTER_COUNT];
	void (*also)(struct world *world); /* NULL: nothing else */
	struct count_range failed;
	const char *found; /* "refused 5 likely, unexplained 0..3 possible" */
};

#define MAX_FOUND 64

struct result {
	struct count_range failed;
	struct cause_found list[MAX_FOUND];
	size_t n;
};

/** incident_result - judge it */
struct result incident_result(const struct world *world);

/** incident_rows - every row must come out as it says; what does not is
 * printed
 */
void incident_rows(const struct row *rows, size_t n);

/** world_make - @count: by counter_id, how much each grew */
void world_make(struct world *world, const uint64_t *count, bool ours);

void world_done(struct world *world);

/** watch - somebody did: listeners were sampled for ten seconds */
struct observed *watch(struct world *world);

/** see_listener - one on 0.0.0.0 of limit 128: with drops it stood full
 * Return: valid until the next one.
 */
struct seen_listener *see_listener(struct world *world, uint16_t port,
                                   uint32_t drops);

void see_owner(struct seen_listener *listener, pid_t pid, const char *comm);

/** trace - resets were traced, with reasons */
struct observed *trace(struct world *world);

/** see_resets - @n times the same */
void see_resets(struct world *world, size_t n, const struct seen_reset *reset);

/** see_ends - sockets that ended, @n times the same */
void see_ends(struct world *world, size_t n, const struct seen_end *end);

/** see_error - what the command said */
void see_error(struct world *world, const char *code, uint64_t n);

#endif
