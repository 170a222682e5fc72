// SPDX-License-Identifier: GPL-2.0-or-later
/* test_number - files of one number. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "probes/number.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

static void parse(void **state)
{
	static const struct {
		const char *text;
		enum fact_state state;
		uint64_t value;
	} rows[] = {
		{ "0\n", FACT_KNOWN, 0 },
		{ "262144\n", FACT_KNOWN, 262144 },
		{ "7", FACT_KNOWN, 7 },
		{ "max\n", FACT_KNOWN, UINT64_MAX },
		{ "max", FACT_KNOWN, UINT64_MAX },
		{ "18446744073709551615\n", FACT_KNOWN, UINT64_MAX },
		{ "18446744073709551616\n", FACT_BROKEN, 0 },
		{ "", FACT_BROKEN, 0 },
		{ "\n", FACT_BROKEN, 0 },
		{ "1\n\n", FACT_BROKEN, 0 },
		{ "1 2\n", FACT_BROKEN, 0 },
		{ "-1\n", FACT_BROKEN, 0 },
		{ "maximum\n", FACT_BROKEN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fact_u64 fact =
			number_parse(rows[i].text, strlen(rows[i].text));

		print_message("%s\n", rows[i].text);
		assert_int_equal(fact.state, rows[i].state);
		assert_int_equal(fact.value, rows[i].value);
	}
}

static void files(void **state)
{
	const int root_fd = fixture_root("6.18");
	const int hostile_fd = fixture_root("hostile");

	(void)state;
	assert_int_equal(
		number_read(root_fd, "proc/sys/net/core/somaxconn").state,
		FACT_KNOWN);
	assert_int_equal(number_read(root_fd, "proc/no/such/file").state,
	                 FACT_ABSENT);
	/* a directory, and a file that is too long */
	assert_int_equal(number_read(root_fd, "proc/sys").state, FACT_BROKEN);
	assert_int_equal(
		number_read(root_fd, "proc/thread-self/net/snmp").state,
		FACT_BROKEN);
	assert_int_equal(
		number_read(hostile_fd, "proc/sys/net/core/somaxconn").state,
		FACT_BROKEN);
	close(root_fd);
	close(hostile_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
