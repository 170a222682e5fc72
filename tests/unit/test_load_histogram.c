// SPDX-License-Identifier: GPL-2.0-or-later
/* histogram: no value is lost, and none is told more than 1/128 too large. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "probes/load/histogram.h"
#include "tests/support/fdcheck.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct histogram one, other, both;

static int empty(void **state)
{
	(void)state;
	memset(&one, 0, sizeof(one));
	memset(&other, 0, sizeof(other));
	memset(&both, 0, sizeof(both));
	return 0;
}

/* What the middle one of three is told as, between neighbours far away. */
static uint64_t told(uint64_t value)
{
	(void)empty(NULL);
	histogram_add(&one, 0);
	histogram_add(&one, value);
	histogram_add(&one, UINT64_MAX);
	return histogram_percentile(&one, 500);
}

static void test_values(void **state)
{
	static const struct {
		uint64_t value, told;
	} rows[] = {
		{ 0, 0 },
		{ 1, 1 },
		{ 127, 127 },
		{ 128, 128 },
		{ 255, 255 },
		{ 256, 257 },
		{ 257, 257 },
		{ 258, 259 },
		{ 511, 511 },
		{ 512, 515 },
		{ 515, 515 },
		{ 516, 519 },
		{ 1000000, 1003519 },
		{ UINT64_C(1) << 63, (UINT64_C(1) << 63) | UINT64_MAX >> 8 },
		{ UINT64_MAX - 1, UINT64_MAX },
		{ UINT64_MAX, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(told(rows[i].value), rows[i].told);
}

/* Around each power of two, and its middle. */
static void test_error_is_bounded(void **state)
{
	(void)state;
	for (unsigned int power = 1; power < 64; power++) {
		const uint64_t at = UINT64_C(1) << power;
		const uint64_t values[] = { at - 1, at, at + 1, at + at / 2 };

		for (size_t i = 0; i < LENGTH(values); i++) {
			const uint64_t value = values[i];

			assert_true(told(value) >= value);
			assert_true(told(value) - value <= value / 128);
		}
	}
}

/* Nearest rank, as account.c has it of exact values. */
static void test_ranks(void **state)
{
	static const struct {
		unsigned int mille;
		uint64_t value;
	} rows[] = {
		{ 0, 1 },     { 1, 1 },     { 10, 1 },     { 11, 2 },
		{ 500, 50 },  { 501, 51 },  { 900, 90 },   { 990, 99 },
		{ 991, 100 }, { 999, 100 }, { 1000, 100 },
	};

	(void)state;
	for (uint64_t value = 100; value; value--)
		histogram_add(&one, value);
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(histogram_percentile(&one, rows[i].mille),
		                 rows[i].value);
	assert_int_equal(one.n, 100);
	assert_int_equal(one.min, 1);
	assert_int_equal(one.max, 100);
}

static void test_never_above_max(void **state)
{
	(void)state;
	histogram_add(&one, 1000);
	histogram_add(&one, 1000);
	assert_int_equal(histogram_percentile(&one, 500), 1000);
	assert_int_equal(histogram_percentile(&one, 1000), 1000);
}

static void test_huge_counts(void **state)
{
	(void)state;
	histogram_add(&one, 7);
	one.n = UINT64_MAX;
	one.count[7] = UINT64_MAX;
	one.max = 9;
	assert_int_equal(histogram_percentile(&one, 1), 7);
	assert_int_equal(histogram_percentile(&one, 999), 7);
}

static void test_merge_is_adding(void **state)
{
	uint64_t value = 1;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		histogram_add(i % 3 ? &one : &other, value);
		histogram_add(&both, value);
		value = value * 6364136223846793005U + 1442695040888963407U;
	}
	histogram_merge(&one, &other);
	assert_memory_equal(&one, &both, sizeof(one));
}

static void test_merge_of_nothing(void **state)
{
	(void)state;
	histogram_add(&one, 5);
	both = one;
	histogram_merge(&one, &other);
	assert_memory_equal(&one, &both, sizeof(one));
	histogram_merge(&other, &one);
	assert_memory_equal(&other, &both, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_values, empty),
		cmocka_unit_test_setup(test_error_is_bounded, empty),
		cmocka_unit_test_setup(test_ranks, empty),
		cmocka_unit_test_setup(test_never_above_max, empty),
		cmocka_unit_test_setup(test_huge_counts, empty),
		cmocka_unit_test_setup(test_merge_is_adding, empty),
		cmocka_unit_test_setup(test_merge_of_nothing, empty),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
