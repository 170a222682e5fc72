// SPDX-License-Identifier: GPL-2.0-or-later
/* payload: what is verified is told apart, and the place of a difference. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "probes/load/payload.h"
#include "tests/support/fdcheck.h"

static struct payload payload;

static int setup(void **state)
{
	if (fdcheck_setup(state))
		return -1;
	return payload_init(&payload, true) ? 0 : -1;
}

static int teardown(void **state)
{
	payload_done(&payload);
	return fdcheck_teardown(state);
}

/* A chunk of a flow is followed by its next one, wherever they meet. */
static void test_chunks_join(void **state)
{
	static const uint64_t offsets[] = {
		0,
		1,
		65483,
		PAYLOAD_PERIOD_BYTES - 1,
		PAYLOAD_PERIOD_BYTES,
		UINT64_C(1) << 40,
		UINT64_MAX - PAYLOAD_MOST_BYTES,
	};
	static const uint64_t flows[] = { 0, 1, 999, 3999999 };

	(void)state;
	for (size_t f = 0; f < sizeof(flows) / sizeof(flows[0]); f++) {
		for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]);
		     i++) {
			const struct payload_place place = { flows[f], LOAD_UP,
				                             offsets[i] };
			const struct payload_place next = { flows[f], LOAD_UP,
				                            offsets[i] + 1000 };
			const unsigned char *chunk =
				payload_at(&payload, &place);

			assert_memory_equal(chunk + 1000,
			                    payload_at(&payload, &next),
			                    PAYLOAD_MOST_BYTES - 1000);
		}
	}
}

/* What belongs elsewhere is noticed at its first byte, or close to it. */
static void test_places_differ(void **state)
{
	static const struct {
		struct payload_place sent, taken_for;
	} rows[] = {
		{ { 7, LOAD_UP, 0 }, { 8, LOAD_UP, 0 } },
		{ { 7, LOAD_UP, 0 }, { 7, LOAD_DOWN, 0 } },
		{ { 7, LOAD_DOWN, 0 }, { 8, LOAD_UP, 0 } },
		{ { 7, LOAD_UP, 0 }, { 7, LOAD_UP, 1 } },
		{ { 7, LOAD_UP, 0 }, { 7, LOAD_UP, 8 } },
		{ { 7, LOAD_UP, 0 }, { 7, LOAD_UP, 4096 } },
		{ { 7, LOAD_UP, 0 }, { 7, LOAD_UP, 65483 } },
		{ { 7, LOAD_UP, 0 }, { 7, LOAD_UP, 1 << 20 } },
		{ { 7, LOAD_UP, 0 }, { 1000007, LOAD_UP, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_corruption found = { 0 };

		assert_false(payload_check(&payload, &rows[i].taken_for,
		                           payload_at(&payload, &rows[i].sent),
		                           16, &found));
		assert_in_range(found.offset, rows[i].taken_for.offset,
		                rows[i].taken_for.offset + 2);
		assert_int_equal(found.flow, rows[i].taken_for.flow);
		assert_int_equal(found.way, rows[i].taken_for.way);
	}
}

/* One byte of a chunk: the first, the last, and whatever is between. */
static void test_one_byte(void **state)
{
	static const struct {
		size_t size, at, n;
	} rows[] = {
		{ 1, 0, 1 },         { 8, 0, 8 },
		{ 8, 7, 1 },         { 9, 0, 8 },
		{ 1000, 993, 7 },    { PAYLOAD_MOST_BYTES, 131072, 8 },
		{ 65483, 65482, 1 },
	};
	const struct payload_place place = { 41, LOAD_DOWN, 1000000 };
	const unsigned char *expected = payload_at(&payload, &place);
	unsigned char *seen = malloc(PAYLOAD_MOST_BYTES);

	(void)state;
	assert_non_null(seen);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_corruption found = { 0 };

		(void)memcpy(seen, expected, PAYLOAD_MOST_BYTES);
		assert_true(payload_check(&payload, &place, seen, rows[i].size,
		                          &found));
		seen[rows[i].at] ^= 0x40;
		assert_false(payload_check(&payload, &place, seen, rows[i].size,
		                           &found));
		assert_int_equal(found.offset, 1000000 + rows[i].at);
		assert_int_equal(found.n, rows[i].n);
		assert_memory_equal(found.expected, expected + rows[i].at,
		                    found.n);
		assert_memory_equal(found.seen, seen + rows[i].at, found.n);
		/* what lies behind it does not matter */
		assert_true(payload_check(&payload, &place, seen, rows[i].at,
		                          &found));
	}
	free(seen);
}

/* Nobody looks: then all chunks are the same memory. */
static void test_not_verified(void **state)
{
	const struct payload_place one = { 3, LOAD_UP, 12345 };
	const struct payload_place other = { 4, LOAD_DOWN, 0 };
	struct payload plain;

	(void)state;
	assert_true(payload_init(&plain, false));
	assert_ptr_equal(payload_at(&plain, &one), payload_at(&plain, &other));
	payload_done(&plain);
	assert_null(plain.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunks_join),
		cmocka_unit_test(test_places_differ),
		cmocka_unit_test(test_one_byte),
		cmocka_unit_test(test_not_verified),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
