// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports - see ports.h.
 *
 * Sockets are dumped only if they could matter: a host may have a million,
 * and as long as all of them together leave enough ports, which ones go to
 * the target is of no interest. The load test's own listener (goal without a
 * port) is new, so nothing can be connected to it yet.
 *
 * Not seen: ports that are taken by bind() without listen(). Counted though
 * they need not be: connections to the target from another local address.
 */
#include "probes/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/diag.h"
#include "probes/goal.h"
#include "probes/registry.h"
#include "probes/sysctl.h"

/* Every TCP state but LISTEN: whatever may hold a port towards a peer. */
#define STATES_CONNECTED (((2U << TCP_CLOSING) - 1) & ~(1U << TCP_LISTEN))

void ports_usable(int64_t low, int64_t high, const struct port_set *reserved,
                  struct port_set *ret)
{
	*ret = (struct port_set){ 0 };
	for (int64_t port = low; port <= high; port++) {
		if (!port_set_has(reserved, (uint16_t)port))
			port_set_add(ret, (uint16_t)port);
	}
}

void ports_remove_listeners(const struct listener *listeners, size_t n,
                            struct port_set *set)
{
	for (size_t i = 0; i < n; i++)
		port_set_remove(set, listeners[i].port);
}

static struct in6_addr mapped(const void *ipv4)
{
	struct in6_addr address = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	memcpy(&address.s6_addr[12], ipv4, 4);
	return address;
}

struct ports_target ports_target(const struct goal *goal)
{
	struct ports_target target = { .port = goal->port };
	const char *peer = goal->peer;
	struct in_addr ipv4;

	if (!peer)
		peer = goal->family == FAMILY_IPV6 ? "::1" : "127.0.0.1";
	if (inet_pton(AF_INET, peer, &ipv4) == 1)
		target.address = mapped(&ipv4);
	else if (inet_pton(AF_INET6, peer, &target.address) != 1)
		target.any_address = true;
	return target;
}

bool ports_is_towards(const struct ports_target *target,
                      const struct diag_row *row)
{
	struct in6_addr address;

	if (row->dport != target->port)
		return false;
	if (target->any_address)
		return true;
	if (row->family == AF_INET)
		address = mapped(row->dst);
	else
		memcpy(&address, row->dst, sizeof(address));
	return IN6_ARE_ADDR_EQUAL(&address, &target->address);
}

/* Return: 0 or -ENOMEM; @ret_state says whether @ret is set. */
static int read_usable(int root_fd, const struct netns_facts *ns,
                       struct port_set *ret, enum fact_state *ret_state)
{
	const struct sysctl_fact *range = &ns->sysctl[SYSCTL_PORT_RANGE];
	struct port_set reserved;
	char *bytes;
	size_t len;
	int rc;

	*ret_state = range->state;
	if (range->state != FACT_KNOWN)
		return 0;
	rc = sysctl_read_bytes(root_fd, sysctl_desc(SYSCTL_RESERVED_PORTS),
	                       &bytes, &len);
	if (rc) {
		*ret_state = fact_state_from_errno(rc);
		return rc == -ENOMEM ? rc : 0;
	}
	if (port_set_parse(bytes, len, &reserved))
		*ret_state = FACT_BROKEN;
	else
		ports_usable(range->v[0], range->v[1], &reserved, ret);
	free(bytes);
	return 0;
}

struct fact_u64 ports_free_at_least(const struct sockstat_facts *sockstat,
                                    uint64_t usable)
{
	const struct fact_u64 *const parts[] = {
		&sockstat->inuse,
		&sockstat->inuse6,
		&sockstat->time_wait,
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i]->state != FACT_KNOWN)
			return *parts[i];
		usable -= parts[i]->value < usable ? parts[i]->value : usable;
	}
	return fact_known(usable);
}

struct taking {
	struct ports_target target;
	struct port_set *left;
};

static int take_port(void *to, const struct diag_row *row)
{
	const struct taking *taking = to;

	if (ports_is_towards(&taking->target, row))
		port_set_remove(taking->left, row->sport);
	return 0;
}

/* Take the ports of connections to the goal's target out of @left. */
static int remove_connected(const struct goal *goal, struct port_set *left)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct taking taking = { ports_target(goal), left };
	struct diag diag = { 0 };
	int rc;

	rc = diag_open(&diag, NULL);
	for (size_t i = 0; !rc && i < 2; i++) {
		const struct diag_query query = {
			.family = families[i],
			.states = STATES_CONNECTED,
			.dport = goal->port,
		};

		rc = diag_dump(&diag, &query, take_port, &taking, NULL);
	}
	diag_close(&diag);
	return rc;
}

/*
 * Listeners are among the sockets that sockstat counts, so the bound holds
 * without knowing them.
 *
 * @left: the usable ports; those that turn out to be taken are removed
 */
static struct fact_u64 count_free(const struct goal *goal,
                                  const struct netns_facts *ns,
                                  struct port_set *left, bool *ret_is_least)
{
	const enum fact_state listeners = ns->listeners_read.state;
	int rc;

	if (goal->port || listeners != FACT_KNOWN) {
		const struct fact_u64 bound = ports_free_at_least(
			&ns->sockstat, port_set_count(left));

		if (bound.state == FACT_KNOWN && bound.value >= goal->flows) {
			*ret_is_least = true;
			return bound;
		}
	}
	if (listeners != FACT_KNOWN)
		return (struct fact_u64){ .state = listeners };
	rc = goal->port ? remove_connected(goal, left) : 0;
	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	ports_remove_listeners(ns->listeners, ns->n_listeners, left);
	return fact_known(port_set_count(left));
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	struct port_set set;
	enum fact_state state;
	const int rc = read_usable(env->root_fd, ns, &set, &state);

	(void)host;
	if (rc)
		return err_set(err, rc, "cannot count ports: no memory");
	if (state != FACT_KNOWN) {
		ns->ports.usable.state = state;
		ns->ports.free.state = state;
		return 0;
	}
	ns->ports.usable = fact_known(port_set_count(&set));
	ns->ports.free =
		count_free(env->goal, ns, &set, &ns->ports.free_is_least);
	return 0;
}

const struct probe probe_ports = {
	.name = "ports",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LOAD,
	.run = run,
};
