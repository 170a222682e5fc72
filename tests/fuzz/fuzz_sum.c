// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_sum - a log of any format, in two pieces. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/logs/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct log_sum *sum)
{
	assert(sum->n_tests && sum->test <= sum->n_tests);
	assert(sum->n_tests_right <= sum->n_tests);
	assert(sum->verdict == log_sum_judge(sum));
	for (enum log_side i = 0; i < LOG_SIDES; i++) {
		assert(sum->total[i].sum.min <= sum->total[i].sum.max);
		assert(sum->total[i].stated.min <= sum->total[i].stated.max);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct log_reader *reader = log_new();
	struct log_sum sum;

	assert(reader);
	if (!log_feed(reader, bytes, size / 2, NULL) &&
	    !log_feed(reader, bytes + size / 2, size - size / 2, NULL) &&
	    !log_end(reader, &sum, NULL))
		check(&sum);
	log_free(reader);
	return 0;
}
