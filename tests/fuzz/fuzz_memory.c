// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_memory - /proc/meminfo. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	assert(memory_parse((const char *)data, size).state != FACT_UNREAD);
	return 0;
}
