// SPDX-License-Identifier: GPL-2.0-or-later
/* test_kernel - versions from releases, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "rules/kernel.h"
#include "tests/support/fdcheck.h"

static void versions(void **state)
{
	static const struct {
		const char *release;
		uint32_t version;
	} rows[] = {
		{ "6.18.44", KERNEL(6, 18) },
		{ "3.10.0-1160.119.1.el7.x86_64", KERNEL(3, 10) },
		{ "5.15.0-122-generic", KERNEL(5, 15) },
		{ "6.12-rc1", KERNEL(6, 12) },
		{ "4.0", KERNEL(4, 0) },
		{ "2.6.32-754.el6", KERNEL(2, 6) },
		{ "65535.65535", KERNEL(65535, 65535) },
		{ "", 0 },
		{ "6", 0 },
		{ "6.", 0 },
		{ ".6", 0 },
		{ "6-18", 0 },
		{ "6.x", 0 },
		{ "v6.18", 0 },
		{ "65536.0", 0 },
		{ "6.65536", 0 },
		{ "99999999999999999999.1", 0 },
		{ "1.99999999999999999999", 0 },
		{ "-6.18", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].release);
		assert_int_equal(kernel_version(rows[i].release),
		                 rows[i].version);
	}
	assert_true(KERNEL(3, 11) > KERNEL(3, 10));
	assert_true(KERNEL(4, 0) > KERNEL(3, 19));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
