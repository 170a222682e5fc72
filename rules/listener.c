// SPDX-License-Identifier: GPL-2.0-or-later
/* listener - see listener.h. */
#include "rules/listener.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/base/text.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "rules/saturate.h"

void process_name(const char comm[static 16], pid_t pid, char *buf, size_t size)
{
	char name[4 * 16 + 1];

	(void)text_escape(name, sizeof(name), comm, strnlen(comm, 16));
	if (pid)
		(void)snprintf(buf, size, "%s[%d]", name, (int)pid);
	else
		(void)snprintf(buf, size, "%s", name);
}

/* "iperf[4242] +2", or why there is no such name. */
static void owner_text(const struct listener *listener, char *buf, size_t size)
{
	const struct owner *first = listener->owners;
	char more[24] = "";

	if (!listener->n_owners) {
		(void)snprintf(buf, size, "%s",
		               listener->owners_state == OWNERS_KNOWN
		                       ? "(no owner)"
		                       : "(owner unknown)");
		return;
	}
	process_name(first->comm, first->pid, buf, size);
	if (listener->n_owners > 1)
		(void)snprintf(more, sizeof(more), " +%zu",
		               listener->n_owners - 1);
	text_join(buf, size, "", more);
}

void listener_subject(const struct listener *listener, char *buf, size_t size)
{
	char address[64];
	char owner[112];

	listener_format(listener, address, sizeof(address));
	owner_text(listener, owner, sizeof(owner));
	(void)snprintf(buf, size, "%s %s", address, owner);
}

/* ::ffff:a.b.c.d */
static bool is_mapped(const struct listener *listener)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(listener->addr, prefix, sizeof(prefix));
}

/* net/ipv6/af_inet6.c: IPv4 comes to :: and to ::ffff:a.b.c.d as mapped. */
static bool takes_ipv4(const struct listener *listener)
{
	static const uint8_t any[16];

	if (is_mapped(listener))
		return true;
	return !memcmp(listener->addr, any, sizeof(any)) &&
	       !(listener->v6only.state == FACT_KNOWN &&
	         listener->v6only.value);
}

bool listener_serves(const struct listener *listener, enum goal_family family)
{
	if (listener->family == AF_INET)
		return family == FAMILY_IPV4;
	if (family == FAMILY_IPV4)
		return takes_ipv4(listener);
	return !is_mapped(listener);
}

bool listener_is_meant(const struct listener *listener, const struct goal *goal)
{
	return !goal->port || (listener->port == goal->port &&
	                       listener_serves(listener, goal->family));
}

bool listener_any_meant(const struct netns_facts *ns, const struct goal *goal)
{
	for (size_t i = 0; i < ns->n_listeners; i++) {
		if (listener_is_meant(&ns->listeners[i], goal))
			return true;
	}
	return !goal->port;
}

bool listener_same_group(const struct listener *a, const struct listener *b)
{
	return a->family == b->family && a->port == b->port &&
	       a->ifindex == b->ifindex && a->uid == b->uid &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

uint64_t listener_group_capacity(const struct listener *listener)
{
	return saturate_mul(listener->group_size, listener_capacity(listener));
}
