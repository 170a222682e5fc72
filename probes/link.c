// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link - see link.h. ::1 is usable when lo is up and has that address: the
 * kernel takes the address away when IPv6 is disabled on lo
 * (net/ipv6/addrconf.c:addrconf_ifdown()), so no sysctl is asked.
 *
 * Routes to other hosts are not looked at.
 */
#include "probes/link.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>

#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/registry.h"

static bool is_loopback6(struct nl_object *object)
{
	struct nl_addr *local = rtnl_addr_get_local((struct rtnl_addr *)object);

	return local && nl_addr_get_family(local) == AF_INET6 &&
	       nl_addr_get_len(local) == sizeof(in6addr_loopback) &&
	       !memcmp(nl_addr_get_binary_addr(local), &in6addr_loopback,
	               sizeof(in6addr_loopback));
}

static bool has_loopback6(struct nl_cache *addresses)
{
	struct nl_object *object = nl_cache_get_first(addresses);

	while (object && !is_loopback6(object))
		object = nl_cache_get_next(object);
	return object;
}

void link_parse(struct rtnl_link *lo, struct nl_cache *addresses,
                struct link_facts *ret)
{
	const bool up = rtnl_link_get_flags(lo) & IFF_UP;

	ret->up = fact_known(up);
	ret->mtu_bytes = fact_known(rtnl_link_get_mtu(lo));
	if (addresses)
		ret->ipv6 = fact_known(up && has_loopback6(addresses));
}

/* @code: an error of libnl, negative */
static enum fact_state state_of(int code)
{
	switch (-code) {
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
	case NLE_AF_NOSUPPORT:
	case NLE_OPNOTSUPP:
		return FACT_ABSENT;
	case NLE_PERM:
	case NLE_NOACCESS:
		return FACT_DENIED;
	default:
		return FACT_BROKEN;
	}
}

static void set_all(struct link_facts *ret, int code)
{
	const struct fact_u64 fact = { .state = state_of(code) };

	*ret = (struct link_facts){ .up = fact,
		                    .mtu_bytes = fact,
		                    .ipv6 = fact };
}

static void read_lo(struct nl_sock *socket, struct link_facts *ret)
{
	struct nl_cache *addresses = NULL;
	struct rtnl_link *lo = NULL;
	int rc;

	rc = rtnl_link_get_kernel(socket, 0, "lo", &lo);
	if (rc < 0) {
		set_all(ret, rc);
		return;
	}
	rc = rtnl_addr_alloc_cache(socket, &addresses);
	if (rc < 0)
		ret->ipv6.state = state_of(rc);
	link_parse(lo, addresses, ret);
	nl_cache_free(addresses);
	rtnl_link_put(lo);
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	struct nl_sock *socket = nl_socket_alloc();
	int rc;

	(void)env;
	(void)host;
	if (!socket)
		return err_set(err, -ENOMEM, "cannot look at lo: no memory");
	rc = nl_connect(socket, NETLINK_ROUTE);
	if (rc < 0)
		set_all(&ns->lo, rc);
	else
		read_lo(socket, &ns->lo);
	nl_socket_free(socket);
	return 0;
}

const struct probe probe_link = {
	.name = "link",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LOAD,
	.run = run,
};
