// SPDX-License-Identifier: GPL-2.0-or-later
/* test_memory - MemAvailable, of new, old and lying kernels. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "probes/goal.h"
#include "probes/memory.h"
#include "probes/registry.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

static void parse(void **state)
{
	static const struct {
		const char *text;
		enum fact_state state;
		uint64_t bytes;
	} rows[] = {
		{ "MemFree: 1 kB\nMemAvailable:   2 kB\n", FACT_KNOWN, 2048 },
		{ "MemAvailable: 0 kB", FACT_KNOWN, 0 },
		{ "MemAvailable: 18014398509481983 kB\n", FACT_KNOWN,
		  UINT64_MAX - 1023 },
		{ "MemAvailable: 18014398509481984 kB\n", FACT_BROKEN, 0 },
		{ "MemAvailable: 2 MB\n", FACT_BROKEN, 0 },
		{ "MemAvailable: 2\n", FACT_BROKEN, 0 },
		{ "MemAvailable:\n", FACT_BROKEN, 0 },
		{ "MemAvailable: -2 kB\n", FACT_BROKEN, 0 },
		{ "MemFree: 1 kB\n", FACT_ABSENT, 0 },
		{ "", FACT_ABSENT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fact_u64 fact =
			memory_parse(rows[i].text, strlen(rows[i].text));

		print_message("%s\n", rows[i].text);
		assert_int_equal(fact.state, rows[i].state);
		assert_int_equal(fact.value, rows[i].bytes);
	}
}

static enum fact_state state_on(const char *fixture)
{
	const struct goal goal = goal_default();
	const int root_fd = fixture_root(fixture);
	const struct probe_env env = { .root_fd = root_fd, .goal = &goal };
	struct host *host = host_new(0);
	enum fact_state result;

	assert_int_equal(probe_memory.run(&env, host, NULL, NULL), 0);
	assert_int_equal(host->memory.page_bytes.state, FACT_KNOWN);
	assert_int_equal(host->memory.page_bytes.value % 4096, 0);
	result = host->memory.available_bytes.state;
	host_free(host);
	close(root_fd);
	return result;
}

static void hosts(void **state)
{
	(void)state;
	assert_int_equal(state_on("6.18"), FACT_KNOWN);
	assert_int_equal(state_on("3.10"), FACT_ABSENT);
	assert_int_equal(state_on("child"), FACT_ABSENT);
	assert_int_equal(state_on("hostile"), FACT_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
