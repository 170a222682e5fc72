// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_softnet - /proc/net/softnet_stat. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/softnet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct softnet_facts facts = { 0 };

	softnet_parse((const char *)data, size, &facts);
	assert(facts.dropped.state != FACT_UNREAD);
	assert(facts.worst_dropped.value <= facts.dropped.value);
	return 0;
}
