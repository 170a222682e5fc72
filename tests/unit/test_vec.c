// SPDX-License-Identifier: GPL-2.0-or-later
/* vec - growth keeps what is there, and room is made only when needed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "probes/base/vec.h"
#include "tests/support/fdcheck.h"

static void grows_and_keeps(void **state)
{
	uint32_t *items = NULL;
	size_t max = 0;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		items = vec_grow(items, n, &max, sizeof(*items));
		assert_non_null(items);
		assert_true(max > n);
		assert_true(max <= 64 || max <= 2 * n);
		items[n] = (uint32_t)n;
	}
	for (size_t n = 0; n < 1000; n++)
		assert_int_equal(items[n], n);
	free(items);
}

static void refuses_what_no_memory_holds(void **state)
{
	uint32_t item;
	size_t max = SIZE_MAX / 2;

	(void)state;
	assert_null(vec_grow(NULL, max, &max, sizeof(item)));
	assert_int_equal(max, SIZE_MAX / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_keeps),
		cmocka_unit_test(refuses_what_no_memory_holds),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
