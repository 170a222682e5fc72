// SPDX-License-Identifier: GPL-2.0-or-later
/* observed: what is made of the two streams of a command's output */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "probes/observe/observed.h"
#include "tests/support/fdcheck.h"

static struct log_sum sum_of(uint64_t reset, uint64_t refused, uint64_t other)
{
	struct log_sum sum = { .format = "iperf 2 text", .n_asked = 9 };
	struct log_failed *failed = &sum.failed_in_all;

	if (reset)
		failed->codes[failed->n_codes++] =
			(struct log_errno){ ECONNRESET, reset };
	if (refused)
		failed->codes[failed->n_codes++] =
			(struct log_errno){ ECONNREFUSED, refused };
	failed->n_other = other;
	failed->n_flows = reset + refused + other;
	return sum;
}

static uint64_t count_of(const struct observed *seen, const char *code)
{
	for (size_t i = 0; i < seen->n_errors; i++) {
		if (!strcmp(seen->errors[i].code, code))
			return seen->errors[i].count;
	}
	return 0;
}

/* A flow may be in both streams: none is counted twice. */
static void test_streams(void **state)
{
	static const struct {
		uint64_t out[3], err[3]; /* reset, refused, other */
		uint64_t reset, refused, other;
	} rows[] = {
		{ { 0, 0, 0 }, { 0, 0, 0 }, 0, 0, 0 },
		{ { 0, 0, 0 }, { 64, 0, 0 }, 64, 0, 0 },
		{ { 0, 0, 6 }, { 0, 6, 0 }, 0, 6, 0 },
		{ { 0, 0, 8 }, { 0, 6, 0 }, 0, 6, 2 },
		{ { 0, 0, 4 }, { 0, 6, 0 }, 0, 6, 0 },
		{ { 3, 0, 0 }, { 0, 6, 0 }, 3, 6, 0 },
		{ { 3, 2, 1 }, { 5, 1, 0 }, 5, 2, 0 },
		{ { 3, 2, 4 }, { 5, 1, 0 }, 5, 2, 2 },
		{ { 0, 0, 2 }, { 0, 0, 3 }, 0, 0, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int swapped = 0; swapped < 2; swapped++) {
			const uint64_t *a = swapped ? rows[i].err : rows[i].out;
			const uint64_t *b = swapped ? rows[i].out : rows[i].err;
			const struct log_sum first = sum_of(a[0], a[1], a[2]);
			const struct log_sum second = sum_of(b[0], b[1], b[2]);
			struct observed *seen = observed_new();

			assert_non_null(seen);
			observed_add_output(seen, 0, &first);
			observed_add_output(seen, 0, &second);
			assert_int_equal(seen->output.state, FACT_KNOWN);
			assert_int_equal(seen->log->failed_in_all.n_flows,
			                 first.failed_in_all.n_flows);
			assert_int_equal(count_of(seen, "ECONNRESET"),
			                 rows[i].reset);
			assert_int_equal(count_of(seen, "ECONNREFUSED"),
			                 rows[i].refused);
			assert_int_equal(count_of(seen, ""), rows[i].other);
			assert_int_equal(seen->n_failed,
			                 rows[i].reset + rows[i].refused +
			                         rows[i].other);
			observed_free(seen);
		}
	}
}

/* What one stream tells is not undone by another that tells nothing. */
static void test_not_understood(void **state)
{
	static const struct {
		int first, second;
		enum fact_state state;
		const char *why;
	} rows[] = {
		{ 0, -ENOMSG, FACT_KNOWN, "" },
		{ -ENOMSG, 0, FACT_KNOWN, "" },
		{ -ETIMEDOUT, 0, FACT_KNOWN, "" },
		{ -ENOMSG, -EBADMSG, FACT_ABSENT,
		  "it is no log that is understood" },
		{ -EPROTONOSUPPORT, -ETIMEDOUT, FACT_BROKEN,
		  "who reads it did not take it in time" },
		{ -ENOMSG, -EPIPE, FACT_BROKEN,
		  "it could not be copied to its end" },
		{ -ENOMSG, -ENOMEM, FACT_BROKEN, "out of memory" },
		{ -ENOMEM, -ENOMSG, FACT_BROKEN, "out of memory" },
	};
	const struct log_sum sum = sum_of(1, 0, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observed *seen = observed_new();

		assert_non_null(seen);
		observed_add_output(seen, rows[i].first, &sum);
		observed_add_output(seen, rows[i].second, &sum);
		assert_int_equal(seen->output.state, rows[i].state);
		assert_string_equal(seen->output.why, rows[i].why);
		assert_int_equal(seen->n_failed, rows[i].state == FACT_KNOWN);
		assert_int_equal(seen->log != NULL,
		                 rows[i].state == FACT_KNOWN);
		observed_free(seen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_not_understood),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
