// SPDX-License-Identifier: GPL-2.0-or-later
/* facts - see facts.h. */
#include "probes/facts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "probes/load/load_result.h"

const char *fact_state_name(enum fact_state state)
{
	static const char *const names[] = {
		[FACT_UNREAD] = "unread", [FACT_KNOWN] = "known",
		[FACT_ABSENT] = "absent", [FACT_DENIED] = "denied",
		[FACT_BROKEN] = "broken",
	};

	return names[state];
}

enum fact_state fact_state_from_errno(int code)
{
	switch (-code) {
	case ENOENT:
	case ENOTDIR:
		return FACT_ABSENT;
	case EACCES:
	case EPERM:
		return FACT_DENIED;
	default:
		return FACT_BROKEN;
	}
}

struct host *host_new(size_t n_ns)
{
	struct host *host = calloc(1, sizeof(*host));

	if (!host)
		return NULL;
	host->ns = calloc(n_ns ? n_ns : 1, sizeof(*host->ns));
	if (!host->ns) {
		free(host);
		return NULL;
	}
	host->n_ns = n_ns;
	return host;
}

static void netns_done(struct netns_facts *ns)
{
	for (size_t i = 0; i < ns->n_listeners; i++)
		free(ns->listeners[i].owners);
	free(ns->listeners);
	servers_done(&ns->servers);
	load_result_free(ns->load);
}

void host_free(struct host *host)
{
	if (!host)
		return;
	for (size_t i = 0; i < host->n_ns; i++)
		netns_done(&host->ns[i]);
	free(host->drift);
	free(host->ns);
	free(host);
}

const struct sysctl_fact *host_sysctl(const struct host *host,
                                      const struct netns_facts *ns,
                                      enum sysctl_id id)
{
	if (sysctl_desc(id)->scope == SYSCTL_SCOPE_NETNS)
		return &ns->sysctl[id];
	return &host->sysctl[id];
}

void listener_format(const struct listener *listener, char *buf, size_t size)
{
	char addr[INET6_ADDRSTRLEN] = "?";
	char device[16] = "";

	(void)inet_ntop(listener->family, listener->addr, addr, sizeof(addr));
	if (listener->ifindex)
		(void)snprintf(device, sizeof(device), "%%%u",
		               listener->ifindex);
	(void)snprintf(buf, size,
	               listener->family == AF_INET6 ? "[%s%s]:%u" : "%s%s:%u",
	               addr, device, listener->port);
}
