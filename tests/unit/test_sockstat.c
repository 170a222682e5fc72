// SPDX-License-Identifier: GPL-2.0-or-later
/* test_sockstat - socket counts, of both families. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "probes/goal.h"
#include "probes/registry.h"
#include "probes/sockstat.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

static struct sockstat_facts read_host(const char *fixture)
{
	const struct goal goal = goal_default();
	const int root_fd = fixture_root(fixture);
	const struct probe_env env = { .root_fd = root_fd, .goal = &goal };
	struct netns_facts ns = { 0 };

	assert_int_equal(probe_sockstat.run(&env, NULL, &ns, NULL), 0);
	close(root_fd);
	return ns.sockstat;
}

static void assert_known(struct fact_u64 fact, uint64_t value)
{
	assert_int_equal(fact.state, FACT_KNOWN);
	assert_int_equal(fact.value, value);
}

static void assert_all(const struct sockstat_facts *facts,
                       enum fact_state state)
{
	assert_int_equal(facts->inuse.state, state);
	assert_int_equal(facts->inuse6.state, state);
	assert_int_equal(facts->orphan.state, state);
	assert_int_equal(facts->time_wait.state, state);
	assert_int_equal(facts->mem_pages.state, state);
}

static void good(void **state)
{
	const struct sockstat_facts facts = read_host("6.18");

	(void)state;
	assert_known(facts.inuse, 31);
	assert_known(facts.inuse6, 5);
	assert_known(facts.orphan, 2);
	assert_known(facts.time_wait, 17);
	assert_known(facts.mem_pages, 472);
}

static void missing(void **state)
{
	const struct sockstat_facts facts = read_host("3.10");

	(void)state;
	assert_all(&facts, FACT_ABSENT);
}

static void hostile(void **state)
{
	const struct sockstat_facts facts = read_host("hostile");

	(void)state;
	assert_all(&facts, FACT_BROKEN);
}

static void parts(void **state)
{
	static const char bytes[] = "TCP: inuse 1 mem 2\nTCP6: inuse 7\n";
	struct sockstat_facts facts = { 0 };

	(void)state;
	sockstat_parse("TCP:", bytes, strlen(bytes), &facts);
	assert_known(facts.inuse, 1);
	assert_known(facts.mem_pages, 2);
	assert_int_equal(facts.time_wait.state, FACT_ABSENT);
	assert_int_equal(facts.inuse6.state, FACT_UNREAD);
	sockstat_parse("TCP6:", bytes, strlen(bytes), &facts);
	assert_known(facts.inuse, 1);
	assert_known(facts.inuse6, 7);
	/* Cut in the middle of the last number's line. */
	sockstat_parse("TCP:", bytes, strlen("TCP: inuse"), &facts);
	assert_int_equal(facts.inuse.state, FACT_BROKEN);
	sockstat_parse("TCP:", bytes, 0, &facts);
	assert_int_equal(facts.inuse.state, FACT_ABSENT);
}

/* A value that looks like a name is no name. */
static void pairs(void **state)
{
	static const char bytes[] = "TCP: alloc tw 5 inuse tw 9\n";
	struct sockstat_facts facts = { 0 };

	(void)state;
	sockstat_parse("TCP:", bytes, strlen(bytes), &facts);
	assert_known(facts.time_wait, 9);
	assert_int_equal(facts.inuse.state, FACT_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),    cmocka_unit_test(missing),
		cmocka_unit_test(hostile), cmocka_unit_test(parts),
		cmocka_unit_test(pairs),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
