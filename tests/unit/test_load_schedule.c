// SPDX-License-Identifier: GPL-2.0-or-later
/* schedule: what is due when, to the nanosecond, for as long as one likes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "probes/load/load.h"
#include "probes/load/schedule.h"
#include "tests/support/fdcheck.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND UINT64_C(1000000000)
#define CENTURY (UINT64_C(100) * 366 * 86400)

static void test_due(void **state)
{
	static const struct {
		uint64_t per_s, index, due_ns;
	} rows[] = {
		{ 1, 0, 0 },
		{ 1, 1, SECOND },
		{ 1, 3600, 3600 * SECOND },
		{ 3, 1, 333333333 },
		{ 3, 2, 666666666 },
		{ 3, 3, SECOND },
		{ 3, 3000000001, UINT64_C(1000000000333333333) },
		{ 1000, 1, 1000000 },
		{ LOAD_PER_S_MAX, 1, 100 },
		{ LOAD_PER_S_MAX, LOAD_PER_S_MAX * 3600, 3600 * SECOND },
		{ LOAD_PER_S_MAX, LOAD_PER_S_MAX * CENTURY, CENTURY * SECOND },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(schedule_due_ns(rows[i].per_s, rows[i].index),
		                 rows[i].due_ns);
}

static void test_count(void **state)
{
	static const struct {
		uint64_t per_s, elapsed_ns, count;
	} rows[] = {
		{ 1, 0, 1 },
		{ 1, SECOND - 1, 1 },
		{ 1, SECOND, 2 },
		{ 3, 333333332, 1 },
		{ 3, 333333333, 2 },
		{ 1000, 2 * SECOND - 1, 2000 },
		{ 1000, 2 * SECOND, 2001 },
		{ LOAD_PER_S_MAX, 99, 1 },
		{ LOAD_PER_S_MAX, 100, 2 },
		{ LOAD_PER_S_MAX, CENTURY * SECOND,
		  LOAD_PER_S_MAX * CENTURY + 1 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(schedule_count(rows[i].per_s,
		                                rows[i].elapsed_ns),
		                 rows[i].count);
}

/* Each is counted from when it is due on, and not a nanosecond before. */
static void test_inverse(void **state)
{
	static const uint64_t rates[] = { 1,    3,       7,       999,
		                          1000, 31337,   999983,  1000000,
		                          4096, 9999991, 9999999, 10000000 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rates); i++) {
		for (uint64_t index = 1; index < 3 * rates[i];
		     index += 1 + rates[i] / 97) {
			const uint64_t due = schedule_due_ns(rates[i], index);

			assert_true(schedule_count(rates[i], due) > index);
			assert_true(schedule_count(rates[i], due - 1) <= index);
		}
	}
}

static void test_pace(void **state)
{
	static struct pace pace;

	(void)state;
	pace_note(&pace, 100, 100);
	pace_note(&pace, 200, 250);
	pace_note(&pace, 300, 310);
	assert_int_equal(pace.behind_ns.n, 3);
	assert_int_equal(pace.behind_ns.min, 0);
	assert_int_equal(pace.behind_ns.max, 50);
	assert_int_equal(pace.first_ns, 100);
	assert_int_equal(pace.last_ns, 310);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_inverse),
		cmocka_unit_test(test_pace),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
