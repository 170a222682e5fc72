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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_its_families),
		cmocka_unit_test(is_meant_by_port_and_family),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
