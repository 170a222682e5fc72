// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather_all - see gather_all.h. The caller's own namespace is read by the
 * calling thread, as it would be alone; the others by threads that enter
 * them.
 */
#include "checker/cli/gather_all.h"

#include <errno.h>

#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/netns.h"
#include "probes/netns_list.h"
#include "probes/netns_visit.h"
#include "probes/probe.h"

/* What a thread needs to read the namespace it is in. */
struct reading {
	const struct probe_env *env;
	unsigned int serves;
	struct host *host;
};

static int read_netns(void *to, struct netns_facts *ns, struct err *err)
{
	const struct reading *reading = to;

	return probe_run(reading->env, PROBE_NETNS, reading->serves,
	                 reading->host, ns, err);
}

static int read_each(struct reading *reading, const struct netns_list *list,
                     struct err *err)
{
	struct host *host = reading->host;
	const struct netns_tour tour = {
		.root_fd = reading->env->root_fd,
		.list = list,
		.ns = host->ns,
		.look = read_netns,
		.to = reading,
	};
	int rc;

	rc = probe_run(reading->env, PROBE_HOST, reading->serves, host, NULL,
	               err);
	if (!rc)
		rc = read_netns(reading, &host->ns[0], err);
	if (!rc)
		rc = netns_visit(&tour, err);
	if (!rc)
		rc = probe_run(reading->env, PROBE_TOGETHER, reading->serves,
		               host, NULL, err);
	return rc;
}

static struct host *host_of(const struct netns_list *list)
{
	struct host *host = host_new(list->n);

	if (!host)
		return NULL;
	host->netns_hidden = list->hidden;
	for (size_t i = 0; i < list->n; i++)
		netns_list_describe(list, i, &host->ns[i]);
	return host;
}

int gather_all(const struct probe_env *env, unsigned int serves,
               struct host **ret, struct err *err)
{
	struct reading reading = { .env = env, .serves = serves };
	struct netns_list list;
	uint64_t own = 0;
	int rc;

	(void)netns_inode(&own, NULL);
	rc = netns_list_read(env->root_fd, own, &list, err);
	if (!rc) {
		*ret = host_of(&list);
		reading.host = *ret;
		rc = *ret ? read_each(&reading, &list, err)
		          : err_set(err, -ENOMEM,
		                    "not enough memory for the facts");
	}
	netns_list_free(&list);
	return rc;
}
