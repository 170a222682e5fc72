// SPDX-License-Identifier: GPL-2.0-or-later
/* listener: which listeners a goal on a port is about. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/facts.h"
#include "probes/goal.h"
#include "rules/listener.h"
#include "tests/support/fdcheck.h"

static struct listener listener_at(const char *address, struct fact_u64 v6only)
{
	struct listener listener = { .port = 80, .v6only = v6only };

	listener.family = strchr(address, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(listener.family, address, listener.addr), 1);
	return listener;
}

static void serves_its_families(void **state)
{
	static const struct {
		const char *address;
		struct fact_u64 v6only;
		bool ipv4, ipv6;
	} rows[] = {
		{ "127.0.0.1", { 0, FACT_ABSENT }, true, false },
		{ "0.0.0.0", { 0, FACT_ABSENT }, true, false },
		{ "10.0.0.1", { 0, FACT_ABSENT }, true, false },
		{ "::", { 0, FACT_KNOWN }, true, true },
		{ "::", { 1, FACT_KNOWN }, false, true },
		/* not told: the kernel's default is dual-stack */
		{ "::", { 0, FACT_ABSENT }, true, true },
		{ "::1", { 0, FACT_KNOWN }, false, true },
		{ "::1", { 1, FACT_KNOWN }, false, true },
		{ "::ffff:127.0.0.1", { 0, FACT_KNOWN }, true, false },
		{ "fe80::1", { 0, FACT_KNOWN }, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct listener listener =
			listener_at(rows[i].address, rows[i].v6only);

		assert_int_equal(listener_serves(&listener, FAMILY_IPV4),
		                 rows[i].ipv4);
		assert_int_equal(listener_serves(&listener, FAMILY_IPV6),
		                 rows[i].ipv6);
	}
}

static void is_meant_by_port_and_family(void **state)
{
	const struct listener listener =
		listener_at("::1", (struct fact_u64){ 0, FACT_KNOWN });
	struct goal goal = goal_default();

	(void)state;
	assert_true(listener_is_meant(&listener, &goal));
	goal.port = 80;
	assert_false(listener_is_meant(&listener, &goal));
	goal.family = FAMILY_IPV6;
	assert_true(listener_is_meant(&listener, &goal));
	goal.port = 81;
	assert_false(listener_is_meant(&listener, &goal));
}

static void any_is_meant(void **state)
{
	struct listener listeners[] = {
		listener_at("::1", (struct fact_u64){ 0, FACT_KNOWN }),
		listener_at("127.0.0.1", (struct fact_u64){ 0, FACT_ABSENT }),
	};
	struct netns_facts ns = { .listeners = listeners };
	struct goal goal = goal_default();

	(void)state;
	assert_true(listener_any_meant(&ns, &goal));
	goal.port = 80;
	assert_false(listener_any_meant(&ns, &goal));
	ns.n_listeners = 1;
	assert_false(listener_any_meant(&ns, &goal));
	ns.n_listeners = 2;
	assert_true(listener_any_meant(&ns, &goal));
	goal.port = 0;
	assert_true(listener_any_meant(&ns, &goal));
}

/* One that differs in anything is of another group. */
static void a_group_is_alike(void **state)
{
	const struct listener a =
		listener_at("127.0.0.1", (struct fact_u64){ 0, FACT_ABSENT });
	struct listener other[6];

	(void)state;
	for (size_t i = 0; i < 6; i++)
		other[i] = a;
	other[0].family = AF_INET6;
	other[1].port = 81;
	other[2].ifindex = 2;
	other[3].uid = 1000;
	other[4].addr[3] = 2;
	other[5].inode = 5;
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(listener_same_group(&a, &other[i]), i == 5);
}

static void names_a_process(void **state)
{
	char name[32];

	(void)state;
	process_name("iperf\0\0\0\0\0\0\0\0\0\0", 42, name, sizeof(name));
	assert_string_equal(name, "iperf[42]");
	process_name("iperf\0\0\0\0\0\0\0\0\0\0", 0, name, sizeof(name));
	assert_string_equal(name, "iperf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_a_process),
		cmocka_unit_test(serves_its_families),
		cmocka_unit_test(is_meant_by_port_and_family),
		cmocka_unit_test(any_is_meant),
		cmocka_unit_test(a_group_is_alike),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
