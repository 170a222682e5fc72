// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loadtest and judge: what stands for a port's listeners, and what a verdict
 * makes of the exit status.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/socket.h>

#include "checker/cli/judge.h"
#include "checker/cli/loadtest.h"
#include "probes/facts.h"
#include "probes/load/load.h"
#include "tests/support/fdcheck.h"

static void test_emulate(void **state)
{
	/* one port, two groups at the most */
	static const struct {
		uint32_t limit[2], group_size[2];
		uint64_t cap, burst;
		uint64_t backlog; /* what the test's listener asks for */
		uint64_t need;    /* of a refusal, 0: none */
	} rows[] = {
		{ { 5, 5 }, { 1, 1 }, 4096, 1000, 5, 0 },
		{ { 0, 0 }, { 1, 1 }, 4096, 1000, 0, 0 },
		{ { 511, 5 }, { 1, 1 }, 4096, 1000, 5, 0 },
		{ { 5, 511 }, { 1, 1 }, 4096, 1000, 5, 0 },
		{ { 4096, 4096 }, { 1, 1 }, 4096, 9000, 4096, 0 },
		{ { 511, 511 }, { 4, 4 }, 4096, 1000, 2047, 0 },
		/* above the cap: no matter while the burst fits under it */
		{ { 4096, 4096 }, { 1, 1 }, 500, 501, 500, 0 },
		{ { 4096, 4096 }, { 1, 1 }, 500, 502, 500, 501 },
		{ { 600, 600 }, { 1, 1 }, 500, 9000, 500, 600 },
		{ { 0, 0 }, { 1, 1 }, 0, 1, 0, 0 },
		{ { UINT32_MAX, UINT32_MAX },
		  { 8, 8 },
		  INT32_MAX,
		  1000,
		  INT32_MAX,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct listener listeners[3] = {
			{ .family = AF_INET,
			  .port = 80,
			  .limit = rows[i].limit[0],
			  .group_size = rows[i].group_size[0] },
			{ .family = AF_INET,
			  .port = 81,
			  .limit = 1,
			  .group_size = 1 },
			{ .family = AF_INET,
			  .port = 80,
			  .limit = rows[i].limit[1],
			  .group_size = rows[i].group_size[1] },
		};
		struct netns_facts ns = { .listeners = listeners,
			                  .n_listeners = 3 };
		struct load_options load = { .burst = rows[i].burst };
		struct load_refusal refusal = { 0 };
		struct goal goal = goal_default();

		goal.port = 80;
		ns.sysctl[SYSCTL_SOMAXCONN].state = FACT_KNOWN;
		ns.sysctl[SYSCTL_SOMAXCONN].v[0] = (int64_t)rows[i].cap;
		(void)loadtest_emulate(&load, &ns, &goal, &refusal);
		assert_int_equal(load.emulates, 80);
		assert_int_equal(load.backlog, rows[i].backlog);
		assert_int_equal(refusal.refused, rows[i].need != 0);
		if (!refusal.refused)
			continue;
		assert_string_equal(refusal.resource, "net.core.somaxconn");
		assert_int_equal(refusal.have, rows[i].cap);
		assert_int_equal(refusal.need, rows[i].need);
	}
}

/* A cap that is not known refuses nothing. */
static void test_emulate_unknown_cap(void **state)
{
	struct listener listener = {
		.family = AF_INET, .port = 80, .limit = 4096, .group_size = 1
	};
	struct netns_facts ns = { .listeners = &listener, .n_listeners = 1 };
	struct load_options load = { .burst = 9000 };
	struct load_refusal refusal = { 0 };
	struct goal goal = goal_default();

	(void)state;
	goal.port = 80;
	ns.sysctl[SYSCTL_SOMAXCONN].state = FACT_DENIED;
	(void)loadtest_emulate(&load, &ns, &goal, &refusal);
	assert_int_equal(load.backlog, 4096);
	assert_false(refusal.refused);
}

/* A group above the cap is no reason to refuse, and cannot be tested. */
static void test_emulate_group(void **state)
{
	struct listener listener = {
		.family = AF_INET, .port = 80, .limit = 511, .group_size = 4
	};
	struct netns_facts ns = { .listeners = &listener, .n_listeners = 1 };
	struct load_options load = { .burst = 1000 };
	struct load_refusal refusal = { 0 };
	struct goal goal = goal_default();

	(void)state;
	goal.port = 80;
	ns.sysctl[SYSCTL_SOMAXCONN].state = FACT_KNOWN;
	ns.sysctl[SYSCTL_SOMAXCONN].v[0] = 998;
	assert_false(loadtest_emulate(&load, &ns, &goal, &refusal));
	assert_false(refusal.refused);
	ns.sysctl[SYSCTL_SOMAXCONN].v[0] = 999;
	assert_true(loadtest_emulate(&load, &ns, &goal, &refusal));
	assert_false(refusal.refused);
}

static void test_status(void **state)
{
	static const struct {
		enum report_verdict verdict;
		int status, strict;
	} rows[] = {
		{ REPORT_READY, 0, 0 },
		{ REPORT_READY_WITH_WARNINGS, 0, 1 },
		{ REPORT_NOT_READY, 1, 1 },
		{ REPORT_UNKNOWN, 3, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(judge_status(rows[i].verdict, false),
		                 rows[i].status);
		assert_int_equal(judge_status(rows[i].verdict, true),
		                 rows[i].strict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_emulate),
		cmocka_unit_test(test_emulate_unknown_cap),
		cmocka_unit_test(test_emulate_group),
		cmocka_unit_test(test_status),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
