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

/* What flows leave behind when they are closed, once within a minute. */
static void after_the_goal(void **state)
{
	struct goal goal = goal_default();

	(void)state;
	goal.flows = 20000;
	assert_int_equal(need_of(&goal).time_wait, 20000);
	assert_int_equal(need_of(&goal).ports_again, 40000);
	assert_int_equal(need_of(&goal).orphans, 20000);
	assert_int_equal(need_of(&goal).ehash_child, 40000);
	goal.role = ROLE_SERVER;
	assert_int_equal(need_of(&goal).time_wait, 20000);
	assert_int_equal(need_of(&goal).ports_again, 0);
	assert_int_equal(need_of(&goal).orphans, 20000);
}

static void tables_and_devices(void **state)
{
	struct goal goal = goal_default();

	(void)state;
	assert_int_equal(need_of(&goal).ehash_buckets, 500);
	assert_int_equal(need_of(&goal).device_packets, 0);
	goal.peer = "192.0.2.1";
	assert_int_equal(need_of(&goal).device_packets, 1000);
	goal.peer = NULL;
	goal.role = ROLE_CLIENT;
	assert_int_equal(need_of(&goal).ehash_buckets, 250);
	assert_int_equal(need_of(&goal).device_packets, 1000);
}

/* Twice what one flow has under way, and at least two pages. */
static void buffers(void **state)
{
	static const uint64_t rows[][2] = {
		{ 0, 2 * PAGE },
		{ 1000 * PAGE, 2 * PAGE },
		{ 1000 * PAGE + 1, 2 * (PAGE + 1) },
		{ 1001 * PAGE, 2 * (PAGE + 5) },
		{ UINT64_MAX, 2 * (UINT64_MAX / 1000 + 1) },
	};
	struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		goal.bytes_in_flight = rows[i][0];
		assert_int_equal(need_of(&goal).buffer_bytes, rows[i][1]);
	}
	goal.flows = 1;
	assert_true(need_of(&goal).buffer_bytes == UINT64_MAX);
	goal.bytes_in_flight = UINT64_MAX / 2;
	assert_true(need_of(&goal).buffer_bytes == UINT64_MAX - 1);
	goal.bytes_in_flight = UINT64_MAX / 2 + 1;
	assert_true(need_of(&goal).buffer_bytes == UINT64_MAX);
}

/* Of a control group: the least is never more than the most. */
static void charged_to_a_group(void **state)
{
	static const struct {
		const char *tool;
		enum goal_role role;
		uint64_t least, most;
	} rows[] = {
		{ "epoll", ROLE_BOTH, 4800000, 13824000 },
		{ "epoll", ROLE_CLIENT, 3584000, 8960000 },
		{ "epoll", ROLE_SERVER, 1216000, 8960000 },
		/* 2016, 1016 threads */
		{ "iperf2", ROLE_BOTH, 74989056, 84013056 },
		{ "iperf2", ROLE_CLIENT, 38957056, 44333056 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct goal goal = goal_default();

		goal.tool = rows[i].tool;
		goal.role = rows[i].role;
		assert_int_equal(need_of(&goal).group_bytes_least,
		                 rows[i].least);
		assert_int_equal(need_of(&goal).group_bytes, rows[i].most);
		goal.bytes_in_flight = 1001 * PAGE;
		assert_int_equal(need_of(&goal).group_bytes,
		                 rows[i].most + PAGE);
		goal.bytes_in_flight = UINT64_MAX;
		assert_true(need_of(&goal).group_bytes == UINT64_MAX);
		goal.bytes_in_flight = UINT64_MAX - PAGE;
		assert_true(need_of(&goal).group_bytes == UINT64_MAX);
	}
}

/* Only a tool that is not kiloflow's own kind has a thread for each flow. */
static void threads_and_maps(void **state)
{
	struct goal goal = goal_default();

	(void)state;
	assert_int_equal(need_of(&goal).threads, 0);
	assert_int_equal(need_of(&goal).maps_process, 0);
	goal.tool = NULL;
	assert_int_equal(need_of(&goal).threads, 0);
	goal.tool = "iperf2";
	assert_int_equal(need_of(&goal).threads, 2000 + NEED_THREADS_OVERHEAD);
	assert_int_equal(need_of(&goal).maps_process,
	                 2000 + NEED_MAPS_OVERHEAD);
	goal.role = ROLE_SERVER;
	assert_int_equal(need_of(&goal).threads, 1000 + NEED_THREADS_OVERHEAD);
	assert_int_equal(need_of(&goal).maps_process,
	                 2000 + NEED_MAPS_OVERHEAD);
}

static void conntrack_and_server(void **state)
{
	struct goal goal = goal_default();

	(void)state;
	assert_int_equal(need_of(&goal).conntrack_entries, 1000);
	assert_int_equal(need_of(&goal).fds_server, 1000);
	goal.role = ROLE_CLIENT;
	assert_int_equal(need_of(&goal).conntrack_entries, 1000);
	assert_int_equal(need_of(&goal).fds_server, 0);
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
		cmocka_unit_test(after_the_goal),
		cmocka_unit_test(tables_and_devices),
		cmocka_unit_test(buffers),
		cmocka_unit_test(threads_and_maps),
		cmocka_unit_test(charged_to_a_group),
		cmocka_unit_test(conntrack_and_server),
		cmocka_unit_test(as_many_as_there_can_be),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
