// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * path - see path.h. Only the first hop is looked at; of a route over several
 * devices the kernel names the one that it would take. Nothing is sent.
 */
#include "probes/path.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <netlink/addr.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/registry.h"

/* Return: whether there was one. */
static bool copy_address(struct nl_addr *addr, uint8_t ret[static 16])
{
	const unsigned int len = addr ? nl_addr_get_len(addr) : 0;

	if (!len || len > 16)
		return false;
	memcpy(ret, nl_addr_get_binary_addr(addr), len);
	return true;
}

int path_parse_route(struct rtnl_route *route, struct path_facts *ret)
{
	struct rtnl_nexthop *hop = rtnl_route_nexthop_n(route, 0);
	uint32_t mtu;

	ret->family = rtnl_route_get_family(route);
	ret->local = rtnl_route_get_type(route) == RTN_LOCAL;
	ret->has_source =
		copy_address(rtnl_route_get_pref_src(route), ret->source);
	if (!rtnl_route_get_metric(route, RTAX_MTU, &mtu) && mtu)
		ret->mtu_bytes = fact_known(mtu);
	if (!hop)
		return 0;
	ret->has_gateway =
		copy_address(rtnl_route_nh_get_gateway(hop), ret->gateway);
	return rtnl_route_nh_get_ifindex(hop);
}

void path_parse_link(struct rtnl_link *link, struct path_facts *ret)
{
	const char *name = rtnl_link_get_name(link);
	const unsigned int mtu = rtnl_link_get_mtu(link);

	(void)snprintf(ret->device, sizeof(ret->device), "%s",
	               name ? name : "");
	ret->up = fact_known(!!(rtnl_link_get_flags(link) & IFF_UP));
	if (ret->mtu_bytes.state != FACT_KNOWN || ret->mtu_bytes.value > mtu)
		ret->mtu_bytes = fact_known(mtu);
	ret->tx_queue_packets = fact_known(rtnl_link_get_txqlen(link));
	ret->rx_dropped =
		fact_known(rtnl_link_get_stat(link, RTNL_LINK_RX_DROPPED));
	ret->tx_dropped =
		fact_known(rtnl_link_get_stat(link, RTNL_LINK_TX_DROPPED));
}

/* Return: NULL when it is no address or there is no memory. */
static struct nl_addr *parse_peer(const char *peer)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, peer, bytes) == 1)
		return nl_addr_build(AF_INET, bytes, 4);
	if (inet_pton(AF_INET6, peer, bytes) == 1)
		return nl_addr_build(AF_INET6, bytes, 16);
	return NULL;
}

/*
 * Whatever the kernel says against an address, there is no way to it:
 * net/ipv4/fib_semantics.c:fib_props maps unreachable, prohibit and blackhole
 * routes to errors of their own.
 */
static enum fact_state state_of(int code)
{
	switch (-code) {
	case NLE_NOMEM:
	case NLE_MSG_TRUNC:
	case NLE_PERM:
	case NLE_BAD_SOCK:
		return FACT_BROKEN;
	default:
		return FACT_ABSENT;
	}
}

static void read_device(struct nl_sock *socket, int ifindex,
                        struct path_facts *ret)
{
	struct rtnl_link *link;

	if (rtnl_link_get_kernel(socket, ifindex, NULL, &link) < 0) {
		ret->up.state = FACT_BROKEN;
		return;
	}
	path_parse_link(link, ret);
	rtnl_link_put(link);
	qdisc_read(socket, ifindex, ret->tx_queue_packets.value, &ret->qdisc);
}

static void read_path(struct nl_sock *socket, struct nl_addr *peer,
                      struct path_facts *ret)
{
	struct rtnl_route *route;
	int ifindex;
	int rc;

	rc = rtnl_route_lookup(socket, peer, &route);
	if (rc < 0) {
		ret->route.state = state_of(rc);
		return;
	}
	ret->route = fact_known(1);
	ifindex = path_parse_route(route, ret);
	rtnl_route_put(route);
	read_device(socket, ifindex, ret);
}

int path_read(const char *peer, struct path_facts *ret, struct err *err)
{
	struct nl_addr *address;
	struct nl_sock *socket;

	*ret = (struct path_facts){ 0 };
	if (!peer)
		return 0;
	address = parse_peer(peer);
	if (!address) {
		ret->route.state = FACT_BROKEN;
		return 0;
	}
	socket = nl_socket_alloc();
	if (!socket) {
		nl_addr_put(address);
		return err_set(err, -ENOMEM,
		               "cannot look at the path to %s: no memory",
		               peer);
	}
	if (nl_connect(socket, NETLINK_ROUTE) < 0)
		ret->route.state = FACT_BROKEN;
	else
		read_path(socket, address, ret);
	nl_socket_free(socket);
	nl_addr_put(address);
	return 0;
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)host;
	return path_read(env->goal->peer, &ns->path, err);
}

const struct probe probe_path = {
	.name = "path",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
