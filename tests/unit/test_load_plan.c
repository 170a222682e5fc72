// SPDX-License-Identifier: GPL-2.0-or-later
/* plan: each flow has a place, no table and no address has too many. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "probes/load/load.h"
#include "probes/load/plan.h"
#include "tests/support/fdcheck.h"

static struct load_options spread(uint64_t flows, uint64_t ports)
{
	struct goal goal = goal_default();
	struct load_options options = load_options_default(&goal);

	options.flows = flows;
	options.ports = ports;
	options.spread = true;
	return options;
}

static void test_tables(void **state)
{
	/* a table holds (nofile - 64) / 2 flows */
	static const struct {
		uint64_t flows, nofile;
		uint64_t n_tables, flows_a_table;
	} rows[] = {
		{ 1, 66, 1, 1 },
		{ 96, 256, 1, 96 },
		{ 97, 256, 2, 49 },
		{ 97, 257, 2, 49 },
		{ 97, 258, 1, 97 },
		{ 2000, 256, 21, 96 },
		{ 1000000, 20000, 101, 9901 },
		{ 1000000, 2000064, 1, 1000000 },
		{ 4000000, UINT64_MAX, 1, 4000000 },
		/* 8 tables by 2, but 5 of 2 hold all 9 */
		{ 9, 68, 5, 2 },
		/* too little is planned as a flow a table, not refused */
		{ 5, 65, 5, 1 },
		{ 5, 0, 5, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct load_options options = spread(rows[i].flows, 0);
		struct load_plan plan;

		plan_make(&options, rows[i].nofile, &plan);
		assert_int_equal(plan.n_tables, rows[i].n_tables);
		assert_int_equal(plan.flows_a_table, rows[i].flows_a_table);
		assert_int_equal(plan_table(&plan, 0), 0);
		assert_int_equal(plan_table(&plan, rows[i].flows - 1),
		                 plan.n_tables - 1);
		assert_int_equal(plan.passing > 0, plan.n_tables > 1);
	}
}

/* Ends wait, and as many are on their way, beside a way to each table. */
static void test_passing(void **state)
{
	static const struct {
		uint64_t nofile, passing;
	} rows[] = {
		{ 256, (256 - 64 - 21) / 2 },
		{ 20000, 512 },
		{ 100, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct load_options options =
			spread(rows[i].nofile == 20000 ? 1000000 : 2000, 0);
		struct load_plan plan;

		plan_make(&options, rows[i].nofile, &plan);
		assert_int_equal(plan.passing, rows[i].passing);
	}
}

static void test_sources(void **state)
{
	static const struct {
		uint64_t flows, ports;
		enum goal_family family;
		uint64_t n_sources, flows_a_source;
	} rows[] = {
		{ 50, 100, FAMILY_IPV4, 1, 50 },
		{ 51, 100, FAMILY_IPV4, 2, 50 },
		{ 2000, 100, FAMILY_IPV4, 40, 50 },
		{ 1000000, 28231, FAMILY_IPV4, 71, 14115 },
		{ 3, 1, FAMILY_IPV4, 3, 1 },
		{ 51, 100, FAMILY_IPV6, 1, 51 },
		{ 51, 0, FAMILY_IPV4, 1, 51 }, /* not known */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_options options =
			spread(rows[i].flows, rows[i].ports);
		struct load_plan plan;

		options.family = rows[i].family;
		plan_make(&options, UINT64_MAX, &plan);
		assert_int_equal(plan.n_sources, rows[i].n_sources);
		assert_int_equal(plan.flows_a_source, rows[i].flows_a_source);
		assert_int_equal(plan_source(&plan, rows[i].flows - 1),
		                 plan.n_sources - 1);
	}
}

static void test_one_of_each_unless_spread(void **state)
{
	struct load_options options = spread(2000, 100);
	struct load_plan plan;

	(void)state;
	options.spread = false;
	plan_make(&options, 256, &plan);
	assert_int_equal(plan.n_tables, 1);
	assert_int_equal(plan.n_sources, 1);
	assert_int_equal(plan.passing, 0);
	assert_int_equal(plan_table(&plan, 1999), 0);
	assert_int_equal(plan_source(&plan, 1999), 0);
}

/* It is the smallest: a plan of one less has no room to pass on. */
static void test_least_nofile(void **state)
{
	static const uint64_t flows[] = {
		2, 31, 32, 33, 100, 2000, 10000, 100000, 1000000, 4000000
	};

	(void)state;
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		const struct load_options options = spread(flows[i], 0);
		const uint64_t least = plan_least_nofile(flows[i]);
		struct load_plan plan;

		plan_make(&options, least, &plan);
		assert_true(plan.n_tables == 1 ||
		            least >= 64 + plan.n_tables + 64);
		assert_true(least <= 64 + 2 * flows[i]);
		plan_make(&options, least - 1, &plan);
		assert_true(plan.n_tables > 1);
		assert_true(least - 1 < 64 + plan.n_tables + 64);
	}
	assert_int_equal(plan_least_nofile(1), 66);
	assert_int_equal(plan_least_nofile(32), 128);
}

/* As many as were asked for, if there are so many flows; of them evenly. */
static void test_given_sources(void **state)
{
	static const struct {
		uint64_t flows, sources, n_sources, flows_a_source;
	} rows[] = {
		{ 100, 1, 1, 100 }, { 100, 3, 3, 34 }, { 100, 100, 100, 1 },
		{ 5, 254, 5, 1 },   { 9, 8, 5, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_options options = spread(rows[i].flows, 10);
		struct load_plan plan;

		options.sources = rows[i].sources;
		for (int is_spread = 0; is_spread < 2; is_spread++) {
			options.spread = is_spread;
			plan_make(&options, 20000, &plan);
			assert_int_equal(plan.n_sources, rows[i].n_sources);
			assert_int_equal(plan.flows_a_source,
			                 rows[i].flows_a_source);
		}
		assert_int_equal(plan_most_ports(&options, 10),
		                 10 * rows[i].sources);
	}
}

static void test_most_ports(void **state)
{
	struct load_options options = spread(1, 0);

	(void)state;
	assert_int_equal(plan_most_ports(&options, 100), 50 * PLAN_SOURCES_MAX);
	assert_int_equal(plan_most_ports(&options, 1), PLAN_SOURCES_MAX);
	assert_int_equal(plan_most_ports(&options, 0), 0);
	options.family = FAMILY_IPV6;
	assert_int_equal(plan_most_ports(&options, 100), 100);
	options.family = FAMILY_IPV4;
	options.spread = false;
	assert_int_equal(plan_most_ports(&options, 100), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_passing),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_one_of_each_unless_spread),
		cmocka_unit_test(test_least_nofile),
		cmocka_unit_test(test_given_sources),
		cmocka_unit_test(test_most_ports),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
