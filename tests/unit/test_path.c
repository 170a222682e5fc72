// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_path - routes and devices as libnl knows them, and what the kernel
 * says of the namespace that the test runs in. Real paths take namespaces:
 * tests/host/path.sh.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>

#include <netlink/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "probes/path.h"
#include "tests/support/fdcheck.h"

static struct nl_addr *address(const char *text)
{
	struct nl_addr *addr;

	assert_int_equal(nl_addr_parse(text, AF_UNSPEC, &addr), 0);
	return addr;
}

static void assert_address(int family, const uint8_t *bytes, const char *text)
{
	char shown[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(family, bytes, shown, sizeof(shown)));
	assert_string_equal(shown, text);
}

static void routes(void **state)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *source = address("10.9.0.1");
	struct nl_addr *gateway = address("10.9.0.7");
	struct path_facts facts = { 0 };

	(void)state;
	rtnl_route_set_family(route, AF_INET);
	assert_int_equal(path_parse_route(route, &facts), 0);
	assert_int_equal(facts.family, AF_INET);
	assert_false(facts.local);
	assert_false(facts.has_source);
	assert_false(facts.has_gateway);
	assert_int_equal(facts.mtu_bytes.state, FACT_UNREAD);

	rtnl_route_set_type(route, RTN_LOCAL);
	rtnl_route_set_pref_src(route, source);
	rtnl_route_set_metric(route, RTAX_MTU, 1280);
	rtnl_route_nh_set_ifindex(hop, 42);
	rtnl_route_nh_set_gateway(hop, gateway);
	rtnl_route_add_nexthop(route, hop);
	assert_int_equal(path_parse_route(route, &facts), 42);
	assert_true(facts.local);
	assert_true(facts.has_source);
	assert_address(AF_INET, facts.source, "10.9.0.1");
	assert_true(facts.has_gateway);
	assert_address(AF_INET, facts.gateway, "10.9.0.7");
	assert_int_equal(facts.mtu_bytes.value, 1280);

	nl_addr_put(source);
	nl_addr_put(gateway);
	rtnl_route_put(route);
}

static void routes6(void **state)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct nl_addr *source = address("2001:db8::1");
	struct path_facts facts = { 0 };

	(void)state;
	rtnl_route_set_family(route, AF_INET6);
	rtnl_route_set_pref_src(route, source);
	rtnl_route_set_metric(route, RTAX_MTU, 0);
	assert_int_equal(path_parse_route(route, &facts), 0);
	assert_int_equal(facts.family, AF_INET6);
	assert_address(AF_INET6, facts.source, "2001:db8::1");
	assert_int_equal(facts.mtu_bytes.state, FACT_UNREAD);
	nl_addr_put(source);
	rtnl_route_put(route);
}

static void links(void **state)
{
	static const struct {
		struct fact_u64 route_mtu;
		unsigned int mtu;
		uint64_t expected;
	} rows[] = {
		{ { 0 }, 1500, 1500 },
		{ { 1280, FACT_KNOWN }, 1500, 1280 },
		{ { 1500, FACT_KNOWN }, 1500, 1500 },
		{ { 9000, FACT_KNOWN }, 1500, 1500 },
	};
	struct rtnl_link *link = rtnl_link_alloc();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct path_facts facts = { .mtu_bytes = rows[i].route_mtu };

		rtnl_link_set_mtu(link, rows[i].mtu);
		path_parse_link(link, &facts);
		assert_int_equal(facts.mtu_bytes.value, rows[i].expected);
		assert_string_equal(facts.device, "");
		assert_int_equal(facts.up.state, FACT_KNOWN);
		assert_int_equal(facts.up.value, 0);
	}
	rtnl_link_put(link);
}

static void a_device_that_is_up(void **state)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct path_facts facts = { 0 };

	(void)state;
	rtnl_link_set_name(link, "eth0");
	rtnl_link_set_flags(link, IFF_UP);
	rtnl_link_set_txqlen(link, 500);
	rtnl_link_set_stat(link, RTNL_LINK_RX_DROPPED, 3);
	rtnl_link_set_stat(link, RTNL_LINK_TX_DROPPED, 4);
	path_parse_link(link, &facts);
	assert_string_equal(facts.device, "eth0");
	assert_int_equal(facts.up.value, 1);
	assert_int_equal(facts.tx_queue_packets.value, 500);
	assert_int_equal(facts.rx_dropped.value, 3);
	assert_int_equal(facts.tx_dropped.value, 4);
	rtnl_link_put(link);
}

static void peers(void **state)
{
	static const struct {
		const char *peer;
		bool is_address;
	} rows[] = {
		{ "127.0.0.1", true },  { "::1", true },
		{ "192.0.2.1", true },  { "example.org", false },
		{ "", false },          { "1.2.3.0/24", false },
		{ "default", false },   { "1.2.3", false },
		{ "fe80::1%1", false }, { "00:11:22:33:44:55", false },
	};
	struct path_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("\"%s\"\n", rows[i].peer);
		assert_int_equal(path_read(rows[i].peer, &facts, NULL), 0);
		if (!rows[i].is_address) {
			assert_int_equal(facts.route.state, FACT_BROKEN);
			continue;
		}
		assert_true(facts.route.state == FACT_KNOWN ||
		            facts.route.state == FACT_ABSENT);
		if (facts.route.state == FACT_ABSENT)
			continue;
		assert_int_equal(facts.up.state, FACT_KNOWN);
		assert_true(facts.device[0] != '\0');
		assert_true(facts.mtu_bytes.value >= 68);
		assert_int_equal(facts.qdisc.read.state, FACT_KNOWN);
	}
	assert_int_equal(path_read(NULL, &facts, NULL), 0);
	assert_int_equal(facts.route.state, FACT_UNREAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes), cmocka_unit_test(routes6),
		cmocka_unit_test(links),  cmocka_unit_test(a_device_that_is_up),
		cmocka_unit_test(peers),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
