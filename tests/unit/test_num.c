// SPDX-License-Identifier: GPL-2.0-or-later
/* test_num - numbers at their boundaries; on failure nothing is set. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "probes/base/num.h"
#include "tests/support/fdcheck.h"

#define UNSET 0xdeadU
#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static void parse_u64(void **state)
{
	static const struct {
		const char *text;
		enum num_unit unit;
		int rc;
		uint64_t value;
	} rows[] = {
		{ "0", NUM_COUNT, 0, 0 },
		{ "007", NUM_COUNT, 0, 7 },
		{ "10k", NUM_COUNT, 0, 10000 },
		{ "10K", NUM_COUNT, 0, 10000 },
		{ "1M", NUM_COUNT, 0, 1000000 },
		{ "2G", NUM_COUNT, 0, 2000000000 },
		{ "64K", NUM_BYTES, 0, 65536 },
		{ "64k", NUM_BYTES, 0, 65536 },
		{ "1M", NUM_BYTES, 0, 1048576 },
		{ "4G", NUM_BYTES, 0, UINT64_C(4) << 30 },
		{ "18446744073709551615", NUM_COUNT, 0, UINT64_MAX },
		{ "18446744073709551616", NUM_COUNT, -ERANGE, UNSET },
		{ "99999999999999999999999", NUM_COUNT, -ERANGE, UNSET },
		{ "18446744073709551k", NUM_COUNT, 0, 18446744073709551000U },
		{ "18446744073709552k", NUM_COUNT, -ERANGE, UNSET },
		{ "17179869183G", NUM_BYTES, 0, 18446744072635809792U },
		{ "17179869184G", NUM_BYTES, -ERANGE, UNSET },
		{ "", NUM_COUNT, -EINVAL, UNSET },
		{ "k", NUM_COUNT, -EINVAL, UNSET },
		{ "-1", NUM_COUNT, -EINVAL, UNSET },
		{ "+1", NUM_COUNT, -EINVAL, UNSET },
		{ " 1", NUM_COUNT, -EINVAL, UNSET },
		{ "1 ", NUM_COUNT, -EINVAL, UNSET },
		{ "1kk", NUM_COUNT, -EINVAL, UNSET },
		{ "1m", NUM_COUNT, -EINVAL, UNSET },
		{ "1T", NUM_COUNT, -EINVAL, UNSET },
		{ "1.5k", NUM_COUNT, -EINVAL, UNSET },
		{ "0x10", NUM_COUNT, -EINVAL, UNSET },
		{ "1e3", NUM_COUNT, -EINVAL, UNSET },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		uint64_t value = UNSET;

		print_message("\"%s\"\n", rows[i].text);
		assert_int_equal(num_parse_u64(rows[i].text, rows[i].unit,
		                               &value),
		                 rows[i].rc);
		assert_int_equal(value, rows[i].value);
	}
}

static void parse_duration(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t ns;
	} rows[] = {
		{ "2", 0, 2000000000 },
		{ "2s", 0, 2000000000 },
		{ "0", 0, 0 },
		{ "500ms", 0, 500000000 },
		{ "7us", 0, 7000 },
		{ "7ns", 0, 7 },
		{ "1.5s", 0, 1500000000 },
		{ "1.5", 0, 1500000000 },
		{ "0.000000001", 0, 1 },
		{ "0.0000000019", 0, 1 },
		{ "0.25m", 0, 15000000000 },
		{ "1h", 0, 3600000000000 },
		{ "18446744073.709551615", 0, UINT64_MAX },
		{ "18446744073.709551616", -ERANGE, UNSET },
		{ "18446744074", -ERANGE, UNSET },
		{ "5124095h", 0, UINT64_C(5124095) * 3600000000000 },
		{ "5124096h", -ERANGE, UNSET },
		{ "", -EINVAL, UNSET },
		{ "s", -EINVAL, UNSET },
		{ "1.", -EINVAL, UNSET },
		{ "1.s", -EINVAL, UNSET },
		{ ".5s", -EINVAL, UNSET },
		{ "-1s", -EINVAL, UNSET },
		{ "1 s", -EINVAL, UNSET },
		{ "1S", -EINVAL, UNSET },
		{ "1msx", -EINVAL, UNSET },
		{ "1d", -EINVAL, UNSET },
		{ "1.5.5", -EINVAL, UNSET },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		uint64_t ns = UNSET;

		print_message("\"%s\"\n", rows[i].text);
		assert_int_equal(num_parse_duration_ns(rows[i].text, &ns),
		                 rows[i].rc);
		assert_int_equal(ns, rows[i].ns);
	}
}

/* @taken: how far the cursor comes; nowhere on failure */
static void scan_i64(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t value;
		ptrdiff_t taken;
	} rows[] = {
		{ "-1", 0, -1, 2 },
		{ " \t42,", 0, 42, 4 },
		{ "9223372036854775807", 0, INT64_MAX, 19 },
		{ "9223372036854775808", -ERANGE, UNSET, 0 },
		{ "-9223372036854775808", 0, INT64_MIN, 20 },
		{ "-9223372036854775809", -ERANGE, UNSET, 0 },
		{ "18446744073709551616", -ERANGE, UNSET, 0 },
		{ "-0", 0, 0, 2 },
		{ "", -EINVAL, UNSET, 0 },
		{ "  ", -EINVAL, UNSET, 0 },
		{ "-", -EINVAL, UNSET, 0 },
		{ "--1", -EINVAL, UNSET, 0 },
		{ "- 1", -EINVAL, UNSET, 0 },
		{ "+1", -EINVAL, UNSET, 0 },
		{ "\n1", -EINVAL, UNSET, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const char *cursor = rows[i].text;
		int64_t value = UNSET;

		print_message("\"%s\"\n", rows[i].text);
		assert_int_equal(num_scan_i64(&cursor, cursor + strlen(cursor),
		                              &value),
		                 rows[i].rc);
		assert_int_equal(value, rows[i].value);
		assert_int_equal(cursor - rows[i].text, rows[i].taken);
	}
}

static void scan_stops_at_the_end(void **state)
{
	static const char digits[] = { '1', '2', '3', '4' };
	static const char nul[] = { '7', '\0', '8' };
	const char *cursor = digits;
	uint64_t value;

	(void)state;
	assert_int_equal(num_scan_u64(&cursor, digits + 2, &value), 0);
	assert_int_equal(value, 12);
	assert_ptr_equal(cursor, digits + 2);
	assert_int_equal(num_scan_u64(&cursor, digits + 2, &value), -EINVAL);
	cursor = nul;
	assert_int_equal(num_scan_u64(&cursor, nul + sizeof(nul), &value), 0);
	assert_int_equal(value, 7);
	assert_ptr_equal(cursor, nul + 1);
}

static void scan_u64_takes_no_sign(void **state)
{
	static const char text[] = "-1";
	const char *cursor = text;
	uint64_t value;

	(void)state;
	assert_int_equal(num_scan_u64(&cursor, text + 2, &value), -EINVAL);
}

static void pow2(void **state)
{
	static const uint64_t rows[][2] = {
		{ 0, 1 },
		{ 1, 1 },
		{ 2, 2 },
		{ 3, 4 },
		{ 999, 1024 },
		{ 1024, 1024 },
		{ 1025, 2048 },
		{ (UINT64_C(1) << 62) + 1, UINT64_C(1) << 63 },
		{ UINT64_C(1) << 63, UINT64_C(1) << 63 },
		{ UINT64_MAX, UINT64_C(1) << 63 },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		assert_int_equal(num_pow2_at_least(rows[i][0]), rows[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_u64),
		cmocka_unit_test(parse_duration),
		cmocka_unit_test(scan_i64),
		cmocka_unit_test(scan_stops_at_the_end),
		cmocka_unit_test(scan_u64_takes_no_sign),
		cmocka_unit_test(pow2),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
