// SPDX-License-Identifier: GPL-2.0-or-later
/* test_need - what a goal takes: the numbers that rules and test rely on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "tests/support/fdcheck.h"

#define PAGE 4096U

static struct need need_of(const struct goal *goal)
{
	struct need need;

	need_compute(goal, PAGE, &need);
	return need;
}

static void defaults(void **state)
{
	const struct goal goal = goal_default();
	const struct need need = need_of(&goal);

	(void)state;
	assert_true(goal_is_loopback(&goal));
	assert_int_equal(need.accept_queue, 1000);
	assert_int_equal(need.accept_queue_limit, 999);
	assert_int_equal(need.syn_queue, 0);
	assert_int_equal(need.ports, 1000);
	assert_int_equal(need.fds_process, 2000 + NEED_FDS_OVERHEAD);
	assert_int_equal(need.fds_system, 2000 + NEED_FDS_OVERHEAD);
	assert_int_equal(need.tcp_mem_pages, 1000);
	assert_int_equal(need.memory_bytes, 1000 * NEED_KERNEL_BYTES_PER_FLOW);
}

static void roles(void **state)
{
	struct goal goal = goal_default();
	struct need need;

	(void)state;
	goal.role = ROLE_SERVER;
	need = need_of(&goal);
	assert_int_equal(need.accept_queue_limit, 999);
	assert_int_equal(need.syn_queue, 1000);
	assert_int_equal(need.ports, 0);
	assert_int_equal(need.fds_process, 1000 + NEED_FDS_OVERHEAD);
	assert_int_equal(need.memory_bytes, 500 * NEED_KERNEL_BYTES_PER_FLOW);

	goal.role = ROLE_CLIENT;
	need = need_of(&goal);
	assert_int_equal(need.accept_queue, 0);
	assert_int_equal(need.accept_queue_limit, 0);
	assert_int_equal(need.syn_queue, 0);
	assert_int_equal(need.ports, 1000);
	assert_int_equal(need.fds_process, 1000 + NEED_FDS_OVERHEAD);
}

static void a_peer_is_no_loopback(void **state)
{
	struct goal goal = goal_default();

	(void)state;
	goal.peer = "192.0.2.1";
	assert_false(goal_is_loopback(&goal));
	assert_int_equal(need_of(&goal).syn_queue, 1000);
}

static void bursts(void **state)
{
	struct goal goal = goal_default();

	(void)state;
	goal.burst = 1;
	assert_int_equal(need_of(&goal).accept_queue, 1);
	assert_int_equal(need_of(&goal).accept_queue_limit, 0);
	assert_int_equal(need_of(&goal).ports, 1000);
}

static void bytes_in_flight(void **state)
{
	static const uint64_t rows[][2] = {
		{ 0, 1000 },
		{ 1000 * PAGE, 1000 },
		{ 1000 * PAGE + 1, 1001 },
		{ 2000 * PAGE, 2000 },
		{ UINT64_MAX, UINT64_MAX / PAGE + 1 },
	};
	struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		goal.bytes_in_flight = rows[i][0];
		assert_int_equal(need_of(&goal).tcp_mem_pages, rows[i][1]);
	}
}

static void as_many_as_there_can_be(void **state)
{
	struct goal goal = goal_default();

	(void)state;
	goal.flows = GOAL_FLOWS_MAX;
	goal.burst = GOAL_FLOWS_MAX;
	assert_int_equal(need_of(&goal).fds_system,
	                 UINT64_C(8000000) + NEED_FDS_OVERHEAD);
	assert_int_equal(need_of(&goal).memory_bytes,
	                 UINT64_C(4000000) * NEED_KERNEL_BYTES_PER_FLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(roles),
		cmocka_unit_test(a_peer_is_no_loopback),
		cmocka_unit_test(bursts),
		cmocka_unit_test(bytes_in_flight),
		cmocka_unit_test(as_many_as_there_can_be),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
