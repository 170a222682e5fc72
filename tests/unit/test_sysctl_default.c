// SPDX-License-Identifier: GPL-2.0-or-later
/* test_sysctl_default - what nobody set, by version and by shape */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "probes/sysctl_default.h"
#include "tests/support/fdcheck.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static void by_version(void **state)
{
	static const struct {
		enum sysctl_id id;
		const char *release;
		unsigned int n;
		int64_t v[2];
	} rows[] = {
		{ SYSCTL_SOMAXCONN, "6.18.44-cloud", 1, { 4096 } },
		{ SYSCTL_SOMAXCONN, "5.4.0", 1, { 4096 } },
		{ SYSCTL_SOMAXCONN, "5.3.18-lp152", 1, { 128 } },
		{ SYSCTL_SOMAXCONN, "4.18.0-553.el8", 1, { 128 } },
		{ SYSCTL_SOMAXCONN, "10.0", 1, { 4096 } },
		{ SYSCTL_SOMAXCONN, "", 1, { 4096 } },
		{ SYSCTL_SOMAXCONN, "6", 1, { 4096 } },
		{ SYSCTL_SOMAXCONN, "odd", 1, { 4096 } },
		{ SYSCTL_PORT_RANGE, "6.1.0", 2, { 32768, 60999 } },
		{ SYSCTL_PORT_RANGE, "3.10.0", 2, { 32768, 61000 } },
		{ SYSCTL_TW_REUSE, "4.18.0", 1, { 0 } },
		{ SYSCTL_TW_REUSE, "4.19.0", 1, { 2 } },
		{ SYSCTL_RESERVED_PORTS, "6.1", 1, { 0 } },
		/* never what systemd makes of it */
		{ SYSCTL_NR_OPEN, "6.1", 1, { 1048576 } },
		/* computed, or chosen when the kernel is built */
		{ SYSCTL_TCP_MEM, "6.1", 0, { 0 } },
		{ SYSCTL_FILE_MAX, "6.1", 0, { 0 } },
		{ SYSCTL_CONGESTION_CONTROL, "6.1", 0, { 0 } },
		{ SYSCTL_NETDEV_BUDGET_USECS, "6.1", 0, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct sysctl_value value = { 0 };

		print_message("%s %s\n", sysctl_desc(rows[i].id)->key,
		              rows[i].release);
		assert_int_equal(sysctl_default(rows[i].id, rows[i].release,
		                                &value),
		                 rows[i].n > 0);
		assert_int_equal(value.n, rows[i].n);
		assert_int_equal(value.v[0], rows[i].v[0]);
		assert_int_equal(value.v[1], rows[i].v[1]);
	}
}

static void by_shape(void **state)
{
	static const struct {
		enum sysctl_id id;
		int64_t v[3];
		bool may_be;
	} rows[] = {
		{ SYSCTL_SOMAXCONN, { 128 }, true },
		{ SYSCTL_SOMAXCONN, { 4096 }, true },
		{ SYSCTL_SOMAXCONN, { 65536 }, false },
		{ SYSCTL_PORT_RANGE, { 32768, 60999 }, true },
		{ SYSCTL_PORT_RANGE, { 32768, 61000 }, true },
		{ SYSCTL_PORT_RANGE, { 1024, 60999 }, false },
		{ SYSCTL_PORT_RANGE, { 32768, 65535 }, false },
		{ SYSCTL_RESERVED_PORTS, { 0 }, true },
		{ SYSCTL_RESERVED_PORTS, { 1 }, false },
		{ SYSCTL_NR_OPEN, { 1048576 }, true },
		{ SYSCTL_NR_OPEN, { 1073741816 }, true },
		{ SYSCTL_NR_OPEN, { 2000000 }, false },
		{ SYSCTL_NETDEV_BUDGET_USECS, { 8000 }, true },
		{ SYSCTL_NETDEV_BUDGET_USECS, { 8001 }, false },
		{ SYSCTL_MAX_SYN_BACKLOG, { 2048 }, true },
		{ SYSCTL_MAX_SYN_BACKLOG, { 5000 }, false },
		{ SYSCTL_MAX_TW_BUCKETS, { 131072 }, true },
		{ SYSCTL_MAX_TW_BUCKETS, { 2000000 }, false },
		{ SYSCTL_MAX_TW_BUCKETS, { 0 }, false },
		{ SYSCTL_MAX_TW_BUCKETS, { -1 }, false },
		{ SYSCTL_MAX_ORPHANS, { 3 }, false },
		/* measured */
		{ SYSCTL_TCP_MEM, { 287832, 383779, 575664 }, true },
		{ SYSCTL_TCP_MEM, { 287832, 383779, 575665 }, false },
		{ SYSCTL_TCP_MEM, { 287833, 383779, 575666 }, false },
		{ SYSCTL_TCP_RMEM, { 4096, 131072, 6291456 }, true },
		{ SYSCTL_TCP_RMEM, { 4096, 131072, 33554432 }, true },
		{ SYSCTL_TCP_RMEM, { 4096, 87380, 174760 }, true },
		{ SYSCTL_TCP_RMEM, { 4096, 131072, 6291457 }, false },
		{ SYSCTL_TCP_RMEM, { 4096, 87381, 6291456 }, false },
		{ SYSCTL_TCP_RMEM, { 8192, 131072, 6291456 }, false },
		{ SYSCTL_TCP_WMEM, { 4096, 16384, 4194304 }, true },
		{ SYSCTL_TCP_WMEM, { 4096, 16384, 4194305 }, false },
		{ SYSCTL_TCP_WMEM, { 4096, 16385, 4194304 }, false },
		{ SYSCTL_TCP_WMEM, { 4095, 16384, 4194304 }, false },
		/* nothing is known of these */
		{ SYSCTL_FILE_MAX, { 12345 }, true },
		{ SYSCTL_CONGESTION_CONTROL, { 0 }, true },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct sysctl_fact fact = { .state = FACT_KNOWN };

		print_message("%zu %s\n", i, sysctl_desc(rows[i].id)->key);
		for (int j = 0; j < 3; j++)
			fact.v[j] = rows[i].v[j];
		assert_int_equal(sysctl_may_be_default(rows[i].id, &fact),
		                 rows[i].may_be);
	}
}

/* What sysctl_default() gives is never called somebody's. */
static void both_agree(void **state)
{
	static const char *const releases[] = { "3.10", "4.18", "5.15",
		                                "6.18" };

	(void)state;
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		for (size_t i = 0; i < N_OF(releases); i++) {
			struct sysctl_fact fact = { .state = FACT_KNOWN };
			struct sysctl_value value;

			if (!sysctl_default(id, releases[i], &value))
				continue;
			fact.v[0] = value.v[0];
			fact.v[1] = value.v[1];
			assert_true(sysctl_may_be_default(id, &fact));
			assert_true(value.v[0] >= sysctl_desc(id)->min);
			assert_true(value.v[0] <= sysctl_desc(id)->max);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_version),
		cmocka_unit_test(by_shape),
		cmocka_unit_test(both_agree),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
