// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts as logs print them: each row is a figure and all it stands for. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "probes/logs/log_bytes.h"
#include "probes/logs/log_row.h"
#include "tests/support/fdcheck.h"

static struct span span(const char *text)
{
	return span_of(text, strlen(text));
}

static void test_parse(void **state)
{
	static const struct {
		const char *number, *unit;
		uint64_t min, max;
	} rows[] = {
		{ "0", "Bytes", 0, 0 },
		{ "0.000", "Bytes", 0, 0 },
		{ "1", "Byte", 1, 1 },
		{ "60.0", "Bytes", 60, 60 },
		{ "703", "Bytes", 703, 703 },
		{ "0", "KBytes", 0, 512 },
		{ "1", "KBytes", 512, 1536 },
		{ "1.0", "KBytes", 973, 1075 },
		{ "1.00", "KBytes", 1019, 1029 },
		{ "703", "MBytes", 736624640, 737673216 },
		{ "1.05", "GBytes", 1122060207, 1132797624 },
		{ "1.00", "TBytes", 1094014069638, 1105009185914 },
		{ "1", "PByte", UINT64_C(562949953421312),
		  UINT64_C(1688849860263936) },
		{ "8", "bits", 1, 1 },
		{ "8", "Kbits", 938, 1062 },
		{ "8.0", "Mbits", 993750, 1006250 },
		{ "1.00", "Gbit", 124375000, 125625000 },
		{ "0.4", "Bytes", 1, 1 }, /* no such count; still a range */
		{ "999999999999999999", "PBytes", UINT64_MAX, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_bytes bytes = { 7, 7 };

		assert_int_equal(log_bytes_parse(span(rows[i].number),
		                                 span(rows[i].unit), &bytes),
		                 0);
		assert_int_equal(bytes.min, rows[i].min);
		assert_int_equal(bytes.max, rows[i].max);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *number, *unit;
		int rc;
	} rows[] = {
		{ "", "Bytes", -EINVAL },
		{ ".", "Bytes", -EINVAL },
		{ ".5", "Bytes", -EINVAL },
		{ "1.2.3", "Bytes", -EINVAL },
		{ "-1", "Bytes", -EINVAL },
		{ "1e3", "Bytes", -EINVAL },
		{ "nan", "Bytes", -EINVAL },
		{ "1", "", -EINVAL },
		{ "1", "K", -EINVAL },
		{ "1", "kBytes", -EINVAL },
		{ "1", "KBytes/sec", -EINVAL },
		{ "1000000000000000000", "Bytes", -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_bytes bytes = { 7, 7 };

		assert_int_equal(log_bytes_parse(span(rows[i].number),
		                                 span(rows[i].unit), &bytes),
		                 rows[i].rc);
		assert_int_equal(bytes.min, 7);
	}
}

static void test_arithmetic(void **state)
{
	const struct log_bytes a = { 10, 20 };
	const struct log_bytes most = { UINT64_MAX - 1, UINT64_MAX };
	const struct log_bytes sum = log_bytes_add(a, most);

	(void)state;
	assert_int_equal(log_bytes_add(a, a).min, 20);
	assert_int_equal(log_bytes_add(a, a).max, 40);
	assert_true(sum.min == UINT64_MAX && sum.max == UINT64_MAX);
	assert_true(log_bytes_agree(a, (struct log_bytes){ 20, 30 }));
	assert_false(log_bytes_agree(a, (struct log_bytes){ 21, 30 }));
	assert_true(log_bytes_agree(a, (struct log_bytes){ 0, 10 }));
	assert_false(log_bytes_agree(a, (struct log_bytes){ 0, 9 }));
}

static void test_row(void **state)
{
	static const struct {
		const char *line;
		bool is_sum, is_back, is_iperf3;
		uint64_t id, start_us, end_us, min;
	} rows[] = {
		{ "[  3] 0.0000-1.0083 sec  60 Bytes  8.96 Gbits/sec", false,
		  false, false, 3, 0, 1008300, 60 },
		{ "[  3]  0.0- 1.0 sec  60 Bytes", false, false, false, 3, 0,
		  1000000, 60 },
		{ "[ *4] 1.5-2.0 sec  60 Bytes", false, true, false, 4, 1500000,
		  2000000, 60 },
		{ "[SUM] 0.0-1.0 sec  60 Bytes", true, false, false, 0, 0,
		  1000000, 60 },
		{ "[SUM-3] 0.0-1.0 sec  60 Bytes", true, false, false, 3, 0,
		  1000000, 60 },
		{ "[  5][TX-C]   0.00-0.50   sec   60 Bytes  4 Gbits/sec  0",
		  false, false, true, 5, 0, 500000, 60 },
		{ "Mon 12:00 [  5]   0.00-0.50   sec   60 Bytes", false, false,
		  true, 5, 0, 500000, 60 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_row row = { 0 };

		assert_true(log_row_parse(span(rows[i].line), &row));
		assert_int_equal(row.is_sum, rows[i].is_sum);
		assert_int_equal(row.is_back, rows[i].is_back);
		assert_int_equal(row.is_iperf3, rows[i].is_iperf3);
		assert_int_equal(row.id, rows[i].id);
		assert_int_equal(row.start_us, rows[i].start_us);
		assert_int_equal(row.end_us, rows[i].end_us);
		assert_int_equal(row.bytes.min, rows[i].min);
	}
}

static void test_no_row(void **state)
{
	static const char *const lines[] = {
		"[ ID] Interval       Transfer     Bandwidth",
		"[SUM-cnt] Interval       Transfer",
		"[  3] local 10.0.0.1 port 5 connected with 10.0.0.2",
		"[  3] 0.0-1.0 sec  60",
		"[  3] 0.0-1.0 sec  60 B",
		"[  3] 0.0-1.0 min  60 Bytes",
		"[  3 0.0-1.0 sec  60 Bytes",
		"[FD1] 0.0-1.0 sec  60 Bytes",
		"[] 0.0-1.0 sec  60 Bytes",
		"[",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct log_row row;

		assert_false(log_row_parse(span(lines[i]), &row));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_row),
		cmocka_unit_test(test_no_row),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
