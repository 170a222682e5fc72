// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_sockstat - both families from the same bytes. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/sockstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockstat_facts facts = { 0 };

	sockstat_parse("TCP:", (const char *)data, size, &facts);
	sockstat_parse("TCP6:", (const char *)data, size, &facts);
	assert(facts.inuse.state != FACT_UNREAD);
	assert(facts.inuse6.state != FACT_UNREAD);
	return 0;
}
