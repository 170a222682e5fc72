// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * softnet - see softnet.h. The columns have no names, so they are known by
 * their place, which no kernel has changed
 * (net/core/net-procfs.c:softnet_seq_show()): new ones came at the end, and
 * whatever follows those that are known is not looked at. The counters have
 * 32 bits and wrap, each CPU's by itself.
 */
#include "probes/softnet.h"

#include <stdlib.h>

#include "probes/base/file.h"
#include "probes/base/hex_table.h"
#include "probes/facts.h"
#include "probes/registry.h"

/* A line of 15 columns is 135 bytes: enough for 30 000 CPUs. */
#define FILE_BYTES_MAX 4194304

enum column {
	COLUMN_PROCESSED,
	COLUMN_DROPPED,
	COLUMN_SQUEEZED,
	COLUMN_CPU = 12, /* not in old kernels */
	COLUMN_COUNT
};

#define COLUMNS_LEAST (COLUMN_SQUEEZED + 1)

/* Return: how many columns there are; 0 when one of them is no number. */
static size_t read_columns(struct span line,
                           uint64_t column[static COLUMN_COUNT])
{
	struct span word;
	size_t n;

	for (n = 0; n < COLUMN_COUNT && span_word(&line, &word); n++) {
		if (hex_u64(word, &column[n]) || column[n] > UINT32_MAX)
			return 0;
	}
	return n;
}

static void set_all(enum fact_state state, struct softnet_facts *ret)
{
	const struct fact_u64 fact = { .state = state };

	*ret = (struct softnet_facts){
		.dropped = fact,
		.squeezed = fact,
		.worst_dropped = fact,
		.worst_cpu = fact,
	};
}

void softnet_parse(const char *bytes, size_t len, struct softnet_facts *ret)
{
	const struct fact_u64 unnumbered = { .state = FACT_ABSENT };
	struct softnet_facts facts = {
		.dropped = fact_known(0),
		.squeezed = fact_known(0),
		.worst_dropped = fact_known(0),
		.worst_cpu = unnumbered,
	};
	struct span rest = span_of(bytes, len);
	struct span line;
	size_t n_lines = 0;

	set_all(FACT_BROKEN, ret);
	for (; span_line(&rest, "", &line); n_lines++) {
		uint64_t column[COLUMN_COUNT];
		const size_t n = read_columns(line, column);

		if (n < COLUMNS_LEAST)
			return;
		facts.dropped.value += column[COLUMN_DROPPED];
		facts.squeezed.value += column[COLUMN_SQUEEZED];
		if (column[COLUMN_DROPPED] <= facts.worst_dropped.value)
			continue;
		facts.worst_dropped = fact_known(column[COLUMN_DROPPED]);
		facts.worst_cpu = n > COLUMN_CPU
		                          ? fact_known(column[COLUMN_CPU])
		                          : unnumbered;
	}
	if (n_lines)
		*ret = facts;
}

void softnet_read(int root_fd, struct softnet_facts *ret)
{
	char *bytes;
	size_t len;
	const int rc =
		file_read_alloc(root_fd, "proc/thread-self/net/softnet_stat",
	                        FILE_BYTES_MAX, &bytes, &len, NULL);

	if (rc) {
		set_all(fact_state_from_errno(rc), ret);
		return;
	}
	softnet_parse(bytes, len, ret);
	free(bytes);
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)ns;
	(void)err;
	softnet_read(env->root_fd, &host->softnet);
	return 0;
}

const struct probe probe_softnet = {
	.name = "softnet",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
