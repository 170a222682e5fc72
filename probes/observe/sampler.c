// SPDX-License-Identifier: GPL-2.0-or-later
/* sampler - see sampler.h. */
#include "probes/observe/sampler.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "probes/listeners.h"
#include "probes/observe/observed.h"
#include "probes/observe/sightings.h"

int sampler_open(struct sampler *sampler, uint64_t netns_inode, struct err *err)
{
	*sampler = (struct sampler){ .netns_inode = netns_inode };
	return diag_open(&sampler->diag, err);
}

void sampler_close(struct sampler *sampler)
{
	diag_close(&sampler->diag);
}

struct look {
	struct sightings *table;
	uint64_t netns_inode, now_ns, begun_ns;
};

static int see(void *to, const struct diag_row *row)
{
	const struct look *look = to;

	return sightings_see(look->table, look->netns_inode, row, look->now_ns,
	                     look->begun_ns);
}

int sampler_look(struct sampler *sampler, struct sightings *table,
                 uint64_t now_ns, uint64_t begun_ns, struct err *err)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct look look = { table, sampler->netns_inode, now_ns, begun_ns };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct diag_query query = {
			.family = families[i],
			.states = 1U << TCP_LISTEN,
			.ext = 1U << (INET_DIAG_SKMEMINFO - 1),
		};
		const int rc =
			diag_dump(&sampler->diag, &query, see, &look, err);

		if (rc)
			return rc;
	}
	(void)sightings_end_look(table, sampler->netns_inode, now_ns);
	return 0;
}

/* Those that are there. Return: how many. */
static size_t copy_present(const struct sightings *table, uint64_t netns_inode,
                           struct listener *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < table->n; i++) {
		const struct seen_listener *seen = &table->items[i];

		if (seen->netns_inode != netns_inode || seen->gone_ns)
			continue;
		ret[n] = seen->first;
		ret[n].owners = NULL;
		ret[n].n_owners = 0;
		n++;
	}
	return n;
}

static void note_counts(struct sightings *table, uint64_t netns_inode,
                        const struct listener *listeners, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct fact_u64 count = listeners[i].syn_queue;
		struct seen_listener *seen =
			sightings_find(table, netns_inode, listeners[i].cookie);

		seen->syn_queue = count;
		if (count.state == FACT_KNOWN &&
		    (seen->syn_queue_peak.state != FACT_KNOWN ||
		     count.value > seen->syn_queue_peak.value))
			seen->syn_queue_peak = count;
	}
}

int sampler_count_syn(struct sampler *sampler, struct sightings *table)
{
	struct listener *present;
	size_t n;

	if (!table->n)
		return 0;
	present = calloc(table->n, sizeof(*present));
	if (!present)
		return -ENOMEM;
	n = copy_present(table, sampler->netns_inode, present);
	n = listeners_arrange(present, n);
	listeners_read_syn(&sampler->diag, present, n);
	note_counts(table, sampler->netns_inode, present, n);
	free(present);
	return 0;
}
