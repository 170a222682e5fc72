// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * holders - see holders.h. A pid that was given to another process meanwhile
 * is taken for alive.
 */
#include "probes/observe/holders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "probes/facts.h"
#include "probes/observe/observed.h"
#include "probes/observe/sightings.h"
#include "probes/owners.h"
#include "probes/proc_limits.h"
#include "probes/processes.h"

/* Those of one namespace that are there and have no owner yet. */
static int list_ownerless(const struct sightings *table, struct netns_facts *ns)
{
	ns->listeners = calloc(table->ownerless, sizeof(*ns->listeners));
	if (!ns->listeners)
		return -ENOMEM;
	for (size_t i = 0; i < table->n; i++) {
		const struct seen_listener *seen = &table->items[i];

		if (seen->netns_inode == ns->inode && !seen->gone_ns &&
		    seen->first.owners_state == OWNERS_UNREAD)
			ns->listeners[ns->n_listeners++] = seen->first;
	}
	return 0;
}

static void free_found(struct netns_facts *ns)
{
	for (size_t i = 0; i < ns->n_listeners; i++)
		free(ns->listeners[i].owners);
	free(ns->listeners);
}

int holders_find(int root_fd, struct sightings *table, const uint64_t *inodes,
                 size_t n, struct err *err)
{
	struct netns_facts *ns;
	int rc = 0;

	if (!table->ownerless)
		return 0;
	ns = calloc(n, sizeof(*ns));
	if (!ns)
		return -ENOMEM;
	for (size_t i = 0; !rc && i < n; i++) {
		ns[i].inode = inodes[i];
		rc = list_ownerless(table, &ns[i]);
	}
	if (!rc)
		rc = owners_find(root_fd, ns, n, err);
	for (size_t i = 0; i < n; i++) {
		if (!rc)
			rc = sightings_adopt(table, &ns[i]);
		free_found(&ns[i]);
	}
	free(ns);
	return rc;
}

/* a of b is nearer to it than c of d */
static bool is_nearer(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return (double)a * (double)d > (double)c * (double)b;
}

static void count_files(int root_fd, struct seen_listener *seen)
{
	for (size_t i = 0; i < seen->first.n_owners; i++) {
		struct proc_limits_facts facts = { 0 };

		proc_limits_read(root_fd, seen->first.owners[i].pid, &facts);
		if (seen->files_open.state == FACT_KNOWN &&
		    (facts.fds.state != FACT_KNOWN ||
		     facts.nofile_soft.state != FACT_KNOWN ||
		     !is_nearer(facts.fds.value, facts.nofile_soft.value,
		                seen->files_open.value,
		                seen->files_limit.value)))
			continue;
		seen->files_open = facts.fds;
		seen->files_limit = facts.nofile_soft;
	}
}

void holders_count_files(int root_fd, struct sightings *table)
{
	for (size_t i = 0; i < table->n; i++) {
		struct seen_listener *seen = &table->items[i];

		if (!seen->gone_ns && seen->queue_last > seen->limit)
			count_files(root_fd, seen);
	}
}

static bool has_ended(int root_fd, pid_t pid)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
	return !processes_is_user(root_fd, path);
}

void holders_note_deaths(int root_fd, struct sightings *table)
{
	for (size_t i = 0; i < table->n; i++) {
		struct seen_listener *seen = &table->items[i];

		for (size_t k = 0; k < seen->first.n_owners; k++)
			seen->owner_died |=
				has_ended(root_fd, seen->first.owners[k].pid);
	}
}
