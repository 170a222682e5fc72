// SPDX-License-Identifier: GPL-2.0-or-later
/* test_neigh - the neighbour tables of saved hosts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "probes/neigh.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

static struct neigh_facts read_host(const char *fixture, int family)
{
	const int root_fd = fixture_root(fixture);
	struct neigh_facts facts = { 0 };

	neigh_read(root_fd, family, &facts);
	close(root_fd);
	return facts;
}

static void assert_all(const struct neigh_facts *facts, enum fact_state state)
{
	assert_int_equal(facts->entries.state, state);
	for (int i = 0; i < 3; i++)
		assert_int_equal(facts->thresh[i].state, state);
}

static void hosts(void **state)
{
	struct neigh_facts facts = read_host("6.18", AF_INET);

	(void)state;
	assert_all(&facts, FACT_KNOWN);
	/* each CPU's line has the same number */
	assert_int_equal(facts.entries.value, 2);
	assert_int_equal(facts.thresh[0].value, 128);
	assert_int_equal(facts.thresh[1].value, 512);
	assert_int_equal(facts.thresh[2].value, 1024);

	facts = read_host("6.18", AF_INET6);
	assert_all(&facts, FACT_KNOWN);
	assert_int_equal(facts.entries.value, 17);
	assert_int_equal(facts.thresh[2].value, 2048);

	facts = read_host("child", AF_INET);
	assert_all(&facts, FACT_ABSENT);
	facts = read_host("hostile", AF_INET);
	assert_all(&facts, FACT_BROKEN);
	facts = read_host("hostile", AF_INET6);
	assert_int_equal(facts.entries.state, FACT_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
