// SPDX-License-Identifier: GPL-2.0-or-later
/* test_softnet - the CPUs' lines, of kernels that know fewer columns too. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "probes/softnet.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define ZEROS " 0 0 0 0 0 0 0 0 0 "

static void parse(void **state)
{
	static const struct {
		const char *text;
		enum fact_state state, cpu_state;
		uint64_t dropped, squeezed, worst, cpu;
	} rows[] = {
		{ "1 0 0\n", FACT_KNOWN, FACT_ABSENT, 0, 0, 0, 0 },
		{ "1 2 3", FACT_KNOWN, FACT_ABSENT, 2, 3, 2, 0 },
		{ "1 2 3\n1 5 0\n1 5 1\n", FACT_KNOWN, FACT_ABSENT, 12, 4, 5,
		  0 },
		/* a CPU that is offline has no line: the number tells */
		{ "1 2 3" ZEROS "0\n1 a 3" ZEROS "7\n1 9 0" ZEROS "8\n",
		  FACT_KNOWN, FACT_KNOWN, 21, 6, 10, 7 },
		{ "1 2 3" ZEROS "4 0 0 0 0 junk\n", FACT_KNOWN, FACT_KNOWN, 2,
		  3, 2, 4 },
		/* 12 columns: the number would be the 13th */
		{ "1 2 3" ZEROS "\n", FACT_KNOWN, FACT_ABSENT, 2, 3, 2, 0 },
		{ "1 0 3" ZEROS "4\n", FACT_KNOWN, FACT_ABSENT, 0, 3, 0, 0 },
		{ "1 ffffffff ffffffff\n1 ffffffff ffffffff\n", FACT_KNOWN,
		  FACT_ABSENT, UINT64_C(0x1fffffffe), UINT64_C(0x1fffffffe),
		  UINT32_MAX, 0 },
		{ "1 100000000 0\n", FACT_BROKEN, FACT_BROKEN, 0, 0, 0, 0 },
		{ "1 2\n", FACT_BROKEN, FACT_BROKEN, 0, 0, 0, 0 },
		{ "1 2 3\n\n", FACT_BROKEN, FACT_BROKEN, 0, 0, 0, 0 },
		{ "1 2 -3\n", FACT_BROKEN, FACT_BROKEN, 0, 0, 0, 0 },
		{ "1 2 3 x\n", FACT_BROKEN, FACT_BROKEN, 0, 0, 0, 0 },
		{ "", FACT_BROKEN, FACT_BROKEN, 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct softnet_facts facts = { 0 };

		print_message("%s\n", rows[i].text);
		softnet_parse(rows[i].text, strlen(rows[i].text), &facts);
		assert_int_equal(facts.dropped.state, rows[i].state);
		assert_int_equal(facts.squeezed.state, rows[i].state);
		assert_int_equal(facts.worst_dropped.state, rows[i].state);
		assert_int_equal(facts.worst_cpu.state, rows[i].cpu_state);
		assert_int_equal(facts.dropped.value, rows[i].dropped);
		assert_int_equal(facts.squeezed.value, rows[i].squeezed);
		assert_int_equal(facts.worst_dropped.value, rows[i].worst);
		assert_int_equal(facts.worst_cpu.value, rows[i].cpu);
	}
}

static void hosts(void **state)
{
	static const struct {
		const char *fixture;
		enum fact_state state;
	} rows[] = {
		{ "6.18", FACT_KNOWN },
		{ "child", FACT_ABSENT },
		{ "hostile", FACT_BROKEN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int root_fd = fixture_root(rows[i].fixture);
		struct softnet_facts facts = { 0 };

		softnet_read(root_fd, &facts);
		assert_int_equal(facts.dropped.state, rows[i].state);
		assert_int_equal(facts.squeezed.state, rows[i].state);
		close(root_fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
