// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_snapshot - what is taken can be judged, made anonymous, and written so
 * that it is read as the same again.
 */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "probes/snapshot.h"
#include "rules/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(void *to, const struct finding *finding)
{
	(void)to;
	assert(memchr(finding->what, 0, sizeof(finding->what)));
	assert(memchr(finding->why, 0, sizeof(finding->why)));
}

static void judge(const struct host *host, const struct goal *goal)
{
	struct need need;

	need_compute(goal, 4096, &need);
	engine_run(host, goal, &need, ~0U, NULL, look, NULL);
}

static void write_twice(struct host *host, const struct goal *goal)
{
	char *text = snapshot_format(host, goal, false, NULL);
	struct host *again = NULL;
	char *same;

	assert(text);
	assert(!snapshot_parse(text, strlen(text), "", goal, &again, NULL));
	same = snapshot_format(again, goal, false, NULL);
	assert(same && !strcmp(text, same));
	free(text);
	free(same);
	host_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct goal goal = goal_default();
	struct err err = { 0 };
	struct host *host = NULL;
	char *text;

	/* that of the seed, so that nothing is forgotten */
	goal.port = 7001;
	if (snapshot_parse((const char *)data, size, "", &goal, &host, &err)) {
		assert(err.code && err.what[0]);
		return 0;
	}
	assert(host->n_ns);
	write_twice(host, &goal);
	judge(host, &goal);
	text = snapshot_format(host, &goal, true, NULL);
	assert(text);
	judge(host, &goal);
	free(text);
	host_free(host);
	return 0;
}
