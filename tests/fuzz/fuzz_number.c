// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_number - a file of one number. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fact_u64 fact = number_parse((const char *)data, size);

	assert(fact.state == FACT_KNOWN || fact.state == FACT_BROKEN);
	return 0;
}
