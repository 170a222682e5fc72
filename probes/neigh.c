// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * neigh - see neigh.h. The entries are not dumped: every line of
 * /proc/net/stat/arp_cache begins with their number
 * (net/core/neighbour.c:neigh_stat_seq_show()), permanent ones included,
 * which the limits do not count.
 */
#include "probes/neigh.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "probes/base/file.h"
#include "probes/base/hex_table.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/number.h"
#include "probes/registry.h"

/* A line of 13 columns is 150 bytes: enough for 27 000 CPUs. */
#define STAT_BYTES_MAX 4194304

static struct fact_u64 read_entries(int root_fd, const char *table)
{
	struct hex_column column;
	char path[64];
	char *bytes;
	size_t len;
	int rc;

	(void)snprintf(path, sizeof(path), "proc/thread-self/net/stat/%s",
	               table);
	rc = file_read_alloc(root_fd, path, STAT_BYTES_MAX, &bytes, &len, NULL);
	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	rc = hex_table_column(bytes, len, "entries", &column);
	free(bytes);
	if (rc)
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(column.first);
}

void neigh_read(int root_fd, int family, struct neigh_facts *ret)
{
	const bool is_v6 = family == AF_INET6;
	char path[64];

	ret->entries =
		read_entries(root_fd, is_v6 ? "ndisc_cache" : "arp_cache");
	for (int i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path),
		               "proc/sys/net/ipv%c/neigh/default/gc_thresh%d",
		               is_v6 ? '6' : '4', i + 1);
		ret->thresh[i] = number_read(root_fd, path);
	}
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)ns;
	(void)err;
	neigh_read(env->root_fd,
	           env->goal->family == FAMILY_IPV6 ? AF_INET6 : AF_INET,
	           &host->neigh);
	return 0;
}

const struct probe probe_neigh = {
	.name = "neigh",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
