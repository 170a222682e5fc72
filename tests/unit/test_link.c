// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_link - what lo's flags and addresses mean, on objects made by hand.
 * A namespace whose lo is really down is tests/host's.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <net/if.h>
#include <netinet/in.h>

#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>

#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/link.h"
#include "probes/registry.h"
#include "tests/support/fdcheck.h"

static struct nl_cache *addresses_new(void)
{
	struct nl_cache *cache = NULL;

	assert_int_equal(nl_cache_alloc_name("route/addr", &cache), 0);
	return cache;
}

static void add_address(struct nl_cache *cache, const char *text)
{
	struct rtnl_addr *address = rtnl_addr_alloc();
	struct nl_addr *local = NULL;

	assert_int_equal(nl_addr_parse(text, AF_UNSPEC, &local), 0);
	assert_int_equal(rtnl_addr_set_local(address, local), 0);
	assert_int_equal(nl_cache_add(cache, (struct nl_object *)address), 0);
	nl_addr_put(local);
	rtnl_addr_put(address);
}

static struct link_facts parse(unsigned int flags, struct nl_cache *addresses)
{
	struct rtnl_link *lo = rtnl_link_alloc();
	struct link_facts facts = { 0 };

	rtnl_link_set_flags(lo, flags);
	rtnl_link_set_mtu(lo, 65536);
	link_parse(lo, addresses, &facts);
	rtnl_link_put(lo);
	return facts;
}

static void up_and_mtu(void **state)
{
	struct nl_cache *cache = addresses_new();
	struct link_facts facts = parse(IFF_UP | IFF_LOOPBACK, cache);

	(void)state;
	assert_int_equal(facts.up.state, FACT_KNOWN);
	assert_int_equal(facts.up.value, 1);
	assert_int_equal(facts.mtu_bytes.state, FACT_KNOWN);
	assert_int_equal(facts.mtu_bytes.value, 65536);
	facts = parse(IFF_LOOPBACK | IFF_RUNNING, cache);
	assert_int_equal(facts.up.state, FACT_KNOWN);
	assert_int_equal(facts.up.value, 0);
	nl_cache_free(cache);
}

static void ipv6(void **state)
{
	struct nl_cache *cache = addresses_new();

	(void)state;
	add_address(cache, "127.0.0.1/8");
	add_address(cache, "fe80::1/64");
	add_address(cache, "::ffff:0.0.0.1");
	assert_int_equal(parse(IFF_UP, cache).ipv6.state, FACT_KNOWN);
	assert_int_equal(parse(IFF_UP, cache).ipv6.value, 0);
	add_address(cache, "::1/128");
	assert_int_equal(parse(IFF_UP, cache).ipv6.value, 1);
	assert_int_equal(parse(0, cache).ipv6.state, FACT_KNOWN);
	assert_int_equal(parse(0, cache).ipv6.value, 0);
	nl_cache_free(cache);
}

static void addresses_not_readable(void **state)
{
	(void)state;
	assert_int_equal(parse(IFF_UP, NULL).ipv6.state, FACT_UNREAD);
	assert_int_equal(parse(IFF_UP, NULL).up.state, FACT_KNOWN);
}

static void this_namespace(void **state)
{
	const struct goal goal = goal_default();
	const struct probe_env env = { .root_fd = -1, .goal = &goal };
	struct netns_facts ns = { 0 };

	(void)state;
	assert_int_equal(probe_link.run(&env, NULL, &ns, NULL), 0);
	assert_int_equal(ns.lo.up.state, FACT_KNOWN);
	assert_int_equal(ns.lo.mtu_bytes.state, FACT_KNOWN);
	assert_true(ns.lo.mtu_bytes.value >= 68);
	assert_int_equal(ns.lo.ipv6.state, FACT_KNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(up_and_mtu),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(addresses_not_readable),
		cmocka_unit_test(this_namespace),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
